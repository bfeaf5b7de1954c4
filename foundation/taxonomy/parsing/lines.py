"""The lines of a file, each with its number and the byte that it begins at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, NamedTuple

from foundation.taxonomy.parsing.limits import LONGEST_LINE, BadSource

MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    number: int
    byte: int
    text: str


def lines_of(file: IO[bytes]) -> Iterator[Line]:
    """Each without its end; raises `BadSource` for what is no UTF-8."""
    at = 0
    for number, raw in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), start=1):
        if len(raw) > LONGEST_LINE:
            raise BadSource(f"A line has more than {LONGEST_LINE:,} bytes", line=number, byte=at)
        skipped = len(MARK) if number == 1 and raw.startswith(MARK) else 0
        try:
            text = raw[skipped:].decode()
        except UnicodeDecodeError as error:
            raise BadSource("It is not UTF-8 here", line=number, byte=at + skipped + error.start) from None
        if "\0" in text:
            raise BadSource("A character is none", line=number, byte=at)
        yield Line(number, at, text.rstrip("\r\n"))
        at += len(raw)
