"""Keywords in the words that the house agreed on, shared with options of products."""

from __future__ import annotations

from typing import Any

import pytest

from dam.models import Asset
from dam.services import edit_asset
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
