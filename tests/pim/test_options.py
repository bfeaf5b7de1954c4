"""Options of an attribute: ten thousand of them, one by one and many at once, retired and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.accounts.choices import Role
from foundation.core.errors import Conflict, Invalid, Stale
from foundation.events.models import OutboxEvent
from foundation.taxonomy.errors import StillUsed
from pim.errors import BadValue
from pim.models import Attribute, Option
from pim.services import delete_option, set_values, write_option, write_options

from .factories import HOUSE, make_coat, make_cup, product
from .test_api import client, traces

pytestmark = pytest.mark.usefixtures("model")
COLOURS, GREEN = "/api/v1/attributes/colour/options", "/api/v1/options/colour/green"


@pytest.fixture
def colour() -> Attribute:
    return Attribute.objects.get(code="colour")


def test_a_new_one_comes_last_and_what_is_not_named_stays(colour: Attribute) -> None:
    given = {"code": "green", "labels": {"en-GB": "Green"}, "swatch": "#00FF00", "external_codes": {"bazaar": "G"}}
    made = write_option(colour, document=given, actor=HOUSE)
    assert (made.position, made.swatch, made.version) == (2, "#00ff00", 1)
    events = OutboxEvent.objects.count()
    write_option(colour, document=given | {"swatch": "#00ff00"}, actor=HOUSE)
    assert (Option.objects.get(code="green").version, OutboxEvent.objects.count()) == (1, events)
    write_option(
        colour, document={"code": "green", "position": 0, "synonyms": ["lime"]}, actor=HOUSE, expected_version=1
    )
    found = Option.objects.get(code="green")
    assert (found.position, found.synonyms, found.external_codes, found.version) == (0, ["lime"], {"bazaar": "G"}, 2)
    with pytest.raises(Stale):
        write_option(colour, document={"code": "green", "position": 5}, actor=HOUSE, expected_version=1)
    with pytest.raises(Conflict):
        write_option(colour, document=given, must_be="new", actor=HOUSE)
    assert [
        one.code for one in write_options(colour, documents=[{"code": "a", "labels": {"en-GB": "A"}}], actor=HOUSE)
    ] == ["a"]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"code": "a/b"}, "code"), ({"labels": {}}, "labels"), ({"swatch": "green"}, "swatch"),
        ({"external_codes": {"nowhere": "1"}}, "external_codes"), ({"position": -1}, "position"), ({"hue": 1}, ""),
        ({"is_retired": 1}, "is_retired"), ({"synonyms": [1]}, "synonyms"),
    ],
)  # fmt: skip
def test_refuses_at_the_place(colour: Attribute, more: Any, path: str) -> None:
    before = traces()
    with pytest.raises(Invalid) as caught:
        write_option(colour, document={"code": "green", "labels": {"en-GB": "Green"}, **more}, actor=HOUSE)
    assert (caught.value.path, traces()) == (path, before)


def test_only_selects_have_options() -> None:
    with pytest.raises(Invalid, match="no select"):
        write_options(
            Attribute.objects.get(code="name"), documents=[{"code": "a", "labels": {"en-GB": "A"}}], actor=HOUSE
        )


def test_a_retired_one_stays_where_it_is_and_is_not_chosen_anew(colour: Attribute) -> None:
    make_coat(variants=("red-s",))
    cup = make_cup("CUP", material=["wool"])
    write_option(colour, document={"code": "red", "is_retired": True}, actor=HOUSE)
    write_option(Attribute.objects.get(code="material"), document={"code": "wool", "is_retired": True}, actor=HOUSE)
    set_values(product("COAT-red-s"), values={"colour": "red"}, actor=HOUSE)
    set_values(cup, values={"material": ["wool", "silk"]}, actor=HOUSE)
    for values in ({"colour": "red"}, {"material": ["wool"]}):
        with pytest.raises(BadValue, match="retired") as caught:
            make_cup("OTHER", **values)
        assert caught.value.extra["reason"] == "retired"


def test_one_that_products_name_is_not_deleted(colour: Attribute) -> None:
    make_coat(variants=("red-s",))
    make_cup("CUP", material=["silk", "wool"])
    for key, code in (("colour", "red"), ("material", "wool")):
        with pytest.raises(StillUsed):
            delete_option(Option.objects.get(attribute__code=key, code=code), actor=HOUSE)
    delete_option(Option.objects.get(attribute=colour, code="blue"), actor=HOUSE)
    assert [one.code for one in colour.options.all()] == ["red"]


def test_ten_thousand_come_in_pages_in_their_order_and_are_found(colour: Attribute) -> None:
    Option.objects.bulk_create(
        Option(attribute=colour, code=f"c{at}", position=10 + at, labels={"en-GB": f"Shade {at}"})
        for at in range(10_000)
    )
    api = client()
    page = api.get(f"{COLOURS}?limit=200").json()
    assert [one["code"] for one in page["results"]][:4] == ["red", "blue", "c0", "c1"]
    assert api.get(page["next"]).json()["results"][0]["code"] == "c198"
    assert [one["code"] for one in api.get(f"{COLOURS}?q=shade 9999").json()["results"]] == ["c9999"]


def test_by_api(colour: Attribute) -> None:
    api, body = client(Role.ADMINISTRATOR), {"labels": {"en-GB": "Green"}, "swatch": "#00ff00"}
    made = api.put(GREEN, body, format="json")
    assert (made.status_code, made["ETag"], made.json()["position"]) == (201, '"1"', 2)
    assert api.put(GREEN, body, format="json", HTTP_IF_NONE_MATCH="*").status_code == 409
    assert api.put(GREEN, body, format="json").status_code == 200
    assert api.patch(GREEN, {"is_retired": True}, format="json", HTTP_IF_MATCH='"1"').json()["is_retired"] is True
    assert api.patch(GREEN, {"is_retired": False}, format="json", HTTP_IF_MATCH='"1"').status_code == 412
    assert [one["code"] for one in api.get(f"{COLOURS}?retired=true").json()["results"]] == ["green"]
    many = api.post(COLOURS, [{"code": "x", "labels": {"en-GB": "X"}}, {"code": "green", "position": 9}], format="json")
    assert [one["version"] for one in many.json()] == [1, 3]
    assert (api.delete(GREEN).status_code, api.get(GREEN).status_code) == (204, 404)


def test_who_sees_the_attribute_reads_and_does_not_write(colour: Attribute) -> None:
    api = client()
    before = traces()
    assert (api.get(COLOURS).status_code, api.get("/api/v1/options/colour/red").status_code) == (200, 200)
    for answer in (
        api.post(COLOURS, [{"code": "x", "labels": {"en-GB": "X"}}], format="json"),
        api.put(GREEN, {"labels": {"en-GB": "G"}}, format="json"),
        api.patch("/api/v1/options/colour/red", {"is_retired": True}, format="json"),
        api.delete("/api/v1/options/colour/blue"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "denied")
    assert traces() == before
    Attribute.objects.filter(pk=colour.pk).update(sensitivity="secret")
    assert (api.get(COLOURS).status_code, api.get("/api/v1/options/colour/red").status_code) == (404, 404)
