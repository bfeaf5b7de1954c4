"""Keywords in the words that the house agreed on, shared with options of products."""

from __future__ import annotations

from typing import Any

import pytest

from dam.models import Asset
from dam.services import edit_asset, undo_edit
from dam.services.bulk import Keywords
from foundation.taxonomy.services import change_term, create_term, create_vocabulary

from .factories import HOUSE, make_asset

pytestmark = pytest.mark.django_db


@pytest.fixture
def words(world: Any) -> None:
    keywords = create_vocabulary(code="keywords", labels={"en-GB": "Keywords"}, actor=HOUSE)
    create_term(keywords, code="sea", labels={"en-GB": "Sea"}, synonyms={"de-DE": ["Meer", "Ozean"]}, actor=HOUSE)
    create_term(keywords, code="lake", labels={"en-GB": "Lake"}, synonyms={"de-AT": ["Meer"]}, actor=HOUSE)
    old = create_term(keywords, code="brine", labels={"en-GB": "Brine"}, actor=HOUSE)
    change_term(old, is_retired=True, actor=HOUSE)


def kept(asset: Asset, *keywords: str) -> Any:
    edit_asset(asset, changes={"keywords": [*keywords]}, actor=HOUSE)
    return Asset.objects.get(pk=asset.pk).metadata["keywords"]


def test_a_word_is_kept_as_it_was_agreed(words: None) -> None:
    asset = make_asset()
    assert kept(asset, "OZEAN", "sea", "summer", "brine") == ["Sea", "summer", "brine"]


def test_a_word_that_may_mean_several_stays(words: None) -> None:
    assert kept(make_asset(), "Meer", "lake") == ["Meer", "Lake"]


def test_without_a_vocabulary_words_are_free(world: Any) -> None:
    assert kept(make_asset(), "OZEAN", "sea") == ["OZEAN", "sea"]


def test_what_is_put_back_is_what_was(world: Any) -> None:
    asset = make_asset()
    assert kept(asset, "OZEAN") == ["OZEAN"]
    keywords = create_vocabulary(code="keywords", labels={"en-GB": "Keywords"}, actor=HOUSE)
    create_term(keywords, code="sea", labels={"en-GB": "Sea"}, synonyms={"de-DE": ["Ozean"]}, actor=HOUSE)
    assert kept(asset, "OZEAN", "beach") == ["Sea", "beach"]
    undo_edit(asset, edition=Asset.objects.get(pk=asset.pk).edition, actor=HOUSE)
    assert Asset.objects.get(pk=asset.pk).metadata["keywords"] == ["OZEAN"]


def test_many_at_once_leave_what_they_do_not_say(world: Any) -> None:
    asset = make_asset()
    kept(asset, "OZEAN", "sand")
    keywords = create_vocabulary(code="keywords", labels={"en-GB": "Keywords"}, actor=HOUSE)
    create_term(keywords, code="sea", labels={"en-GB": "Sea"}, synonyms={"de-DE": ["Ozean"]}, actor=HOUSE)
    verb = Keywords()
    for mode, said, wanted in (
        ("append", ["ozean"], ["OZEAN", "sand", "Sea"]),
        ("remove", ["OZEAN"], ["sand"]),
        ("replace", ["ozean"], ["Sea"]),
    ):
        checked = verb.check({"mode": mode, "keywords": said}, HOUSE)
        subject = Asset.objects.get(pk=asset.pk)
        verb.change(subject, checked, HOUSE)
        assert Asset.objects.get(pk=asset.pk).metadata["keywords"] == wanted
        verb.restore(Asset.objects.get(pk=asset.pk), ["OZEAN", "sand"], checked, HOUSE)
        assert Asset.objects.get(pk=asset.pk).metadata["keywords"] == ["OZEAN", "sand"]
