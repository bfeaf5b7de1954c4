"""Words in several languages, as labels and messages keep them: locale to text."""

from __future__ import annotations

from collections.abc import Mapping


def in_locale(words: Mapping[str, str], locale: str, otherwise: str) -> str:
    """The text of the locale, else any that there is."""
    return str(words.get(locale) or next(iter(words.values()), otherwise))
