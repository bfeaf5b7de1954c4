"""The editor's form: terms as people type them, and as the service takes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from dam.verdict import TermFacts
from foundation.core.errors import Invalid
from foundation.core.territories import find_territory
from workspace.queries.licence_page import TermRow
from workspace.queries.rights import channel_names, term_sentence
from workspace.views.pages import PageRequest

T = TypeVar("T")
FIELDS = ("kind", "territories", "channels", "uses", "starts", "ends")
MOST = 100
WORD = 100
BLANK = TermRow(sentence=term_sentence(TermFacts(), {}))


def typed_rows(request: PageRequest) -> list[TermRow]:
    """One row for each term of the form, as it was typed; with `add_term` and `drop_term` carried out."""
    columns = [request.POST.getlist(name) for name in FIELDS]
    if len({len(column) for column in columns}) != 1 or len(columns[0]) > MOST:
        raise Invalid(f"A licence has at most {MOST} terms, each with all its fields", path="terms")
    rows = [TermRow(*texts) for texts in zip(*columns, strict=True)]
    if "add_term" in request.POST:
        rows.append(BLANK)
    gone = request.POST.get("drop_term", "")
    return [row for at, row in enumerate(rows) if str(at) != gone]


def checked_rows(rows: Sequence[TermRow]) -> tuple[list[TermRow], list[TermFacts]]:
    """The rows with their sentences and errors, and what they say; the facts are whole only if no row has an error."""
    names = channel_names()
    channels = {text.casefold(): code for code, name in names.items() for text in (code, name)}
    told, facts = [], []
    for row in rows:
        found, errors = _read(row, channels)
        told.append(replace(row, errors=errors, sentence=term_sentence(found, names) if found else ""))
        if found is not None:
            facts.append(found)
    return told, facts


def has_errors(rows: Sequence[TermRow]) -> bool:
    return any(row.errors for row in rows)


def _read(row: TermRow, channels: dict[str, str]) -> tuple[TermFacts | None, dict[str, str]]:
    errors: dict[str, str] = {}
    territories = _parsed("territories", row.territories, _territories, errors)
    found = _parsed("channels", row.channels, lambda text: _channels(text, channels), errors)
    uses = _parsed("uses", row.uses, _uses, errors)
    starts, ends = (_parsed(name, getattr(row, name), _moment, errors) for name in ("starts", "ends"))
    if starts and ends and starts >= ends:
        errors["ends"] = "It must end after it begins"
    if row.kind not in {"grant", "exclusion"}:
        errors["kind"] = "A term allows or excludes"
    if errors or territories is None or uses is None or found is None:
        return None, errors
    return TermFacts(row.kind == "grant", territories, uses, found, starts, ends), errors


def _parsed(name: str, text: str, how: Callable[[str], T], errors: dict[str, str]) -> T | None:
    try:
        return how(text)
    except ValueError as error:
        errors[name] = str(error)
        return None


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _territories(text: str) -> frozenset[str]:
    codes = {word: find_territory(word) for word in _words(text)}
    unknown = [word for word, code in codes.items() if code is None]
    if unknown:
        raise ValueError(f"{unknown[0][:40]!r} is no territory: use its name, or two letters such as DE")
    return frozenset(code for code in codes.values() if code)


def _channels(text: str, known: dict[str, str]) -> frozenset[str]:
    words = _words(text)
    unknown = [word for word in words if word.casefold() not in known]
    if unknown:
        raise ValueError(f"There is no channel {unknown[0][:40]!r}; there are {', '.join(sorted(set(known.values())))}")
    return frozenset(known[word.casefold()] for word in words)


def _uses(text: str) -> frozenset[str]:
    words = _words(text)
    if any(len(word) > WORD for word in words):
        raise ValueError("A use is a word or two")
    return frozenset(word.lower() for word in words)


def _moment(text: str) -> datetime | None:
    """A date and a time, in UTC; a date alone is its first moment."""
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("Write a date and a time, such as 2026-03-31T00:00") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
