"""People on pages: made, given roles, sent away; by administrators alone."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from foundation.accounts.errors import BadKey
from foundation.accounts.models import Grant, User
from foundation.accounts.queries import actor_of, find_key
from foundation.accounts.services import create_api_key
from foundation.core import moment
from foundation.core.actors import system
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision

pytestmark = pytest.mark.django_db
GOOD = "correct horse battery"


def address_of(user: User, verb: str = "") -> str:
    return f"/settings/people/{user.uid}/" + (f"{verb}/" if verb else "")


def undo_of(client: Any, address: str) -> str:
    found = re.search(r'class="toast.*?action="([^"]+)"', client.get(address).content.decode(), re.DOTALL)
    assert found, "the toast offers to undo"
    return unescape(found[1])


def test_somebody_new_gets_a_role_and_a_password(world: Any, administrator: Any, browser_of: Any, client: Any) -> None:
    ada = browser_of(administrator)
    made = ada.post("/settings/people/new/", {"username": "nora", "name": "Nora May Kim", "email": "n@example.org"})
    nora = User.objects.get(username="nora")
    assert (made.status_code, made.url) == (302, address_of(nora))
    assert (nora.first_name, nora.last_name, nora.has_usable_password()) == ("Nora", "May Kim", False)
    assert ada.post(address_of(nora, "grant"), {"role": "steward", "place": "market:GB"}).status_code == 302
    assert actor_of(User.objects.get(pk=nora.pk)).limits("market") == {"GB"}
    assert ada.post(address_of(nora, "password"), {"password": GOOD}).status_code == 302
    assert client.login(username="nora", password=GOOD)
    short = ada.post(address_of(nora, "password"), {"password": "short"})
    assert (short.status_code, client.login(username="nora", password=GOOD)) == (422, True)


def test_a_role_is_given_and_taken_back(world: Any, administrator: Any, steward: Any, browser_of: Any) -> None:
    ada, stella = browser_of(administrator), User.objects.get(pk=steward.user_id)
    ada.post(address_of(stella, "grant"), {"role": "merchant", "place": "*"})
    assert sorted(stella.grants.values_list("role", flat=True)) == ["merchant", "steward"]
    assert ada.post(undo_of(ada, address_of(stella))).status_code == 302
    assert list(stella.grants.values_list("role", flat=True)) == ["steward"]
    own = Grant.objects.get(user_id=administrator.user_id)
    refused = ada.post(address_of(own.user, "revoke"), {"grant": own.pk})
    assert (refused.status_code, Grant.objects.filter(pk=own.pk).exists()) == (409, True)


def test_who_leaves_is_out_at_once_and_for_good(world: Any, administrator: Any, steward: Any, browser_of: Any) -> None:
    ada, stella, user = browser_of(administrator), browser_of(steward), User.objects.get(pk=steward.user_id)
    _, secret = create_api_key(user=user, name="k", actor=system("tests"))
    assert stella.get("/products/").status_code == 200
    assert ada.post(address_of(user, "close")).status_code == 302
    assert stella.get("/products/").status_code == 302, "asked to sign in"
    with pytest.raises(BadKey):
        find_key(secret, at=moment.now())
    assert ada.post(undo_of(ada, address_of(user))).status_code == 302
    user.refresh_from_db()
    assert (user.is_active, user.has_usable_password()) == (True, False)
    assert stella.get("/products/").status_code == 302, "the old session does not come back"
    with pytest.raises(BadKey):
        find_key(secret, at=moment.now())
    itself = User.objects.get(pk=administrator.user_id)
    assert ada.post(address_of(itself, "close")).status_code == 409
    itself.refresh_from_db()
    assert itself.is_active


@pytest.mark.parametrize("role", ["steward", "photographer", "merchant"])
def test_nobody_else_sees_or_changes_people(role: str, request: Any, administrator: Any, browser_of: Any) -> None:
    client, ada = browser_of(request.getfixturevalue(role)), User.objects.get(pk=administrator.user_id)
    before = Revision.objects.count(), OutboxEvent.objects.count(), User.objects.count()
    given = {"role": "steward", "place": "*", "password": GOOD}
    for address in ("/settings/people/", "/settings/people/new/", address_of(ada)):
        assert client.get(address).status_code == 403
    for verb in ("grant", "revoke", "password", "close", "reopen"):
        assert client.post(address_of(ada, verb), given).status_code == 403
    assert (Revision.objects.count(), OutboxEvent.objects.count(), User.objects.count()) == before


def test_bad_names_are_refused_beside_the_field(administrator: Any, browser_of: Any) -> None:
    client = browser_of(administrator)
    refusals = {"a b": "A sign-in name has letters", "ada": "Somebody signs in as ada already", "": "required"}
    for username, words in refusals.items():
        response = client.post("/settings/people/new/", {"username": username})
        assert response.status_code == 422
        assert words in unescape(response.content.decode())
    assert User.objects.count() == 1


def test_people_are_found_by_name(administrator: Any, steward: Any, browser_of: Any) -> None:
    listed = browser_of(administrator).get("/settings/people/?q=stel").content.decode()
    assert address_of(User.objects.get(username="stella")) in listed
    assert address_of(User.objects.get(username="ada")) not in listed
    assert "Nobody is called that" in browser_of(administrator).get("/settings/people/?q=zzz").content.decode()
