"""Groups on pages: made, filled by hand, given roles, ended; by administrators alone."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from foundation.accounts.models import Group, User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import add_members, create_group, create_user
from foundation.core.actors import system
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Group:
    return create_group(name="Team", actor=system("tests"))


def address_of(group: Group, verb: str = "") -> str:
    return f"/settings/groups/{group.uid}/" + (f"{verb}/" if verb else "")


def undo_of(client: Any, address: str) -> str:
    found = re.search(r'class="toast.*?action="([^"]+)"', client.get(address).content.decode(), re.DOTALL)
    assert found, "the toast offers to undo"
    return unescape(found[1])


def test_a_group_is_made_filled_given_a_role_and_ended(administrator: Any, world: Any, browser_of: Any) -> None:
    ada, nora = browser_of(administrator), create_user(username="nora", actor=system("tests"))
    made = ada.post("/settings/groups/new/", {"name": "Writers"})
    group = Group.objects.get(name="Writers")
    assert (made.status_code, made.url) == (302, address_of(group))
    assert ada.post(address_of(group, "grant"), {"role": "steward", "place": "market:GB"}).status_code == 302
    assert ada.post(address_of(group, "add"), {"username": "nora"}).status_code == 302
    assert actor_of(nora).limits("market") == {"GB"}
    shown = ada.get(address_of(group)).content.decode()
    assert "market GB" in shown
    assert "nora" in shown
    person = ada.get(f"/settings/people/{nora.uid}/").content.decode()
    assert f'by the group <a href="{address_of(group)}">Writers</a>' in person
    assert "1 person" in ada.get("/settings/groups/?q=writ").content.decode()
    assert ada.post(address_of(group), {"name": "Authors"}).status_code == 302
    assert ada.post(address_of(group, "delete")).url == "/settings/groups/"
    assert (Group.objects.count(), actor_of(nora).may("pim.edit")) == (0, False)


def test_putting_in_and_a_role_are_undone(administrator: Any, team: Group, browser_of: Any) -> None:
    ada, nora = browser_of(administrator), create_user(username="nora", actor=system("tests"))
    ada.post(address_of(team, "add"), {"username": "nora"})
    assert ada.post(undo_of(ada, address_of(team))).status_code == 302
    assert team.memberships.count() == 0
    ada.post(address_of(team, "grant"), {"role": "steward", "place": "*"})
    assert ada.post(undo_of(ada, address_of(team))).status_code == 302
    assert team.grants.count() == 0
    assert ada.post(address_of(team, "remove"), {"user": nora.uid}).status_code == 422


def test_what_a_directory_said_is_not_taken_back_by_hand(administrator: Any, team: Group, browser_of: Any) -> None:
    ada, nora = browser_of(administrator), create_user(username="nora", actor=system("tests"))
    add_members(group=team, users=[nora], source="scim", actor=system("tests"))
    shown = ada.get(address_of(team)).content.decode()
    assert "by the directory" in shown
    assert "Take nora out" not in shown
    assert ada.post(address_of(team, "remove"), {"user": nora.uid}).status_code == 422
    assert team.memberships.count() == 1


def test_bad_input_is_refused_beside_the_field(administrator: Any, team: Group, browser_of: Any) -> None:
    ada = browser_of(administrator)
    for address, given, words in (
        ("/settings/groups/new/", {"name": "TEAM"}, "There is a group 'Team' already"),
        ("/settings/groups/new/", {"name": ""}, "required"),
        (address_of(team, "add"), {"username": "nobody"}, "Nobody signs in as nobody"),
        (address_of(team, "grant"), {"role": "king", "place": "*"}, "Select a valid choice"),
        (address_of(team), {"name": "x" * 201}, "at most 200 characters"),
    ):
        answer = ada.post(address, given)
        assert answer.status_code == 422
        assert words in unescape(answer.content.decode())
    for bad in ("", "x", "1" * 40):
        assert ada.post(address_of(team, "revoke"), {"grant": bad}).status_code == 422
        assert ada.post(address_of(team, "remove"), {"user": bad}).status_code == 404
    assert (Group.objects.count(), team.memberships.count(), team.grants.count()) == (1, 0, 0)


@pytest.mark.parametrize("role", ["steward", "photographer", "merchant"])
def test_nobody_else_sees_or_changes_groups(role: str, request: Any, team: Group, browser_of: Any) -> None:
    actor = request.getfixturevalue(role)
    client, user = browser_of(actor), User.objects.get(pk=actor.user_id)
    before = Revision.objects.count(), OutboxEvent.objects.count()
    given = {"role": "administrator", "place": "*", "username": user.username, "user": user.uid, "name": "x"}
    for address in ("/settings/groups/", "/settings/groups/new/", address_of(team)):
        assert client.get(address).status_code == 403
    for verb in ("", "grant", "revoke", "add", "remove", "delete"):
        assert client.post(address_of(team, verb), given).status_code == 403
    assert (Revision.objects.count(), OutboxEvent.objects.count()) == before
