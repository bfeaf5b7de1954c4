"""The gallery on the product's page: what it shows, and every write with its Undo."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from associations.models import Binding
from associations.services import bind_asset, reorder_media
from foundation.core.actors import system
from foundation.events.models import OutboxEvent

from . import factories

HOUSE = system("tests")


@pytest.fixture
def coat(window: Any) -> Any:
    """The coat with three pictures in its gallery: A, B, C."""
    window.gallery = [
        bind_asset(product=window.ridge, asset=factories.make_asset(f"{name}.jpg"), role="gallery", actor=HOUSE)
        for name in "ABC"
    ]
    return window


def url(window: Any, verb: str = "") -> str:
    return f"/products/{window.ridge.uid}/pictures/{verb}"


def toast(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer["HX-Trigger"])["toast"]
    return found


def shown(window: Any) -> list[tuple[str, str]]:
    rows = Binding.objects.active().filter(product=window.ridge).select_related("asset")
    return [(row.role, row.asset.title) for row in sorted(rows, key=lambda row: (row.role, row.position, row.pk))]


def order(window: Any) -> list[str]:
    return [title[0] for role, title in shown(window) if role == "gallery"]


def sort(window: Any, places: str, seen: str = "ABC", role: str = "gallery") -> dict[str, Any]:
    uids = dict(zip("ABC", (str(one.uid) for one in window.gallery), strict=True))
    return {"role": role, "binding": [uids[one] for one in places], "seen": [uids[one] for one in seen]}


def outbox() -> int:
    return OutboxEvent.objects.count()


def test_pictures_stand_by_role_and_say_where_they_hold(coat: Any, steward: Any, browser_of: Any) -> None:
    bind_asset(product=coat.ridge, asset=factories.make_asset("dach.jpg"), role="gallery", market="DACH", actor=HOUSE)
    red = factories.make_asset("red.jpg")
    bind_asset(product=coat.ridge, asset=red, role="hero", axis="colour=red", actor=HOUSE)
    bind_asset(product=factories.product("RIDGE-RED-S"), asset=red, role="gallery", actor=HOUSE)
    gallery = browser_of(steward).get(f"/products/{coat.ridge.uid}/").context["gallery"]
    assert [(group.role, group.count) for group in gallery.groups] == [("hero", 2), ("gallery", 5), ("detail", 1)]
    hero, more, _ = gallery.groups
    assert [(shelf.label, [one.name for one in shelf.pictures]) for shelf in hero.shelves] == [
        ("colour red", ["red.jpg"]), ("", ["ridge-front.jpg"]),
    ]  # fmt: skip
    assert [(shelf.label, len(shelf.pictures)) for shelf in more.shelves] == [("", 3), ("DACH", 1)]
    assert more.shelves[1].pictures[0].marks == ["DACH"]
    assert [(one.name, one.origin, one.is_inherited) for one in more.others] == [("red.jpg", "RIDGE-RED-S", False)]
    variant = browser_of(steward).get(f"/products/{factories.uid_of('RIDGE-RED-S')}/").context["gallery"]
    assert {(one.name, one.origin, one.is_inherited) for one in variant.groups[0].others} == {
        ("red.jpg", "RIDGE", True), ("ridge-front.jpg", "RIDGE", True),
    }  # fmt: skip


def test_an_order_is_saved_and_taken_back(coat: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward, htmx=True)
    answer = client.post(url(coat, "sort/"), sort(coat, "CAB"))
    assert (answer.status_code, toast(answer)["text"]) == (204, "Order saved")
    assert order(coat) == ["C", "A", "B"]
    undo = toast(answer)["undo"]
    assert undo["target"] == "#pictures"
    undone = client.post(undo["url"])
    assert toast(undone)["text"] == "Undone"
    assert 'id="pictures"' in undone.content.decode()
    assert "<html" not in undone.content.decode()
    assert order(coat) == ["A", "B", "C"]


def test_two_people_sort_at_once(coat: Any, steward: Any, administrator: Any, browser_of: Any) -> None:
    """The second is told, and nothing of the first is overwritten."""
    assert browser_of(administrator, htmx=True).post(url(coat, "sort/"), sort(coat, "BCA")).status_code == 204
    before = outbox()
    answer = browser_of(steward, htmx=True).post(url(coat, "sort/"), sort(coat, "CAB"))
    assert answer.status_code == 412
    assert (toast(answer)["tone"], answer["HX-Reswap"]) == ("bad", "none")
    assert "is not what you saw" in toast(answer)["text"]
    assert (order(coat), outbox()) == (["B", "C", "A"], before)
    fresh = browser_of(steward, htmx=True).get(url(coat))
    assert [one.name[0] for one in fresh.context["gallery"].groups[1].shelves[0].pictures] == ["B", "C", "A"]


def test_an_order_that_is_none(coat: Any, steward: Any, browser_of: Any) -> None:
    client, before = browser_of(steward, htmx=True), outbox()
    bodies: list[tuple[dict[str, Any], int]] = [
        ({}, 422), ({"role": "gallery"}, 412), (sort(coat, "AB"), 412), (sort(coat, "ABC", role="nonsense"), 422),
        ({"role": "gallery", "binding": ["x", "y", "z"]}, 412), (sort(coat, "CBA") | {"seen": ["x"]}, 412),
        (sort(coat, "CBA") | {"seen": [str(uuid4())] * 3}, 412),
    ]  # fmt: skip
    for body, status in bodies:
        assert client.post(url(coat, "sort/"), body).status_code == status, body
    assert (order(coat), outbox()) == (["A", "B", "C"], before)
    assert client.get(url(coat, "sort/")).status_code == 405


def test_a_picture_gets_another_role(coat: Any, steward: Any, browser_of: Any) -> None:
    client, second = browser_of(steward, htmx=True), coat.gallery[1]
    answer = client.post(f"/bindings/{second.uid}/role/", {"role": "detail"})
    assert toast(answer)["text"] == "B.jpg is now detail"
    assert ("detail", "B.jpg") in shown(coat)
    client.post(toast(answer)["undo"]["url"])
    assert order(coat) == ["A", "B", "C"]


def test_the_menu_says_what_a_new_hero_means(coat: Any, steward: Any, browser_of: Any) -> None:
    client, second = browser_of(steward, htmx=True), coat.gallery[1]
    text = client.get(f"/bindings/{second.uid}/").content.decode()
    assert "Replaces ridge-front.jpg, which moves to the gallery" in text
    before = shown(coat)
    refused = client.post(f"/bindings/{second.uid}/role/", {"role": "hero"})
    assert (refused.status_code, shown(coat)) == (409, before)
    assert "has ridge-front.jpg as its hero" in toast(refused)["text"]
    answer = client.post(f"/bindings/{second.uid}/role/", {"role": "hero", "replaces-hero": "1"})
    assert ("hero", "B.jpg") in shown(coat)
    assert ("gallery", "ridge-front.jpg") in shown(coat)
    client.post(toast(answer)["undo"]["url"])
    assert shown(coat) == before


def test_one_click_unbinds_and_undo_binds_again(coat: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward, htmx=True)
    answer = client.post(f"/bindings/{coat.gallery[0].uid}/unbind/")
    assert (toast(answer)["text"], order(coat)) == ("Unbound A.jpg", ["B", "C"])
    assert "A.jpg" not in [one.name for one in answer.context["gallery"].pictures]
    client.post(toast(answer)["undo"]["url"])
    assert order(coat) == ["A", "B", "C"]


def test_undo_is_refused_where_somebody_went_on(coat: Any, steward: Any, administrator: Any, browser_of: Any) -> None:
    client = browser_of(steward, htmx=True)
    undo = toast(client.post(url(coat, "sort/"), sort(coat, "CAB")))["undo"]["url"]
    uids = [coat.gallery[at].uid for at in (1, 2, 0)]
    reorder_media(product=coat.ridge, role="gallery", uids=uids, actor=administrator)
    answer = client.post(undo)
    assert (answer.status_code, order(coat)) == (409, ["B", "C", "A"])
    assert "were changed since" in toast(answer)["text"]
    assert client.post(url(coat, "undo/")).status_code == 404
    assert client.post(url(coat, "undo/?change=nonsense")).status_code == 404


def test_what_the_picker_chose_is_bound_at_once(coat: Any, steward: Any, browser_of: Any) -> None:
    client, before = browser_of(steward, htmx=True), shown(coat)
    new = [factories.make_asset(f"new-{number}.jpg") for number in range(3)]
    answer = client.post(url(coat, "bind/"), {"role": "detail", "asset": [str(one.uid) for one in new]})
    assert toast(answer)["text"] == "Bound 3 assets to RIDGE"
    picked = json.loads(answer["HX-Trigger"])["picked"]
    assert picked == {"bound": [str(one.uid) for one in new], "refused": []}
    assert [title for role, title in shown(coat) if role == "detail"][1:] == ["new-0.jpg", "new-1.jpg", "new-2.jpg"]
    client.post(toast(answer)["undo"]["url"])
    assert shown(coat) == before, "exactly these"


def test_one_that_is_refused_stops_none_of_the_others(coat: Any, steward: Any, browser_of: Any) -> None:
    client, new, lost = browser_of(steward, htmx=True), factories.make_asset("new.jpg"), str(uuid4())
    answer = client.post(url(coat, "bind/"), {"role": "gallery", "asset": [str(new.uid), lost]})
    assert toast(answer)["text"] == "Bound 1 asset to RIDGE; 1 refused"
    picked = json.loads(answer["HX-Trigger"])["picked"]
    assert picked["bound"] == [str(new.uid)]
    assert [(one["asset"], one["reason"]) for one in picked["refused"]] == [(lost, "There is no such asset")]
    again = client.post(url(coat, "bind/"), {"role": "gallery", "asset": ["nonsense", "-1"]})
    assert (toast(again)["text"], "undo" in toast(again)) == ("Nothing was bound; 2 refused", False)


def test_what_cannot_be_bound_at_all_leaves_the_page_alone(coat: Any, steward: Any, browser_of: Any) -> None:
    client, before = browser_of(steward, htmx=True), (shown(coat), outbox())
    uids = [str(factories.make_asset(f"h{number}.jpg").uid) for number in range(2)]
    before = (shown(coat), outbox())
    for body in ({"role": "hero", "asset": uids}, {"role": "x", "asset": uids}, {"asset": []}):
        answer = client.post(url(coat, "bind/"), body)
        assert (answer.status_code, answer["HX-Reswap"], toast(answer)["tone"]) == (422, "none", "bad"), body
    assert (shown(coat), outbox()) == before


def test_without_scripts_it_works_by_redirects(coat: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    answer = client.post(f"/bindings/{coat.gallery[0].uid}/unbind/?channel=shop&market=GB&locale=en-GB")
    assert answer["Location"] == f"/products/{coat.ridge.uid}/?channel=shop&market=GB&locale=en-GB"
    text = client.get(answer["Location"]).content.decode()
    assert "Unbound A.jpg" in text
    assert f'action="{url(coat, "undo/")}?change=' in text
    assert "Replaces ridge-front.jpg" in client.get(f"/bindings/{coat.gallery[1].uid}/").content.decode()
    assert client.get(url(coat)).status_code == 302


def test_who_may_not_decide_may_look(coat: Any, merchant: Any, photographer: Any, browser_of: Any) -> None:
    before, uid = (shown(coat), outbox()), coat.gallery[0].uid
    for actor in (merchant, photographer):
        page = browser_of(actor).get(f"/products/{coat.ridge.uid}/").content.decode()
        assert "A.jpg" in page
        assert not [one for one in ("Bind assets", "Unbind", "data-role=") if one in page]
        menu = browser_of(actor, htmx=True).get(f"/bindings/{uid}/").content.decode()
        assert "Show it as" not in menu
        for address in (url(coat, "sort/"), url(coat, "bind/"), url(coat, "undo/"), f"/bindings/{uid}/unbind/"):
            assert browser_of(actor, htmx=True).post(address).status_code == 403
        assert browser_of(actor).post(f"/bindings/{uid}/role/", {"role": "detail"}).status_code == 403
    assert (shown(coat), outbox()) == before


def test_another_market_is_not_there(coat: Any, outsider: Any, browser_of: Any) -> None:
    before, client = (shown(coat), outbox()), browser_of(outsider, htmx=True)
    for uid in (coat.ridge.uid, uuid4()):
        for verb in ("sort/", "bind/", "undo/"):
            assert client.post(f"/products/{uid}/pictures/{verb}", sort(coat, "CBA")).status_code == 404
        assert client.get(f"/products/{uid}/pictures/").status_code == 404
    for uid in (coat.gallery[0].uid, uuid4()):
        assert client.get(f"/bindings/{uid}/").status_code == 404
        assert client.post(f"/bindings/{uid}/role/", {"role": "detail"}).status_code == 404
        assert client.post(f"/bindings/{uid}/unbind/").status_code == 404
    foreign = {"role": "gallery", "asset": [str(coat.hero.uid)]}
    answer = client.post(f"/products/{coat.mac.uid}/pictures/bind/", foreign)
    assert json.loads(answer["HX-Trigger"])["picked"]["refused"] == [
        {"asset": str(coat.hero.uid), "name": "", "reason": "There is no such asset"}
    ]
    assert (shown(coat), outbox()) == before
