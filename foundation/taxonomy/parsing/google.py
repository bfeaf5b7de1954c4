"""`taxonomy-with-ids.<locale>.txt`: a comment with the version, then `id - A > B > C` a line."""

from __future__ import annotations

from collections.abc import Iterator

from foundation.taxonomy.parsing.limits import BadSource, Node
from foundation.taxonomy.parsing.lines import Line

VERSION = "# Google_Product_Taxonomy_Version:"


def version_of(line: Line) -> str:
    return line.text.removeprefix(VERSION).strip() if line.text.startswith(VERSION) else ""


def nodes_of(lines: Iterator[Line]) -> Iterator[Node]:
    """Each below the one whose path it begins with, which has to stand above it in the file."""
    known: dict[str, str] = {}
    for line in lines:
        if line.text.startswith("#") or not line.text.strip():
            continue
        code, dash, path = line.text.partition(" - ")
        if not dash or not code.strip().isdecimal() or not path.strip():
            raise BadSource("A line is `id - A > B > C`", line=line.number, byte=line.byte)
        above, _, name = path.strip().rpartition(" > ")
        if above and above not in known:
            raise BadSource(f"Nothing above it is called {above[:120]!r}", line=line.number, byte=line.byte)
        known[path.strip()] = code.strip()
        yield Node(code.strip(), known.get(above, ""), name.strip(), line.number, line.byte)
