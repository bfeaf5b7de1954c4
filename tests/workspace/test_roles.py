"""The matrix of roles: seen by all, edited by those who manage accounts, each cell with its undo."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from foundation.accounts.models import RoleDefinition
from tests.cast import enter, make_actor

pytestmark = pytest.mark.django_db
PERMIT = "/settings/roles/merchant/permit/"
HTMX = {"HX-Request": "true"}


def browser(actor: Any) -> Client:
    client = Client()
    enter(client, actor)
    return client


def may(role: str) -> set[str]:
    return set(RoleDefinition.objects.get(code=role).permissions)


def test_who_manages_accounts_sees_who_has_each_role(administrator: Any) -> None:
    make_actor("gwen", "merchant", market="GB")
    shown = browser(administrator).get("/settings/roles/").content.decode()
    assert "gwen</a> in market GB" in shown
    assert 'aria-label="Merchant: Edit products and their values"' in shown


def test_others_see_what_roles_may_and_nobody_who_has_them(steward: Any) -> None:
    make_actor("gwen", "merchant", market="GB")
    shown = browser(steward).get("/settings/roles/").content.decode()
    assert "Edit products and their values" in shown
    assert "gwen" not in shown
    assert 'role="switch"' not in shown
    assert browser(steward).post(PERMIT, {"permission": "pim.place", "holds": "yes"}).status_code == 403
    assert "pim.place" not in may("merchant")


def test_a_cell_is_turned_and_turned_back(administrator: Any) -> None:
    client = browser(administrator)
    turned = client.post(PERMIT, {"permission": "pim.place", "holds": "yes"}, headers=HTMX)
    assert 'aria-checked="true"' in turned.content.decode()
    assert "pim.place" in may("merchant")
    toast = json.loads(turned["HX-Trigger"])["toast"]
    assert toast["text"] == "Merchant may: Say where products are offered"
    client.post(toast["undo"]["url"], headers=HTMX)
    assert "pim.place" not in may("merchant")


def test_what_cannot_be_turned_says_so(administrator: Any) -> None:
    client = browser(administrator)
    address = "/settings/roles/administrator/permit/"
    assert client.post(address, {"permission": "pim.view", "holds": "no"}, headers=HTMX).status_code == 409
    assert client.post(PERMIT, {"permission": "pim.fly", "holds": "yes"}, headers=HTMX).status_code == 422
    assert client.post("/settings/roles/nobody/permit/", {"permission": "pim.view"}, headers=HTMX).status_code == 404
    assert may("administrator") == {"*"}


def test_a_role_is_made_from_another_and_deleted(administrator: Any) -> None:
    client = browser(administrator)
    given = {"name": "Buyer", "code": "buyer", "sentence": "Buys", "copied": "merchant"}
    assert client.post("/settings/roles/new/", given).status_code == 302
    assert may("buyer") == may("merchant")
    assert RoleDefinition.objects.get(code="buyer").sentence == "Buys"
    again = client.post("/settings/roles/new/", given)
    assert (again.status_code, "There is a role buyer already" in again.content.decode()) == (422, True)
    taken = client.post("/settings/roles/new/", {"code": "steward", "name": "Mine", "sentence": "Mine"})
    assert (taken.status_code, RoleDefinition.objects.get(code="steward").name) == (422, "Steward")
    assert client.post("/settings/roles/buyer/delete/").status_code == 302
    assert not RoleDefinition.objects.filter(code="buyer").exists()
    assert client.post("/settings/roles/steward/delete/").status_code == 409
