"""People and groups by SCIM: listed, read, made, changed, deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from scim2_models import Context, InvalidFilterException, ListResponse, PatchOp, SearchRequest

from foundation.core.errors import Invalid
from foundation.provisioning import services
from foundation.provisioning.api.calls import Call, Document, Reply, error_reply
from foundation.provisioning.queries import documents, filters
from foundation.provisioning.schemas import LARGEST_PAGE, PAGE, Group, Person, mended

DEEPEST_PAGE = 100_000
SORTABLE = {filters.TEXT, filters.EXACT, filters.UID}


@dataclass(frozen=True)
class Resource:
    """A kind of resource: what its documents are, and the services that write it."""

    model: Any
    columns: dict[str, tuple[str, str]]
    known: Callable[[], QuerySet[Any]]
    find: Callable[[str], Any]
    documents: Callable[..., list[Any]]
    provision: Callable[..., Any]
    change: Callable[..., Any]
    withdraw: Callable[..., str]

    def of(self, message: Any) -> Any:
        """A message about this kind."""
        return message[self.model]


PEOPLE = Resource(
    Person, filters.PEOPLE, documents.known_people, documents.find_person, documents.person_documents,
    services.provision_person, services.change_person, services.withdraw_person,
)  # fmt: skip
GROUPS = Resource(
    Group, filters.GROUPS, documents.known_groups, documents.find_group, documents.group_documents,
    services.provision_group, services.change_group, services.withdraw_group,
)  # fmt: skip
RESOURCES = {"users": PEOPLE, "groups": GROUPS}


def carry_out(call: Call, resource: Resource) -> Reply:
    """One request to /Users, /Groups or something in them."""
    match (call.method, call.segments[1:]):
        case ("GET", ()):
            return _list(call, resource, _asked(call.query, resource))
        case ("POST", (".search",)):
            return _list(call, resource, resource.of(SearchRequest).model_validate(call.data))
        case ("POST", ()):
            return _create(call, resource)
        case (("GET" | "PUT" | "PATCH" | "DELETE") as method, (uid,)):
            return ONE[method](call, resource, uid)
    is_known = len(call.segments) < 3
    return error_reply(405 if is_known else 404, f"{call.method} {call.path} is not answered here")


def _asked(query: Any, resource: Resource) -> Any:
    names = ("filter", "sortBy", "sortOrder", "startIndex", "count", "attributes", "excludedAttributes")
    return resource.of(SearchRequest).model_validate({name: query[name] for name in names if query.get(name)})


def search_everything(call: Call) -> Reply:
    """POST to /.search: people, then groups. Who filters by what only one of the two has finds only that one."""
    if call.method != "POST":
        return error_reply(405, f"{call.method} is not answered here")
    return _page(call, list(RESOURCES.values()), SearchRequest[Person | Group].model_validate(call.data))


def _list(call: Call, resource: Resource, asked: Any) -> Reply:
    return _page(call, [resource], asked)


def _page(call: Call, kinds: list[Resource], asked: Any) -> Reply:
    first = asked.start_index_0 or 0
    if first > DEEPEST_PAGE:
        raise Invalid(f"Pages begin at {DEEPEST_PAGE:,} at most; use a filter", path="startIndex")
    left = PAGE if asked.count is None else min(asked.count, LARGEST_PAGE)
    found: list[Any] = []
    total = 0
    for resource in kinds:
        rows = _rows(resource, asked, is_alone=len(kinds) == 1)
        count, begin = rows.count(), max(0, first - total)
        page = list(rows[begin : begin + left - len(found)]) if begin < count and len(found) < left else []
        found += _documents(page, resource, call.base, asked)
        total += count
    model = Person | Group if len(kinds) > 1 else kinds[0].model
    body = ListResponse[model](  # type: ignore[valid-type]
        total_results=total, start_index=first + 1, items_per_page=len(found), resources=found
    ).model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=asked)
    return Reply(200, body, subject=str(asked.filter or ""))


def _rows(resource: Resource, asked: Any, *, is_alone: bool) -> QuerySet[Any]:
    rows = resource.known()
    try:
        if asked.filter:
            found = filters.condition(str(asked.filter), model=resource.model, columns=resource.columns)
            rows = rows.filter(found)
        return rows.order_by(*_order(asked, resource))
    except (InvalidFilterException, Invalid):
        if is_alone:
            raise
        return rows.none()


def _documents(rows: Sequence[Any], resource: Resource, base: str, asked: Any) -> list[Any]:
    if resource is not GROUPS:
        return resource.documents(rows, base=base)
    named = {str(one).casefold() for one in asked.attributes or []}
    left_out = {str(one).casefold() for one in asked.excluded_attributes or []}
    wants = any("members" in one for one in named) if named else not any(one.endswith("members") for one in left_out)
    return resource.documents(rows, base=base, with_members=wants)


def _order(asked: Any, resource: Resource) -> list[str]:
    if asked.sort_by is None:
        return ["pk"]
    column, kind = resource.columns.get(str(asked.sort_by).rpartition("User:")[2].casefold(), ("", ""))
    if kind not in SORTABLE:
        raise Invalid(f"{asked.sort_by} cannot be sorted by", path="sortBy")
    return [f"-{column}" if asked.sort_order == SearchRequest.SortOrder.descending else column, "pk"]


def _read(call: Call, resource: Resource, uid: str) -> Reply:
    reply = _answer(call, resource, resource.find(uid), 200, Context.RESOURCE_QUERY_RESPONSE)
    if call.none_match and reply.version in {one.strip() for one in call.none_match.split(",")}:
        return Reply(304, None, reply.subject, version=reply.version)
    return reply


def _create(call: Call, resource: Resource) -> Reply:
    document = resource.model.model_validate(mended(call.data), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    made = resource.provision(document=document, actor=call.actor)
    return _answer(call, resource, made, 201, Context.RESOURCE_CREATION_RESPONSE)


def _replace(call: Call, resource: Resource, uid: str) -> Reply:
    new = resource.model.model_validate(mended(call.data), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)

    def change(document: Any) -> Any:
        new.replace(document)
        return new

    return _changed(call, resource, uid, change)


def _patch(call: Call, resource: Resource, uid: str) -> Reply:
    patch = resource.of(PatchOp).model_validate(mended(call.data), scim_ctx=Context.RESOURCE_PATCH_REQUEST)

    def change(document: Any) -> Any:
        patch.patch(document)
        return document

    return _changed(call, resource, uid, change)


def _changed(call: Call, resource: Resource, uid: str, change: Callable[[Any], Any]) -> Reply:
    one = resource.change(uid=uid, change=change, actor=call.actor, match=call.match)
    return _answer(call, resource, one, 200, Context.RESOURCE_REPLACEMENT_RESPONSE)


def _answer(call: Call, resource: Resource, one: Any, status: int, context: Context) -> Reply:
    [document] = resource.documents([one], base=call.base)
    asked = _asked({name: value for name, value in call.query.items() if "ttributes" in name}, resource)
    body: Document = document.model_dump(scim_ctx=context, response_parameters=asked)
    subject = one.username if resource is PEOPLE else one.name
    return Reply(status, body, subject, document.meta.location, document.meta.version)


def _delete(call: Call, resource: Resource, uid: str) -> Reply:
    return Reply(204, subject=resource.withdraw(uid=uid, actor=call.actor, match=call.match))


ONE = {"GET": _read, "PUT": _replace, "PATCH": _patch, "DELETE": _delete}
