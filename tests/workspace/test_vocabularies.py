"""Vocabularies on pages: terms found by any of their words, changed by who defines them, each with its way back."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.taxonomy.models import Term, Vocabulary

from . import factories
from .test_taxonomy import undo_of

pytestmark = pytest.mark.django_db
PATH = "/settings/vocabularies/colours/"


@pytest.fixture
def colours(world: Any) -> Vocabulary:
    return factories.vocabulary()


def state() -> list[tuple[Any, ...]]:
    rows = Term.objects.select_related("broader").order_by("code")
    return [(one.code, one.labels, one.synonyms, one.broader and one.broader.code, one.is_retired) for one in rows]


def test_terms_are_found_by_any_word(colours: Vocabulary, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    assert [row.code for row in client.get(PATH).context["rows"]] == ["crimson", "red"]
    found = client.get(PATH, {"q": "KARM", "term": "crimson"})
    assert [(row.code, row.also, row.broader) for row in found.context["rows"]] == [
        ("crimson", "Karmin, Carmine", "Red")
    ]
    assert 'value="change"' not in found.content.decode()
    assert client.get(PATH, {"term": "none"}).status_code == 404
    assert client.get("/settings/vocabularies/none/").status_code == 404
    assert client.post(f"{PATH}change/", {"do": "retire", "term": "red"}).status_code == 403
    assert client.post("/settings/vocabularies/", {"code": "mine", "name": "Mine"}).status_code == 403
    assert (state()[1][4], Vocabulary.objects.count()) == (False, 1)


def test_every_change_of_a_term_has_its_way_back(colours: Vocabulary, administrator: Any, browser_of: Any) -> None:
    client, before = browser_of(administrator), state()
    for body in (
        {"do": "add", "code": "navy", "label-en-GB": "Navy", "also-en-GB": "Marine, Dark blue"},
        {"do": "change", "term": "crimson", "label-en-GB": "Crimson", "also-de-DE": "Purpur", "version": "1"},
        {"do": "retire", "term": "red"},
        {"do": "delete", "term": "crimson"},
    ):
        done = client.post(f"{PATH}change/", body)
        assert done.status_code == 302, body
        assert state() != before, body
        assert client.post(undo_of(done)).status_code == 302
        assert state() == before, body
    for body, status in (
        ({"do": "delete", "term": "red"}, 409),
        ({"do": "add", "code": "red", "label-en-GB": "x"}, 409),
        ({"do": "change", "term": "red", "label-en-GB": "x", "version": "9"}, 412),
        ({"do": "change", "term": "red"}, 422),
        ({"do": "nonsense"}, 422),
    ):
        assert client.post(f"{PATH}change/", body).status_code == status, body
    assert state() == before


def test_a_vocabulary_is_made(world: Any, administrator: Any, browser_of: Any) -> None:
    client = browser_of(administrator)
    assert "No vocabularies yet" in client.get("/settings/vocabularies/").content.decode()
    assert client.post("/settings/vocabularies/", {"code": "a b", "name": "x"}).status_code == 422
    made = client.post("/settings/vocabularies/", {"code": "colours", "name": "Colours"})
    assert made["Location"] == PATH
    assert "No terms yet" in client.get(PATH).content.decode()
