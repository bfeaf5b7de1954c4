"""What differs between two texts, word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MOST = 4_000  # words and gaps of both texts; beyond them the texts are told whole
WORDS = re.compile(r"<[^<>]*>|\w+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Span:
    """A run of words that is the same in both, was removed, or was added."""

    kind: Literal["same", "removed", "added"]
    text: str


def mark_words(before: str, after: str) -> list[Span]:
    """The spans of both texts in order: same and removed ones are the text before, same and added ones that after."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    if len(old) + len(new) > MOST:
        return list(_spans([("removed", [before]), ("added", [after])]))
    pieces: list[tuple[Literal["same", "removed", "added"], list[str]]] = []
    for kind, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(("same", old[start:end]))
        else:
            pieces += [("removed", old[start:end]), ("added", new[first:last])]
    return list(_spans(pieces))


def _spans(pieces: list[tuple[Literal["same", "removed", "added"], list[str]]]) -> Iterator[Span]:
    for kind, words in pieces:
        if words and (text := "".join(words)):
            yield Span(kind, text)
