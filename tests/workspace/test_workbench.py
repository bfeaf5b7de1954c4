"""The form as a whole: where values are from, many fields and options, and the ways between products."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pim.choices import MASK_LENGTH
from pim.models import Attribute, Option, Product, ProductValues
from pim.services import create_product, define_attribute, define_family, set_values

from . import factories
from .test_product_values import DE, GB, Desk, field, own

AUSTRIA = "?channel=shop&market=DACH&locale=de-AT"
MANY = 10_000
FRAGMENT = {"HX-Request": "true"}


def shown(answer: Any) -> list[str]:
    return [one.code for group in answer.context["groups"] for one in group.values]


def places(answer: Any) -> list[tuple[str, str, str, bool]]:
    return [(one.product, one.where, one.text, one.is_winner) for one in answer.context["places"]]


def test_what_is_inherited_is_a_placeholder_and_a_sentence(window: Any, steward: Any, browser_of: Any) -> None:
    desk = Desk(browser_of(steward), factories.product("RIDGE-RED-S"), AUSTRIA)
    name = field(desk.see("name"))
    assert (name.control.value, name.control.placeholder) == ("", "Ridgeline coat (de)")
    assert (name.origin.text, name.has_own) == ("From RIDGE, in de-DE", False)
    assert 'placeholder="Ridgeline coat (de)"' in desk.see("name").content.decode()
    material = field(desk.see("material"))
    assert (material.can_edit, material.why_not) == (False, "Said on RIDGE for all its variants")
    assert material.why_url.endswith("&field=material#value-material")
    model = Desk(desk.client, window.ridge, AUSTRIA)
    size = field(model.see("size"))
    assert (size.can_edit, size.origin.text) == (False, "Set on each variant")
    answer = desk.post("name", value="Rot")
    assert (field(answer).clears_to, own(desk.product, "*/de-AT")) == ("Ridgeline coat (de)", {"name": "Rot"})
    refused = desk.post("material", value=["silk"])
    assert (refused.status_code, "belongs to the model" in refused.content.decode()) == (422, True)


def test_a_value_that_no_placeholder_can_show_stands_beside_it(window: Any, steward: Any, browser_of: Any) -> None:
    define_attribute(code="washable", type="boolean", actor=factories.HOUSE, labels={"en-GB": "Washable"})
    members = [{"code": "washable", "level": 0, "may_override_below": True}, {"code": "hue", "level": 1}]
    define_attribute(code="hue", type="select", actor=factories.HOUSE, options=factories._options("red"))
    define_family(code="hats", axes=[["hue"]], attributes=members, actor=factories.HOUSE)
    hat = create_product(sku="HAT", family="hats", values={"washable": False}, actor=factories.HOUSE)
    red = create_product(sku="HAT-RED", parent="HAT", values={"hue": "red"}, actor=factories.HOUSE)
    found = field(Desk(browser_of(steward), red, GB).see("washable"))
    assert (found.control.value, found.control.placeholder, found.aside) == ("", "No", "No")
    assert field(Desk(browser_of(steward), hat, GB).see("washable")).control.value == "false"


def test_where_from_tells_the_whole_chain(window: Any, steward: Any, browser_of: Any) -> None:
    set_values(window.ridge, values={"name": "Loden"}, market="DACH", locale="de-DE", reason="Law", actor=steward)
    desk = Desk(browser_of(steward), factories.product("RIDGE-RED-S"), AUSTRIA)
    answer = desk.client.get(f"{desk.address('origin/')}&attribute=name", headers=FRAGMENT)
    variant = "RIDGE-RED-S"
    assert places(answer) == [
        (variant, "DACH, de-AT", "", False), (variant, "all markets, de-AT", "", False),
        ("RIDGE", "DACH, de-AT", "", False), ("RIDGE", "all markets, de-AT", "", False),
        (variant, "DACH, de-DE", "", False), (variant, "all markets, de-DE", "", False),
        ("RIDGE", "DACH, de-DE", "Loden", True), ("RIDGE", "all markets, de-DE", "Ridgeline coat (de)", False),
        (variant, "DACH, en-GB", "", False), (variant, "all markets, en-GB", "", False),
        ("RIDGE", "DACH, en-GB", "", False), ("RIDGE", "all markets, en-GB", "Ridgeline coat", False),
        (variant, "DACH, all languages", "", False), (variant, "all markets, all languages", "", False),
        ("RIDGE", "DACH, all languages", "", False), ("RIDGE", "all markets, all languages", "", False),
    ]  # fmt: skip
    winner = next(one for one in answer.context["places"] if one.is_winner)
    assert (winner.override.reason, winner.override.by) == ("Law", "stella")
    assert winner.url == f"/products/{window.ridge.uid}/{AUSTRIA}&field=name#value-name"
    weight = desk.client.get(f"{desk.address('origin/')}&attribute=weight", headers=FRAGMENT)
    assert places(weight) == [(variant, "all markets, all languages", "1,200 g", True)], "only places that can hold it"


def test_only_what_is_missing(window: Any, steward: Any, browser_of: Any) -> None:
    client, address = browser_of(steward), f"/products/{factories.uid_of('RIDGE-RED-S')}/{DE}"
    answer = client.get(f"{address}&only=missing")
    assert shown(answer) == ["description"]
    assert [tab.url.endswith("&only=missing") for tab in answer.context["locales"]] == [True, True]
    assert answer.context["neighbours"].next_url.endswith("&only=missing")
    assert "checked" in answer.content.decode().split('id="only-missing"')[1][:40]
    british = client.get(f"/products/{factories.uid_of('RIDGE-RED-S')}/{GB}&only=missing")
    assert "Nothing is missing here" in british.content.decode()
    assert shown(client.get(f"{address}&find=ship")) == []
    assert shown(client.get(f"{address}&find=IGH")) == ["weight"]
    assert "No field has these words" in client.get(f"{address}&find=ship").content.decode()


def test_tabs_tell_their_percent(window: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get(f"/products/{window.ridge.uid}/{DE}")
    assert [(tab.label, int(tab.percent)) for tab in answer.context["locales"]] == [("de-AT", 66), ("de-DE", 66)]
    percents = [(tab.label, tab.percent) for tab in answer.context["markets"]]
    assert [(label, percent and int(percent)) for label, percent in percents] == [
        ("DACH", 66), ("GB", 100), ("US", None),
    ]  # fmt: skip


def test_the_way_along_the_variants_keeps_the_scope(window: Any, steward: Any, browser_of: Any) -> None:
    client, urls = browser_of(steward), []
    found = client.get(f"/products/{window.ridge.uid}/{DE}").context["neighbours"]
    assert (found.place, found.count, found.previous_url) == (0, 4, "")
    while found.next_url:
        urls.append(found.next_url)
        found = client.get(found.next_url).context["neighbours"]
    skus = ["RIDGE-RED-S", "RIDGE-RED-M", "RIDGE-BLUE-S", "RIDGE-BLUE-M"]
    assert urls == [f"/products/{factories.uid_of(sku)}/{DE}" for sku in skus]
    assert found.previous_url == urls[2]
    assert client.get(urls[0]).context["product"].parent.url == f"/products/{window.ridge.uid}/{DE}"
    assert client.get(f"/products/{window.cup.uid}/").context["neighbours"] is None


@pytest.fixture
def many_options(world: Any) -> Product:
    """A thing with a brand out of 10,000, and any number of tags out of as many."""
    for code, kind in (("brand", "select"), ("tags", "multi_select")):
        attribute = define_attribute(code=code, type=kind, actor=factories.HOUSE, labels={"en-GB": code.title()})
        Option.objects.bulk_create(
            Option(
                attribute=attribute, code=f"{code}{number:05}", position=number,
                labels={"en-GB": f"House {number:05}", "de-DE": f"Haus {number:05}"},
                synonyms=["Ærø 7"] if number == 7 else [],
            )
            for number in range(MANY)
        )  # fmt: skip
    attributes = [{"code": code, "level": 0} for code in ("brand", "tags")]
    define_family(code="things", attributes=attributes, actor=factories.HOUSE)
    return create_product(sku="THING", family="things", values={"brand": "brand00042"}, actor=factories.HOUSE)


def found(desk: Desk, code: str, words: str, more: str = "") -> list[str]:
    address = f"/products/{desk.product.uid}/options/{desk.scope}&attribute={code}&q={words}{more}"
    answer = desk.client.get(address, headers=FRAGMENT)
    assert answer.status_code == 200
    return [option.label for option in answer.context["options"]]


def test_ten_thousand_options_are_searched_on_the_server(many_options: Product, steward: Any, browser_of: Any) -> None:
    desk = Desk(browser_of(steward), many_options, DE)
    page = desk.client.get(f"/products/{many_options.uid}/{DE}")
    text = page.content.decode()
    assert 'role="combobox"' in text
    assert (text.count("Haus "), "Haus 00042" in text) == (1, True), "none but the chosen one"
    assert found(desk, "brand", "Haus 00099") == ["Haus 00099"]
    assert found(desk, "brand", "brand00099") == ["Haus 00099"]
    assert found(desk, "brand", "ærø") == ["Haus 00007"]
    assert found(desk, "brand", "house 0123") == ["Haus 00123", *(f"Haus {number:05}" for number in range(1230, 1240))]
    assert found(desk, "brand", "nonsense%") == []
    address = f"/products/{many_options.uid}/options/{DE}&attribute=brand"
    everything = desk.client.get(address, headers=FRAGMENT)
    assert (len(everything.context["options"]), everything.context["has_more"]) == (30, True)
    assert found(desk, "tags", "Haus 0000", "&but=tags00000&but=tags00001")[0] == "Haus 00002"
    assert found(desk, "brand", "en-GB") == [], "the names of languages are no words"


def test_a_search_costs_the_same_however_many_there_are(many_options: Product, steward: Any, browser_of: Any) -> None:
    desk = Desk(browser_of(steward), many_options, DE)
    with CaptureQueriesContext(connection) as queries:
        found(desk, "brand", "Haus 00099")
    assert len(queries) < 25
    rows = [one["sql"] for one in queries if "pim_option" in one["sql"]]
    assert len(rows) == 1
    assert "LIMIT 31" in rows[0]


def test_what_was_chosen_or_typed_is_stored(many_options: Product, steward: Any, browser_of: Any) -> None:
    desk = Desk(browser_of(steward), many_options, DE)
    desk.post("brand", value="brand00099", typed="Haus 00099")
    assert own(many_options) == {"brand": "brand00099"}
    desk.post("brand", value="brand00099", typed="House 00007")
    assert own(many_options) == {"brand": "brand00007"}, "what is typed beats what was chosen before"
    refused = desk.post("brand", value="brand00007", typed="Haus")
    assert (refused.status_code, own(many_options)) == (422, {"brand": "brand00007"})
    desk.post("brand", value="brand00007", typed="")
    assert own(many_options) == {}
    desk.post("tags", value=["tags00001"], typed="tags00002")
    answer = desk.post("tags", value=["tags00001", "tags00002"], typed="Haus 00003")
    assert own(many_options) == {"tags": ["tags00001", "tags00002", "tags00003"]}
    assert [one.label for one in field(answer).control.chosen] == ["Haus 00001", "Haus 00002", "Haus 00003"]


@pytest.fixture
def wide(world: Any) -> Product:
    return factories.make_wide(MASK_LENGTH)


def test_a_family_of_all_attributes_there_can_be(wide: Product, steward: Any, browser_of: Any) -> None:
    client, address = browser_of(steward), f"/products/{wide.uid}/{GB}"
    answer = client.get(address)
    groups = answer.context["groups"]
    assert [(group.count, len(group.values), group.is_open) for group in groups] == [
        (171, 40, True), (171, 0, False), (170, 0, False), (171, 0, False), (171, 0, False), (170, 0, False),
    ]  # fmt: skip
    lacking = [f"fact{at:04}" for at in range(MASK_LENGTH) if at % 8 not in {1, 2} or at % 3 == 0]
    assert [one.code for one in answer.context["missing"]] == lacking
    more = client.get(f"/products/{wide.uid}/values/{GB}&group=part_0&from=40", headers=FRAGMENT)
    assert [one.code for one in more.context["group"].values] == [f"fact{number:04}" for number in range(40, 80)]
    closed = client.get(f"/products/{wide.uid}/values/{GB}&group=part_5", headers=FRAGMENT)
    assert (len(closed.context["group"].values), closed.context["group"].more_from) == (40, 40)
    assert client.get(f"/products/{wide.uid}/values/{GB}&group=part_9", headers=FRAGMENT).status_code == 404
    asked = client.get(f"{address}&field=fact1023")
    assert "fact1023" in shown(asked)
    assert len(shown(asked)) <= 80
    assert shown(client.get(f"{address}&find=fact 1023")) == ["fact1023"]


def test_a_family_of_all_attributes_asks_and_says_no_more_than_one_of_48(
    world: Any, steward: Any, browser_of: Any
) -> None:
    """How long it takes is measured by `make bench-pages`."""
    client = browser_of(steward)

    def cost(of: Product) -> tuple[int, int, int]:
        """Queries, rows and bytes."""
        client.get(f"/products/{of.uid}/{GB}")
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"/products/{of.uid}/{GB}")
        rows = sum(len(group.values) for group in answer.context["groups"])
        return len(queries), rows, len(answer.content)

    few, shown_few, bytes_few = cost(factories.make_wide(48, sku="NARROW", prefix="trait"))
    many, shown_many, bytes_many = cost(factories.make_wide(MASK_LENGTH))
    assert (shown_few, shown_many) == (40, 40)
    assert many == few
    assert bytes_many < 1.5 * bytes_few


def test_many_variants_and_fields_cost_no_more_queries(window: Any, steward: Any, browser_of: Any) -> None:
    desk = Desk(browser_of(steward), window.ridge, GB)

    def cost() -> int:
        answer = None
        with CaptureQueriesContext(connection) as queries:
            answer = desk.post("name", value=f"Coat {time.monotonic_ns()}")
        assert answer.status_code == 200
        return len(queries)

    cost()
    first = cost()
    for size in range(12):
        Option.objects.create(attribute=Attribute.objects.get(code="size"), code=f"x{size}", position=9 + size)
        values = {"colour": "red", "size": f"x{size}", "weight": {"amount": "1", "unit": "g"}}
        create_product(sku=f"RIDGE-X{size}", parent="RIDGE", values=values, actor=factories.HOUSE)
    assert cost() == first


def test_values_of_other_cells_stay(window: Any, steward: Any, browser_of: Any) -> None:
    before = {row.pk: row.vals for row in ProductValues.objects.filter(product=window.ridge)}
    desk = Desk(browser_of(steward), window.ridge, GB)
    desk.post("name", value="Coat")
    after = {row.pk: row.vals for row in ProductValues.objects.filter(product=window.ridge)}
    changed = {pk for pk in before if before[pk] != after[pk]}
    assert len(changed) == 1
    [pk] = changed
    assert after[pk] == {**before[pk], "name": "Coat"}
