"""What is dangerous asks once more who is there, and then goes on where it was."""

from __future__ import annotations

import time
from html import unescape
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from foundation.accounts.models import ApiKey, Grant, RoleDefinition, User
from foundation.accounts.services import create_group
from foundation.core.actors import system
from tests.cast import PASSWORD, enter
from tests.workspace.test_sign_in import code_now, set_up_app

pytestmark = pytest.mark.django_db
KEY = {"name": "Web shop", "days": "30"}
SECRET = "correct horse battery"


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def forget(client: Client) -> None:
    """As if the sign-in were eleven minutes ago."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - 660}]
    session.save()


def signed_in(actor: Any, **more: Any) -> Client:
    client = Client(**more)
    enter(client, actor)
    return client


def test_a_form_goes_on_as_it_was_sent(world: Any, steward: Any) -> None:
    stella = signed_in(steward)
    forget(stella)
    asked = stella.post("/settings/keys/new/", KEY)
    assert (asked.status_code, asked["Location"]) == (302, "/confirm/")
    assert "Confirm that it is you" in stella.get("/confirm/").content.decode()
    assert "not correct" not in stella.get("/confirm/").content.decode()
    wrong = stella.post("/confirm/", {"password": "wrong-wrong-wrong"})
    assert "Incorrect password" in unescape(wrong.content.decode())
    assert ApiKey.objects.count() == 0
    made = stella.post("/confirm/", {"password": PASSWORD})
    assert ApiKey.objects.get().name == "Web shop"
    assert f"tk_{ApiKey.objects.get().prefix}_" in made.content.decode()
    assert "script-src 'self'" in made["Content-Security-Policy"]
    assert stella.post("/confirm/", {"password": PASSWORD})["Location"] == "/", "once is once"
    assert ApiKey.objects.count() == 1
    assert stella.post("/settings/keys/new/", KEY).status_code == 200, "not asked again for ten minutes"


def test_a_form_that_is_refused_afterwards_can_be_mended(world: Any, steward: Any) -> None:
    stella = signed_in(steward)
    forget(stella)
    stella.post("/settings/keys/new/", KEY | {"per_day": "-1"})
    refused = stella.post("/confirm/", {"password": PASSWORD})
    assert refused.status_code == 422
    assert 'method="post" action="/settings/keys/new/"' in refused.content.decode()
    assert 'value="Web shop"' in refused.content.decode()


def test_a_page_is_shown_again(steward: Any) -> None:
    stella = signed_in(steward)
    forget(stella)
    assert stella.get("/settings/keys/new/?from=list")["Location"] == "/confirm/"
    assert stella.post("/confirm/", {"password": PASSWORD})["Location"] == "/settings/keys/new/?from=list"


def test_a_fragment_is_led_there_as_a_page(world: Any, administrator: Any, steward: Any) -> None:
    ada = signed_in(administrator, headers={"HX-Request": "true"})
    user = User.objects.get(username="stella")
    forget(ada)
    asked = ada.post(f"/settings/people/{user.uid}/reopen/")
    assert (asked.status_code, asked["HX-Redirect"]) == (200, "/confirm/")
    done = Client()
    done.cookies = ada.cookies
    assert done.post("/confirm/", {"password": PASSWORD})["Location"] == f"/settings/people/{user.uid}/"


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("/settings/roles/merchant/permit/", {"permission": "pim.place", "holds": "yes"}),
        ("/settings/roles/new/", {"code": "buyer", "name": "Buyer", "sentence": "Buys"}),
        ("/settings/groups/{}/grant/", {"role": "merchant", "place": "*"}),
        ("/settings/groups/{}/add/", {"username": "stella"}),
    ],
)
def test_what_gives_more_is_confirmed(
    world: Any, administrator: Any, steward: Any, address: str, given: dict[str, str]
) -> None:
    ada, group = signed_in(administrator), create_group(name="Shoots", actor=system("tests"))
    address = address.format(group.uid)

    def state() -> list[Any]:
        roles = sorted((one.code, *one.permissions) for one in RoleDefinition.objects.all())
        return [roles, group.grants.count(), group.memberships.count()]

    before = state()
    forget(ada)
    assert ada.post(address, given)["Location"] == "/confirm/"
    assert state() == before
    assert ada.post("/confirm/", {"password": PASSWORD}).status_code == 302
    assert state() != before


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("grant", {"role": "merchant", "place": "*"}),
        ("close", {}),
        ("factors", {}),
        ("password", {"password": SECRET}),
    ],
)
def test_what_is_done_to_people_is_confirmed(
    world: Any, administrator: Any, steward: Any, verb: str, given: dict[str, str]
) -> None:
    ada, user = signed_in(administrator), User.objects.get(username="stella")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    before = _state(user)
    forget(ada)
    assert ada.post(f"/settings/people/{user.uid}/{verb}/", given)["Location"] == "/confirm/"
    assert _state(user) == before
    assert SECRET not in str([one.get_decoded() for one in Session.objects.all()]), "what waits is sealed"
    assert ada.post("/confirm/", {"password": PASSWORD})["Location"] == f"/settings/people/{user.uid}/"
    assert _state(user) != before


def _state(user: User) -> tuple[Any, ...]:
    user = User.objects.get(pk=user.pk)
    return user.is_active, user.password, Grant.objects.count(), Authenticator.objects.count()


def test_a_key_is_rotated_after_a_word(world: Any, steward: Any) -> None:
    stella = signed_in(steward)
    stella.post("/settings/keys/new/", KEY)
    forget(stella)
    address = f"/settings/keys/{ApiKey.objects.get().prefix}/rotate/"
    assert stella.post(address)["Location"] == "/confirm/"
    assert ApiKey.objects.count() == 1
    stella.post("/confirm/", {"password": PASSWORD})
    assert ApiKey.objects.count() == 2


def test_a_code_confirms_as_well(world: Any, steward: Any) -> None:
    stella = signed_in(steward)
    secret, _ = set_up_app(stella)
    forget(stella)
    stella.post("/settings/keys/new/", KEY)
    assert "/confirm/code/" in stella.get("/confirm/").content.decode()
    assert stella.post("/confirm/code/", {"code": "000000"}).status_code == 200
    assert ApiKey.objects.count() == 0
    stella.post("/confirm/code/", {"code": code_now(secret)})
    assert ApiKey.objects.count() == 1


def test_who_may_not_is_told_before_being_asked(steward: Any, administrator: Any) -> None:
    stella, user = signed_in(steward), User.objects.get(username="ada")
    forget(stella)
    assert stella.post(f"/settings/people/{user.uid}/close/").status_code == 403


def test_one_factor_more_or_less_is_confirmed(steward: Any) -> None:
    stella = signed_in(steward)
    set_up_app(stella)
    forget(stella)
    for address in ("app/remove/", "codes/new/", "passkeys/new/"):
        assert stella.post(f"/settings/sign-in/{address}")["Location"].startswith("/confirm/")
    assert Authenticator.objects.count() == 2
