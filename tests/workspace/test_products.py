from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from foundation.events.sequencing import drain
from pim.services import set_values, withdraw_product

from . import factories


def rows(answer: Any) -> list[str]:
    return [row.sku for row in answer.context["products"]]


def test_the_list_shows_models_with_their_completeness(window: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get("/products/")
    found = {row.sku: row for row in answer.context["products"]}
    assert list(found) == ["CUP", "MAC", "RIDGE"]
    assert found["RIDGE"].variants == 4
    # name, description and price for each of 4 variants in 3 scopes; the description is English only,
    # and so untranslated in two of them.
    assert (found["RIDGE"].missing, int(found["RIDGE"].percent)) == (8, 77)
    assert found["CUP"].percent is None
    text = answer.content.decode()
    assert "Ridgeline coat" in text
    assert "Not placed" in text
    assert "/m/" in found["RIDGE"].picture_url


def test_nothing_yet(steward: Any, browser_of: Any) -> None:
    text = browser_of(steward).get("/products/").content.decode()
    assert "No products yet" in text
    assert "Import a file" in text


def test_filters_are_in_the_address(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    assert rows(client.get("/products/?family=cups")) == ["CUP"]
    assert rows(client.get("/products/?complete=incomplete&scope=shop/DACH/de-DE")) == ["RIDGE"]
    assert rows(client.get("/products/?complete=complete&scope=shop/GB/en-GB")) == ["RIDGE"]
    assert rows(client.get("/products/?complete=unplaced")) == ["CUP"]
    assert rows(client.get("/products/?scope=shop/US/en-US")) == ["MAC"]
    assert rows(client.get("/products/?q=ridge-red")) == ["RIDGE"], "a variant finds its model"
    assert rows(client.get("/products/?family=nonsense&q=x")) == []


def test_facets_say_what_a_click_would_find(window: Any, steward: Any, browser_of: Any) -> None:
    facets = browser_of(steward).get("/products/?family=coats").context["facets"]
    counts = {facet.name: {option.value: option.count for option in facet.options} for facet in facets}
    assert counts["family"] == {"coats": 2, "cups": 1}, "its own choice does not narrow a facet"
    assert counts["complete"] == {"incomplete": 1, "complete": 1, "unplaced": 0}
    assert counts["scope"]["shop/US/en-US"] == 1


def test_htmx_gets_the_results_alone(window: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward, htmx=True).get("/products/?family=cups")
    text = answer.content.decode()
    assert "<html" not in text
    assert 'id="results"' in text
    assert 'id="count-family-cups" hx-swap-oob="true"' in text


def test_more_rows_come_by_keyset(steward: Any, browser_of: Any) -> None:
    factories.define_goods(channels=False)
    for number in range(55):
        factories.create_product(sku=f"CUP{number:03}", family="cups", actor=factories.HOUSE)
    first = browser_of(steward).get("/products/")
    assert len(rows(first)) == 40
    rest = browser_of(steward, htmx=True).get(f"/products/{first.context['next_url']}")
    assert rows(rest) == [f"CUP{number:03}" for number in range(40, 55)]
    assert 'id="results"' not in rest.content.decode()


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("-sku", "CUP054", "CUP000"),
        ("new", "CUP000", "CUP054"),
        ("old", "CUP054", "CUP000"),
        ("odd", "CUP000", "CUP054"),
    ],
)
def test_the_order_is_chosen_and_kept_over_pages(
    sort: str, first: str, last: str, steward: Any, browser_of: Any
) -> None:
    factories.define_goods(channels=False)
    for number in reversed(range(55)):
        factories.create_product(sku=f"CUP{number:03}", family="cups", actor=factories.HOUSE)
    client = browser_of(steward, htmx=True)
    opened = client.get("/products/", {"sort": sort})
    rest = client.get(f"/products/{opened.context['next_url']}")
    found = rows(opened) + rows(rest)
    assert (found[0], found[-1], len(set(found))) == (first, last, 55)
    assert found == sorted(found, reverse=first == "CUP054")


def test_another_market_is_not_there(window: Any, outsider: Any, browser_of: Any) -> None:
    client = browser_of(outsider)
    assert rows(client.get("/products/")) == ["MAC"]
    assert client.get(f"/products/{window.ridge.uid}/").status_code == 404
    assert client.get(f"/products/{window.mac.uid}/").status_code == 200
    assert client.get(f"/products/{uuid4()}/").status_code == 404


