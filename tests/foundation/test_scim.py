"""SCIM as directories really speak it: Entra ID, Okta and the standard, over real HTTP."""

# ruff: noqa: E501  (what is sent stands on a line of its own)
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from foundation.accounts.choices import Role
from foundation.accounts.models import Grant, Group, User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import (
    add_members,
    close_account,
    create_group,
    create_user,
    grant_role,
    reopen_account,
)
from foundation.core.actors import system
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.provisioning.models import Entry, Exchange

from .scim import ENTERPRISE, GROUP, USER, Directory, directory_key

pytestmark = pytest.mark.django_db(transaction=True)
HOUSE = system("tests")


@pytest.fixture
def directory(live_server: Any) -> Iterator[Directory]:
    with Directory(live_server.url, directory_key()) as found:
        yield found


def user_of(document: dict[str, Any]) -> User:
    return User.objects.get(uid=document["id"])


def truth() -> tuple[int, int]:
    return Revision.objects.count(), OutboxEvent.objects.count()


MANAGER = "26118915-6090-4610-87e4-49d8ca9f808d"
ENTRA = {
    "schemas": [USER, ENTERPRISE],
    "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
    "userName": "nora.kim@example.org",
    "active": True,
    "displayName": "Nora Kim",
    "emails": [{"primary": True, "type": "work", "value": "nora.kim@example.org"}],
    "meta": {"resourceType": "User"},
    "name": {"formatted": "Nora Kim", "familyName": "Kim", "givenName": "Nora"},
    "roles": [],
    "password": "never-kept-by-us",
    ENTERPRISE: {"department": "Studio", "manager": MANAGER, "madeUp": "x"},
    "urn:ietf:params:scim:schemas:extension:acme:2.0:User": {"badge": 7},
}


def test_a_person_of_entra_s_has_an_account_without_role_or_password(directory: Directory) -> None:
    answer = directory.ask("POST", "/Users", ENTRA)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["Content-Type"].startswith("application/scim+json")
    assert answer.headers["Location"] == made["meta"]["location"]
    assert answer.headers["ETag"] == made["meta"]["version"]
    assert "never-kept-by-us" not in answer.text
    nora = user_of(made)
    assert (nora.username, nora.first_name, nora.last_name) == ("nora.kim@example.org", "Nora", "Kim")
    assert (nora.email, nora.is_active, nora.has_usable_password()) == ("nora.kim@example.org", True, False)
    assert (nora.is_superuser, nora.is_staff, actor_of(nora).permissions) == (False, False, frozenset())
    manager = {"value": MANAGER, "$ref": f"../Users/{MANAGER}"}
    assert made[ENTERPRISE] == {"department": "Studio", "manager": manager}
    assert directory.ask("GET", f"/Users/{made['id']}").json() == made
    [found] = directory.found("/Users", filter='userName eq "NORA.KIM@example.org"')
    assert found == made
    assert "never-kept-by-us" not in str(list(Entry.objects.values()) + list(Exchange.objects.values()))


