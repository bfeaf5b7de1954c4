"""Many assets at once, through the API: previewed, applied, undone, and nothing lost."""

from __future__ import annotations

from typing import Any

import pytest

from dam import services
from dam.models import Asset, AssetLicence, AssetVersion
from foundation.bulk.models import BulkChange, BulkRow
from foundation.core.actors import system
from foundation.events.models import OutboxEvent
from foundation.events.sequencing import drain
from foundation.history.models import Revision
from tests.workspace.factories import license_for, make_asset

HOUSE = system("tests")
URL = "/api/v1/bulk-changes"


@pytest.fixture
def shoot(world: Any) -> list[Asset]:
    """Five drafts: two with keywords, one of them for GB only."""
    assets = [make_asset(f"shot-{number}.jpg") for number in range(5)]
    Asset.objects.update(state="draft")
    AssetVersion.objects.update(state="draft", approved_at=None)
    services.edit_asset(assets[0], changes={"keywords": ["autumn", "summer"]}, actor=HOUSE)
    services.edit_asset(assets[1], changes={"keywords": ["autumn"], "markets": ["GB"]}, actor=HOUSE)
    return [Asset.objects.get(pk=asset.pk) for asset in assets]


def order(client: Any, verb: str, assets: list[Asset], *, apply: bool = False, **parameters: Any) -> Any:
    body = {"verb": verb, "parameters": parameters, "uids": [str(one.uid) for one in assets], "apply": apply}
    return client.post(URL, body, format="json")


def outcomes(client: Any, uid: str, name: str = "outcome") -> list[str]:
    return [row[name] for row in client.get(f"{URL}/{uid}/rows").json()["results"]]


def keywords() -> list[Any]:
    return [one.metadata.get("keywords") for one in Asset.objects.order_by("pk")]


def counted() -> tuple[int, int, list[int]]:
    editions = list(Asset.objects.order_by("pk").values_list("edition", flat=True))
    return OutboxEvent.objects.count(), Revision.objects.count(), editions


def test_a_preview_counts_and_writes_nothing(shoot: list[Asset], photographer: Any, client_of: Any) -> None:
    client, before = client_of(photographer), counted()
    answer = order(client, "dam.keywords", shoot, mode="append", keywords=["summer", " summer ", "sale"])
    assert answer.status_code == 201
    told = answer.json()
    assert {name: told[name] for name in ("state", "total", "changed", "same", "refused", "job", "applied_at")} == {
        "state": "previewed", "total": 5, "changed": 5, "same": 0, "refused": 0, "job": None, "applied_at": None,
    }  # fmt: skip
    rows = client.get(f"{URL}/{told['uid']}/rows").json()["results"]
    assert [(row["before"], row["after"]) for row in rows[:3]] == [
        (["autumn", "summer"], ["autumn", "summer", "sale"]),
        (["autumn"], ["autumn", "summer", "sale"]),
        (None, ["summer", "sale"]),
    ]
    assert counted() == before, "no event, no revision, no edition"


def test_each_mode_does_what_it_says(shoot: list[Asset], photographer: Any, client_of: Any) -> None:
    client = client_of(photographer)
    told = order(client, "dam.keywords", shoot[:3], apply=True, mode="append", keywords=["summer"]).json()
    assert (told["changed"], told["same"], told["refused"]) == (2, 1, 0)
    assert keywords() == [["autumn", "summer"], ["autumn", "summer"], ["summer"], None, None]
    told = order(client, "dam.keywords", shoot, apply=True, mode="remove", keywords=["summer"]).json()
    assert (told["changed"], told["same"]) == (3, 2)
    assert keywords() == [["autumn"], ["autumn"], None, None, None]
    order(client, "dam.keywords", shoot, apply=True, mode="replace", keywords=["new"])
    assert keywords() == [["new"]] * 5


