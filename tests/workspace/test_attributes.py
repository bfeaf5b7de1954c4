"""Attributes, their options and groups, and families as a grid: seen by all, changed by who defines them, with Undo."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages

from foundation.core.actors import system
from foundation.history.models import Revision
from foundation.taxonomy.services import create_term, create_vocabulary
from pim.models import Attribute, AttributeGroup, Family, Option, Requirement
from pim.services import define_attribute
from tests.cast import make_actor

from . import factories

HOUSE = system("tests")
ATTRIBUTES, COLOURS, RED = (
    "/settings/attributes/",
    "/settings/attributes/colour/options/",
    "/settings/option/colour/red/",
)
COATS = "/settings/families/coats/"


@pytest.fixture
def chief(window: Any, browser_of: Any) -> Any:
    return browser_of(make_actor("ada", "administrator"))


def undo_of(answer: Any) -> str:
    return [one.extra_tags for one in get_messages(answer.wsgi_request)][-1].split()[0]


def form_of(answer: Any) -> dict[str, Any]:
    """What a browser would send of the form as it stands."""
    form = answer.context["form"]
    sent = {}
    for name, field in form.fields.items():
        value = field.prepare_value(form.initial.get(name, ""))
        if value not in (None, "", False, []):
            sent[name] = "on" if value is True else value
    return sent | {"was": answer.context["was"]}


class TestAttributes:
    def test_are_listed_with_what_they_are_and_found(self, chief: Any) -> None:
        rows = {row.code: row for row in chief.get(ATTRIBUTES).context["list"].rows}
        assert rows["weight"].facts == ["measurement", "Logistics", "in 2 families"]
        assert (rows["cost"].state.label, rows["name"].facts[2:4]) == ("Secret", ["per language", "per market"])
        assert [one.code for one in chief.get(f"{ATTRIBUTES}?q=mater").context["list"].rows] == ["material"]
        found = chief.get(f"{ATTRIBUTES}?group=looks&kind=select").context["list"].rows
        assert [one.code for one in found] == ["colour", "size"]

    def test_is_made_with_its_type_then_given_limits_and_undone(self, chief: Any) -> None:
        body = {"code": "width", "type": "measurement", "sensitivity": "public", "unit": "cm", "label-en-GB": "Width"}
        assert chief.post(f"{ATTRIBUTES}new/", body)["Location"] == f"{ATTRIBUTES}width/"
        sent = form_of(chief.get(f"{ATTRIBUTES}width/"))
        assert "pattern" not in chief.get(f"{ATTRIBUTES}width/").context["form"].fields
        saved = chief.post(f"{ATTRIBUTES}width/", sent | {"min": "1", "max": "300", "units": "cm, m", "group": "looks"})
        found = Attribute.objects.get(code="width")
        assert saved.status_code == 302
        assert (found.validation, found.group) == ({"min": "1", "max": "300", "units": ["cm", "m"]}, "looks")
        chief.post(undo_of(saved))
        assert Attribute.objects.get(code="width").validation == {}
        wrong = chief.post(f"{ATTRIBUTES}width/", form_of(chief.get(f"{ATTRIBUTES}width/")) | {"min": "9", "max": "1"})
        assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["min"])

    def test_a_change_of_somebody_else_is_told(self, chief: Any) -> None:
        sent = form_of(chief.get(f"{ATTRIBUTES}weight/"))
        define_attribute(
            code="weight", type="measurement", unit="g", labels={"en-GB": "Mass"}, group="logistics",
            validation={"units": ["g", "kg"]}, actor=HOUSE,
        )  # fmt: skip
        answer = chief.post(f"{ATTRIBUTES}weight/", sent | {"max": "5"})
        assert (answer.status_code, Attribute.objects.get(code="weight").labels) == (409, {"en-GB": "Mass"})

    def test_a_table_and_a_record_are_made_on_the_page(self, chief: Any) -> None:
        factories.define_brands()
        brand = {"code": "brand", "type": "record", "sensitivity": "public", "record_type": "brands"}
        assert chief.post(f"{ATTRIBUTES}new/", brand).status_code == 302
        assert Attribute.objects.get(code="brand").validation == {"record_type": "brands"}
        chart = {
            "code": "chart",
            "type": "table",
            "sensitivity": "public",
            "columns": '[{"code": "a", "type": "text"}]',
        }
        assert chief.post(f"{ATTRIBUTES}new/", chart).status_code == 302
        assert chief.get(f"{ATTRIBUTES}chart/").status_code == 200
        for body, where in ((brand | {"code": "b2", "record_type": ""}, "record_type"),
                            (chart | {"code": "c2", "columns": "[{}]"}, "columns")):  # fmt: skip
            answer = chief.post(f"{ATTRIBUTES}new/", body)
            assert (answer.status_code, list(answer.context["form"].errors)) == (422, [where])

    def test_options_follow_a_vocabulary(self, chief: Any) -> None:
        glazes = create_vocabulary(code="glazes", labels={"en-GB": "Glazes"}, actor=HOUSE)
        create_term(glazes, code="ash", labels={"en-GB": "Ash"}, actor=HOUSE)
        body = {"code": "glaze", "type": "select", "sensitivity": "public", "vocabulary": "glazes"}
        assert chief.post(f"{ATTRIBUTES}new/", body).status_code == 302
        saved = chief.get(f"{ATTRIBUTES}glaze/")
        assert ("Terms of glazes", "/settings/vocabularies/glazes/") in saved.context["about"]
        assert saved.context["form"].initial["vocabulary"] == "glazes"
        listed = chief.get(f"{ATTRIBUTES}glaze/options/")
        assert [row.name for row in listed.context["list"].rows] == ["Ash"]
        text = listed.content.decode()
        assert ("/settings/vocabularies/glazes/" in text, "New option" in text) == (True, False)
        followed = chief.get("/settings/vocabularies/glazes/")
        assert followed.context["page"].followers == [("glaze", f"{ATTRIBUTES}glaze/options/")]
        assert followed.context["page"].agrees_keywords is False
        said = {"version": "1", "label-en-GB": "Mine", "synonyms": "", "swatch": "", "position": "0"}
        refused = chief.post("/settings/option/glaze/ash/", said)
        assert refused.status_code == 422
        assert "ash is a term of glazes: change its words there" in refused.content.decode()
        assert Option.objects.get(code="ash").labels == {"en-GB": "Ash"}

    def test_groups_have_names_and_an_order(self, chief: Any) -> None:
        looks = "/settings/attribute-groups/looks/"
        answer = chief.post(looks, form_of(chief.get(looks)) | {"label-en-GB": "How it looks", "position": "7"})
        assert answer.status_code == 302
        assert AttributeGroup.objects.get(code="looks").label("en-GB") == "How it looks"
        assert [row.name for row in chief.get("/settings/attribute-groups/").context["rows"]][-1] == "How it looks"


class TestOptions:
    def test_is_made_changed_retired_and_deleted_each_with_undo(self, chief: Any) -> None:
        green = "/settings/option/colour/green/"
        body = {"code": "green", "label-en-GB": "Green", "swatch": "#00FF00", "synonyms": "lime", "code-at-bazaar": "G"}
        assert chief.post(f"{COLOURS}new/", body)["Location"] == COLOURS
        made = Option.objects.get(code="green")
        assert (made.swatch, made.synonyms, made.external_codes) == ("#00ff00", ["lime"], {"bazaar": "G"})
        changed = chief.post(green, body | {"version": "1", "position": "0"})
        assert Option.objects.get(code="green").position == 0
        chief.post(undo_of(changed))
        assert Option.objects.get(code="green").position == made.position
        retired = chief.post(f"{green}retire/", {"do": "retire"})
        assert Option.objects.get(code="green").is_retired
        chief.post(undo_of(retired))
        deleted = chief.post(f"{green}delete/")
        assert not Option.objects.filter(code="green").exists()
        chief.post(undo_of(deleted))
        assert Option.objects.get(code="green").labels == {"en-GB": "Green"}
        assert chief.post(f"{RED}delete/").status_code == 409, "products are red"
        wrong = chief.post(green, body | {"swatch": "green", "version": "1"})
        assert (wrong.status_code, "#rrggbb" in wrong.content.decode()) == (422, True)
        assert chief.post(green, body | {"version": "99"}).status_code == 412

    def test_ten_thousand_come_page_by_page(self, chief: Any) -> None:
        colour = Attribute.objects.get(code="colour")
        Option.objects.bulk_create(
            Option(attribute=colour, code=f"c{at}", position=10 + at, labels={"en-GB": f"Shade {at}"})
            for at in range(10_000)
        )
        page = chief.get(COLOURS)
        assert len(page.context["page"].rows) == 50
        more = chief.get(f"{COLOURS}{page.context['next_url']}", headers={"HX-Request": "true"})
        assert more.context["page"].rows[0].code == "c48"
        assert chief.get(f"{COLOURS}?q=shade 777").context["page"].rows[0].code == "c777"


class TestFamilies:
    def test_the_grid_says_what_each_channel_requires(self, chief: Any) -> None:
        page = chief.get(COATS).context["page"]
        rows = {row.code: row for group in page.groups for row in group.rows}
        assert [box.is_on for box in rows["price"].boxes if box.channel == "shop"] == [True]
        assert (rows["colour"].is_axis, rows["name"].may_override_below, rows["weight"].level) == (True, True, 1)

    def test_a_box_is_ticked_and_undone_and_what_is_hidden_stays(self, chief: Any) -> None:
        family = Family.objects.get(code="coats")
        sent: dict[str, Any] = {"version": family.version, "below": ["name"], "required-shop": ["name", "material"]}
        before = set(family.requirements.values_list("channel__code", "attribute__code"))
        saved = chief.post(COATS, sent)
        assert saved.status_code == 302
        after = set(family.requirements.values_list("channel__code", "attribute__code"))
        assert after == {("shop", "name"), ("shop", "material")}
        assert Family.objects.get(code="coats").version == family.version + 1
        assert chief.post(COATS, sent).status_code == 412, "somebody was faster"
        chief.post(undo_of(saved))
        assert set(family.requirements.values_list("channel__code", "attribute__code")) == before

    def test_attributes_come_and_go(self, chief: Any) -> None:
        define_attribute(code="care", type="text", actor=HOUSE)
        family = Family.objects.get(code="coats")
        chief.post(COATS, {"version": family.version, "add": "care", "below": ["name"]})
        assert family.members.get(attribute__code="care").is_active
        assert not Requirement.objects.filter(family=family).exists()
        chief.post(COATS, {"version": family.version + 1, "leave": ["care"], "below": ["name"]})
        assert not family.members.get(attribute__code="care").is_active
        refused = chief.post(COATS, {"version": family.version + 2, "leave": ["name"]})
        assert refused.status_code in {409, 422}
        assert family.members.get(attribute__code="name").is_active

    def test_is_made_with_its_axes(self, chief: Any) -> None:
        answer = chief.post("/settings/families/", {"code": "hats", "name": "Hats", "axes": "colour, size"})
        assert answer["Location"] == "/settings/families/hats/"
        assert [(one.attribute.code, one.level) for one in Family.objects.get(code="hats").axes.all()] == [
            ("colour", 1), ("size", 1),
        ]  # fmt: skip
        assert chief.post("/settings/families/", {"code": "hats", "name": "Hats"}).status_code == 422
        assert [row.code for row in chief.get("/settings/families/?q=hat").context["list"].rows] == ["hats"]


def test_others_look_and_change_nothing(window: Any, browser_of: Any, steward: Any) -> None:
    client, revisions = browser_of(steward), Revision.objects.count()
    for address in (ATTRIBUTES, f"{ATTRIBUTES}weight/", COLOURS, RED, COATS, "/settings/families/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "btn-primary" not in answer.content.decode().split("<main")[1], address
    body = {
        "code": "mine",
        "type": "text",
        "sensitivity": "public",
        "label-en-GB": "Mine",
        "name": "Mine",
        "position": "1",
    }
    for address in (
        f"{ATTRIBUTES}new/", f"{ATTRIBUTES}weight/", f"{COLOURS}new/", RED, f"{RED}retire/", f"{RED}delete/", COATS,
        "/settings/families/", f"{COATS}undo/", f"{RED}undo/", "/settings/attribute-groups/new/",
    ):  # fmt: skip
        assert client.post(address, body).status_code == 403, address
    assert Revision.objects.count() == revisions
    merchant = browser_of(make_actor("mia", "merchant"))
    for address in (f"{ATTRIBUTES}cost/", f"{ATTRIBUTES}cost/options/"):
        assert merchant.get(address).status_code == 404
