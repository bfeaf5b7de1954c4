"""The binding desk: assets that show nothing, and products without a hero."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from associations.models import Binding
from associations.services import bind_asset, reject_proposal
from dam.models import Asset, AssetVersion
from foundation.core.actors import system
from foundation.events.models import OutboxEvent
from foundation.history.services import recorded

from . import factories

HOUSE = system("tests")
UNBOUND, HEROES = "/proposals/unbound/", "/proposals/heroes/"
IN_GB = "channel=shop&market=GB"


def toast(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer["HX-Trigger"])["toast"]
    return found


def bindings() -> list[tuple[str, str, str, str]]:
    rows = Binding.objects.active().select_related("product", "asset").order_by("pk")
    return [(row.product.sku, row.asset.title, row.role, row.axis) for row in rows]


def say(asset: Asset, *identifiers: tuple[str, str, str], pixels: str = "") -> None:
    """What a file carries, as an ingest would have read it."""
    rows = [dict(zip(("source", "scheme", "value"), one, strict=True)) for one in identifiers]
    with recorded(HOUSE):
        AssetVersion.objects.filter(asset=asset).update(identifiers=rows, pixel_sha256=pixels)


@pytest.fixture
def pile(window: Any) -> Any:
    """Three assets that nobody is asked about; the newest is first."""
    window.pile = [factories.make_asset(f"pile-{number}.jpg") for number in range(3)]
    return window


@pytest.fixture
def bare(window: Any) -> Any:
    """The coat without its hero, with a gallery picture for the red ones and one on a blue variant."""
    Binding.objects.filter(product=window.ridge, role="hero").delete()
    red, blue = factories.make_asset("red.jpg"), factories.make_asset("blue.jpg")
    bind_asset(product=window.ridge, asset=red, role="gallery", axis="colour=red", actor=HOUSE)
    bind_asset(product=factories.product("RIDGE-BLUE-S"), asset=blue, role="gallery", actor=HOUSE)
    window.red, window.blue = red, blue
    return window


def test_tabs_say_what_waits(pile: Any, steward: Any, browser_of: Any) -> None:
    for address, current in (("/proposals/", 0), (UNBOUND, 1), (HEROES, 2)):
        client = browser_of(steward)
        opened = client.get(address).context
        tabs = opened["desk_tabs"]
        assert [tab.label for tab in tabs] == ["Proposals", "Unbound assets", "Products without a hero"]
        assert [tab.is_current for tab in tabs] == [at == current for at in range(3)]
        here, expected = tabs[current], [("proposals", "3"), ("unbound_assets", "3"), ("missing_heroes", "0")]
        assert (str(here.count), [tab.count for tab in tabs if tab is not here]) == (expected[current][1], ["", ""])
        others = client.get(f"/proposals/counts/?{opened['counts_query']}").context["counts"]
        assert [(one.name, str(one.total)) for one in others] == [one for one in expected if one != expected[current]]


def test_the_newest_comes_first(pile: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    first = client.get(UNBOUND).context
    assert (first["asset"].name, str(first["position"]), str(first["total"])) == ("pile-2.jpg", "1", "3")
    assert (first["previous_url"], first["asset"].role) == ("", "gallery")
    second = client.get(first["next_url"]).context
    assert (second["asset"].name, str(second["position"])) == ("pile-1.jpg", "2")
    assert client.get(second["previous_url"]).context["asset"].name == "pile-2.jpg"
    for odd in ("nonsense", str(uuid4()), str(pile.hero.uid)):
        assert client.get(f"{UNBOUND}?asset={odd}").context["asset"].name == "pile-2.jpg"


def test_binding_goes_on_to_the_next_and_undo_comes_back(pile: Any, steward: Any, browser_of: Any) -> None:
    client, before = browser_of(steward, htmx=True), bindings()
    body = {"asset": str(pile.pile[2].uid), "product": "ridge-red-s", "role": "detail"}
    answer = client.post(f"{UNBOUND}bind/", body)
    assert bindings()[-1] == ("RIDGE-RED-S", "pile-2.jpg", "detail", "")
    assert answer.context["asset"].name == "pile-1.jpg"
    assert answer["HX-Push-Url"] == f"{UNBOUND}?asset={pile.pile[1].uid}"
    assert toast(answer)["text"] == "pile-2.jpg shows RIDGE-RED-S as detail"
    undone = client.post(toast(answer)["undo"]["url"])
    assert (undone.context["asset"].name, undone["HX-Push-Url"]) == (
        "pile-2.jpg",
        f"{UNBOUND}?asset={pile.pile[2].uid}",
    )
    assert bindings() == before


def test_a_scanned_gtin_is_enough(pile: Any, steward: Any, browser_of: Any) -> None:
    factories.set_values(factories.product("RIDGE-RED-S"), values={"gtin": "4006381333931"}, actor=HOUSE)
    body = {"asset": str(pile.pile[0].uid), "product": " 4006381333931 ", "role": "gallery"}
    assert browser_of(steward).post(f"{UNBOUND}bind/", body)["Location"] == f"{UNBOUND}?asset={pile.pile[2].uid}"
    assert bindings()[-1][:2] == ("RIDGE-RED-S", "pile-0.jpg")


def test_refusals_leave_it_on_the_desk(pile: Any, steward: Any, browser_of: Any) -> None:
    client, before = browser_of(steward, htmx=True), (bindings(), OutboxEvent.objects.count())
    good = {"asset": str(pile.pile[0].uid), "product": "RIDGE", "role": "gallery"}
    for change, status in (
        ({"product": "NOWHERE"}, 404), ({"product": ""}, 404), ({"asset": "x"}, 404), ({"asset": str(uuid4())}, 404),
        ({"role": "x"}, 422), ({"role": ""}, 422), ({"role": "hero"}, 409), ({"axis": "shape=round"}, 422),
    ):  # fmt: skip
        answer = client.post(f"{UNBOUND}bind/", good | change)
        assert (answer.status_code, toast(answer)["tone"], answer["HX-Reswap"]) == (status, "bad", "none"), change
    assert (bindings(), OutboxEvent.objects.count()) == before


def test_suggestions_come_from_the_file_and_from_twins_never_from_its_name(
    pile: Any, steward: Any, browser_of: Any
) -> None:
    first, second, third = pile.pile
    with recorded(HOUSE):
        AssetVersion.objects.filter(asset=third).update(filename="RIDGE-RED-S.jpg")
    say(second, ("barcode", "gtin", "4006381333930"), ("xmp", "any", "CUP"))
    say(first, pixels="ab" * 32)
    say(pile.hero, pixels="ab" * 32)
    factories.set_values(factories.product("RIDGE-RED-S"), values={"gtin": "4006381333931"}, actor=HOUSE)
    client = browser_of(steward)

    def suggested(asset: Asset) -> list[tuple[str, str, str]]:
        shown = client.get(f"{UNBOUND}?asset={asset.uid}").context["asset"]
        return [(one.sku, one.looks, one.sentence) for one in shown.suggestions]

    assert suggested(third) == []
    assert suggested(first) == [("RIDGE", "", "ridge-front.jpg is the same picture and shows it.")]
    assert [one[:2] for one in suggested(second)] == [("CUP", ""), ("RIDGE", "colour red")]
    reading = client.get(f"{UNBOUND}?asset={second.uid}").context["asset"].readings
    assert [(one.source, one.value, one.own, one.is_same) for one in reading if one.scheme == "GTIN"] == [
        ("Barcode in the picture", "4006381333930", "04006381333931", False)
    ]


def test_what_a_person_rejected_is_not_suggested_again(pile: Any, steward: Any, browser_of: Any) -> None:
    say(pile.pile[0], ("xmp", "any", "CUP"))
    asked = factories.propose(pile.cup, pile.pile[0])
    reject_proposal(uid=asked.uid, actor=steward)
    shown = browser_of(steward).get(f"{UNBOUND}?asset={pile.pile[0].uid}").context["asset"]
    assert (shown.name, shown.suggestions) == ("pile-0.jpg", [])


def test_nothing_is_left(window: Any, steward: Any, browser_of: Any) -> None:
    assert "Every asset shows something" in browser_of(steward).get(UNBOUND).content.decode()
    assert "Every product here has a hero" in browser_of(steward).get(f"{HEROES}?{IN_GB}").content.decode()


def heroless(client: Any, query: str = IN_GB) -> list[str]:
    found, address = [], f"{HEROES}?{query}"
    while address:
        context = client.get(address).context
        found += [context["product"].sku] if context["product"] else []
        address = context["next_url"]
    return found


def test_products_without_a_hero_by_place(bare: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    four = ["RIDGE-BLUE-M", "RIDGE-BLUE-S", "RIDGE-RED-M", "RIDGE-RED-S"]
    assert heroless(client) == four
    assert heroless(client, "channel=shop&market=US") == [f"MAC-{one.removeprefix('RIDGE-')}" for one in four]
    assert heroless(client, "channel=bazaar&market=GB") == []
    gb, red = factories.make_asset("gb.jpg"), factories.make_asset("r.jpg")
    bind_asset(product=bare.ridge, asset=gb, role="hero", market="GB", actor=HOUSE)
    assert (heroless(client), heroless(client, "channel=shop&market=DACH")) == ([], four)
    bind_asset(product=bare.ridge, asset=red, role="hero", axis="colour=red", actor=HOUSE)
    assert heroless(client, "channel=shop&market=DACH") == ["RIDGE-BLUE-M", "RIDGE-BLUE-S"]


def test_withdrawn_variants_are_not_missed(bare: Any, steward: Any, browser_of: Any) -> None:
    from pim.services import withdraw_product

    withdraw_product(factories.product("RIDGE-RED-S"), channel="shop", market="GB", actor=HOUSE, reason="Sold out")
    assert "RIDGE-RED-S" not in heroless(browser_of(steward))
    assert "RIDGE-RED-M" in heroless(browser_of(steward))


def test_one_key_sets_the_hero_for_all_that_looks_like_it(bare: Any, steward: Any, browser_of: Any) -> None:
    client, before = browser_of(steward, htmx=True), bindings()
    page = client.get(f"{HEROES}?{IN_GB}&product={factories.uid_of('RIDGE-RED-M')}").context["product"]
    assert page.hangs_on == "RIDGE, colour red"
    assert [(one.key, one.name, one.origin) for one in page.candidates] == [
        (1, "red.jpg", "RIDGE, colour red"), (2, "ridge-collar.jpg", "RIDGE"), (3, "blue.jpg", "RIDGE-BLUE-S"),
    ]  # fmt: skip
    body = {"product": str(page.uid), "asset": str(page.candidates[0].asset_uid)}
    answer = client.post(f"{HEROES}choose/?{IN_GB}", body)
    assert ("RIDGE", "red.jpg", "hero", "colour=red") in bindings()
    assert ("RIDGE", "red.jpg", "gallery", "colour=red") not in bindings(), "it moved"
    assert heroless(browser_of(steward)) == ["RIDGE-BLUE-M", "RIDGE-BLUE-S"], "all red ones have it"
    assert toast(answer)["text"] == "red.jpg is the hero of RIDGE"
    undone = client.post(toast(answer)["undo"]["url"])
    assert (bindings(), undone.context["product"].sku) == (before, "RIDGE-RED-M")


def test_any_other_asset_can_be_the_hero(bare: Any, steward: Any, browser_of: Any) -> None:
    other, client = factories.make_asset("other.jpg"), browser_of(steward)
    body = {"product": str(factories.uid_of("RIDGE-BLUE-M")), "asset": str(other.uid)}
    answer = client.post(f"{HEROES}choose/?{IN_GB}", body)
    assert answer["Location"] == f"{HEROES}?{IN_GB}&product={factories.uid_of('RIDGE-RED-M')}"
    assert bindings()[-1] == ("RIDGE", "other.jpg", "hero", "colour=blue")
    again = browser_of(steward, htmx=True).post(f"{HEROES}choose/?{IN_GB}", body | {"asset": str(bare.red.uid)})
    assert (again.status_code, bindings()[-1][1]) == (409, "other.jpg")
    for odd in ({"product": "x"}, {"product": str(uuid4())}, {"asset": "x"}, {"asset": str(uuid4())}):
        assert client.post(f"{HEROES}choose/", body | odd).status_code == 404


def test_who_may_not_decide_may_look(pile: Any, merchant: Any, photographer: Any, browser_of: Any) -> None:
    before = (bindings(), OutboxEvent.objects.count())
    for actor in (merchant, photographer):
        text = browser_of(actor).get(UNBOUND).content.decode()
        assert "may look, but not decide" in text
        assert "Bind and go on" not in text
        for verb in (f"{UNBOUND}bind/", f"{UNBOUND}undo/", f"{HEROES}choose/", f"{HEROES}undo/"):
            assert browser_of(actor).post(verb).status_code == 403
    assert (bindings(), OutboxEvent.objects.count()) == before


def test_another_market_is_not_there(bare: Any, outsider: Any, browser_of: Any) -> None:
    client, before = browser_of(outsider), bindings()
    seen = client.get(f"{UNBOUND}?asset={bare.red.uid}").context
    assert (seen["asset"].name, str(seen["total"])) == ("ridge-front.jpg", "1"), "which is said of no product now"
    assert heroless(client, "channel=shop&market=GB")[0].startswith("MAC"), "GB is not theirs: US is shown"
    assert client.get(f"{HEROES}?product={factories.uid_of('RIDGE-RED-M')}").context["product"].sku.startswith("MAC")
    loose = factories.make_asset("loose.jpg")
    assert (
        client.post(f"{UNBOUND}bind/", {"asset": loose.uid, "product": "RIDGE", "role": "gallery"}).status_code == 404
    )
    body = {"product": str(factories.uid_of("RIDGE-RED-M")), "asset": str(loose.uid)}
    assert client.post(f"{HEROES}choose/", body).status_code == 404
    body = {"product": str(factories.uid_of("MAC-RED-M")), "asset": str(bare.red.uid)}
    assert client.post(f"{HEROES}choose/", body).status_code == 404
    assert bindings() == before


def test_evidence_stands_beside_the_products_identifier(window: Any, steward: Any, browser_of: Any) -> None:
    factories.set_values(factories.product("RIDGE-RED-S"), values={"gtin": "4006381333931"}, actor=HOUSE)
    claims = [
        {"source": "barcode", "scheme": "gtin", "value": "04006381333931", "sku": "RIDGE-RED-S"},
        {"source": "embedded", "scheme": "sku", "value": "MAC", "sku": "MAC"},
        {"source": "filename", "scheme": "sku", "value": "RIDGE", "sku": "RIDGE"},
    ]
    Binding.objects.filter(pk=window.proposals[0].pk).update(evidence={"sentence": "So.", "claims": claims})
    embedded = {"xmp": {"Xmp.dc.identifier": "MAC", "Xmp.dc.creator": ["Phil"]}}
    with recorded(HOUSE):
        AssetVersion.objects.filter(asset=window.loose[0]).update(embedded=embedded)
    shown = browser_of(steward).get("/proposals/").context["proposal"].readings
    assert [(one.source, one.where, one.value, one.label, one.own, one.is_same) for one in shown] == [
        ("Barcode in the picture", "", "04006381333931", "GTIN of RIDGE-RED-S", "04006381333931", True),
        ("Embedded metadata", "Xmp.dc.identifier", "MAC", "SKU", "MAC", True),
        ("File name", "ridge_1.jpg", "RIDGE", "SKU", "RIDGE", True),
    ]
