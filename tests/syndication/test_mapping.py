"""The mapping engine and the rules that a channel may be given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.core.errors import Denied, Missing
from foundation.events.models import OutboxEvent
from pim.resolution import Resolved
from syndication.errors import BadProfile
from syndication.mapping import (
    Field,
    OptionWords,
    Place,
    ProductFacts,
    Words,
    cut_text,
    find_problems,
    map_fields,
    read_profile,
)
from syndication.models import ChannelCredential, ChannelProfile
from syndication.services.profiles import define_profile, set_channel_key

from . import factories as make

PLACE = Place("bazaar", "AT", "de-AT", ("de-AT", "de-DE", "en-GB"), "EUR", "metric")
WORDS = Words(
    {"c": "select", "m": "multi_select", "w": "measurement", "p": "money", "t": "text", "n": "number", "b": "boolean"}
    | {"r": "record", "g": "table"},
    {
        ("r", "harrow"): OptionWords({"de-DE": "Harrow"}, {"bazaar": "H1"}),
        ("c", "red"): OptionWords({"en-GB": "Red", "de-DE": "Rot"}, {"bazaar": "R1"}),
        ("c", "odd"): OptionWords({"ja-JP": "x"}),
        ("m", "wool"): OptionWords({"en-GB": "Wool"}),
    },
)


def fill(value: Any, code: str, place: Place = PLACE, **rule: Any) -> Any:
    resolved = Resolved(value, 0, "A", None, "*", False, False, True, "own", 1)
    profile = read_profile({"fields": [{"target": "x", "source": "attribute", "attribute": code, **rule}]})
    (mapped,) = map_fields(profile, ProductFacts("A", "A", "f", {code: resolved}, {}), place, WORDS)
    return mapped.problem.code if mapped.problem and mapped.value is None else mapped.value


@pytest.mark.parametrize(
    ("value", "code", "rule", "expected"),
    [
        ("red", "c", {}, "Rot"),
        ("odd", "c", {}, "odd"),
        ("red", "c", {"options": "code"}, "red"),
        ("red", "c", {"options": "external"}, "R1"),
        ("odd", "c", {"options": "external"}, "no-external-code"),
        (["wool", "silk"], "m", {}, ["Wool", "silk"]),
        ({"amount": "850", "unit": "g"}, "w", {}, {"amount": "850", "unit": "g"}),
        ({"amount": "850", "unit": "g"}, "w", {"unit": "kg"}, {"amount": "0.85", "unit": "kg"}),
        ({"amount": "845", "unit": "g"}, "w", {"unit": "kg", "decimals": 1}, {"amount": "0.8", "unit": "kg"}),
        ({"amount": "850", "unit": "g"}, "w", {"unit": "kg", "decimals": 0}, {"amount": "1", "unit": "kg"}),
        ({"EUR": "129.00", "GBP": "119.00"}, "p", {}, {"amount": "129.00", "currency": "EUR"}),
        ({"GBP": "119.00"}, "p", {}, None),
        ("A coat of wool", "t", {"shorten": 8}, "A coat"),
        ("12.50", "n", {}, "12.50"),
        (False, "b", {}, False),
        ("harrow", "r", {}, "Harrow"),
        ("harrow", "r", {"options": "external"}, "H1"),
        ("gone", "r", {}, "gone"),
        ([{"size": "s"}], "g", {}, [{"size": "s"}]),
    ],
)
def test_each_kind_of_value(value, code, rule, expected):
    assert fill(value, code, **rule) == expected


def test_units_follow_the_market():
    rule = {"unit": {"metric": "kg", "imperial": "lb"}}
    grams = {"amount": "1000", "unit": "g"}
    assert fill(grams, "w", **rule) == {"amount": "1.00", "unit": "kg"}
    assert fill(grams, "w", replace(PLACE, units="imperial"), **rule) == {"amount": "2.20", "unit": "lb"}


@given(st.text(max_size=60), st.integers(1, 40))
def test_a_cut_text_is_short_enough_and_a_beginning(text, limit):
    cut = cut_text(text, limit)
    assert len(cut) <= limit
    assert text.startswith(cut)
    assert cut == text if len(text) <= limit else True


def test_what_is_required_and_what_the_schema_says():
    profile = read_profile(
        {
            "fields": [{"target": "a", "source": "attribute", "attribute": "name"}, {"target": "b", "source": "sku"}],
            "media": [{"target": "main", "role": "hero", "preset": "p"}],
            "required": ["a", "main"],
            "schema": {"properties": {"b": {"maxLength": 2}}},
        }
    )
    found = find_problems(profile, {"b": "long"}, frozenset({"b"}))
    assert [(one.code, one.target, one.origin) for one in found] == [
        ("missing", "a", "name"), ("missing", "main", "media:hero"), ("schema", "b", "sku"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, ""),
        ({"fields": []}, "fields"),
        ({"fields": [{"target": "a", "source": "attribute"}]}, "fields.0"),
        ({"fields": [{"target": "a", "source": "magic"}]}, "fields.0.source"),
        ({"fields": [{"target": "a", "source": "sku", "extra": 1}]}, "fields.0"),
        ({"fields": [{"target": "a", "source": "sku"}, {"target": "a", "source": "model"}]}, "fields"),
        ({"fields": [{"target": "a", "source": "sku"}], "required": ["b"]}, "required"),
        ({"fields": [{"target": "a", "source": "sku"}], "hero": "panic"}, "hero"),
        ({"fields": [{"target": "a", "source": "sku"}], "schema": {"type": "nothing"}}, "schema"),
    ],
)
def test_a_profile_that_does_not_fit_is_refused(body, path):
    with pytest.raises(BadProfile) as refusal:
        read_profile(body)
    assert refusal.value.path == path


def with_field(**field: Any) -> dict[str, Any]:
    return {"fields": [{"target": "x", "source": "attribute", **field}]}


@pytest.mark.parametrize(
    ("channel", "body", "path"),
    [
        ("shop", with_field(attribute="nothing"), "fields.0.attribute"),
        ("shop", with_field(attribute="cost"), "fields.0.attribute"),
        ("bazaar", with_field(attribute="price"), "fields.0.attribute"),
        ("shop", {**make.SHOP, "media": [{"target": "m", "role": "poster", "preset": "card"}]}, "media.0.role"),
        ("shop", {**make.SHOP, "media": [{"target": "m", "role": "hero", "preset": "none"}]}, "media.0.preset"),
    ],
)
def test_what_may_not_leave_or_does_not_exist_cannot_be_mapped(catalogue, channel, body, path):
    before = list(ChannelProfile.objects.order_by("pk").values("version", "body"))
    events = OutboxEvent.objects.count()
    with pytest.raises(BadProfile) as refusal:
        define_profile(channel=channel, body=body, actor=make.HOUSE)
    assert refusal.value.path == path
    assert list(ChannelProfile.objects.order_by("pk").values("version", "body")) == before
    assert OutboxEvent.objects.count() == events


def test_the_same_rules_again_change_nothing(catalogue):
    events = OutboxEvent.objects.count()
    assert define_profile(channel="shop", body=make.SHOP, actor=make.HOUSE).version == 1
    assert OutboxEvent.objects.count() == events
    assert define_profile(channel="shop", body={**make.SHOP, "hero": "hold"}, actor=make.HOUSE).version == 2


def test_who_may_define_rules(catalogue, outsider, photographer, merchant):
    for stranger in (outsider, photographer):
        with pytest.raises(Denied):
            define_profile(channel="shop", body=make.SHOP, actor=stranger)
    with pytest.raises(Denied):
        set_channel_key(channel="bazaar", token="x", actor=merchant)
    assert not ChannelCredential.objects.exists()
    limited = merchant.cut_to({"channel": frozenset({"bazaar"})})
    with pytest.raises(Missing):
        define_profile(channel="shop", body=make.SHOP, actor=limited)


def test_rules_over_the_api(catalogue, client_of, merchant, photographer):
    url = "/api/v1/channels/shop/profile"
    client = client_of(merchant)
    assert client.get(url).json() == {"channel": "shop", "version": 1, "body": make.SHOP}
    body = {**make.SHOP, "hero": "hold"}
    assert client.put(url, {"body": body}, format="json").json()["version"] == 2
    refused = client.put(url, {"body": {"fields": []}}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad-profile")
    assert client.put(url, {"body": []}, format="json").status_code == 400
    assert client_of(photographer).put(url, {"body": body}, format="json").status_code == 403
    assert client_of(photographer).get(url).status_code == 404


def test_a_field_names_what_fills_it():
    assert Field("x", "attribute", attribute="name").origin == "name"
    assert Field("x", "identifier", scheme="gtin").origin == "identifier:gtin"
    assert Field("x", "constant", value=1).origin == "constant"
