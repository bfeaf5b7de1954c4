"""Pages of the model's structure: the matrix of variants, attributes and axes moved, variants by themselves. P4."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.messages import get_messages

from foundation.audit.models import Entry
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.jobs.models import Job
from foundation.markets.queries import get_scope
from pim.models import Attribute, Family, Option, Product
from pim.queries.values import resolve_values
from pim.services import create_product, define_attribute, define_family, place_product, set_values
from tests.cast import make_actor

from . import factories
from .factories import HOUSE, product

COATS = "/settings/families/coats/"


@pytest.fixture
def goods(world: Any) -> Any:
    factories.define_goods()
    return factories.make_coat("RIDGE", "Ridgeline coat")


@pytest.fixture
def chief(goods: Any, browser_of: Any) -> Any:
    return browser_of(make_actor("ada", "administrator"))


def undo_of(answer: Any) -> str:
    """Where the last toast takes it back; empty where it does not."""
    return next(iter([one.extra_tags for one in get_messages(answer.wsgi_request)][-1].split()), "")


def at(sku: str, page: str = "") -> str:
    return f"/products/{product(sku).uid}/{page}"


def traces() -> tuple[int, int]:
    return Revision.objects.count(), OutboxEvent.objects.count()


def price_of(sku: str) -> Any:
    one = product(sku)
    return resolve_values([one.pk], get_scope("shop", "GB", "en-GB"), max_sensitivity="secret")[one.pk]["price"].value


class TestMatrix:
    def test_what_is_ticked_is_told_then_made_and_taken_back(self, goods: Any, steward: Any, browser_of: Any) -> None:
        size = Attribute.objects.get(code="size")
        Option.objects.create(attribute=size, code="l", labels={"en-GB": "Large"}, position=9)
        client, page = browser_of(steward), at("RIDGE", "variants/")
        grid = client.get(page).context["grid"]
        assert (grid.columns, [row.label for row in grid.rows]) == (["S", "M", "Large"], ["Red", "Blue"])
        assert [(cell.words, cell.sku) for cell in grid.rows[0].cells] == [
            ("Red / S", "RIDGE-RED-S"), ("Red / M", "RIDGE-RED-M"), ("Red / Large", ""),
        ]  # fmt: skip
        assert [field.value for field in grid.patterns] == ["{parent}-{AXES}"], "as its variants are called"
        before = traces()
        sent = {"create": grid.rows[0].cells[2].value, "pattern": "{parent}-{AXES}"}
        plan = browser_of(steward, htmx=True).post(page, sent).context["plan"]
        assert [(line.sku, line.words) for line in plan.lines] == [("RIDGE-RED-L", "Red / Large")]
        assert traces() == before
        made = client.post(page, sent | {"do": "create", "seen": plan.seen})
        assert (made.status_code, made["Location"]) == (302, page)
        assert product("RIDGE-RED-L").axis_key == "colour=red&size=l"
        assert browser_of(steward, htmx=True).post(undo_of(made)).status_code == 204
        assert not Product.objects.filter(sku="RIDGE-RED-L").exists()
        made = client.post(page, {"all": "on", "pattern": "{parent}-{AXES}", "do": "create"})
        assert Product.objects.filter(parent=goods).count() == 6
        bound = factories.bind_asset(
            product=product("RIDGE-RED-L"), asset=factories.make_asset("l.jpg"), role="hero", actor=HOUSE
        )
        assert client.post(undo_of(made)).status_code == 409, "a picture shows it"
        assert bound.product == product("RIDGE-RED-L")
        set_values(product("RIDGE-RED-L"), values={"weight": "5 g"}, actor=HOUSE)
        assert client.post(undo_of(made)).status_code == 409
        assert Product.objects.filter(parent=goods).count() == 6

    def test_what_cannot_be_is_told_beside_it(self, goods: Any, steward: Any, browser_of: Any) -> None:
        client, page = browser_of(steward), at("RIDGE", "variants/")
        product("RIDGE-RED-S").values.all().delete()
        product("RIDGE-RED-S").delete()
        cell = urlencode({"colour": "red", "size": "s"})
        before = traces()
        answer = client.post(page, {"create": cell, "pattern": "CUP {length}", "do": "create"})
        assert answer.status_code == 422
        assert "There is no {length} in a SKU" in answer.content.decode()
        answer = client.post(page, {"create": cell, "pattern": "RIDGE", "do": "create"})
        assert answer.context["plan"].lines[0].problems == ["There is a product RIDGE already"]
        stale = client.post(page, {"create": cell, "pattern": "{parent}-{axes}", "do": "create", "seen": "other"})
        assert (stale.status_code, traces()) == (412, before)

    def test_options_of_a_long_axis_are_looked_for(self, goods: Any, steward: Any, browser_of: Any) -> None:
        colour = Attribute.objects.get(code="colour")
        Option.objects.bulk_create(
            Option(attribute=colour, code=f"c{at}", labels={"en-GB": f"Shade {at}"}, position=at) for at in range(60)
        )
        client, page = browser_of(steward), at("RIDGE", "variants/")
        found = client.get(f"{page}?find-colour=shade+4").context["grid"]
        assert [row.label for row in found.rows] == ["Red", "Blue"]
        assert "Shade 42" in [one.label for one in found.long_axes[0].found.options]
        shown = client.get(f"{page}?show=colour%3Dc42").context["grid"]
        assert [row.label for row in shown.rows] == ["Red", "Blue", "Shade 42"]
        assert shown.missing == 2

    def test_who_may_not_looks_and_makes_nothing(
        self, goods: Any, merchant: Any, outsider: Any, browser_of: Any
    ) -> None:
        page, before = at("RIDGE", "variants/"), Product.objects.count()
        client = browser_of(merchant)
        text = client.get(page).content.decode()
        assert 'name="create"' not in text
        assert "Add variants" not in client.get(at("RIDGE")).content.decode()
        assert client.post(page, {"all": "on", "do": "create"}).status_code == 403
        assert client.post(at("RIDGE", "variants/undo/")).status_code == 403
        assert browser_of(outsider).get(page).status_code == 404
        place_product(goods, channel="shop", market="US", reason="Range", actor=HOUSE)
        assert not browser_of(outsider).get(page).context["grid"].may_create
        assert browser_of(outsider).post(page, {"all": "on", "do": "create"}).status_code == 403
        assert Product.objects.count() == before


class TestAttribute:
    def test_is_told_moved_and_moved_back(self, chief: Any) -> None:
        page = f"{COATS}move/"
        asked = {"attribute": "price", "level": "1"}
        told = chief.get(page, asked)
        move = told.context["move"]
        assert [(part.heading, part.count) for part in move.parts] == [("Written", 5)]
        assert {line.after for line in move.parts[0].lines} == {"", "EUR 1,299.00"}
        assert Entry.objects.filter(action="pim.values.read").count() == 5
        assert Family.objects.get(code="coats").members.get(attribute__code="price").level == 0
        assert chief.post(page, asked | {"seen": "other"}).status_code == 422
        done = chief.post(page, asked | {"seen": move.seen})
        assert done["Location"] == COATS
        assert Family.objects.get(code="coats").members.get(attribute__code="price").level == 1
        assert price_of("RIDGE-RED-S") == {"EUR": "1299.00"}
        assert chief.post(undo_of(done)).status_code == 302
        assert Family.objects.get(code="coats").members.get(attribute__code="price").level == 0
        assert chief.post(undo_of(done)).status_code == 412, "somebody went on from there"
        rows = {row.code: row for group in chief.get(COATS).context["page"].groups for row in group.rows}
        assert rows["price"].is_fixed, "a level is not typed where products say something"

    def test_what_is_lost_asks_for_consent_and_has_no_undo(self, chief: Any) -> None:
        for sku, weight in (("RIDGE-RED-S", "1 g"), ("RIDGE-BLUE-M", "1 g")):
            set_values(product(sku), values={"weight": weight}, actor=HOUSE)
        page, asked = f"{COATS}move/", {"attribute": "weight", "level": "0"}
        refused = chief.get(page, asked).context["move"]
        assert refused.problems == ["The variants of RIDGE do not agree: name the one that wins"]
        asked["winners"] = "most"
        move = chief.get(page, asked).context["move"]
        assert move.needs_consent
        before = traces()
        assert chief.post(page, asked | {"seen": move.seen}).status_code == 422
        assert traces() == before
        done = chief.post(page, asked | {"seen": move.seen, "accept": "on"})
        assert (done.status_code, undo_of(done)) == (302, "")

    def test_a_large_family_is_a_job(self, chief: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pim.services.moves.LARGE", 1)
        page, asked = f"{COATS}move/", {"attribute": "price", "level": "1"}
        done = chief.post(page, asked | {"seen": chief.get(page, asked).context["move"].seen})
        job = Job.objects.get(kind="pim.move_attribute")
        assert done["Location"] == f"/jobs/{job.uid}/"
        assert "Move of an attribute" in chief.get(done["Location"]).content.decode()


class TestAxes:
    def test_are_told_changed_and_changed_back(self, chief: Any) -> None:
        page = f"{COATS}axes/"
        chief.post(f"{COATS}", {"version": Family.objects.get(code="coats").version, "below": ["name"]})
        alike = chief.get(page, {"level-1": "size"}).context["move"]
        assert "RIDGE-RED-S and RIDGE-BLUE-S would both be size=s" in alike.problems
        assert chief.post(page, {"level-1": "size", "seen": alike.seen}).status_code == 422
        asked = {"level-1": "size, colour"}
        move = chief.get(page, asked).context["move"]
        assert (move.parts[0].heading, move.parts[0].count) == ("Told apart otherwise", 4)
        done = chief.post(page, asked | {"seen": move.seen})
        assert product("RIDGE-RED-S").axis_key == "size=s&colour=red"
        chief.post(undo_of(done))
        assert product("RIDGE-RED-S").axis_key == "colour=red&size=s"

    def test_options_are_said_for_who_has_none(self, chief: Any) -> None:
        define_attribute(code="cut", type="select", options=[{"code": "slim"}, {"code": "wide"}], actor=HOUSE)
        page, asked = f"{COATS}axes/", {"level-1": "colour, size, cut"}
        told = chief.get(page, asked)
        field, skus = told.context["lacking"][0]
        assert (field.name, [code for code, _ in field.options], len(skus)) == ("option-cut", ["slim", "wide"], 4)
        asked |= {"option-cut": "slim", "option-cut:RIDGE-RED-S": "wide"}
        move = chief.get(page, asked).context["move"]
        assert move.is_possible
        chief.post(page, asked | {"seen": move.seen})
        assert product("RIDGE-RED-S").axis_key == "colour=red&size=s&cut=wide"
        assert product("RIDGE-BLUE-S").axis_key == "colour=blue&size=s&cut=slim"


class TestWhereAProductStands:
    def test_a_variant_goes_by_itself_and_comes_back(self, goods: Any, steward: Any, browser_of: Any) -> None:
        client, page = browser_of(steward), at("RIDGE-RED-S", "detach/")
        assert page in client.get(at("RIDGE-RED-S")).content.decode()
        place_product(goods, channel="shop", market="GB", reason="Range", actor=HOUSE)
        move = client.get(page, {"family": "cups"}).context["move"]
        lost = next(part for part in move.parts if part.heading == "Lost")
        assert sorted(line.label for line in lost.lines) == ["Colour", "Size"]
        assert move.notes == ["shop in GB: as its model says before, placed after."]
        assert client.post(page, {"family": "cups", "seen": move.seen}).status_code == 422
        assert product("RIDGE-RED-S").parent == goods
        done = client.post(page, {"family": "cups", "seen": move.seen, "accept": "on"})
        assert (product("RIDGE-RED-S").parent, undo_of(done)) == (None, "")
        assert price_of("RIDGE-RED-S") == {"EUR": "1299.00"}
        attach = at("RIDGE-RED-S", "attach/")
        assert attach in client.get(at("RIDGE-RED-S")).content.decode()
        asked = {"product": "RIDGE"}
        first = client.get(attach, asked).context
        assert first["move"].problems == ["A variant needs its colour", "A variant needs its size"]
        assert [field.name for field in first["axes"]] == ["axis-colour", "axis-size"]
        asked |= {"axis-colour": "red", "axis-size": "s"}
        move = client.get(attach, asked).context["move"]
        done = client.post(attach, asked | {"seen": move.seen})
        assert product("RIDGE-RED-S").axis_key == "colour=red&size=s"
        assert price_of("RIDGE-RED-S") == {"EUR": "1299.00"}

    def test_undo_brings_it_back_where_nothing_was_lost(self, goods: Any, steward: Any, browser_of: Any) -> None:
        codes = [one.attribute.code for one in Family.objects.get(code="coats").members.all()]
        define_family(code="singles", attributes=[{"code": code} for code in codes], actor=HOUSE)
        client, page = browser_of(steward), at("RIDGE-RED-S", "detach/")
        move = client.get(page, {"family": "singles"}).context["move"]
        done = client.post(page, {"family": "singles", "seen": move.seen})
        undo = undo_of(done)
        assert client.post(undo).status_code == 302
        back = product("RIDGE-RED-S")
        assert (back.parent, back.axis_key) == (goods, "colour=red&size=s")
        assert client.post(undo).status_code == 412
        single = create_product(sku="ONE", family="singles", values={"colour": "red", "size": "s"}, actor=HOUSE)
        product("RIDGE-RED-S").values.all().delete()
        product("RIDGE-RED-S").delete()
        attach = at("ONE", "attach/")
        gains = client.get(attach, {"product": "RIDGE"}).context["move"]
        assert gains.needs_consent, "it will say what its model says"
        assert client.get(attach, {"product": "NOTHING"}).context["error"].startswith("There is no product")
        done = client.post(attach, {"product": "RIDGE", "seen": gains.seen, "accept": "on"})
        assert (Product.objects.get(pk=single.pk).parent, undo_of(done)) == (goods, "")

    def test_for_who_edits_everywhere_alone(self, goods: Any, outsider: Any, merchant: Any, browser_of: Any) -> None:
        place_product(goods, channel="shop", market="US", reason="Range", actor=HOUSE)
        client, steward = browser_of(outsider), browser_of(make_actor("sven", "steward"))
        before = Revision.objects.count()
        assert "/detach/" not in client.get(at("RIDGE-RED-S")).content.decode()
        for who in (outsider, merchant):
            for page in ("detach/", "move/undo/"):
                assert browser_of(who).post(at("RIDGE-RED-S", page), {"family": "cups"}).status_code in {403, 422}
        assert client.get(at("RIDGE-RED-S", "detach/?family=cups")).status_code == 403
        assert client.get(at("RIDGE", "detach/"))["Location"] == at("RIDGE")
        assert client.get(at("RIDGE", "attach/"))["Location"] == at("RIDGE")
        for page in ("move/", "axes/"):
            assert steward.get(f"{COATS}{page}").status_code == 403
            assert steward.post(f"{COATS}{page}", {"attribute": "price", "level": "1"}).status_code == 403
        assert (Revision.objects.count(), product("RIDGE-RED-S").parent) == (before, goods)