def test_what_left_a_moment_ago_is_not_shown(window: Any, outsider: Any, browser_of: Any) -> None:
    """Lists look among entries, which are told a second later; what they show is asked of the products."""
    client = browser_of(outsider)
    drain()
    assert rows(client.get("/products/")) == ["MAC"]
    withdraw_product(window.mac, channel="shop", market="US", actor=factories.HOUSE, reason="Over")
    late = client.get("/products/")
    assert (rows(late), late.context["total"]) == ([], 1)
    drain()
    assert client.get("/products/").context["total"] == 0


def values(answer: Any) -> dict[str, Any]:
    return {row.code: row for group in answer.context["groups"] for row in group.values}


def test_a_value_says_where_it_is_from(window: Any, steward: Any, browser_of: Any) -> None:
    uid = factories.uid_of("RIDGE-RED-S")
    shown = values(browser_of(steward).get(f"/products/{uid}/?channel=shop&market=DACH&locale=de-AT"))
    assert shown["name"].text == "Ridgeline coat (de)"
    assert shown["name"].origin.text == "From RIDGE, in de-DE"
    assert shown["description"].text == "Warm."
    assert shown["description"].is_missing, "English does not count as German"
    assert shown["price"].text == "EUR 1,299.00"
    assert shown["price"].note == "Restricted"
    assert (shown["weight"].text, shown["weight"].unit, shown["weight"].origin.kind) == ("1,200", "g", "own")
    assert shown["colour"].text == "red-de"
    assert shown["material"].origin.url.startswith(f"/products/{window.ridge.uid}/?channel=shop")
    assert "cost" not in shown, "secrets stay in pim"


def test_what_a_role_may_not_know_is_not_on_the_page(window: Any, photographer: Any, browser_of: Any) -> None:
    answer = browser_of(photographer).get(f"/products/{window.ridge.uid}/")
    assert "price" not in values(answer)
    text = re.sub(r"<time.*?</time>", "", answer.content.decode(), flags=re.DOTALL)  # digits of a moment are any
    assert "1,299" not in text
    assert "1299" not in text


