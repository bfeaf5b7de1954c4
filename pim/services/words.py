"""Codes and synonyms of what values choose from: options and records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from foundation.core.errors import Invalid
from foundation.markets.models import Channel

LONGEST_WORD = 200
MAX_SYNONYMS = 50
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def checked_long_code(code: Any, *, path: str = "code") -> str:
    """A code that may stand in an address and in a file."""
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise Invalid("A code has letters, digits and . _ -, sixty-four at most", path=path)
    return code


def checked_synonyms(words: Any) -> list[str]:
    """Each once, in the order given."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise Invalid("Synonyms are a list of words", path="synonyms")
    found = list(dict.fromkeys(word.strip() for word in words if word.strip()))
    if len(found) > MAX_SYNONYMS or any(len(word) > LONGEST_WORD or not word.isprintable() for word in found):
        raise Invalid(f"There are at most {MAX_SYNONYMS} synonyms of {LONGEST_WORD} characters", path="synonyms")
    return found


def checked_channels(codes: Any) -> dict[str, str]:
    """Channel to the code there; empty ones are left out."""
    if not isinstance(codes, Mapping) or not all(isinstance(one, str) for one in codes.values()):
        raise Invalid("external_codes are an object of channel to code", path="external_codes")
    if strangers := codes.keys() - set(Channel.objects.values_list("code", flat=True)):
        raise Invalid(f"There is no channel {min(strangers)[:40]!r}", path="external_codes")
    return {channel: code.strip() for channel, code in codes.items() if code.strip()}
