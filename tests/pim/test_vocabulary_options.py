"""Options that are the terms of a vocabulary: called as there, found by its synonyms, never behind it."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.accounts.choices import Role
from foundation.core.errors import Invalid
from foundation.events import sequencing
from foundation.taxonomy.errors import StillUsed
from foundation.taxonomy.models import Term, Vocabulary
from foundation.taxonomy.services import change_term, create_term, create_vocabulary, delete_term
from pim.fsck import options_are_terms
from pim.models import Attribute, Option
from pim.services import define_attribute, define_family, delete_option, set_values, write_option

from .factories import HOUSE, make_cup
from .test_api import client

pytestmark = pytest.mark.usefixtures("model")
MATERIAL = "/api/v1/attributes/glaze"


@pytest.fixture
def glazes() -> Vocabulary:
    """Celadon (seladon in German), tenmoku, which is retired."""
    glazes = create_vocabulary(code="glazes", labels={"en-GB": "Glazes"}, actor=HOUSE)
    synonyms = {"en-GB": ["Greenware"], "de-DE": ["Seladon", "Greenware"]}
    create_term(glazes, code="celadon", labels={"en-GB": "Celadon"}, synonyms=synonyms, actor=HOUSE)
    tenmoku = create_term(glazes, code="tenmoku", labels={"en-GB": "Tenmoku"}, actor=HOUSE)
    change_term(tenmoku, is_retired=True, actor=HOUSE)
    return glazes


@pytest.fixture
def glaze(glazes: Vocabulary) -> Attribute:
    return define_attribute(
        code="glaze", type="select", labels={"en-GB": "Glaze"}, validation={"vocabulary": "glazes"}, actor=HOUSE
    )


def told(attribute: Attribute) -> list[tuple[Any, ...]]:
    return list(attribute.options.values_list("code", "labels__en-GB", "synonyms", "is_retired"))


def test_options_are_what_the_terms_say(glaze: Attribute) -> None:
    celadon = ("celadon", "Celadon", ["Seladon", "Greenware"], False)
    assert told(glaze) == [celadon, ("tenmoku", "Tenmoku", [], True)]
    before = Attribute.objects.get(pk=glaze.pk).version
    define_attribute(
        code="glaze", type="select", labels={"en-GB": "Glaze"}, validation={"vocabulary": "glazes"}, actor=HOUSE
    )
    assert [one.version for one in glaze.options.all()] == [1, 1]
    assert Attribute.objects.get(pk=glaze.pk).version == before


def test_a_term_is_followed_wherever_it_is(glazes: Vocabulary, glaze: Attribute) -> None:
    other = define_attribute(
        code="glazes", type="multi_select", labels={}, validation={"vocabulary": "glazes"}, actor=HOUSE
    )
    write_option(glaze, document={"code": "celadon", "swatch": "#88aa88", "position": 7}, actor=HOUSE)
    sequencing.drain()
    ash = create_term(glazes, code="ash", labels={"en-GB": "Ash"}, actor=HOUSE)
    change_term(Term.objects.get(code="celadon"), labels={"en-GB": "Jade green"}, synonyms={}, actor=HOUSE)
    assert "ash" not in {one.code for one in glaze.options.all()}, "the sequencer tells it"
    sequencing.drain()
    for attribute in (glaze, other):
        assert {code: rest for code, *rest in told(attribute)} == {
            "celadon": ["Jade green", [], False], "tenmoku": ["Tenmoku", [], True], "ash": ["Ash", [], False],
        }  # fmt: skip
    kept = Option.objects.get(attribute=glaze, code="celadon")
    assert (kept.swatch, kept.position) == ("#88aa88", 7)
    delete_term(ash, actor=HOUSE)
    sequencing.drain()
    assert [one.is_retired for one in Option.objects.filter(code="ash")] == [True, True]
    assert list(options_are_terms()) == []


def test_a_product_says_a_term_that_is_in_use(glaze: Attribute) -> None:
    define_family(code="jars", attributes=[{"code": "glaze"}], actor=HOUSE)
    cup = make_cup("CUP-1", family="jars")
    set_values(cup, values={"glaze": "celadon"}, actor=HOUSE)
    assert cup.values.get(cell__market=None, cell__locale="*").vals["glaze"] == "celadon"
    with pytest.raises(Exception, match="tenmoku"):
        set_values(cup, values={"glaze": "tenmoku"}, actor=HOUSE)


def test_words_are_changed_in_the_vocabulary_alone(glaze: Attribute) -> None:
    celadon = Option.objects.get(attribute=glaze, code="celadon")
    for document in ({"labels": {"en-GB": "Mine"}}, {"synonyms": ["mine"]}, {"is_retired": True}):
        with pytest.raises(Invalid, match="change its words there") as refused:
            write_option(glaze, document={"code": "celadon"} | document, actor=HOUSE)
        assert refused.value.path == next(iter(document))
    with pytest.raises(Invalid, match="make 'mine' a term there"):
        write_option(glaze, document={"code": "mine", "labels": {"en-GB": "Mine"}}, actor=HOUSE)
    with pytest.raises(StillUsed, match="a term of glazes"):
        delete_option(celadon, actor=HOUSE)
    whole = write_option(
        glaze, document={"code": "celadon", "external_codes": {"bazaar": "C"}}, is_whole=True, actor=HOUSE
    )
    assert (whole.labels, whole.external_codes) == ({"en-GB": "Celadon"}, {"bazaar": "C"})
    assert len(told(glaze)) == 2


def test_what_is_no_vocabulary_is_refused(glaze: Attribute) -> None:
    body = {"type": "select", "validation": {"vocabulary": "nowhere"}}
    answer = client(Role.ADMINISTRATOR).put("/api/v1/attributes/other", body, format="json")
    assert (answer.status_code, answer.json()["path"]) == (422, "validation.vocabulary")
    body = {"type": "text", "validation": {"vocabulary": "glazes"}}
    assert client(Role.ADMINISTRATOR).put("/api/v1/attributes/other", body, format="json").status_code == 422
    assert client(Role.ADMINISTRATOR).get(MATERIAL).json()["validation"] == {"vocabulary": "glazes"}
    assert not Attribute.objects.filter(code="other").exists()


def test_options_of_their_own_again(glaze: Attribute) -> None:
    define_attribute(code="glaze", type="select", labels={"en-GB": "Glaze"}, actor=HOUSE)
    write_option(glaze, document={"code": "mine", "labels": {"en-GB": "Mine"}}, actor=HOUSE)
    assert [code for code, *_ in told(glaze)] == ["celadon", "tenmoku", "mine"]
    define_attribute(
        code="glaze", type="select", labels={"en-GB": "Glaze"}, validation={"vocabulary": "glazes"}, actor=HOUSE
    )
    assert [(code, retired) for code, *_, retired in told(glaze)] == [
        ("celadon", False), ("tenmoku", True), ("mine", True),
    ]  # fmt: skip


def test_who_went_past_the_house_is_found(glaze: Attribute) -> None:
    Option.objects.filter(attribute=glaze, code="celadon").update(labels={"en-GB": "Mine"})
    assert [str(one) for one in options_are_terms()] == ["glaze/celadon does not say what the term of glazes says"]
