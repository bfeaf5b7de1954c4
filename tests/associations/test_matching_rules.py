"""The engine alone: from identifiers to findings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from associations.choices import Source, visual_axis
from associations.matching import (
    Claim,
    Sighting,
    Target,
    axis_pairs,
    axis_text,
    judge,
    role_in,
    shown_at,
    sightings,
    sightings_in_name,
    spellings,
)


def row(source: str, scheme: str, value: str) -> dict[str, str]:
    return {"source": source, "scheme": scheme, "value": value}


def claim(source: str, product_id: int, *, axis: str = "", doubt: str = "", above: tuple[int, ...] = ()) -> Claim:
    sighting = Sighting(source, "sku", f"P{product_id}")
    target = Target(product_id, f"P{product_id}", axis, frozenset({product_id, *above}))
    return Claim(sighting, f"P{product_id}", target, doubt)


def certain(*claims: Claim) -> set[tuple[int, str]]:
    return {(one.target.product_id, one.target.axis) for one in judge(claims) if one.is_certain}


def asked(*claims: Claim) -> set[tuple[int, str]]:
    return {(one.target.product_id, one.target.axis) for one in judge(claims) if not one.is_certain}


@pytest.mark.parametrize(
    ("scheme", "value", "expected"),
    [
        ("gtin", "4006381333931", "04006381333931"),
        ("gtin", "40 06381-333931", "04006381333931"),
        ("gtin", "036000291452", "00036000291452"),
        ("gtin", "96385074", "00000096385074"),
        ("any", "https://id.example/01/04006381333931/10/A", "04006381333931"),
        ("any", "(01)04006381333931", "04006381333931"),
    ],
)
def test_gtins_come_as_fourteen_digits(scheme: str, value: str, expected: str) -> None:
    found = [one for one in sightings([row("xmp", scheme, value)]) if one.scheme == "gtin"]
    assert [(one.value, one.doubt) for one in found] == [(expected, "")]


def test_a_wrong_check_digit_is_a_doubt() -> None:
    (seen,) = sightings([row("xmp", "gtin", "4006381333932")])
    assert seen.value == "04006381333931"
    assert "check digit 2" in seen.doubt


def test_any_may_be_a_sku_and_sources_are_told_apart() -> None:
    seen = sightings([row("barcode", "any", "COAT-1"), row("iptc", "sku", "COAT-1"), row("dream", "sku", "X")])
    assert [(one.source, one.scheme, one.value) for one in seen] == [(Source.EMBEDDED, "sku", "COAT-1")]


def test_a_name_is_looked_at_longest_first_and_always_with_doubt() -> None:
    names = sightings_in_name("shoot/COAT-1-RED_02.jpg")
    assert [one.value for one in names] == ["COAT-1-RED_02", "COAT-1-RED", "COAT-1", "COAT"]
    assert all(one.doubt and one.source == Source.FILENAME for one in names)


def test_one_certain_target_binds() -> None:
    assert certain(claim("embedded", 1), claim("barcode", 1)) == {(1, "")}
    assert judge([claim("barcode", 1), claim("embedded", 1)])[0].source == Source.EMBEDDED


def test_contradiction_binds_nothing_and_asks_about_each() -> None:
    both = claim("embedded", 1), claim("barcode", 2)
    assert certain(*both) == set()
    assert asked(*both) == {(1, ""), (2, "")}
    assert "other evidence names P2" in judge(both)[0].sentence


def test_a_manifest_stands_against_the_picture() -> None:
    assert certain(claim("manifest", 1), claim("embedded", 2)) == {(1, "")}
    assert asked(claim("manifest", 1), claim("embedded", 2)) == {(2, "")}
    assert certain(claim("manifest", 1), claim("manifest", 2), claim("embedded", 3)) == set()


def test_a_model_gives_way_to_its_variant() -> None:
    assert certain(claim("embedded", 1), claim("barcode", 2, above=(1,))) == {(2, "")}
    assert certain(claim("embedded", 1), claim("barcode", 1, axis="colour=red")) == {(1, "colour=red")}


def test_doubt_asks_and_a_name_is_heard_last() -> None:
    assert asked(claim("embedded", 1, doubt="but it is retired")) == {(1, "")}
    assert asked(claim("filename", 1)) == {(1, "")}
    assert certain(claim("filename", 1)) == set()
    assert asked(claim("filename", 2), claim("embedded", 1)) == set()


CLAIMS = st.lists(
    st.builds(
        claim,
        st.sampled_from(["manifest", "embedded", "barcode", "filename"]),
        st.integers(1, 4),
        axis=st.sampled_from(["", "colour=red", "colour=blue"]),
        doubt=st.sampled_from(["", "but"]),
    ),
    max_size=6,
)


@given(CLAIMS)
def test_at_most_one_binds_and_never_by_name_or_doubt(claims: list[Claim]) -> None:
    findings = judge(claims)
    bound = [one for one in findings if one.is_certain]
    assert len(bound) <= 1
    assert all(any(claim.is_certain for claim in one.claims) for one in bound)
    assert all(one.source != Source.FILENAME for one in bound)
    assert len({one.target for one in findings}) == len(findings)


@given(CLAIMS, st.randoms())
def test_the_order_of_claims_does_not_matter(claims: list[Claim], chance) -> None:
    def shape(rows: list[Claim]) -> list[tuple[object, ...]]:
        return [(one.target, one.is_certain, one.source) for one in judge(rows)]

    shuffled = list(claims)
    chance.shuffle(shuffled)
    assert shape(shuffled) == shape(claims)


LINE = [(1, "COAT"), (2, "COAT-RED"), (3, "COAT-RED-M")]
VALUES = {"colour": "red", "size": "m"}


@pytest.mark.parametrize(
    ("line", "looks", "others", "expected"),
    [
        (LINE, {"colour": 1}, [2], (2, "")),  # colour above size: the colour's level
        (LINE[:2], {"colour": 1}, [2], (2, "")),
        (LINE[:1], {"colour": 1}, [2], (1, "")),
        (LINE[:2], {"colour": 1}, [1], (1, "colour=red")),  # both on one level: the model, for the colour
        (LINE, {"colour": 2}, [1], (1, "colour=red")),  # size above colour
        (LINE[:2], {}, [1], (1, "")),  # sizes only: they look alike
        (LINE[:2], {"colour": 1}, [], (2, "")),
        (LINE[:1], {}, [], (1, "")),
    ],
)
def test_evidence_of_one_size_holds_for_its_looks(line, looks, others, expected) -> None:
    target = shown_at(line, looks, VALUES, others)
    assert (target.product_id, target.axis) == expected


def test_without_its_colour_it_is_bound_where_it_was_named() -> None:
    assert shown_at(LINE[:2], {"colour": 1}, {"size": "m"}, [1]).product_id == 2


def test_the_visual_axis() -> None:
    assert visual_axis("material", ["colour", "material", "size"]) == "material"
    assert visual_axis(None, ["size", "colour"]) == "colour"
    assert visual_axis(None, ["size", "ring_size"]) is None


def test_small_things() -> None:
    assert role_in({"Xmp.dc.subject": ["coat", "Role: Hero"]}) == "hero"
    assert role_in({"a": ["role:king"]}, {"keywords": ["role:detail"]}) == "detail"
    assert role_in({}) is None
    assert axis_pairs(axis_text({"b": "2", "a": "1"})) == {"a": "1", "b": "2"}
    assert axis_pairs("") == {}
    assert spellings("00036000291452") == ["00036000291452", "036000291452", "0036000291452"]
    assert spellings("COAT") == ["COAT"]