def test_undo_restores_exactly_and_appends_events(shoot: list[Asset], photographer: Any, client_of: Any) -> None:
    client, before = client_of(photographer), keywords()
    told = order(client, "dam.keywords", shoot, apply=True, mode="replace", keywords=["new"]).json()
    assert OutboxEvent.objects.filter(type="dam.asset.changed", actor__contains="phil").count() == 5
    assert Revision.objects.filter(change_set=told["uid"], table_name="dam_asset").count() == 5
    undone = client.post(f"{URL}/{told['uid']}/undo").json()
    assert (undone["state"], undone["undone"], undone["kept"]) == ("undone", 5, 0)
    assert keywords() == before
    assert OutboxEvent.objects.filter(type="dam.asset.changed", actor__contains="phil").count() == 10
    again = client.post(f"{URL}/{told['uid']}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_undo_keeps_what_was_edited_since(shoot: list[Asset], photographer: Any, steward: Any, client_of: Any) -> None:
    client = client_of(photographer)
    told = order(client, "dam.keywords", shoot, apply=True, mode="append", keywords=["sale"]).json()
    services.edit_asset(shoot[1], changes={"keywords": ["mine"]}, actor=HOUSE)
    services.edit_asset(shoot[2], changes={"keywords": []}, actor=HOUSE)
    services.edit_asset(shoot[2], changes={"keywords": ["sale"]}, actor=HOUSE)  # to the same value, by another hand
    services.edit_asset(shoot[3], changes={"caption": "Another field"}, actor=HOUSE)
    undone = client.post(f"{URL}/{told['uid']}/undo").json()
    assert (undone["undone"], undone["kept"]) == (3, 2)
    assert outcomes(client, told["uid"], "undo") == ["undone", "kept", "kept", "undone", "undone"]
    reason = outcomes(client, told["uid"], "undo_reason")[1]
    assert reason.startswith("tests changed it again on ")
    assert keywords() == [["autumn", "summer"], ["mine"], ["sale"], None, None]
    assert Asset.objects.get(pk=shoot[3].pk).metadata["caption"] == "Another field"


def test_approval_and_its_undo(shoot: list[Asset], photographer: Any, client_of: Any) -> None:
    client = client_of(photographer)
    services.approve_asset(shoot[0], actor=HOUSE)
    told = order(client, "dam.approve", shoot, apply=True).json()
    assert (told["changed"], told["same"]) == (4, 1)
    assert set(Asset.objects.values_list("state", flat=True)) == {"approved"}
    client.post(f"{URL}/{told['uid']}/undo")
    assert list(Asset.objects.order_by("pk").values_list("state", flat=True)) == ["approved", *["draft"] * 4]
    assert list(AssetVersion.objects.order_by("pk").values_list("state", flat=True)) == ["approved", *["draft"] * 4]
    told = order(client, "dam.retire", shoot[:1], apply=True).json()
    client.post(f"{URL}/{told['uid']}/undo")
    assert Asset.objects.get(pk=shoot[0].pk).is_live


def test_markets_are_never_widened_by_the_way(shoot: list[Asset], photographer: Any, client_of: Any) -> None:
    client = client_of(photographer)
    told = order(client, "dam.markets", shoot[:2], mode="append", markets=["US"]).json()
    assert (told["changed"], told["same"]) == (1, 1), "what is for every market stays so"
    told = order(client, "dam.markets", shoot[:2], mode="remove", markets=["GB"]).json()
    assert outcomes(client, told["uid"]) == ["refused", "refused"]
    assert outcomes(client, told["uid"], "reason") == [
        "It is for every market; say which ones by “Replace”",
        "It would be left without a market, which means every market",
    ]
    refused = client.post(f"{URL}/{told['uid']}/apply")
    assert (refused.status_code, refused.json()["detail"]) == (409, "Nothing would be changed")


def test_a_licence_for_many_is_one_event(shoot: list[Asset], photographer: Any, client_of: Any) -> None:
    client, licence = client_of(photographer), license_for("Studio 2026", [shoot[0]])
    before = OutboxEvent.objects.filter(type="dam.rights.changed").count()
    told = order(client, "dam.licence", shoot, apply=True, mode="add", licence=str(licence.uid)).json()
    assert (told["changed"], told["same"]) == (4, 1)
    assert OutboxEvent.objects.filter(type="dam.rights.changed").count() == before + 1
    services.unassign_licence([shoot[4]], licence=licence, actor=HOUSE)
    services.assign_licence([shoot[4]], licence=licence, actor=HOUSE)
    undone = client.post(f"{URL}/{told['uid']}/undo").json()
    assert (undone["undone"], undone["kept"]) == (3, 1)
    assert sorted(AssetLicence.objects.values_list("asset", flat=True)) == [shoot[0].pk, shoot[4].pk]


@pytest.mark.parametrize(
    ("verb", "parameters", "path"),
    [
        ("dam.keywords", {"keywords": ["a"]}, "mode"),
        ("dam.keywords", {"mode": "append", "keywords": []}, "keywords"),
        ("dam.keywords", {"mode": "append", "keywords": "a"}, "keywords"),
        ("dam.keywords", {"mode": "append", "keywords": ["a"], "more": 1}, "parameters"),
        ("dam.text", {"mode": "replace", "field": "title", "text": "a"}, "field"),
        ("dam.text", {"mode": "replace", "field": "caption", "text": ""}, "text"),
        ("dam.markets", {"mode": "append", "markets": ["MARS"]}, "markets"),
        ("dam.licence", {"mode": "add", "licence": "none"}, "licence"),
        ("dam.nothing", {}, "verb"),
    ],
)
def test_bad_parameters_leave_nothing(
    shoot: list[Asset], photographer: Any, client_of: Any, verb: str, parameters: dict[str, Any], path: str
) -> None:
    client, before = client_of(photographer), counted()
    answer = order(client, verb, shoot, apply=True, **parameters)
    assert (answer.status_code, answer.json()["path"]) == (422, path)
    assert (BulkChange.objects.count(), BulkRow.objects.count(), counted()) == (0, 0, before)


def test_who_may_not_is_refused(shoot: list[Asset], steward: Any, merchant: Any, client_of: Any) -> None:
    clients = [client_of(actor) for actor in (steward, merchant)]
    before = counted()
    for client in clients:
        assert order(client, "dam.approve", shoot, apply=True).status_code == 403
    assert (BulkChange.objects.count(), counted()) == (0, before)


def test_others_see_nothing_of_it(shoot: list[Asset], photographer: Any, administrator: Any, client_of: Any) -> None:
    from tests.cast import make_actor

    uid = order(client_of(photographer), "dam.approve", shoot[:2], apply=True).json()["uid"]
    pete = client_of(make_actor("pete", "studio"))
    assert pete.get(URL).json()["results"] == []
    for address in (f"{URL}/{uid}", f"{URL}/{uid}/rows"):
        assert pete.get(address).status_code == 404
    assert pete.post(f"{URL}/{uid}/undo").status_code == 404
    assert client_of(administrator).get(URL).json()["results"][0]["uid"] == uid


def test_another_market_is_never_touched(shoot: list[Asset], client_of: Any) -> None:
    from tests.cast import make_actor

    client = client_of(make_actor("ulla", "studio", market="US"))
    services.edit_asset(shoot[2], changes={"markets": ["US"]}, actor=HOUSE)
    told = client.post(URL, {"verb": "dam.approve", "filter": "", "apply": True}, format="json").json()
    assert told["changed"] == Asset.objects.filter(state="approved").count()
    assert Asset.objects.get(pk=shoot[1].pk).state == "draft", "it is for GB"
    foreign = order(client, "dam.approve", [shoot[1]], apply=True)
    assert (foreign.status_code, BulkChange.objects.count()) == (404, 1)


def test_all_that_match_but_some(shoot: list[Asset], photographer: Any, client_of: Any) -> None:
    client = client_of(photographer)
    services.approve_asset(shoot[0], actor=HOUSE)
    drain()
    body = {"verb": "dam.retire", "filter": "?state=draft&q=shot", "without": [str(shoot[4].uid)]}
    told = client.post(URL, body, format="json").json()
    assert (told["total"], told["changed"]) == (3, 3)
    services.approve_asset(shoot[3], actor=HOUSE)
    late = make_asset("shot-late.jpg")
    told = client.post(f"{URL}/{told['uid']}/apply").json()
    assert (told["state"], told["changed"]) == ("applied", 3), "what was previewed is what is done"
    states = dict(Asset.objects.values_list("title", "state"))
    assert states == {
        "shot-0.jpg": "approved", "shot-1.jpg": "retired", "shot-2.jpg": "retired", "shot-3.jpg": "retired",
        "shot-4.jpg": "draft", late.title: "approved",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"uids": [], "filter": ""}, 400),
        ({}, 400),
        ({"uids": []}, 422),
        ({"filter": "state=none"}, 422),
        ({"filter": "q=%00"}, 422),
        ({"filter": "&".join(f"a{number}=1" for number in range(300))}, 422),
        ({"uids": ["nonsense"]}, 400),
    ],
)
def test_selections_that_are_none(
    shoot: list[Asset], photographer: Any, client_of: Any, body: dict[str, Any], status: int
) -> None:
    answer = client_of(photographer).post(URL, {"verb": "dam.approve", "apply": True} | body, format="json")
    assert (answer.status_code, BulkChange.objects.count()) == (status, 0), answer.json()
