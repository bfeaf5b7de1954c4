"""GS1 GPC as XML: segments, families, classes and bricks within each other, with `code` and `text`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any
from xml.parsers import expat

from foundation.taxonomy.parsing.limits import BadSource, Node

LEVELS = ("segment", "family", "class", "brick")
CHUNK = 65536


class _Reading:
    """What the parser tells, as nodes."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse
        self.open: list[str] = []
        self.nodes: list[Node] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._level(name) is None:
            return
        given = {key.lower(): value.strip() for key, value in attributes.items()}
        code, title = given.get("code", ""), given.get("text") or given.get("name", "")
        if not code or not title:
            self.fail(f"A {name[:40]} has a code and a text")
        self.nodes.append(Node(code, self.open[-1] if self.open else "", title, *self.place))
        self.open.append(code)

    def end(self, name: str) -> None:
        if self._level(name) is not None:
            self.open.pop()

    def refuse(self, *_: Any) -> None:
        self.fail("A document type or an entity is not read")

    def fail(self, reason: str) -> None:
        line, byte = self.place
        raise BadSource(reason, line=line, byte=byte)

    @property
    def place(self) -> tuple[int, int]:
        return self.parser.CurrentLineNumber, self.parser.CurrentByteIndex

    @staticmethod
    def _level(name: str) -> int | None:
        local = name.rpartition(":")[2].lower()
        return LEVELS.index(local) if local in LEVELS else None


def nodes_of(file: IO[bytes]) -> Iterator[Node]:
    """Each below the one that it stands in."""
    reading = _Reading()
    for chunk in iter(lambda: file.read(CHUNK), b""):
        yield from _fed(reading, chunk)
    yield from _fed(reading, b"", is_last=True)


def _fed(reading: _Reading, chunk: bytes, *, is_last: bool = False) -> list[Node]:
    try:
        reading.parser.Parse(chunk, is_last)
    except expat.ExpatError as error:
        reason = f"It is no XML here: {expat.errors.messages.get(error.code, 'malformed')}"
        raise BadSource(reason, line=error.lineno, byte=reading.parser.ErrorByteIndex) from None
    found, reading.nodes = reading.nodes, []
    return found
