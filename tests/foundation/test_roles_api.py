"""Roles by the API: read by all, changed by who manages accounts, signed in, under the rules of the matrix page."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from foundation.accounts.models import RoleDefinition
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from tests.cast import enter

pytestmark = pytest.mark.django_db
ROLES = "/api/v1/roles"
BUYER = {"code": "buyer", "name": "Buyer", "sentence": "Buys", "permissions": ["pim.view", "pim.view_secret"]}


def session(actor: Any) -> Client:
    client = Client()
    enter(client, actor)
    return client


def send(client: Client, method: str, address: str, given: Any = None) -> Any:
    return client.generic(method, address, b"" if given is None else _json(given), content_type="application/json")


def _json(given: Any) -> bytes:
    import json

    return json.dumps(given).encode()


def told() -> list[tuple[str, str]]:
    rows = OutboxEvent.objects.filter(type__startswith="accounts.role.").order_by("pk")
    return [(one.type, one.data["role"]) for one in rows]


def test_everybody_reads_what_roles_may_and_few_how_often(administrator: Any, steward: Any, client_of: Any) -> None:
    listed = client_of(steward).get(ROLES).json()["results"]
    assert [one["code"] for one in listed] == ["administrator", "steward", "studio", "merchant", "integrator"]
    assert listed[0] == {
        "code": "administrator", "name": "Administrator", "sentence": "Everything, people and settings too",
        "permissions": ["*"], "requires_factor": False, "is_first": True, "granted": None,
    }  # fmt: skip
    assert session(administrator).get(f"{ROLES}/steward").json()["granted"] == 1
    assert Client().get(ROLES).status_code == 401
    assert client_of(steward).get(f"{ROLES}/nobody").status_code == 404


def test_a_role_is_made_changed_and_deleted(administrator: Any) -> None:
    ada = session(administrator)
    made = send(ada, "POST", ROLES, BUYER)
    assert (made.status_code, made.json()) == (
        201,
        BUYER
        | {
            "permissions": ["pim.view", "pim.view_restricted", "pim.view_secret"],
            "requires_factor": False,
            "is_first": False,
            "granted": 0,
        },
    )
    changed = send(ada, "PATCH", f"{ROLES}/buyer", {"permissions": ["pim.view"]})
    assert (changed.status_code, changed.json()["permissions"], changed.json()["name"]) == (200, ["pim.view"], "Buyer")
    assert send(ada, "PATCH", f"{ROLES}/buyer", {"permissions": ["pim.view"]}).status_code == 200
    assert send(ada, "DELETE", f"{ROLES}/buyer").status_code == 204
    assert told() == [
        ("accounts.role.defined", "buyer"),
        ("accounts.role.defined", "buyer"),
        ("accounts.role.deleted", "buyer"),
    ]


def test_a_role_begins_as_a_copy(administrator: Any) -> None:
    ada = session(administrator)
    made = send(ada, "POST", ROLES, {"code": "retoucher", "name": "Retoucher", "copied": "studio"})
    studio = RoleDefinition.objects.get(code="studio")
    assert (made.json()["permissions"], made.json()["sentence"]) == (studio.permissions, studio.sentence)
    both = {"code": "x", "name": "X", "copied": "studio", "permissions": []}
    assert send(ada, "POST", ROLES, both).status_code == 422


@pytest.mark.parametrize(
    ("method", "address", "given", "status", "path"),
    [
        ("POST", ROLES, BUYER | {"code": "studio"}, 409, "code"),
        ("POST", ROLES, BUYER | {"code": "Big Boss"}, 422, "code"),
        ("POST", ROLES, BUYER | {"permissions": ["pim.fly"]}, 422, "permissions"),
        ("POST", ROLES, {"code": "x", "name": "X", "copied": "nobody"}, 404, "role"),
        ("PATCH", f"{ROLES}/nobody", {"name": "X"}, 404, "role"),
        ("PATCH", f"{ROLES}/administrator", {"permissions": []}, 409, "permissions"),
        ("DELETE", f"{ROLES}/studio", None, 409, "code"),
        ("DELETE", f"{ROLES}/nobody", None, 404, "role"),
    ],
)
def test_the_rules_of_the_page_hold(
    administrator: Any, method: str, address: str, given: Any, status: int, path: str
) -> None:
    before = Revision.objects.count(), OutboxEvent.objects.count()
    answer = send(session(administrator), method, address, given)
    assert (answer.status_code, answer.json()["path"]) == (status, path)
    assert (Revision.objects.count(), OutboxEvent.objects.count()) == before


WRITES = [("POST", ROLES, BUYER), ("PATCH", f"{ROLES}/merchant", {"name": "Me"}), ("DELETE", f"{ROLES}/merchant", None)]


@pytest.mark.parametrize(("method", "address", "given"), WRITES)
def test_nobody_else_changes_them(
    administrator: Any, steward: Any, client_of: Any, method: str, address: str, given: Any
) -> None:
    stale = session(administrator)
    kept = stale.session
    kept[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": 1}]
    kept.save()
    key = client_of(administrator)
    before = Revision.objects.count(), OutboxEvent.objects.count()
    assert send(session(steward), method, address, given).status_code == 403
    refused = send(stale, method, address, given)
    assert (refused.status_code, refused.json()["code"]) == (403, "confirm-first")
    by_key = key.generic(method, address, _json(given), content_type="application/json")
    assert (by_key.status_code, "a key cannot" in by_key.json()["detail"]) == (403, True)
    assert (Revision.objects.count(), OutboxEvent.objects.count()) == before
