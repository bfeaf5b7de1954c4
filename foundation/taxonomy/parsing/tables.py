"""UNSPSC and ETIM: tables with a code and a title for each level, the upper ones repeated on each row."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from foundation.taxonomy.parsing.limits import BadSource, Node
from foundation.taxonomy.parsing.lines import Line

# Of each level, the upper one first: how its code and its title are headed.
Heads = tuple[tuple[set[str], set[str]], ...]
UNSPSC: Heads = tuple(
    ({level, f"{level} code"}, {f"{level} title", f"{level} name"})
    for level in ("segment", "family", "class", "commodity")
)
ETIM: Heads = (
    ({"artgroupid", "group", "group code"}, {"artgroupdesc", "group name", "group description"}),
    ({"artclassid", "class", "class code"}, {"artclassdesc", "class name", "class description"}),
)


class _Rows:
    """Rows of a CSV, with where each begins."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self.at = Line(1, 0, "")
        self.lines = lines
        self.is_first = True

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.at = line if self.is_first else self.at
            self.is_first = False
            yield line.text + "\n"

    def read(self, delimiter: str) -> Iterator[tuple[Line, list[str]]]:
        reader = csv.reader(self, delimiter=delimiter, strict=True)
        while True:
            self.is_first = True
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise BadSource(f"It is no row: {error}", line=self.at.number, byte=self.at.byte) from None
            yield self.at, row


def nodes_of(lines: Iterator[Line], *, heads: Heads) -> Iterator[Node]:
    """Each code once, at the first row that has it; a code with two titles or two places is refused."""
    head = next(lines, Line(1, 0, ""))
    delimiter = max(";,\t|", key=head.text.count)
    columns = _columns(next(csv.reader([head.text], delimiter=delimiter), []), heads)
    known: dict[str, tuple[str, str]] = {}
    for at, row in _Rows(lines).read(delimiter):
        above = ""
        for code_at, title_at in columns:
            code, title = (row[place].strip() if place < len(row) else "" for place in (code_at, title_at))
            if not code:
                break
            if not title:
                raise BadSource(f"{code[:40]} has no title", line=at.number, byte=at.byte)
            if code not in known:
                known[code] = (above, title)
                yield Node(code, above, title, at.number, at.byte)
            elif known[code] != (above, title):
                raise BadSource(f"{code[:40]} stood elsewhere or was called otherwise", line=at.number, byte=at.byte)
            above = code


def _columns(head: list[str], heads: Heads) -> list[tuple[int, int]]:
    named = [one.strip().lower() for one in head]
    found = []
    for codes, titles in heads:
        places = [next((at for at, name in enumerate(named) if name in wanted), -1) for wanted in (codes, titles)]
        if -1 in places:
            wanted = min(codes if places[0] == -1 else titles)
            raise BadSource(f"The first line has no column {wanted!r}", line=1, byte=0)
        found.append((places[0], places[1]))
    return found
