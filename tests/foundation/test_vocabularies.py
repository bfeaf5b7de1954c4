"""Agreed words: terms with synonyms by language, below broader ones; a word means one term or is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.core.actors import system
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Stale
from foundation.events import sequencing
from foundation.events.models import OutboxEvent
from foundation.taxonomy.errors import AmbiguousWord, StillUsed
from foundation.taxonomy.fsck import words_are_told_by_terms
from foundation.taxonomy.models import Term, Vocabulary
from foundation.taxonomy.queries import get_term, resolve_word
from foundation.taxonomy.queries.vocabularies import compared
from foundation.taxonomy.services import (
    change_term,
    create_term,
    create_vocabulary,
    delete_term,
    delete_vocabulary,
    rename_vocabulary,
)

HOUSE = system("tests")
pytestmark = pytest.mark.django_db


@pytest.fixture
def colours(world: Any) -> Vocabulary:
    """Red (crimson), navy; crimson and navy with synonyms."""
    colours = create_vocabulary(code="colours", labels={"en-GB": "Colours"}, actor=HOUSE)
    create_term(colours, code="red", labels={"en-GB": "Red", "de-DE": "Rot"}, actor=HOUSE)
    synonyms = {"en-GB": ["Carmine", "Deep red"], "de-DE": ["Karmin"]}
    create_term(colours, code="crimson", labels={"en-GB": "Crimson"}, synonyms=synonyms, broader="red", actor=HOUSE)
    create_term(colours, code="navy", labels={"en-GB": "Navy blue"}, synonyms={"en-GB": ["Marine"]}, actor=HOUSE)
    sequencing.drain()
    return colours


def types() -> list[str]:
    rows = OutboxEvent.objects.filter(type__startswith="taxonomy.").order_by("pk")
    return [*rows.values_list("type", flat=True)]


def test_a_word_means_a_term(colours: Vocabulary) -> None:
    for word in ("crimson", "CRIMSON", "carmine", " deep   RED ", "Karmin"):
        assert resolve_word(colours, word).code == "crimson", word
    assert resolve_word(colours, "rot").code == "red"
    assert list(words_are_told_by_terms()) == []
    Term.objects.filter(code="navy").update(words=["navy"])
    assert list(words_are_told_by_terms()) == ["term colours/navy is not found by its own words"]
    for word in ("", "blue", "deep", "x\0y"):
        with pytest.raises(Missing):
            resolve_word(colours, word)


def test_what_means_two_terms_is_refused(colours: Vocabulary) -> None:
    change_term(get_term(colours, "red"), synonyms={"en-GB": ["marine"]}, actor=HOUSE)
    with pytest.raises(AmbiguousWord) as refusal:
        resolve_word(colours, "Marine")
    assert refusal.value.extra == {"terms": ["navy", "red"]}
    change_term(get_term(colours, "navy"), is_retired=True, actor=HOUSE)
    assert resolve_word(colours, "Marine").code == "red"
    with pytest.raises(Missing):
        resolve_word(colours, "navy")


def test_terms_are_changed_with_their_words(colours: Vocabulary) -> None:
    crimson = get_term(colours, "crimson")
    changed = change_term(crimson, labels={"en-GB": "Blood red"}, broader=None, actor=HOUSE, expected_version=1)
    assert (changed.version, changed.broader_id, changed.synonyms["de-DE"]) == (2, None, ["Karmin"])
    assert resolve_word(colours, "blood RED").code == "crimson"
    assert types() == ["taxonomy.term.changed"]
    assert change_term(crimson, labels={"en-GB": "Blood red"}, actor=HOUSE).version == 2
    with pytest.raises(Stale):
        change_term(crimson, is_retired=True, actor=HOUSE, expected_version=1)
    assert types() == ["taxonomy.term.changed"]
    change_term(get_term(colours, "red"), broader="crimson", actor=HOUSE)
    for code in ("red", "crimson"):
        with pytest.raises(Invalid, match="is a kind of"):
            change_term(crimson, broader=code, actor=HOUSE)


def test_what_may_not_be_is_refused(colours: Vocabulary, steward: Any) -> None:
    red = get_term(colours, "red")
    for given_ in (
        {"synonyms": {"xx": ["a"]}}, {"synonyms": {"en-GB": [" "]}}, {"synonyms": {"en-GB": ["a"] * 51}},
        {"labels": {}}, {"broader": "none"},
    ):  # fmt: skip
        with pytest.raises(Invalid):
            change_term(red, actor=HOUSE, **given_)
    with pytest.raises(Conflict):
        create_term(colours, code="red", labels={"en-GB": "x"}, actor=HOUSE)
    with pytest.raises(Conflict):
        create_vocabulary(code="colours", labels={"en-GB": "x"}, actor=HOUSE)
    with pytest.raises(StillUsed):
        delete_term(red, actor=HOUSE)
    with pytest.raises(StillUsed):
        delete_vocabulary(colours, actor=HOUSE)
    for change in (
        lambda: create_vocabulary(code="mine", labels={"en-GB": "x"}, actor=steward),
        lambda: create_term(colours, code="mine", labels={"en-GB": "x"}, actor=steward),
        lambda: change_term(red, is_retired=True, actor=steward),
        lambda: rename_vocabulary(colours, labels={"en-GB": "x"}, actor=steward),
        lambda: delete_term(red, actor=steward),
    ):
        with pytest.raises(Denied):
            change()
    assert Term.objects.count() == 3
    assert types() == []


@given(st.text(max_size=30))
def test_comparing_is_settled(word: str) -> None:
    assert compared(compared(word)) == compared(word)
    assert compared(word.replace(" ", "  ")) == compared(word)


def test_the_api_reads_and_writes_words(colours: Vocabulary, administrator: Any, steward: Any, client_of: Any) -> None:
    api, reader, root = client_of(administrator), client_of(steward), "/api/v1/vocabularies"
    assert [one["code"] for one in reader.get(root).json()["results"]] == ["colours"]
    found = reader.get(f"{root}/colours/terms", {"q": "karm"}).json()["results"]
    assert [(one["code"], one["broader"]) for one in found] == [("crimson", "red")]
    meant = reader.get(f"{root}/colours/meaning", {"word": "deep red"})
    assert (meant.status_code, meant.json()["code"], meant["ETag"]) == (200, "crimson", '"1"')
    assert reader.get(f"{root}/colours/meaning", {"word": "grue"}).status_code == 404
    body = {"code": "green", "labels": {"en-GB": "Green"}, "synonyms": {"en-GB": ["Marine"]}}
    assert reader.post(f"{root}/colours/terms", body, format="json").status_code == 403
    assert api.post(f"{root}/colours/terms", body, format="json").status_code == 201
    unclear = reader.get(f"{root}/colours/meaning", {"word": "marine"})
    assert (unclear.status_code, unclear.json()["code"], unclear.json()["terms"]) == (
        409, "ambiguous-word", ["green", "navy"]
    )  # fmt: skip
    one = "/api/v1/terms/colours/green"
    stale = api.patch(one, {"is_retired": True}, format="json", headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    done = api.patch(one, {"broader": "navy", "is_retired": True}, format="json", headers={"If-Match": '"1"'})
    assert (done.json()["broader"], done.json()["is_retired"], done["ETag"]) == ("navy", True, '"2"')
    assert api.delete(one).status_code == 204
    assert reader.get(one).status_code == 404
    made = api.post(root, {"code": "fits", "labels": {"en-GB": "Fits"}}, format="json")
    assert made.status_code == 201
    assert api.patch(f"{root}/fits", {"labels": {"en-GB": "Cuts"}}, format="json").json()["labels"] == {"en-GB": "Cuts"}
    assert api.delete(f"{root}/fits").status_code == 204