def test_the_model_page(window: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get(f"/products/{window.ridge.uid}/")
    text = answer.content.decode()
    assert [ring.label for ring in answer.context["scopes"]] == [
        "Web shop · DACH · de-AT", "Web shop · DACH · de-DE", "Web shop · GB · en-GB",
    ]  # fmt: skip
    assert answer.context["scope"].percent < 100, "the page opens where most is missing"
    matrix = answer.context["variants"]
    assert (matrix.row_axis, matrix.column_axis, matrix.columns) == ("Colour", "Size", ["S", "M"])
    assert [row.label for row in matrix.rows] == ["Red", "Blue"]
    assert all(cell is not None for row in matrix.rows for cell in row.cells)
    assert [tile.name for tile in answer.context["gallery"].pictures] == ["ridge-front.jpg", "ridge-collar.jpg"]
    assert [tile.rights.label for tile in answer.context["gallery"].pictures] == ["Cleared", "No licence"]
    assert values(answer)["size"].origin.text == "Set on each variant"
    assert "Where it is sold" in text


def test_a_variant_has_its_models_pictures(window: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get(f"/products/{factories.uid_of('RIDGE-RED-S')}/")
    assert [(tile.origin, tile.is_inherited) for tile in answer.context["gallery"].pictures] == [("RIDGE", True)] * 2
    assert answer.context["product"].level == "Variant"
    assert answer.context["product"].parent.sku == "RIDGE"


def test_history_tells_who_changed_what(window: Any, steward: Any, browser_of: Any) -> None:
    set_values(window.ridge, values={"name": "Ridge"}, locale="en-GB", actor=steward)
    drain()
    answer = browser_of(steward).get(f"/products/{window.ridge.uid}/")
    mine = [entry for entry in answer.context["history"] if entry.actor == "stella"]
    assert [entry.text for entry in mine] == ["1 value changed"]
    change = mine[0].changes[0]
    assert (change.label, change.before, change.after) == ("Name (en-GB)", "Ridgeline coat", "Ridge")


def test_history_keeps_restricted_values(window: Any, photographer: Any, steward: Any, browser_of: Any) -> None:
    set_values(window.ridge, values={"price": {"EUR": "7777.00"}}, actor=steward)
    assert "7,777" in browser_of(steward).get(f"/products/{window.ridge.uid}/").content.decode()
    assert "7,777" not in browser_of(photographer).get(f"/products/{window.ridge.uid}/").content.decode()


def test_a_product_that_is_nowhere(window: Any, steward: Any, browser_of: Any) -> None:
    text = browser_of(steward).get(f"/products/{window.cup.uid}/").content.decode()
    assert "Not placed" in text
    assert "No picture shows this product" in text


def test_without_scopes_there_is_still_a_page(steward: Any, browser_of: Any) -> None:
    factories.define_goods(channels=False)
    cup = factories.create_product(sku="CUP", family="cups", actor=factories.HOUSE)
    assert browser_of(steward).get(f"/products/{cup.uid}/").status_code == 200


def test_a_model_is_shown_by_its_variants_pictures(window: Any, steward: Any, browser_of: Any) -> None:
    shown = factories.make_asset("mac-red.jpg")
    factories.bind_asset(product=factories.product("MAC-RED-S"), asset=shown, role="hero", actor=factories.HOUSE)
    client = browser_of(steward)
    found = {row.sku: row.picture_url for row in client.get("/products/").context["products"]}
    assert "/m/" in found["MAC"]
    assert found["CUP"] == ""
    tiles = client.get(f"/products/{window.mac.uid}/").context["gallery"].pictures
    assert [(tile.name, tile.origin, tile.is_inherited) for tile in tiles] == [("mac-red.jpg", "MAC-RED-S", False)]


def test_rich_text_is_read_as_lines(window: Any, steward: Any, browser_of: Any) -> None:
    rich = "<ul><li>Warm &amp; dry</li><li>Light<br>Small</li></ul>"
    set_values(window.ridge, values={"description": rich}, locale="en-GB", actor=steward)
    answer = browser_of(steward).get(f"/products/{window.ridge.uid}/?channel=shop&market=GB&locale=en-GB")
    assert values(answer)["description"].text == "Warm & dry\nLight\nSmall"


def test_what_is_not_placed_somewhere(window: Any, steward: Any, outsider: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get("/products/?unplaced=shop/US")
    assert {row.sku for row in answer.context["products"]} == {"RIDGE", "CUP"}
    facet = next(one for one in answer.context["facets"] if one.name == "unplaced")
    assert {option.value: option.count for option in facet.options} == {
        "bazaar/GB": 3, "shop/DACH": 2, "shop/GB": 2, "shop/US": 2,
    }  # fmt: skip
    factories.place(window.mac, ("shop", "GB"))
    client = browser_of(outsider)
    assert client.get("/products/").context["total"] == 1
    for foreign in ("shop/GB", "shop/DACH", "bazaar/GB", "x", "/", ""):
        found = client.get("/products/", {"unplaced": foreign}).context["total"]
        assert found == 0, "an answer tells nothing of markets that are not theirs"


def told(answer: Any) -> dict[str, dict[str, int]]:
    """Of the attributes that are filtered by: how many models have each answer."""
    return {one.code: {each.value: each.count for each in one.options} for one in answer.context["more"].facets}


def test_any_attribute_of_a_list_may_be_a_filter(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    plain = client.get("/products/")
    assert told(plain) == {}
    assert "colour" in dict(plain.context["more"].others)
    counted = client.get("/products/?by=colour")
    numbers = told(counted)["colour"]
    for value, number in numbers.items():
        found = client.get(f"/products/?value.colour={value}")
        assert len(rows(found)) == found.context["total"] == number, "what a click would find"
        assert told(found)["colour"] == numbers, "its own choice does not narrow it"
    assert "colour" not in dict(counted.context["more"].others)
    assert rows(client.get("/products/?value.colour=red&value.size=s&family=coats")) == ["MAC", "RIDGE"]
    assert rows(client.get("/products/?value.colour=nonsense&by=nothing&value.=x")) == rows(plain)


def test_a_tree_is_found_by_one_product_that_meets_all(window: Any, steward: Any, browser_of: Any) -> None:
    factories.create_product(sku="POLO", family="coats", actor=factories.HOUSE)
    for colour, size in (("red", "s"), ("blue", "m")):
        values = {"colour": colour, "size": size}
        factories.create_product(sku=f"POLO-{size}", parent="POLO", values=values, actor=factories.HOUSE)
    drain()
    client = browser_of(steward)
    assert rows(client.get("/products/?value.colour=red&value.size=s&q=polo")) == ["POLO"]
    assert rows(client.get("/products/?value.colour=red&value.size=m&q=polo")) == []


def test_a_filter_is_dropped_and_leaves_the_address(window: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward, htmx=True).get("/products/?by=colour&value.colour=red&drop=colour&by=&q=ridge")
    assert told(answer) == {}
    assert answer.headers["HX-Push-Url"] == "/products/?q=ridge"
    assert 'id="attribute-facets" hx-swap-oob="true"' in answer.content.decode()
