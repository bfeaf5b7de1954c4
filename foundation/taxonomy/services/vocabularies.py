"""Vocabularies and their terms: made, called otherwise, put below a broader one, retired, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import ProtectedError

from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.taxonomy import events
from foundation.taxonomy.choices import DEEPEST, MOST_SYNONYMS, MOST_TERMS
from foundation.taxonomy.errors import StillUsed
from foundation.taxonomy.models import Term, Vocabulary
from foundation.taxonomy.queries.vocabularies import words_of
from foundation.taxonomy.services.categories import KEPT
from foundation.taxonomy.services.trees import check_version, checked_code, checked_labels


def create_vocabulary(*, code: str, labels: Mapping[str, str], actor: Actor) -> Vocabulary:
    """A vocabulary without terms."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        if Vocabulary.objects.filter(code=checked_code(code)).exists():
            raise Conflict(f"There is a vocabulary {code} already", path="code")
        made = Vocabulary.objects.create(code=code, labels=checked_labels(labels))
        append_event(events.VOCABULARY_CREATED, made.uid, vocabulary=code)
    return made


def rename_vocabulary(
    vocabulary: Vocabulary, *, labels: Mapping[str, str], actor: Actor, expected_version: int | None = None
) -> Vocabulary:
    """What a vocabulary is called, by language."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        vocabulary = _lock(vocabulary)
        check_version(vocabulary.version, expected_version)
        wanted = checked_labels(labels)
        if vocabulary.labels != wanted:
            vocabulary.labels, vocabulary.version = wanted, vocabulary.version + 1
            vocabulary.save(update_fields=["labels", "version"])
            append_event(events.VOCABULARY_CHANGED, vocabulary.uid, vocabulary=vocabulary.code)
    return vocabulary


def delete_vocabulary(vocabulary: Vocabulary, *, actor: Actor, expected_version: int | None = None) -> None:
    """End a vocabulary that has no terms."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        vocabulary = _lock(vocabulary)
        check_version(vocabulary.version, expected_version)
        if Term.objects.filter(vocabulary=vocabulary).exists():
            raise StillUsed(f"{vocabulary.code} has terms; delete them first", path="vocabulary")
        vocabulary.delete()
        append_event(events.VOCABULARY_DELETED, vocabulary.uid, vocabulary=vocabulary.code)


def create_term(
    vocabulary: Vocabulary, *, code: str, labels: Mapping[str, str], actor: Actor,
    synonyms: Mapping[str, Sequence[str]] | None = None, broader: str | None = None,
) -> Term:  # fmt: skip
    """A term, below a broader one by its code, or at the top."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        vocabulary = _lock(vocabulary)
        if Term.objects.filter(vocabulary=vocabulary, code=checked_code(code)).exists():
            raise Conflict(f"{vocabulary.code} has a term {code} already", path="code")
        if Term.objects.filter(vocabulary=vocabulary).count() >= MOST_TERMS:
            raise Conflict(f"A vocabulary has at most {MOST_TERMS:,} terms", path="vocabulary")
        term = Term(vocabulary=vocabulary, code=code, version=0)
        _say(term, checked_labels(labels), _checked_synonyms(synonyms or {}))
        term.broader = _broader(term, broader)
        _save(term)
        append_event(events.TERM_CREATED, term.uid, vocabulary=vocabulary.code, term=code)
    return term


def change_term(
    term: Term, *, actor: Actor, labels: Mapping[str, str] | None = None,
    synonyms: Mapping[str, Sequence[str]] | None = None, broader: str | None = KEPT, is_retired: bool | None = None,
    expected_version: int | None = None,
) -> Term:  # fmt: skip
    """What is named of a term, all or none; the same again changes nothing."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        term = _lock_term(term)
        check_version(term.version, expected_version)
        before = _facts(term)
        _say(
            term,
            term.labels if labels is None else checked_labels(labels),
            term.synonyms if synonyms is None else _checked_synonyms(synonyms),
        )
        if broader is not KEPT:
            term.broader = _broader(term, broader)
        if is_retired is not None:
            term.is_retired = is_retired
        if _facts(term) != before:
            _save(term)
            append_event(events.TERM_CHANGED, term.uid, vocabulary=term.vocabulary.code, term=term.code)
    return term


def delete_term(term: Term, *, actor: Actor, expected_version: int | None = None) -> None:
    """End a term that no narrower one is below."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        term = _lock_term(term)
        check_version(term.version, expected_version)
        try:
            term.delete()
        except ProtectedError:
            raise StillUsed(f"{term.code} has narrower terms; retire it, or move them first", path="term") from None
        append_event(events.TERM_DELETED, term.uid, vocabulary=term.vocabulary.code, term=term.code)


def _lock(vocabulary: Vocabulary) -> Vocabulary:
    locked = Vocabulary.objects.select_for_update().filter(pk=vocabulary.pk).first()
    if locked is None:
        raise Missing("There is no such vocabulary", path="vocabulary")
    return locked


def _lock_term(term: Term) -> Term:
    """The term as it is now, in a vocabulary that nobody else changes."""
    vocabulary = _lock(term.vocabulary)
    locked = Term.objects.select_related("broader").filter(vocabulary=vocabulary, pk=term.pk).first()
    if locked is None:
        raise Missing("There is no such term", path="term")
    locked.vocabulary = vocabulary
    return locked


def _say(term: Term, labels: dict[str, str], synonyms: dict[str, list[str]]) -> None:
    term.labels, term.synonyms = labels, synonyms
    term.words = words_of(term.code, labels, synonyms)


def _broader(term: Term, code: str | None) -> Term | None:
    """The broader term of this code, which is no kind of the term itself."""
    if not code:
        return None
    found = Term.objects.filter(vocabulary=term.vocabulary, code=code).first()
    if found is None:
        raise Invalid(f"{term.vocabulary.code} has no term {code[:40]!r}", path="broader")
    above: Term | None = found
    for _ in range(DEEPEST):
        if above is None:
            return found
        if above.code == term.code:
            raise Invalid(f"{code} is a kind of {term.code}", path="broader")
        above = above.broader
    raise Invalid(f"Terms are at most {DEEPEST} levels deep", path="broader")


def _facts(term: Term) -> tuple[Any, ...]:
    return dict(term.labels), dict(term.synonyms), term.broader_id, term.is_retired


def _save(term: Term) -> None:
    term.version += 1
    term.save()


def _checked_synonyms(synonyms: object) -> dict[str, list[str]]:
    """Locale to words, each once, in the order given."""
    if not isinstance(synonyms, Mapping):
        raise Invalid("Synonyms are words by language", path="synonyms")
    found: dict[str, list[str]] = {}
    for locale, words in synonyms.items():
        if not isinstance(words, list | tuple) or len(words) > MOST_SYNONYMS:
            raise Invalid(f"At most {MOST_SYNONYMS} words in each language", path=f"synonyms.{locale}")
        each = [_checked_word(locale, word) for word in dict.fromkeys(map(str, words))]
        found |= {str(locale): each} if each else {}
    return found


def _checked_word(locale: object, word: object) -> str:
    try:
        return checked_labels({str(locale): word})[str(locale)]
    except Invalid as refusal:
        raise Invalid(refusal.detail, path=f"synonyms.{locale}") from None
