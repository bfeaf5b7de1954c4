"""The form of a product: each field saves itself, and is refused, overtaken and undone by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from foundation.events.models import OutboxEvent
from foundation.events.sequencing import drain
from foundation.history.models import Revision
from pim.models import Override, Product, ProductValues, RecordType
from pim.services import (
    create_product,
    define_attribute,
    define_family,
    define_record_type,
    set_values,
    write_records,
)
from tests.cast import make_actor

from . import factories

GB, DE = "?channel=shop&market=GB&locale=en-GB", "?channel=shop&market=DACH&locale=de-DE"
MANY = 10_000


SIZES = [
    {"code": "size", "type": "select", "choices": [{"code": "s", "labels": {"en-GB": "Small"}}, {"code": "m"}]},
    {"code": "chest", "type": "measurement", "unit": "cm", "required": True, "labels": {"en-GB": "Chest"}},
    {"code": "loose", "type": "boolean"},
]


def field(answer: Any) -> Any:
    return answer.context["field"]


def toast(answer: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answer.headers.get("HX-Trigger", "{}")).get("toast", {})
    return told


def own(product: Product, cell: str = "*/*") -> dict[str, Any]:
    """What the product itself says in a cell, such as `DACH/de-DE`."""
    market, locale = cell.split("/")
    rows = ProductValues.objects.filter(product=product, cell__locale=locale)
    rows = rows.filter(cell__market=None) if market == "*" else rows.filter(cell__market__code=market)
    row = rows.first()
    return row.vals if row else {}


class Desk:
    """One person at the form of one product in one scope."""

    def __init__(self, client: Client, product: Product, scope: str) -> None:
        self.client, self.product, self.scope = client, product, scope

    def address(self, more: str = "") -> str:
        return f"/products/{self.product.uid}/values/{more}{self.scope}"

    def see(self, code: str, more: str = "") -> Any:
        return self.client.get(f"{self.address()}&attribute={code}{more}", headers={"HX-Request": "true"})

    def post(self, code: str, **form: Any) -> Any:
        """As the browser sends it: with what the field shows as stored, unless the test says otherwise."""
        seen = field(self.see(code))
        whole = {"attribute": code, "place": seen.place, "expected": seen.expected, **form}
        return self.client.post(self.address(), whole, headers={"HX-Request": "true"})

    def undo(self, answer: Any) -> Any:
        return self.client.post(toast(answer)["undo"]["url"], headers={"HX-Request": "true"})


@pytest.fixture
def everything(world: Any) -> Product:
    """A thing of a family that has each type of attribute."""
    makers = define_record_type(code="makers", labels={"en-GB": "Makers"}, actor=factories.HOUSE)
    said = [{"code": f"m{at}", "labels": {"en-GB": f"Maker {at}"}} for at in range(40)]
    write_records(makers, documents=said, actor=factories.HOUSE)
    for code, kind, more in (
        ("title", "text", {"is_localizable": True, "validation": {"max_length": 20}}),
        ("story", "rich_text", {"is_localizable": True}),
        ("gtin", "identifier", {"validation": {"scheme": "gtin"}}),
        ("parts", "number", {"is_market_overridable": True, "validation": {"min": 1, "max": 9, "decimals": 0}}),
        ("washable", "boolean", {}),
        ("launch", "date", {}),
        ("colour", "select", {"options": factories._options("red", "blue")}),
        ("material", "multi_select", {"options": factories._options("wool", "silk")}),
        ("weight", "measurement", {"unit": "g", "validation": {"units": ["g", "kg"]}}),
        ("price", "money", {"sensitivity": "restricted", "is_market_overridable": True}),
        ("cost", "money", {"sensitivity": "secret"}),
        ("maker", "record", {"validation": {"record_type": "makers"}}),
        ("sizes", "table", {"validation": {"columns": SIZES, "max_rows": 3}}),
    ):
        define_attribute(code=code, type=kind, actor=factories.HOUSE, labels={"en-GB": code.title()}, **more)
    codes = ["title", "story", "gtin", "parts", "washable", "launch", "colour", "material", "weight", "price", "cost"]
    codes += ["maker", "sizes"]
    define_family(
        code="things", label_attribute="title", required={"shop": ["title", "price", "weight"]},
        attributes=[{"code": code, "level": 0} for code in codes], actor=factories.HOUSE,
    )  # fmt: skip
    thing = create_product(sku="THING", family="things", actor=factories.HOUSE)
    factories.place(thing, ("shop", "GB"), ("shop", "DACH"), ("shop", "US"))
    drain()
    return thing


@pytest.fixture
def desk(everything: Product, steward: Any, browser_of: Any) -> Desk:
    return Desk(browser_of(steward), everything, GB)


TYPED: list[tuple[str, dict[str, Any], str, Any]] = [
    ("title", {"value": "  Thing "}, "*/en-GB", "Thing"),
    ("story", {"value": "<p>Warm\r\n&amp; dry</p>"}, "*/en-GB", "<p>Warm\n&amp; dry</p>"),
    ("gtin", {"value": "4006381333931"}, "*/*", "04006381333931"),
    ("parts", {"value": "7"}, "*/*", "7"),
    ("washable", {"value": "true"}, "*/*", True),
    ("washable", {"value": "false"}, "*/*", False),
    ("launch", {"value": "2026-05-01"}, "*/*", "2026-05-01"),
    ("colour", {"value": "blue"}, "*/*", "blue"),
    ("material", {"value": ["wool", "silk"]}, "*/*", ["silk", "wool"]),
    ("weight", {"value": "1.5", "unit": "kg"}, "*/*", {"amount": "1.5", "unit": "kg"}),
    ("price", {"amount-GBP": "12", "amount": "15.5", "currency": "eur"}, "*/*", {"GBP": "12.00", "EUR": "15.50"}),
    ("maker", {"value": "m7", "typed": "Maker 7"}, "*/*", "m7"),
    ("maker", {"value": "m7", "typed": "maker 8"}, "*/*", "m8"),
    (
        "sizes",
        {"row-4-size": "m", "row-4-chest": "100 cm", "row-4-loose": "false", "row-0-chest": "96", "row-9-size": ""},
        "*/*",
        [
            {"chest": {"amount": "96", "unit": "cm"}},
            {"size": "m", "chest": {"amount": "100", "unit": "cm"}, "loose": False},
        ],
    ),
]


@pytest.mark.parametrize(("code", "form", "cell", "stored"), TYPED)
def test_each_type_is_stored_in_its_cell(desk: Desk, code: str, form: dict[str, Any], cell: str, stored: Any) -> None:
    answer = desk.post(code, **form)
    assert answer.status_code == 200, answer.content.decode()
    assert own(desk.product, cell) == {code: stored}
    assert json.loads(field(answer).expected) == stored
    assert "Saved" in answer.content.decode()
    desk.post(code, clear="1", **form)
    assert own(desk.product, cell) == {}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("title", {"value": "A title that is too long"}, "24 characters are too many; 20 is the limit"),
    ("title", {"value": "a\x07b"}, "Remove the invisible character U+0007"),
    ("story", {"value": "<script>x</script>"}, "&lt;script&gt; is not allowed"),
    ("gtin", {"value": "4006381333932"}, "it would be 1"),
    ("parts", {"value": "12"}, "12 is more than 9"),
    ("parts", {"value": "1.5"}, "1.5 has more than 0 decimals"),
    ("washable", {"value": "perhaps"}, "neither yes nor no"),
    ("launch", {"value": "2026-02-31"}, "not a date of the calendar"),
    ("colour", {"value": "green"}, "is not an option of colour"),
    ("material", {"value": ["wool", "lead"]}, "is not an option of material"),
    ("weight", {"value": "heavy", "unit": "g"}, "is not a number"),
    ("weight", {"value": "1", "unit": "m"}, "does not measure the same as g"),
    ("price", {"amount-GBP": "1.234"}, "more than 2 decimals"),
    ("price", {"amount": "5", "currency": "XXY"}, "is not a currency"),
    ("maker", {"typed": "Nobody"}, "is no record of makers"),
    ("sizes", {"row-0-chest": "wide", "row-1-chest": "9"}, "Row 1, chest: "),
    ("sizes", {"row-0-loose": "true"}, "Row 1, chest: say something here"),
    ("sizes", {f"row-{at}-chest": "9" for at in range(4)}, "4 rows are too many; 3 is the limit"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "form", "words"), REFUSED)
def test_a_bad_value_is_refused_beside_its_field(desk: Desk, code: str, form: dict[str, Any], words: str) -> None:
    revisions, events = Revision.objects.count(), OutboxEvent.objects.count()
    answer = desk.post(code, **form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text.replace("&#x27;", "'")
    assert f'id="value-{code}"' in text
    assert 'role="alert"' in text
    assert toast(answer) == {}
    assert "hx-swap-oob" not in text, "no count has changed"
    assert (Revision.objects.count(), OutboxEvent.objects.count()) == (revisions, events)
    if code not in {"washable", "colour", "material"} and "loose" not in str(form):
        typed = next(iter(form.values()))
        assert typed.replace("<", "&lt;").replace(">", "&gt;") in text, "what was typed stays in the field"


def test_a_record_is_found_among_many_by_its_words_and_is_not_offered_when_retired(desk: Desk) -> None:
    kind = RecordType.objects.get(code="makers")
    write_records(kind, documents=[{"code": "m31", "is_retired": True}], actor=factories.HOUSE)
    address = f"/products/{desk.product.uid}/options/{desk.scope}&attribute=maker&q=maker 3"
    answer = desk.client.get(address, headers={"HX-Request": "true"})
    assert [one.code for one in answer.context["options"]] == [
        "m3", "m30", *(f"m{at}" for at in range(32, 40)), "m13", "m23",
    ]  # fmt: skip
    set_values(desk.product, values={"maker": "m5"}, actor=factories.HOUSE)
    seen = field(desk.see("maker"))
    assert (seen.control.kind, seen.control.label, seen.text) == ("search", "Maker 5", "Maker 5")


def test_a_table_is_typed_row_by_row_and_read_as_one(desk: Desk, browser_of: Any) -> None:
    rows = [{"size": "s", "chest": "90 cm"}, {"chest": "96 cm", "loose": True}]
    set_values(desk.product, values={"sizes": rows}, actor=factories.HOUSE)
    grid = field(desk.see("sizes")).control.grid
    assert [[cell.value for cell in row] for row in grid.rows] == [
        ["s", "90 cm", ""], ["", "96 cm", "true"], ["", "", ""],
    ]  # fmt: skip
    assert (grid.rows[1][1].name, grid.rows[1][1].label) == ("row-1-chest", "Chest, row 2")
    reader = Desk(browser_of(make_actor("mia", "merchant")), desk.product, GB)
    seen = field(reader.see("sizes"))
    assert seen.control is None
    assert [[cell.words for cell in row] for row in seen.grid.rows] == [["Small", "90 cm", ""], ["", "96 cm", "Yes"]]
    assert "table-editor" not in reader.see("sizes").content.decode()


def test_an_identifier_of_another_product_is_refused(desk: Desk) -> None:
    create_product(sku="OTHER", family="things", values={"gtin": "4006381333931"}, actor=factories.HOUSE)
    answer = desk.post("gtin", value="4006381333931")
    assert (answer.status_code, field(answer).answer.error) == (422, "gtin 04006381333931 belongs to OTHER already")
    assert own(desk.product) == {}


def test_what_did_not_change_writes_nothing(desk: Desk) -> None:
    desk.post("title", value="Thing")
    revisions = Revision.objects.count()
    answer = desk.post("title", value=" Thing")
    assert (answer.status_code, toast(answer)) == (200, {})
    assert Revision.objects.count() == revisions


def test_an_edit_tells_what_it_changed_elsewhere(desk: Desk) -> None:
    first = desk.client.get(f"/products/{desk.product.uid}/{GB}")
    assert [one.code for one in first.context["missing"]] == ["title", "weight", "price"]
    assert first.context["scope"].percent == 0
    answer = desk.post("weight", value="5", unit="g")
    text = answer.content.decode()
    assert [one.code for one in answer.context["missing"]] == ["title", "price"]
    assert (int(answer.context["scope"].percent), answer.context["scope"].missing) == (33, 2), "without the sequencer"
    assert [int(tab.percent or 0) for tab in answer.context["markets"]] == [33, 33, 33]
    for part in ("score", "scope-rings", "scope-tabs"):
        assert f'id="{part}"' in text
    assert text.count('hx-swap-oob="true"') == 3
    assert toast(answer)["text"] == "Weight saved"


def test_two_people_at_two_fields_and_two_languages(desk: Desk, administrator: Any, browser_of: Any) -> None:
    german = Desk(browser_of(administrator), desk.product, DE)
    english, other = field(desk.see("title")).expected, field(german.see("parts")).expected
    assert german.post("title", value="Ding", expected="null").status_code == 200
    assert german.post("parts", value="3", expected=other).status_code == 200
    assert desk.post("title", value="Thing", expected=english).status_code == 200
    assert own(desk.product, "*/de-DE") == {"title": "Ding"}
    assert own(desk.product, "*/en-GB") == {"title": "Thing"}
    assert own(desk.product) == {"parts": "3"}


def test_who_comes_second_is_told_and_chooses(desk: Desk, administrator: Any, browser_of: Any) -> None:
    theirs = Desk(browser_of(administrator), desk.product, GB)
    seen = field(desk.see("title")).expected
    theirs.post("title", value="Theirs")
    revisions = Revision.objects.count()
    answer = desk.post("title", value="Mine", expected=seen)
    clash = field(answer).answer.clash
    assert (answer.status_code, clash.by, clash.text) == (422, "ada", "Theirs")
    assert clash.at is not None
    assert field(answer).control.value == "Mine", "what was typed stays"
    assert own(desk.product, "*/en-GB") == {"title": "Theirs"}
    assert Revision.objects.count() == revisions
    kept = desk.see("title")
    assert (field(kept).control.value, field(kept).answer.is_open) == ("Theirs", False)
    mine = desk.post("title", value="Mine", expected=field(answer).expected)
    assert (mine.status_code, own(desk.product, "*/en-GB")) == (200, {"title": "Mine"})


def test_a_third_one_is_told_again(desk: Desk) -> None:
    set_values(desk.product, values={"title": "One"}, locale="en-GB", actor=factories.HOUSE)
    answer = desk.post("title", value="Mine", expected="null")
    set_values(desk.product, values={"title": "Two"}, locale="en-GB", actor=factories.HOUSE)
    again = desk.post("title", value="Mine", expected=field(answer).expected)
    assert (again.status_code, field(again).answer.clash.text) == (422, "Two")


def test_a_refusal_does_not_forget_what_was_seen(desk: Desk) -> None:
    """Else mending what was refused would silently overwrite what came between."""
    set_values(desk.product, values={"title": "Theirs"}, locale="en-GB", actor=factories.HOUSE)
    answer = desk.post("title", value="A title that is too long", expected="null")
    assert field(answer).answer.error.startswith("24 characters")
    mended = desk.post("title", value="Short", expected=field(answer).expected)
    assert field(mended).answer.clash.text == "Theirs"


def test_both_wanted_the_same(desk: Desk) -> None:
    set_values(desk.product, values={"title": "Same"}, locale="en-GB", actor=factories.HOUSE)
    assert desk.post("title", value="Same", expected="null").status_code == 200


def test_undo_brings_the_earlier_value_back(desk: Desk) -> None:
    desk.post("title", value="First")
    answer = desk.post("title", value="Second")
    assert toast(answer)["text"] == "Title (en-GB) saved"
    undone = desk.undo(answer)
    assert own(desk.product, "*/en-GB") == {"title": "First"}
    assert toast(undone)["text"] == "Undone: Title"
    assert field(undone).control.value == "First"
    assert undone.content.decode().count('hx-swap-oob="true"') == 4, "the field, too, comes out of band"


def test_undo_of_the_first_and_of_a_clearing(desk: Desk) -> None:
    first = desk.post("title", value="First")
    cleared = desk.post("title", clear="1")
    assert toast(cleared)["text"] == "Title (en-GB) cleared"
    assert own(desk.product, "*/en-GB") == {}
    desk.undo(cleared)
    assert own(desk.product, "*/en-GB") == {"title": "First"}
    desk.undo(first)
    assert own(desk.product, "*/en-GB") == {}


def test_undo_loses_nothing_later(desk: Desk) -> None:
    answer = desk.post("title", value="Mine")
    set_values(desk.product, values={"title": "Later"}, locale="en-GB", actor=factories.HOUSE)
    refused = desk.undo(answer)
    assert (refused.status_code, toast(refused)["text"]) == (409, "Title was changed again since; nothing was undone")
    assert own(desk.product, "*/en-GB") == {"title": "Later"}


def test_undo_leaves_other_fields_alone(desk: Desk) -> None:
    answer = desk.post("parts", value="3")
    desk.post("washable", value="true")
    desk.undo(answer)
    assert own(desk.product) == {"washable": True}


def test_undo_of_what_never_was(desk: Desk, photographer: Any, browser_of: Any) -> None:
    address = desk.address("undo/") + "&attribute=title&change="
    for change in ("", "x", "-1", "٣", "9" * 40, "7"):
        assert desk.client.post(address + change, headers={"HX-Request": "true"}).status_code == 404, change
    answer = desk.post("title", value="Mine")
    url = toast(answer)["undo"]["url"]
    assert browser_of(photographer).post(url).status_code == 403
    assert desk.client.post(url.replace("attribute=title", "attribute=parts")).status_code == 404
    assert own(desk.product, "*/en-GB") == {"title": "Mine"}


def test_undo_of_a_secret_is_not_there(desk: Desk) -> None:
    set_values(desk.product, values={"cost": {"EUR": "1.00"}}, actor=factories.HOUSE)
    change = Revision.objects.filter(table_name="pim_productvalues").latest("id").pk
    url = desk.address("undo/") + f"&attribute=cost&change={change}"
    assert desk.client.post(url, headers={"HX-Request": "true"}).status_code == 404
    assert own(desk.product) == {"cost": {"EUR": "1.00"}}


def test_an_override_needs_its_reason_and_keeps_it(desk: Desk) -> None:
    desk.post("parts", value="2")
    begun = desk.see("parts", "&override=1")
    assert (field(begun).is_overriding, field(begun).control.value) == (True, "2")
    form = {"override": "1", "place": "market", "expected": "null", "value": "3"}
    refused = desk.post("parts", **form, reason=" ")
    assert (refused.status_code, field(refused).answer.error) == (422, "Say why GB has a value of its own")
    assert Override.objects.count() == 0
    answer = desk.post("parts", **form, reason="British law", last_day="2099-01-31")
    assert toast(answer)["text"] == "Parts (GB) saved"
    assert (field(answer).override.reason, field(answer).override.by) == ("British law", "stella")
    assert own(desk.product, "GB/*") == {"parts": "3"}
    row = Override.objects.get()
    assert row.expires_at == datetime(2099, 2, 1, tzinfo=UTC)
    assert "until" in answer.content.decode()
    desk.post("parts", value="4")
    row.refresh_from_db()
    assert (own(desk.product, "GB/*"), row.reason) == ({"parts": "4"}, "British law")
    assert row.expires_at == datetime(2099, 2, 1, tzinfo=UTC)
    german = Desk(desk.client, desk.product, DE)
    assert field(german.see("parts")).text == "2"


def test_clearing_an_override_says_what_it_becomes_and_can_be_undone(desk: Desk) -> None:
    desk.post("parts", value="2")
    form = {"override": "1", "place": "market", "expected": "null", "value": "3"}
    answer = desk.post("parts", **form, reason="British law", last_day="2099-01-31")
    assert field(answer).clears_to == "2"
    cleared = desk.post("parts", clear="1")
    assert (field(cleared).text, Override.objects.count()) == ("2", 0)
    desk.undo(cleared)
    row = Override.objects.get()
    assert (own(desk.product, "GB/*"), row.reason) == ({"parts": "3"}, "British law")
    assert row.expires_at == datetime(2099, 2, 1, tzinfo=UTC)


def test_bad_overrides_write_nothing(desk: Desk) -> None:
    form = {"override": "1", "place": "market", "expected": "null", "reason": "So"}
    for code, more, words in (
        ("parts", {"value": "3", "last_day": "2001-01-01"}, "The expiry lies in the past"),
        ("parts", {"value": "3", "last_day": "31.1.2099"}, "is not a day"),
        ("parts", {"value": ""}, "Say the value that GB has"),
        ("title", {"value": "Thing"}, "title is the same in all markets"),
    ):
        answer = desk.post(code, **{**form, **more})
        assert (answer.status_code, words in answer.content.decode()) == (422, True), (code, more)
    assert ProductValues.objects.filter(product=desk.product).count() == 0
    assert Override.objects.count() == 0


def test_a_steward_of_one_market_writes_there_alone(everything: Product, outsider: Any, browser_of: Any) -> None:
    mine = Desk(browser_of(outsider), everything, "?channel=shop&market=US&locale=en-US")
    for code, why in (("title", "The same in all markets"), ("washable", "The same in all markets")):
        assert (field(mine.see(code)).can_edit, field(mine.see(code)).why_not.startswith(why)) == (False, True)
    parts = field(mine.see("parts"))
    assert (parts.can_edit, parts.can_override) == (False, True)
    form = {"override": "1", "expected": "null", "value": "3", "reason": "Law"}
    assert mine.post("parts", **form).status_code == 200
    assert own(everything, "US/*") == {"parts": "3"}
    assert field(mine.see("parts")).can_edit
    shared = mine.post("parts", value="5", place="shared", expected="null")
    assert shared.status_code == 403
    elsewhere = Desk(mine.client, everything, GB)
    assert elsewhere.see("parts").status_code == 404
    form = {"attribute": "parts", "place": "shared", "expected": "null", "value": "4"}
    assert mine.client.post(elsewhere.address(), form, headers={"HX-Request": "true"}).status_code == 404
    assert own(everything) == {}
    assert own(everything, "GB/*") == {}


def test_who_may_not_edit_reads(desk: Desk, merchant: Any, photographer: Any, browser_of: Any) -> None:
    desk.post("title", value="Thing")
    desk.post("price", **{"amount-GBP": "12"})
    reading = Desk(browser_of(merchant), desk.product, GB)
    text = reading.client.get(f"/products/{desk.product.uid}/{GB}").content.decode()
    assert "Your role may look, but not change values" in text
    assert 'name="expected"' not in text
    assert "Override for" not in text
    assert "Thing" in text
    assert "GBP 12.00" in text
    assert reading.post("title", value="x").status_code == 403
    studio = Desk(browser_of(photographer), desk.product, GB)
    assert studio.see("price").status_code == 404
    assert "12.00" not in studio.client.get(f"/products/{desk.product.uid}/{GB}").content.decode()
    assert own(desk.product, "*/en-GB") == {"title": "Thing"}


def test_secrets_are_not_there(desk: Desk) -> None:
    set_values(desk.product, values={"cost": {"EUR": "77.00"}}, actor=factories.HOUSE)
    assert desk.see("cost").status_code == 404
    assert (
        desk.client.get(f"{desk.address('origin/')}&attribute=cost", headers={"HX-Request": "true"}).status_code == 404
    )
    form = {"attribute": "cost", "amount-EUR": "1", "expected": "null"}
    assert desk.client.post(desk.address(), form, headers={"HX-Request": "true"}).status_code == 404
    assert own(desk.product) == {"cost": {"EUR": "77.00"}}


def test_other_markets_products_are_not_there(window: Any, outsider: Any, browser_of: Any) -> None:
    theirs = Desk(browser_of(outsider), window.ridge, GB)
    for more in ("values/", "values/origin/", "options/"):
        assert theirs.client.get(f"/products/{window.ridge.uid}/{more}{GB}&attribute=name").status_code == 404
    assert theirs.client.post(theirs.address(), {"attribute": "name", "value": "x"}).status_code == 404
    assert theirs.client.post(theirs.address("undo/") + "&attribute=name&change=1").status_code == 404


def test_forms_that_are_none(desk: Desk) -> None:
    send = desk.client.post
    for form, status in (
        ({}, 404),
        ({"attribute": "nonsense", "value": "x"}, 404),
        ({"attribute": "title", "value": "x", "expected": "{"}, 422),
        ({"attribute": "title", "value": "x", "expected": "[" * 100_000}, 422),
    ):
        assert send(desk.address(), form, headers={"HX-Request": "true"}).status_code == status, str(form)[:80]
    assert ProductValues.objects.filter(product=desk.product).count() == 0


def test_without_scripts_a_form_comes_back_to_the_page(desk: Desk) -> None:
    answer = desk.client.post(desk.address(), {"attribute": "title", "value": "Thing", "expected": "null"}, follow=True)
    assert answer.redirect_chain[0][0].endswith("&field=title#value-title")
    text = answer.content.decode()
    assert "Title (en-GB) saved" in text
    assert "/values/undo/" in text
    refused = desk.client.post(desk.address(), {"attribute": "parts", "value": "99", "expected": "null"})
    assert refused.status_code == 422
    assert "99 is more than 9" in refused.content.decode()
    assert desk.client.get(f"{desk.address()}&attribute=title").status_code == 302
