"""What is looked for, read from an address; what is found, as lines of a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from foundation.audit.queries.search import Asked, Record, everything
from foundation.core.actors import Actor
from foundation.core.cells import escape_formula
from foundation.core.errors import Invalid

MOST = 100_000
KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}
DAY = len("2026-01-01")
COLUMNS = (
    "position", "at", "source", "row", "actor", "behalf", "action", "subject_type", "subject", "reason", "request",
    "change_set", "image", "detail",
)  # fmt: skip


def read_asked(given: Any) -> Asked:
    """The filters of an address. `until` as a day has that day in it."""
    words = {name: given.get(name, "").strip()[:200] for name in ("who", "what", "action", "request", "words")}
    return Asked(**words, since=_moment(given, "since"), until=_moment(given, "until"))


def told(asked: Asked) -> dict[str, str]:
    """What was looked for, as the audit keeps it."""
    return {name: str(value) for name, value in vars(asked).items() if value}


def lines_of(asked: Asked, form: str, *, actor: Actor) -> Iterator[bytes]:
    """The file `csv` or `jsonl`, at most `MOST` rows, newest first, read as its lines are asked for."""
    if form not in KINDS:
        raise Invalid("as is csv or jsonl", path="as")
    actor = actor.require("audit.view")
    records = everything(asked, actor=actor, most=MOST)
    lines = _csv(records) if form == "csv" else (f"{_json(one)}\n" for one in records)
    return (line.encode() for line in lines)


def _moment(given: Any, name: str) -> datetime | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        at = parse_datetime(text if len(text) > DAY else f"{text}T00:00")
        if at is not None and len(text) <= DAY and name == "until":
            at += timedelta(days=1)
        at = at if at is None or at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    if at is None:
        raise Invalid(f"{name} is a day or a moment (ISO 8601)", path=name)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _json(record: Record) -> str:
    return json.dumps(asdict(record), default=lambda at: at.isoformat(), ensure_ascii=False)


def _csv(records: Iterable[Record]) -> Iterator[str]:
    yield _line(COLUMNS)
    for record in records:
        told = asdict(record)
        yield _line([_cell(told[name]) for name in COLUMNS])


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return escape_formula(value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value))


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
