"""What the service can do, said in its own documents (RFC 7644 section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scim2_models import Context, ListResponse, Meta, ResourceType, Schema, ServiceProviderConfig

from foundation.provisioning.api.calls import Call, Reply, error_reply
from foundation.provisioning.schemas import CONFIG, PROVIDER, SCHEMAS

ENDPOINTS = ("serviceproviderconfig", "resourcetypes", "schemas")


def carry_out(call: Call) -> Reply:
    """GET of the configuration, of the types or of the schemas."""
    if call.method != "GET":
        return error_reply(405, f"{call.method} is not answered here")
    if call.query.get("filter"):
        return error_reply(403, "What the service can do is not filtered")
    match call.segments[0].casefold(), call.segments[1:]:
        case "serviceproviderconfig", ():
            return _one(CONFIG, ServiceProviderConfig, f"{call.base}/ServiceProviderConfig", "ServiceProviderConfig")
        case "resourcetypes", rest:
            return _some(PROVIDER.resource_types, ResourceType, call, rest)
        case "schemas", rest:
            return _some(SCHEMAS, Schema, call, rest)
    return error_reply(404, f"There is nothing at {call.path}")


def _some(every: Iterable[Any], model: Any, call: Call, rest: tuple[str, ...]) -> Reply:
    where = {"ResourceType": "ResourceTypes", "Schema": "Schemas"}[model.__name__]
    named = {str(one.id or one.name): one for one in every}
    if len(rest) == 1:
        one = named.get(rest[0])
        if one is None:
            return error_reply(404, f"There is nothing at {call.path}")
        return _one(one, model, f"{call.base}/{where}/{rest[0]}", model.__name__)
    if rest:
        return error_reply(404, f"There is nothing at {call.path}")
    found = [_placed(one, f"{call.base}/{where}/{name}", model.__name__) for name, one in named.items()]
    body = ListResponse[model](
        total_results=len(found), start_index=1, items_per_page=len(found), resources=found
    ).model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return Reply(200, body)


def _one(one: Any, model: Any, location: str, kind: str) -> Reply:
    body = _placed(one, location, kind).model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return Reply(200, body, location=location)


def _placed(one: Any, location: str, kind: str) -> Any:
    return one.model_copy(update={"meta": Meta(resource_type=kind, location=location)})
