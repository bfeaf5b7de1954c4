"""What is written to each address there is, with ids of things that are the writer's business or none of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from . import walking
from .walking import Operation, text_of

# Shared by all markets, so that an id of it is nobody's secret.
SHARED = {
    "audit": "for auditors of the whole house alone; tests/workspace/test_audit.py",
    "attributes": "definitions are the same everywhere; only their class hides them",
    "families": "definitions are the same everywhere",
    "rules": "definitions are the same everywhere; what they find is cut to what one sees",
    "validation-rules": "definitions are the same everywhere; what they find is cut to what one sees",
    "record-types": "definitions are the same everywhere",
    "relation-types": "definitions are the same everywhere; their counts are of what one sees",
    "records": "what records say is the same everywhere; who names them is cut to what one sees",
    "option": "definitions are the same everywhere; only the class of their attribute hides them",
    "options": "definitions are the same everywhere; only the class of their attribute hides them",
    "attribute-groups": "definitions are the same everywhere",
    "record": "what records say is the same everywhere; who names them is cut to what one sees",
    "presets": "definitions are the same everywhere",
    "queues": "definitions are the same everywhere; counts are of what one sees",
    "trees": "definitions are the same everywhere; what lies in them is cut to what one sees",
    "categories": "definitions are the same everywhere",
    "vocabularies": "definitions are the same everywhere",
    "terms": "definitions are the same everywhere",
    "schemas": "what others publish is the same everywhere",
    "taxonomy": "definitions are the same everywhere; their counts are cut to what one sees",
    "channels": "a channel serves many markets; what it says of each is cut to the actor's",
    "languages": "definitions are the same everywhere",
    "roles": "what a role may is the same everywhere; who has it is for those who manage accounts",
    "openid": "the codes of providers stand on the sign-in page",
    "saml": "the codes of providers stand on the sign-in page",
    "with": "the codes of providers stand on the sign-in page",
    "providers": "for administrators alone, whichever it is; tests/workspace/test_openid.py",
    "passkeys": "one's own alone; numbers of others are in tests/workspace/test_sign_in.py",
    "markets": "a market's code is nobody's secret; its page is, see tests/workspace/test_settings.py",
}
# Writes that name nothing foreign: what they need is a permission.
NAMES_NOTHING = {
    "POST /api/v1/imports": "a file; its rows are refused one by one",
    "POST /api/v1/assets/uploads": "new files",
    "POST /api/v1/licences": "a new licence",
    "POST /api/v1/api-keys": "a key of one's own; tests/foundation/test_keys.py names others as its owner",
    "PUT /api/v1/attributes/{code}": "for who defines the product model alone; tests/pim/test_definitions.py",
    "PUT /api/v1/attribute-groups/{code}": "for who defines the product model alone; tests/pim/test_definitions.py",
    "PUT /api/v1/families/{code}": "for who defines the product model alone; tests/pim/test_definitions.py",
    "PUT /api/v1/validation-rules/{code}": "for who defines the product model alone; tests/pim/test_rules.py",
    "POST /api/v1/roles": "for administrators alone; tests/foundation/test_roles_api.py",
    "POST /api/v1/overrides/keep": "numbers of overrides; tests/pim/test_overrides.py names foreign ones",
    "POST /api/v1/overrides/extend": "numbers of overrides; tests/pim/test_overrides.py names foreign ones",
    "POST /api/v1/overrides/clear": "numbers of overrides; tests/pim/test_overrides.py names foreign ones",
    "POST /api/v1/saved-views": "a new view; its words are the writer's own",
    "POST /api/v1/schemas": "a published file, for who defines categories",
    "POST /api/v1/uploads": "a new file; tests/dam/test_uploads_protocol.py names foreign ingests in its metadata",
}

Body = Callable[[str, str, str, str], Any]
# Method and path to a body that names a product, an asset, a binding or a licence.
BODIES: dict[str, Body] = {
    "POST /api/v1/api-keys/{prefix}/rotate": lambda *_: {"overlap_hours": 0},
    "POST /api/v1/api-keys/{prefix}/revoke": lambda *_: {},
    "PATCH /api/v1/assets/{uid}": lambda *_: {"title": "mine"},
    "POST /api/v1/assets/{uid}/approve": lambda *_: {},
    "POST /api/v1/assets/{uid}/retire": lambda *_: {},
    "POST /api/v1/assets/{uid}/restore": lambda *_: {},
    "POST /api/v1/assets/{uid}/withdraw-approval": lambda *_: {"version": 1},
    "POST /api/v1/assets/{uid}/undo": lambda *_: {"edition": 2},
    "POST /api/v1/assets/{uid}/versions": lambda *_: None,
    "DELETE /api/v1/assets/{uid}": lambda *_: None,
    "POST /api/v1/bindings": lambda sku, asset, *_: {"sku": sku, "asset": asset, "role": "gallery"},
    "POST /api/v1/bindings/bulk": lambda sku, asset, *_: {"sku": sku, "assets": [asset], "role": "gallery"},
    "POST /api/v1/bindings/hero": lambda sku, asset, *_: {"sku": sku, "asset": asset},
    "POST /api/v1/bindings/revert": lambda sku, *_: {"sku": sku, "change_set": str(uuid4())},
    "POST /api/v1/bindings/propose": lambda sku, asset, *_: {"sku": sku, "asset": asset, "reason": "so it seems"},
    "POST /api/v1/bindings/reorder": lambda sku, _, uid, __: {"sku": sku, "role": "gallery", "bindings": [uid]},
    "PATCH /api/v1/bindings/{uid}": lambda *_: {"role": "detail"},
    "DELETE /api/v1/bindings/{uid}": lambda *_: None,
    "POST /api/v1/bindings/{uid}/confirm": lambda *_: {},
    "POST /api/v1/bindings/{uid}/reject": lambda *_: {},
    "POST /api/v1/bindings/{uid}/undo": lambda *_: {},
    "POST /api/v1/bindings/{uid}/rebind": lambda *_: {},
    "POST /api/v1/bulk-changes": lambda _, asset, *__: {"verb": "dam.approve", "uids": [asset], "apply": True},
    "POST /api/v1/bulk-changes/{uid}/apply": lambda *_: {},
    "POST /api/v1/bulk-changes/{uid}/undo": lambda *_: {},
    "POST /api/v1/bulk-changes/{uid}/stop": lambda *_: {},
    "POST /api/v1/channels/{code}/feeds": lambda sku, *_: {"skus": [sku]},
    "DELETE /api/v1/channels/{code}/feeds": lambda *_: None,
    "POST /api/v1/listings/{uid}/publication": lambda *_: None,
    "DELETE /api/v1/products/{sku}/placements": lambda *_: None,
    "PUT /api/v1/channels/{code}/profile": lambda *_: {"body": {"fields": [], "media": []}},
    "POST /api/v1/delivery-links": lambda _, asset, *__: {"asset": asset, "preset": "card", "use": "preview"},
    "POST /api/v1/imports/{uid}/mapping": lambda *_: {"columns": {}},
    "POST /api/v1/imports/{uid}/run": lambda *_: {},
    "POST /api/v1/ingests": lambda *ids: {"licence": ids[3]},
    "PATCH /api/v1/ingests/{uid}": lambda *_: {"markets": []},
    "POST /api/v1/ingests/{uid}/finish": lambda *_: {"without_unfinished": True},
    "POST /api/v1/ingests/{uid}/cancel": lambda *_: {},
    "PATCH /api/v1/uploads/{uid}": lambda *_: {},
    "DELETE /api/v1/uploads/{uid}": lambda *_: None,
    "PATCH /api/v1/licences/{uid}": lambda *_: {"terms": [], "credit": "me"},
    "POST /api/v1/licences/{uid}/assign": lambda _, asset, *__: {"assets": [asset]},
    "POST /api/v1/licences/{uid}/unassign": lambda _, asset, *__: {"assets": [asset]},
    "POST /api/v1/licences/{uid}/revoke": lambda *_: {},
    "POST /api/v1/audit/chain": lambda *_: None,
    "POST /api/v1/jobs/{uid}/cancel": lambda *_: {},
    "POST /api/v1/jobs/{uid}/resume": lambda *_: {},
    "PATCH /api/v1/roles/{code}": lambda *_: {"permissions": []},
    "DELETE /api/v1/roles/{code}": lambda *_: None,
    "PATCH /api/v1/saved-views/{uid}": lambda *_: {"name": "mine"},
    "DELETE /api/v1/saved-views/{uid}": lambda *_: None,
    "POST /api/v1/saved-views/{uid}/restore": lambda *_: {},
    "POST /api/v1/licences/{uid}/undo": lambda *_: {"version": 2},
    "POST /api/v1/trees": lambda *_: {"code": "mine", "kind": "browse", "labels": {"en-GB": "Mine"}},
    "PATCH /api/v1/trees/{code}": lambda *_: {"labels": {"en-GB": "Mine"}},
    "DELETE /api/v1/trees/{code}": lambda *_: None,
    "POST /api/v1/trees/{code}/categories": lambda *_: {"code": "mine", "labels": {"en-GB": "Mine"}},
    "PATCH /api/v1/categories/{key}": lambda *_: {"is_retired": True},
    "DELETE /api/v1/categories/{key}": lambda *_: None,
    "POST /api/v1/attributes/{code}/options": lambda *_: [{"code": "mine", "labels": {"en-GB": "Mine"}}],
    "PUT /api/v1/options/{key}": lambda *_: {"labels": {"en-GB": "Mine"}},
    "PATCH /api/v1/options/{key}": lambda *_: {"is_retired": True},
    "DELETE /api/v1/options/{key}": lambda *_: None,
    "PUT /api/v1/record-types/{code}": lambda *_: {"labels": {"en-GB": "Mine"}, "fields": []},
    "PATCH /api/v1/record-types/{code}": lambda *_: {"labels": {"en-GB": "Mine"}},
    "DELETE /api/v1/record-types/{code}": lambda *_: None,
    "PUT /api/v1/relation-types/{code}": lambda *_: {"labels": {"en-GB": "Mine"}},
    "PATCH /api/v1/relation-types/{code}": lambda *_: {"position": 3},
    "DELETE /api/v1/relation-types/{code}": lambda *_: None,
    "PUT /api/v1/products/{sku}/relations": lambda sku, *_: [{"type": "accessory", "product": sku}],
    "POST /api/v1/products/{sku}/relations": lambda sku, *_: [{"type": "accessory", "product": sku}],
    "DELETE /api/v1/products/{sku}/relations": lambda *_: None,
    "POST /api/v1/record-types/{code}/records": lambda *_: [{"code": "mine", "labels": {"en-GB": "Mine"}}],
    "PUT /api/v1/records/{key}": lambda *_: {"labels": {"en-GB": "Mine"}},
    "PATCH /api/v1/records/{key}": lambda *_: {"is_retired": True},
    "DELETE /api/v1/records/{key}": lambda *_: None,
    "POST /api/v1/vocabularies": lambda *_: {"code": "mine", "labels": {"en-GB": "Mine"}},
    "PATCH /api/v1/vocabularies/{code}": lambda *_: {"labels": {"en-GB": "Mine"}},
    "DELETE /api/v1/vocabularies/{code}": lambda *_: None,
    "POST /api/v1/vocabularies/{code}/terms": lambda *_: {"code": "mine", "labels": {"en-GB": "Mine"}},
    "PATCH /api/v1/terms/{key}": lambda *_: {"is_retired": True},
    "DELETE /api/v1/terms/{key}": lambda *_: None,
    "PUT /api/v1/categories/{key}/mappings": lambda *_: {"schema": "google", "node": "166"},
    "POST /api/v1/change-requests": lambda *_: {
        "kind": "taxonomy.retire",
        "parameters": {"category": "products/wear"},
        "reason": "mine",
    },
    "POST /api/v1/change-requests/{uid}/approve": lambda *_: {},
    "POST /api/v1/change-requests/{uid}/reject": lambda *_: {"reason": "mine"},
    "POST /api/v1/change-requests/{uid}/withdraw": lambda *_: {},
    "PUT /api/v1/products/{sku}": lambda *_: {"family": "coats", "values": []},
    "PATCH /api/v1/products/{sku}": lambda *_: {"family": "cups", "parent": "ATLAS", "state": "retired"},
    "POST /api/v1/products/{sku}/variants": lambda *_: {"combinations": [{"colour": "red", "size": "m"}]},
    "POST /api/v1/families/{code}/axes": lambda *_: {"axes": [["size"]]},
    "POST /api/v1/products/{sku}/detach": lambda *_: {"family": "cups", "accept": True},
    "POST /api/v1/products/{sku}/attach": lambda *_: {"parent": "ATLAS", "accept": True},
    "POST /api/v1/families/{code}/move-attribute": lambda *_: {"attribute": "name", "level": 0},
    "POST /api/v1/products/{sku}/restore": lambda *_: {"change": 1, "latest": 1},
    "POST /api/v1/products/{sku}/placements": lambda *_: {"channel": "shop", "market": "US", "reason": "mine"},
    "POST /api/v1/work-items/{uid}/dismiss": lambda *_: {},
    "POST /api/v1/work-items/{uid}/reopen": lambda *_: {},
    "POST /api/v1/work-items/{uid}/claim": lambda *_: {},
    "POST /api/v1/work-items/{uid}/release": lambda *_: {},
    "POST /api/v1/work-items/{uid}/hand-over": lambda *_: {"to": "us-steward"},
    "POST /api/v1/work-items/{uid}/snooze": lambda *_: {"until": "2999-01-01T00:00:00Z"},
    "POST /api/v1/work-items/{uid}/priority": lambda *_: {"priority": "low"},
    "POST /api/v1/work-items/{uid}/due": lambda *_: {"due_at": None},
    "POST /api/v1/work-items/{uid}/watch": lambda *_: {},
    "POST /api/v1/work-items/{uid}/unwatch": lambda *_: {},
    "POST /api/v1/work-items/{uid}/comments": lambda *_: {"text": "mine"},
    "POST /api/v1/work-items/{uid}/take-back-comment": lambda *_: {"comment": str(uuid4())},
    "POST /api/v1/products/bulk": lambda sku, *_: [{"sku": sku, "family": "cups", "state": "retired"}],
}
# What may be said of one's own things with an id of something foreign beside it: the id alone is foreign.
MIXED = {"POST /api/v1/licences/{uid}/assign", "POST /api/v1/licences/{uid}/unassign"}


Target = tuple[str, tuple[str, str, str, str]]


def targets(operation: Operation, house: SimpleNamespace) -> Iterator[tuple[Target, Target]]:
    """(address, ids for the body) of something foreign, and of something that is not."""
    lost = str(uuid4())
    nothing = ("NOWHERE", lost, lost, lost)
    bodies = zip(house.foreign["products"], house.foreign["assets"], house.foreign["bindings"], strict=False)
    foreign_bodies = [(*one, house.foreign["licences"][0]) for one in bodies]
    if not operation.parameters:
        for one in foreign_bodies:
            yield (operation.path, one), (operation.path, nothing)
        if "asset" in str(operation.path) or operation.name in {
            "POST /api/v1/bindings",
            "POST /api/v1/bindings/propose",
        }:
            for asset in house.foreign["assets"]:
                yield (operation.path, ("ATLAS", asset, lost, lost)), (operation.path, ("ATLAS", lost, lost, lost))
        return
    if operation.kind in SHARED:
        yield (operation.at("bazaar"), foreign_bodies[0]), (operation.at("bazaar"), nothing)
        return
    for one in house.foreign[operation.kind]:
        unknown = lost if walking.is_uuid(one) else "NOWHERE"
        yield (operation.at(one), nothing), (operation.at(unknown), nothing)
    if operation.name in MIXED:
        for one in foreign_bodies:
            mine = operation.at(house.own["licences"][0])
            yield (mine, one), (mine, nothing)


def sent(client: Any, operation: Operation, address: str, ids: tuple[str, str, str, str]) -> tuple[int, str]:
    body = BODIES[operation.name](*ids)
    response = client.generic(
        operation.method.upper(), address, _json(body), content_type="application/json", headers=walking.SPOKEN
    )
    text = text_of(response)
    own = address.split("/")[4:5]
    for word in sorted({*ids, *own}, key=len, reverse=True):
        text = text.replace(word, "ID")
    return response.status_code, text


def _json(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()
