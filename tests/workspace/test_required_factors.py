"""A role may require a second factor: who has it sets one up before anything else, and keeps one."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from foundation.accounts.models import RoleDefinition, User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import (
    add_members,
    create_group,
    create_user,
    define_role,
    grant_role,
    reset_factors,
)
from foundation.core.actors import system
from foundation.events.models import OutboxEvent
from tests.cast import PASSWORD, enter
from tests.workspace.test_sign_in import code_now, set_up_app

pytestmark = pytest.mark.django_db
HOUSE = system("tests")
MINE = "/settings/sign-in/"
PERMIT = "/settings/roles/steward/permit/"


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def required(steward: Any) -> Any:
    """A steward, whose role requires a second factor now."""
    define_role(code="steward", requires_factor=True, actor=HOUSE)
    return steward


def signed_in(name: str) -> Client:
    client = Client()
    assert client.post("/login/", {"login": name, "password": PASSWORD}).status_code == 302
    return client


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_everything_waits_until_one_is_set_up(world: Any, required: Any) -> None:
    stella = signed_in("stella")
    for address in ("/", "/products/", "/work/", "/settings/", "/settings/keys/new/", "/nowhere/"):
        answer = stella.get(address)
        assert (answer.status_code, answer["Location"]) == (302, MINE), address
    made = stella.post("/settings/keys/new/", {"name": "k", "days": "30"})
    assert (made.status_code, User.objects.get(username="stella").api_keys.count()) == (302, 0)
    fragment = stella.get("/products/", headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == MINE
    for method in ("get", "post"):
        answer = getattr(stella, method)("/api/v1/products")
        assert (answer.status_code, answer.json()["code"]) == (403, "factor-first")
    page = text_of(stella.get(MINE))
    assert "A second factor comes first" in page
    assert 'href="/products/"' not in page, "no place is open yet"
    secret, _ = set_up_app(stella)
    assert stella.get("/products/").status_code == 200
    assert stella.get("/api/v1/products").status_code == 200
    assert "A second factor comes first" not in text_of(stella.get(MINE))
    stella.post("/logout/")
    stella.post("/login/", {"login": "stella", "password": PASSWORD})
    assert stella.get("/products/")["Location"].startswith("/login/"), "the password alone lets nobody in any more"
    stella.post("/login/factor/", {"code": code_now(secret)})
    assert stella.get("/products/").status_code == 200


def test_a_role_by_a_group_counts_and_another_does_not(world: Any, merchant: Any, required: Any) -> None:
    mona = signed_in("mona")
    assert mona.get("/products/").status_code == 200
    team = create_group(name="Team", actor=HOUSE)
    grant_role(holder=team, role="steward", dimension="market", code="GB", actor=HOUSE)
    add_members(group=team, users=[User.objects.get(username="mona")], actor=HOUSE)
    assert mona.get("/products/")["Location"] == MINE


def test_a_superuser_is_held_to_what_administrators_are(db: None) -> None:
    create_user(username="root", password=PASSWORD, is_superuser=True, actor=HOUSE)
    root = signed_in("root")
    assert root.get("/products/").status_code == 200
    define_role(code="administrator", requires_factor=True, actor=HOUSE)
    assert root.get("/products/")["Location"] == MINE


def test_keys_go_on(required: Any, client_of: Any) -> None:
    assert client_of(required).get("/api/v1/products").status_code == 200


def test_a_passkey_is_enough_and_recovery_codes_are_not(required: Any) -> None:
    user, stella = User.objects.get(username="stella"), signed_in("stella")
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x"})
    assert stella.get("/products/")["Location"] == MINE
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})
    assert stella.get("/products/").status_code == 200


@pytest.mark.parametrize(("first", "status"), [("socialaccount", 200), ("password", 302)])
def test_who_comes_by_a_provider_has_shown_there_what_it_asks(required: Any, first: str, status: int) -> None:
    stella = Client()
    enter(stella, required)
    session = stella.session
    records = [{"method": first, "at": 1}, {"method": "socialaccount", "at": 2, "reauthenticated": True}]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session.save()
    assert stella.get("/products/").status_code == status


def test_the_last_one_stays_while_it_is_required(required: Any) -> None:
    user, stella = User.objects.get(username="stella"), signed_in("stella")
    set_up_app(stella)
    refused = stella.post(f"{MINE}app/remove/")
    assert (refused.status_code, "requires a second factor" in text_of(refused)) == (409, True)
    assert stella.get(f"{MINE}app/remove/").status_code == 409
    passkey = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})
    assert stella.post(f"{MINE}app/remove/").status_code == 302
    assert stella.post(f"{MINE}passkeys/{passkey.pk}/remove/").status_code == 409
    assert Authenticator.objects.filter(pk=passkey.pk).exists()
    define_role(code="steward", requires_factor=False, actor=HOUSE)
    assert stella.post(f"{MINE}passkeys/{passkey.pk}/remove/").status_code == 302
    assert not Authenticator.objects.filter(pk=passkey.pk).exists()


def test_who_lost_it_begins_anew_after_an_administrator_took_it_away(required: Any, administrator: Any) -> None:
    stella = signed_in("stella")
    set_up_app(stella)
    assert reset_factors(user=User.objects.get(username="stella"), actor=administrator) == 2
    assert stella.get("/products/")["Location"].startswith("/login/"), "the old session has ended"
    assert signed_in("stella").get("/products/")["Location"] == MINE


def test_the_matrix_says_it_with_undo_and_the_person_page_who_lacks_it(
    steward: Any, administrator: Any, browser_of: Any
) -> None:
    ada, htmx = browser_of(administrator), browser_of(administrator, htmx=True)
    person = f"/settings/people/{User.objects.get(username='stella').uid}/"
    assert 'aria-label="Steward: Signs in with a second factor"' in text_of(ada.get("/settings/roles/"))
    turned = htmx.post(PERMIT, {"permission": "second-factor", "holds": "yes"})
    assert 'aria-checked="true"' in text_of(turned)
    toast = json.loads(turned["HX-Trigger"])["toast"]
    assert toast["text"] == "Steward: a second factor is required"
    assert RoleDefinition.objects.get(code="steward").requires_factor
    assert OutboxEvent.objects.get(type="accounts.role.defined").data == {"role": "steward"}
    assert "they have none" in text_of(ada.get(person))
    htmx.post(toast["undo"]["url"])
    assert not RoleDefinition.objects.get(code="steward").requires_factor
    assert "they have none" not in text_of(ada.get(person))
    assert ada.post("/settings/roles/administrator/permit/", {"permission": "second-factor", "holds": "yes"})
    assert actor_of(User.objects.get(username="ada")).requires_factor


def test_the_api_says_it(administrator: Any, steward: Any) -> None:
    ada = Client()
    enter(ada, administrator)
    given = json.dumps({"requires_factor": True})
    answer = ada.patch("/api/v1/roles/steward", given, content_type="application/json")
    assert (answer.status_code, answer.json()["requires_factor"]) == (200, True)
    assert signed_in("stella").get("/products/")["Location"] == MINE
    copied = json.dumps({"code": "buyer", "name": "Buyer", "copied": "steward"})
    assert ada.post("/api/v1/roles", copied, content_type="application/json").json()["requires_factor"] is True
