"""Vocabularies and their terms as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode

from dam.choices import KEYWORD_VOCABULARY
from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.taxonomy.models import Term, Vocabulary
from foundation.taxonomy.queries import get_term, get_vocabulary, terms_holding
from pim.models import Attribute
from workspace.queries.shown import LOCALE
from workspace.queries.trees import Label, labels_of

PAGE = 50


@dataclass(frozen=True)
class VocabularyRow:
    url: str
    code: str
    name: str
    terms: int


@dataclass(frozen=True)
class TermRow:
    url: str
    code: str
    name: str
    also: str
    broader: str
    is_retired: bool
    is_current: bool


@dataclass(frozen=True)
class OpenedTerm:
    code: str
    name: str
    labels: list[Label]
    synonyms: list[Label]  # words with commas between them
    broader: str
    version: int
    is_retired: bool


@dataclass(frozen=True)
class VocabularyPage:
    vocabulary: Vocabulary
    name: str
    rows: list[TermRow]
    next_cursor: str
    q: str
    opened: OpenedTerm | None
    empty_labels: list[Label]
    may_edit: bool
    followers: list[tuple[str, str]]  # attributes whose options its terms are: name and address
    agrees_keywords: bool


def vocabulary_rows(actor: Actor) -> list[VocabularyRow]:
    rows: Any = Vocabulary.objects.visible_to(actor).annotate(number=Count("terms"))
    return [VocabularyRow(vocabulary_address(one.code), one.code, one.label(LOCALE), one.number) for one in rows]


def vocabulary_page(code: str, *, actor: Actor, term: str, q: str, cursor: str) -> VocabularyPage:
    """A page of terms, and the one that is open."""
    vocabulary = get_vocabulary(code)
    page = keyset_page(terms_holding(vocabulary, q).visible_to(actor), order=("code",), cursor=cursor, limit=PAGE)
    return VocabularyPage(
        vocabulary=vocabulary,
        name=vocabulary.label(LOCALE),
        rows=[_row(code, one, term) for one in page.rows],
        next_cursor=page.next_cursor,
        q=q,
        opened=_opened(get_term(vocabulary, term)) if term else None,
        empty_labels=labels_of({}),
        may_edit=actor.may("taxonomy.define"),
        followers=_followers(code, actor),
        agrees_keywords=code == KEYWORD_VOCABULARY,
    )


def _followers(code: str, actor: Actor) -> list[tuple[str, str]]:
    found = Attribute.objects.visible_to(actor).filter(validation__vocabulary=code).order_by("code")[:PAGE]
    return [(one.label(LOCALE), reverse("option_list", args=[one.code])) for one in found]


def vocabulary_address(code: str, term: str = "") -> str:
    """A vocabulary's page with a term open."""
    query = f"?{urlencode({'term': term})}" if term else ""
    return reverse("vocabulary", args=[code]) + query


def _row(vocabulary: str, one: Term, opened: str) -> TermRow:
    also = [word for words in one.synonyms.values() for word in words]
    return TermRow(
        url=vocabulary_address(vocabulary, one.code),
        code=one.code,
        name=one.label(LOCALE),
        also=", ".join(also),
        broader=one.broader.label(LOCALE) if one.broader else "",
        is_retired=one.is_retired,
        is_current=one.code == opened,
    )


def _opened(one: Term) -> OpenedTerm:
    words = {locale: ", ".join(said) for locale, said in one.synonyms.items()}
    return OpenedTerm(
        code=one.code,
        name=one.label(LOCALE),
        labels=labels_of(one.labels),
        synonyms=labels_of(words),
        broader=one.broader.code if one.broader else "",
        version=one.version,
        is_retired=one.is_retired,
    )