@pytest.mark.parametrize(
    ("operations", "first", "email", "title"),
    [
        ([{"op": "Replace", "path": "name.givenName", "value": "Nori"}], "Nori", "n@example.org", None),
        ([{"op": "replace", "value": {"name.givenName": "Nori", "title": "Lead"}}], "Nori", "n@example.org", "Lead"),
        ([{"op": "Add", "path": 'emails[type eq "work"].value', "value": "x@example.org"}], "Nora", "x@example.org", None),
        ([{"op": "Replace", "path": 'emails[type eq "work"].value', "value": "x@example.org"},
          {"op": "Add", "path": "title", "value": "Lead"}], "Nora", "x@example.org", "Lead"),
        ([{"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Shop"},
          {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": "abc"},
          {"op": "Add", "path": f"{ENTERPRISE}:unknown", "value": "x"},
          {"op": "Add", "path": "urn:acme:2.0:User:badge", "value": "7"},
          {"op": "Add", "path": "shoeSize", "value": 44}], "Nora", "n@example.org", None),
        ([{"op": "Replace", "value": {"id": "else", "schemas": [USER], "title": "Lead"}}], "Nora", "n@example.org", "Lead"),
        ([{"op": "Remove", "path": "name.givenName"}], "", "n@example.org", None),
    ],
)  # fmt: skip
def test_changes_as_directories_send_them(
    directory: Directory, operations: Any, first: str, email: str, title: str | None
) -> None:
    made = directory.person("nora", name={"givenName": "Nora"}, emails=[{"type": "work", "value": "n@example.org"}])
    answer = directory.patch(f"/Users/{made['id']}", *operations)
    assert answer.status_code == 200, answer.text
    nora = user_of(made)
    assert (nora.first_name, nora.email, answer.json().get("title")) == (first, email, title)
    assert answer.json()["id"] == made["id"]


@pytest.mark.parametrize(
    "leave",
    [
        lambda d, uid: d.patch(f"/Users/{uid}", {"op": "replace", "path": "active", "value": False}),
        lambda d, uid: d.patch(f"/Users/{uid}", {"op": "Replace", "path": "active", "value": "False"}),
        lambda d, uid: d.patch(f"/Users/{uid}", {"op": "replace", "value": {"active": False}}),
        lambda d, uid: d.patch(f"/Users/{uid}", {"op": "Replace", "value": {"active": "False"}}),
        lambda d, uid: d.ask("PUT", f"/Users/{uid}", {"schemas": [USER], "userName": "nora", "active": False}),
        lambda d, uid: d.ask("PUT", f"/Users/{uid}", {"schemas": [USER], "userName": "nora", "active": "False"}),
    ],
)
def test_every_way_to_say_that_somebody_left(directory: Directory, leave: Any) -> None:
    made = directory.person("nora")
    answer = leave(directory, made["id"])
    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert not user_of(made).is_active
    back = directory.patch(f"/Users/{made['id']}", {"op": "Replace", "path": "active", "value": "True"})
    assert (back.json()["active"], user_of(made).is_active) == (True, True)
    assert directory.ask("DELETE", f"/Users/{made['id']}").status_code == 204
    assert not user_of(made).is_active
    assert directory.ask("GET", f"/Users/{made['id']}").status_code == 404
    assert directory.found("/Users", filter='userName eq "nora"') == []
    again = directory.ask("POST", "/Users", {"schemas": [USER], "userName": "Nora"})
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")


def test_who_was_closed_by_hand_is_not_reopened(directory: Directory) -> None:
    made = directory.person("nora")
    where = f"/Users/{made['id']}"
    directory.patch(where, {"op": "replace", "path": "active", "value": False})
    reopen_account(user=user_of(made), actor=HOUSE)
    close_account(user=user_of(made), actor=HOUSE)
    for word in (False, True):
        answer = directory.patch(where, {"op": "replace", "path": "active", "value": word})
        assert (answer.status_code, answer.json()["active"], user_of(made).is_active) == (200, False, False)


def test_people_made_by_hand_are_taken_over_and_programs_are_not_seen(directory: Directory) -> None:
    nora = create_user(username="nora", email="nora@example.org", name="Nora Kim", actor=HOUSE)
    program = create_user(username="erp", is_service=True, actor=HOUSE)
    [found] = directory.found("/Users", filter='userName eq "nora"')
    assert (found["name"]["familyName"], found["emails"][0]["value"]) == ("Kim", "nora@example.org")
    answer = directory.patch(f"/Users/{found['id']}", {"op": "add", "path": "externalId", "value": "e-7"})
    assert (answer.status_code, Entry.objects.get(user=nora).external_id) == (200, "e-7")
    assert directory.found("/Users", filter='externalId eq "e-7"')[0]["id"] == str(nora.uid)
    assert directory.found("/Users", filter='userName eq "erp"') == []
    for method in ("GET", "DELETE"):
        assert directory.ask(method, f"/Users/{program.uid}").status_code == 404
    program.refresh_from_db()
    assert program.is_active


def test_groups_give_what_people_granted_them(directory: Directory) -> None:
    nora, omar = directory.person("nora"), directory.person("omar")
    made = directory.group("Editors", nora["id"], externalId="g-1")
    assert not actor_of(user_of(nora)).may("pim.edit")
    grant_role(holder=Group.objects.get(uid=made["id"]), role=Role.STEWARD, actor=HOUSE)
    assert (actor_of(user_of(nora)).may("pim.edit"), actor_of(user_of(omar)).may("pim.edit")) == (True, False)
    where = f"/Groups/{made['id']}"
    added = directory.patch(where, {"op": "Add", "path": "members", "value": [{"value": omar["id"]}]})
    assert {one["value"] for one in added.json()["members"]} == {nora["id"], omar["id"]}
    gone = directory.patch(where, {"op": "Remove", "path": f'members[value eq "{nora["id"]}"]'})
    assert [one["value"] for one in gone.json()["members"]] == [omar["id"]]
    assert (actor_of(user_of(nora)).may("pim.edit"), actor_of(user_of(omar)).may("pim.edit")) == (False, True)
    gone = directory.patch(where, {"op": "Remove", "path": "members", "value": [{"value": omar["id"]}]})
    assert (gone.status_code, gone.json().get("members")) == (200, None)
    named = directory.patch(where, {"op": "replace", "value": {"id": made["id"], "displayName": "Writers"}})
    assert (named.json()["displayName"], named.json()["externalId"]) == ("Writers", "g-1")
    put = directory.ask(
        "PUT", where, {"schemas": [GROUP], "displayName": "Writers", "members": [{"value": nora["id"]}]}
    )
    assert [one["value"] for one in put.json()["members"]] == [nora["id"]]
    assert [one["display"] for one in directory.ask("GET", f"/Users/{nora['id']}").json()["groups"]] == ["Writers"]
    assert "members" not in directory.found("/Groups", excludedAttributes="members")[0]
    assert directory.found("/Groups", filter=f'members[value eq "{nora["id"]}"]')[0]["id"] == made["id"]
    assert directory.ask("DELETE", where).status_code == 204
    assert (Group.objects.count(), Grant.objects.exclude(group=None).count()) == (0, 0)


def test_groups_by_hand_are_none_of_the_directory_s_business(directory: Directory) -> None:
    group, nora = create_group(name="Keepers", actor=HOUSE), directory.person("nora")
    grant_role(holder=group, role=Role.ADMINISTRATOR, actor=HOUSE)
    assert directory.found("/Groups") == []
    where, before = f"/Groups/{group.uid}", truth()
    add = {"op": "add", "path": "members", "value": [{"value": nora["id"]}]}
    assert directory.patch(where, add).status_code == 404
    assert directory.ask("DELETE", where).status_code == 404
    taken = directory.ask("POST", "/Groups", {"schemas": [GROUP], "displayName": "KEEPERS"})
    assert (taken.status_code, taken.json()["scimType"]) == (409, "uniqueness")
    assert truth() == before


def test_an_administrator_by_hand_keeps_name_and_address(directory: Directory) -> None:
    root = User.objects.get(username="root")
    other = create_user(username="ada", email="ada@example.org", actor=HOUSE)
    grant_role(holder=other, role=Role.ADMINISTRATOR, actor=HOUSE)
    boss = create_user(username="boss", is_superuser=True, actor=HOUSE)
    before = truth()
    for user in (root, other, boss):
        for change in (
            {"op": "replace", "path": "userName", "value": "mine"},
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": "thief@example.org"},
        ):
            assert directory.patch(f"/Users/{user.uid}", change).status_code == 403
    assert truth() == before
    assert (
        directory.patch(f"/Users/{other.uid}", {"op": "replace", "path": "active", "value": False}).status_code == 200
    )
    own = directory.patch(f"/Users/{root.uid}", {"op": "replace", "path": "active", "value": False})
    assert (own.status_code, User.objects.get(username="root").is_active) == (409, True)


def test_the_last_administrator_is_not_closed(directory: Directory) -> None:
    made, keeper = directory.person("nora"), create_user(username="keeper", is_service=True, actor=HOUSE)
    group = directory.group("Keepers", made["id"])
    grant_role(holder=Group.objects.get(uid=group["id"]), role=Role.ADMINISTRATOR, actor=HOUSE)
    Grant.objects.filter(user__username="root").update(user=keeper)
    User.objects.filter(username="root").update(is_service=True, is_superuser=True)
    for answer in (
        directory.patch(f"/Users/{made['id']}", {"op": "replace", "path": "active", "value": False}),
        directory.ask("DELETE", f"/Users/{made['id']}"),
        directory.ask("DELETE", f"/Groups/{group['id']}"),
        directory.patch(f"/Groups/{group['id']}", {"op": "remove", "path": "members"}),
    ):
        assert (answer.status_code, "administers the house" in answer.json()["detail"]) == (409, True)
    assert actor_of(user_of(made)).may("accounts.manage")


def test_members_by_another_s_word_stay(directory: Directory) -> None:
    nora = create_user(username="nora", actor=HOUSE)
    made = directory.group("Team", str(nora.uid))
    group = Group.objects.get(uid=made["id"])
    add_members(group=group, users=[nora], actor=HOUSE)
    directory.patch(f"/Groups/{made['id']}", {"op": "remove", "path": "members"})
    assert list(group.memberships.values_list("source", flat=True)) == ["hand"]


def test_a_version_that_was_overtaken_is_refused(directory: Directory) -> None:
    made = directory.person("nora")
    where, old = f"/Users/{made['id']}", {"If-Match": made["meta"]["version"]}
    title = {"op": "replace", "path": "title", "value": "Lead"}
    new = directory.patch(where, title, headers=old)
    assert new.status_code == 200
    assert new.headers["ETag"] != made["meta"]["version"]
    before = truth()
    for answer in (
        directory.patch(where, {"op": "remove", "path": "title"}, headers=old),
        directory.ask("PUT", where, {"schemas": [USER], "userName": "nora"}, headers=old),
        directory.ask("DELETE", where, headers=old),
    ):
        assert answer.status_code == 412
    assert truth() == before
    same = directory.ask("GET", where, headers={"If-None-Match": new.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_saying_the_same_again_writes_nothing(directory: Directory) -> None:
    made = directory.person("nora", title="Lead")
    group = directory.group("Team", made["id"])
    before = truth()
    directory.patch(f"/Users/{made['id']}", {"op": "replace", "path": "title", "value": "Lead"})
    directory.ask("PUT", f"/Users/{made['id']}", made)
    directory.ask("PUT", f"/Groups/{group['id']}", group)
    assert truth() == before


def test_lists_are_filtered_sorted_and_paged(directory: Directory) -> None:
    for name in ("ann", "bob", "cid"):
        directory.person(name, title="Lead" if name != "bob" else "Clerk", emails=[{"value": f"{name}@example.org"}])
    directory.patch(
        f"/Users/{User.objects.get(username='cid').uid}", {"op": "replace", "path": "active", "value": False}
    )

    def names(**query: Any) -> list[str]:
        return [one["userName"] for one in directory.found("/Users", **query)]

    assert names(filter='title eq "lead"') == ["ann", "cid"]
    assert names(filter='title eq "Lead" and active eq true') == ["ann"]
    assert names(filter='active eq "False"') == ["cid"]
    assert names(filter='not (title eq "Lead") and userName ne "root"') == ["bob"]
    assert names(filter='emails[type eq "work" and value eq "BOB@example.org"]') == ["bob"]
    assert names(filter='emails.value ew "@example.org" or userName sw "ro"', sortBy="userName", sortOrder="descending") == [
        "root", "cid", "bob", "ann",
    ]  # fmt: skip
    assert names(filter="title pr", startIndex=2, count=1) == ["bob"]
    assert names(filter='id eq "nonsense"') == names(filter=f'id eq "{uuid4()}"') == []
    page = directory.ask("GET", "/Users", params={"count": 0}).json()
    assert (page["totalResults"], page.get("Resources", [])) == (4, [])
    only = directory.found("/Users", filter='userName eq "ann"', attributes="userName")
    assert set(only[0]) <= {"schemas", "id", "userName"}


def test_many_operations_in_one_request(directory: Directory) -> None:
    operations = [
        {"method": "POST", "path": "/Groups", "bulkId": "g",
         "data": {"schemas": [GROUP], "displayName": "Team", "members": [{"value": "bulkId:u"}]}},
        {"method": "POST", "path": "/Users", "bulkId": "u", "data": {"schemas": [USER], "userName": "nora"}},
        {"method": "POST", "path": "/Users", "bulkId": "v", "data": {"schemas": [USER], "userName": "nora"}},
        {"method": "PATCH", "path": "/Users/bulkId:u",
         "data": {"Operations": [{"op": "replace", "path": "title", "value": "Lead"}]}},
        {"method": "DELETE", "path": "/Users/bulkId:none"},
        {"method": "GET", "path": "/Users"},
    ]  # fmt: skip
    answer = directory.ask("POST", "/Bulk", {"Operations": operations})
    assert answer.status_code == 200
    results = answer.json()["Operations"]
    assert [one["status"] for one in results] == ["201", "201", "409", "200", "409", "400"]
    assert results[2]["response"]["scimType"] == "uniqueness"
    nora = User.objects.get(username="nora")
    assert results[1]["location"].endswith(str(nora.uid))
    assert (nora.memberships.get().group.name, nora.entry.document["title"]) == ("Team", "Lead")
    again = directory.ask("POST", "/Bulk", {"failOnErrors": 1, "Operations": [operations[2], operations[1] | {"data": {"userName": "omar"}}]})  # fmt: skip
    assert [one["status"] for one in again.json()["Operations"]] == ["409"]
    assert not User.objects.filter(username="omar").exists()


def test_only_a_key_that_may_provision_is_heard(
    directory: Directory, live_server: Any, steward: Any, client_of: Any
) -> None:
    from foundation.accounts.services import KeyScope, create_api_key

    root = User.objects.get(username="root")
    other = create_api_key(user=root, name="x", scope=KeyScope(permissions=["accounts.manage"]), actor=HOUSE)[1]
    plain = create_api_key(user=User.objects.get(pk=steward.user_id), name="x", actor=HOUSE)[1]
    before = truth()
    for secret, status in ((other, 403), (plain, 403), ("tk_00000000_x", 401)):
        with Directory(live_server.url, secret) as other_directory:
            found = other_directory.ask("POST", "/Users", {"schemas": [USER], "userName": "eve"})
        assert (found.status_code, found.json()["status"]) == (status, str(status))
    nobody = directory.http.get("/Users", headers={"Authorization": ""})
    assert (nobody.status_code, nobody.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert truth() == before


def test_every_request_is_noted_without_values(directory: Directory) -> None:
    made = directory.person("nora", title="Secret title")
    directory.patch(f"/Users/{made['id']}", {"op": "Replace", "path": "active", "value": "False"})
    directory.ask("POST", "/Users", {"schemas": [USER], "userName": "nora"})
    directory.ask("GET", "/Users", params={"filter": "password pr"})
    rows = list(Exchange.objects.order_by("pk").values_list("method", "path", "subject", "what", "status"))
    assert rows == [
        ("POST", "/Users", "nora", "title, userName", 201),
        ("PATCH", f"/Users/{made['id']}", "nora", "replace active", 200),
        ("POST", "/Users", "", "userName", 409),
        ("GET", "/Users", "", "", 400),
    ]
    refused = Exchange.objects.get(status=409)
    assert "Somebody signs in as nora already" in refused.error
    assert len(refused.request) == 36
    assert "Secret title" not in str(list(Exchange.objects.values()))


HOSTILE: dict[str, tuple[str, str, Any, int]] = {
    "a filter of many comparisons": ("GET", "/Users?filter=" + "+or+".join(['userName+eq+"a"'] * 60), None, 400),
    "a long filter": ("GET", "/Users?filter=userName+eq+%22" + "a" * 3000 + "%22", None, 400),
    "a deep filter": ("GET", "/Users?filter=" + "(" * 100 + "active+pr" + ")" * 100, None, 400),
    "a filter with NUL": ("GET", '/Users?filter=userName+eq+"\\u0000"', None, 400),
    "a filter for secrets": ("GET", '/Users?filter=password+sw+"a"', None, 400),
    "a lookup": ("GET", '/Users?filter=user__password+sw+"a"', None, 400),
    "no filter": ("GET", "/Users?filter=and+or", None, 400),
    "a sort for secrets": ("GET", "/Users?sortBy=password", None, 400),
    "a far page": ("GET", "/Users?startIndex=999999999", None, 400),
    "a count that is none": ("GET", "/Users?count=many", None, 400),
    "a deep body": ("POST", "/Users", {"userName": "a", "x": json.loads("[" * 90 + "]" * 90)}, 400),
    "NUL in a name": ("POST", "/Users", {"schemas": [USER], "userName": "a\0b"}, 400),
    "a surrogate": ("POST", "/Users", {"schemas": [USER], "userName": "nora", "title": "\ud800"}, 400),
    "a list": ("POST", "/Users", [1], 400),
    "a text": ("POST", "/Users", "x", 400),
    "no name": ("POST", "/Users", {"schemas": [USER]}, 400),
    "a name with spaces": ("POST", "/Users", {"schemas": [USER], "userName": "a b"}, 400),
    "a long name": ("POST", "/Users", {"schemas": [USER], "userName": "a" * 151}, 400),
    "a long title": ("POST", "/Users", {"schemas": [USER], "userName": "nora", "title": "t" * 30_000}, 400),
    "a large body": ("POST", "/Users", {"schemas": [USER], "userName": "nora", "title": "t" * 1_100_000}, 413),
    "no address": ("POST", "/Users", {"schemas": [USER], "userName": "nora", "emails": [{"value": "x"}]}, 400),
    "a stranger in a group": ("POST", "/Groups", {"schemas": [GROUP], "displayName": "x", "members": [{"value": str(uuid4())}]}, 400),
    "nonsense in a group": ("POST", "/Groups", {"schemas": [GROUP], "displayName": "x", "members": [{"value": "x"}]}, 400),
    "a bulk of too many": ("POST", "/Bulk", {"Operations": [{"method": "POST", "path": "/Users", "bulkId": str(n)} for n in range(101)]}, 413),
    "a bulk in a bulk": ("POST", "/Bulk", {"Operations": [{"method": "POST", "path": "/Bulk", "bulkId": "a", "data": {}}]}, 200),
    "a bulk that goes round": ("POST", "/Bulk", {"Operations": [
        {"method": "POST", "path": "/Groups", "bulkId": one, "data": {"displayName": one, "members": [{"value": f"bulkId:{two}"}]}}
        for one, two in (("a", "b"), ("b", "a"))]}, 200),
    "a bulk without ids": ("POST", "/Bulk", {"Operations": [{"method": "POST", "path": "/Users", "data": {"userName": "nora"}}]}, 200),
    "a bulk of nothing": ("POST", "/Bulk", {"Operations": None}, 400),
    "another verb": ("DELETE", "/Users", None, 405),
    "another place": ("GET", "/Nowhere", None, 404),
    "an id that is none": ("GET", "/Users/x", None, 404),
    "deeper": ("GET", "/Users/x/y", None, 404),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_hostile_or_wrong_is_refused_in_scim_s_form(directory: Directory, case: str) -> None:
    method, path, body, status = HOSTILE[case]
    people, before = User.objects.count(), truth()
    answer = directory.ask(method, path, body)
    assert answer.status_code == status, answer.text
    document = answer.json()
    if status == 200:
        assert all(one["status"] in {"400", "409"} for one in document["Operations"])
    else:
        assert (document["schemas"], document["status"]) == (
            ["urn:ietf:params:scim:api:messages:2.0:Error"],
            str(status),
        )
        assert document["detail"]
    assert (User.objects.count(), Group.objects.count(), truth()) == (people, 0, before)
