"""Finding vocabularies and terms, and which term a word means."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from foundation.core.errors import Missing
from foundation.taxonomy.errors import AmbiguousWord
from foundation.taxonomy.models import Term, TermQuerySet, Vocabulary


def get_vocabulary(code: str) -> Vocabulary:
    """The vocabulary of this code; raises `Missing`."""
    found = Vocabulary.objects.filter(code=code).first() if "\0" not in code else None
    if found is None:
        raise Missing("There is no such vocabulary", path="vocabulary")
    return found


def get_term(vocabulary: Vocabulary, code: str) -> Term:
    """The term of this code; raises `Missing`."""
    rows = Term.objects.select_related("broader", "vocabulary").filter(vocabulary=vocabulary, code=code)
    found = rows.first() if "\0" not in code else None
    if found is None:
        raise Missing(f"{vocabulary.code} has no term {code[:40]!r}", path="term")
    return found


def resolve_word(vocabulary: Vocabulary, word: str) -> Term:
    """The term that a word means: by its code, a label or a synonym, whatever its letters' size.

    Raises `Missing` where none does, `AmbiguousWord` where several do. Retired terms are meant by nothing.
    """
    rows = Term.objects.select_related("broader").filter(vocabulary=vocabulary, is_retired=False)
    found = list(rows.filter(words__contains=[compared(word)]).order_by("code")[:10])
    if not found:
        raise Missing(f"{vocabulary.code} has no such word", path="word")
    if len(found) > 1:
        codes = [one.code for one in found]
        text = f"{word[:40]!r} may mean {', '.join(codes)}: choose one"
        raise AmbiguousWord(text, path="word", terms=codes)
    return found[0]


def agreed_words(code: str, words: Sequence[str], locale: str) -> list[str]:
    """Each word as the vocabulary of this code agreed on it, once each. What no term or several may mean stays as it
    is, and so do all where there is no such vocabulary. One question.
    """
    rows = Term.objects.filter(vocabulary__code=code, is_retired=False)
    terms: dict[str, list[Term]] = {}
    for term in rows.filter(words__overlap=[compared(word) for word in words]) if words else ():
        for spelling in term.words:
            terms.setdefault(spelling, []).append(term)
    meant = {word: terms.get(compared(word), []) for word in words}
    return list(dict.fromkeys(some[0].label(locale) if len(some) == 1 else word for word, some in meant.items()))


def terms_holding(vocabulary: Vocabulary, text: str) -> TermQuerySet:
    """Terms with each word somewhere in their own words."""
    rows = Term.objects.filter(vocabulary=vocabulary).select_related("broader")
    for word in text.replace("\0", "").split()[:8]:
        rows = rows.annotate(spoken=Cast("words", TextField())).filter(Q(spoken__contains=compared(word)))
    return rows


def compared(word: str) -> str:
    """A word as it is compared with others."""
    folded = unicodedata.normalize("NFKC", word.replace("\0", "")).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def words_of(code: str, labels: Mapping[str, str], synonyms: Mapping[str, Sequence[str]]) -> list[str]:
    """All words of a term as they are compared, once each."""
    every = [code, *labels.values(), *(word for words in synonyms.values() for word in words)]
    return sorted({compared(word) for word in every})
