"""JSON as the API takes it: what Postgres cannot keep as text is refused at the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import JSONParser

from foundation.core.errors import Invalid

DEEPEST = 40


class StrictJSONParser(JSONParser):
    """Refuses NUL characters, halves of surrogate pairs, and nesting that no document of ours has."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            found = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise Invalid("The body is nested too deeply") from None
        _check(found, 0)
        return found


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
