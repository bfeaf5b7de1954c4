"""JSON as the API takes it: what Postgres cannot keep as text is refused at the door."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser, JSONParser

from foundation.core.errors import BodyTooLarge, Invalid

DEEPEST = 40


class StrictJSONParser(JSONParser):
    """Refuses NUL characters, halves of surrogate pairs, and nesting that no document of ours has."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            found = super().parse(io.BytesIO(_read(stream)), media_type, parser_context)
        except RecursionError:
            raise Invalid("The body is nested too deeply") from None
        _check(found, 0)
        return found


def _read(stream: IO[Any]) -> bytes:
    """The body, of which the framework bounds forms alone."""
    most = int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    raw = bytes(stream.read(most + 1))
    if len(raw) > most:
        raise BodyTooLarge(f"The body has more than {most:,} bytes: send it in parts")
    return raw


@dataclass(frozen=True)
class Line:
    """One line of NDJSON, from 1: its object, or why there is none."""

    number: int
    document: dict[str, Any] | None = None
    refusal: Invalid | None = None


class NDJSONParser(BaseParser):
    """Objects, one on each line (`application/x-ndjson`). A bad line spoils no other; empty lines are passed over."""

    media_type = "application/x-ndjson"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """A list of `Line`."""
        return [_read_line(number, raw) for number, raw in enumerate(_read(stream).split(b"\n"), 1) if raw.strip()]


def _read_line(number: int, raw: bytes) -> Line:
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        _check(found, 0)
    except UnicodeDecodeError as error:
        return Line(number, refusal=Invalid(f"Byte {error.start + 1} of the line is not UTF-8"))
    except json.JSONDecodeError as error:
        return Line(number, refusal=Invalid(f"The line is not JSON: {error.msg} at character {error.pos + 1}"))
    except RecursionError:
        return Line(number, refusal=Invalid("The line is nested too deeply"))
    except (Invalid, ValueError) as error:
        return Line(number, refusal=error if isinstance(error, Invalid) else Invalid(f"The line is not JSON: {error}"))
    if not isinstance(found, dict):
        return Line(number, refusal=Invalid("A line holds one object"))
    return Line(number, found)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a value of JSON")


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise Invalid("The body is nested too deeply")
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for name, one in value.items():
            check_text(name)
            _check(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _check(one, depth + 1)


def check_text(text: str) -> None:
    """Raise `Invalid` for a text that cannot be stored."""
    if "\0" in text:
        raise Invalid("A text may not contain NUL characters")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise Invalid("A text may not contain halves of surrogate pairs")
