"""The child: reads one file, writes its nodes as lines of JSON, then says how it ended.

It has no environment to leak, ceilings on memory, time and what it writes, and dies with its parent.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from typing import IO

from foundation.taxonomy.parsing import google, gpc, tables
from foundation.taxonomy.parsing.limits import (
    CHILD_FILE_BYTES,
    CHILD_MEMORY,
    DEEPEST,
    LONGEST_CODE,
    LONGEST_NAME,
    MOST_NODES,
    SECONDS,
    BadSource,
    Node,
)
from foundation.taxonomy.parsing.lines import lines_of

PR_SET_PDEATHSIG = 1


def confine(parent: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(0)
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_MEMORY, CHILD_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (CHILD_FILE_BYTES, CHILD_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS), int(SECONDS)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def nodes_of(file: IO[bytes], form: str) -> Iterator[Node]:
    match form:
        case "google":
            return google.nodes_of(lines_of(file))
        case "gpc":
            return gpc.nodes_of(file)
        case "unspsc":
            return tables.nodes_of(lines_of(file), heads=tables.UNSPSC)
    return tables.nodes_of(lines_of(file), heads=tables.ETIM)


def checked(nodes: Iterator[Node]) -> Iterator[Node]:
    """Each once, of a sensible size, below one that was there before."""
    depths: dict[str, int] = {}
    for node in nodes:
        if problem := _problem(node, depths):
            raise BadSource(problem, line=node.line, byte=node.byte)
        depths[node.code] = depths.get(node.parent, 0) + 1
        yield node
    if not depths:
        raise BadSource("There is nothing in it", line=1, byte=0)


def _problem(node: Node, depths: dict[str, int]) -> str:
    if len(depths) >= MOST_NODES:
        return f"There are more than {MOST_NODES:,} nodes"
    if len(node.code) > LONGEST_CODE or not node.code.isprintable() or "/" in node.code:
        return f"A code has at most {LONGEST_CODE} characters and no slash"
    if len(node.name) > LONGEST_NAME or not node.name.isprintable():
        return f"A name has at most {LONGEST_NAME} printable characters"
    if node.code in depths:
        return f"{node.code} stands there twice"
    if depths.get(node.parent, 0) >= DEEPEST:
        return f"It is more than {DEEPEST} levels deep"
    return ""


def facts_of(file: IO[bytes], form: str) -> dict[str, object]:
    """The hash, the lines, and the version that the file names itself."""
    first = next(lines_of(file), None) if form == "google" else None
    file.seek(0)
    digest, lines, last = hashlib.sha256(), 0, b"\n"
    for chunk in iter(lambda: file.read(1 << 20), b""):
        digest.update(chunk)
        lines, last = lines + chunk.count(b"\n"), chunk
    return {
        "sha256": digest.hexdigest(),
        "lines": lines + (not last.endswith(b"\n")),
        "version": google.version_of(first) if first else "",
    }


def main() -> None:
    confine(int(sys.argv[1]))
    form, source, target = sys.argv[2:5]
    with open(source, "rb") as file, open(target, "w", encoding="utf-8") as answers:  # noqa: PTH123  no need of more
        try:
            answers.write(json.dumps(facts_of(file, form)) + "\n")
            file.seek(0)
            answers.writelines(
                json.dumps([node.code, node.parent, node.name]) + "\n" for node in checked(nodes_of(file, form))
            )
            answers.write(json.dumps("whole") + "\n")
        except BadSource as refusal:
            answers.write(json.dumps({"reason": refusal.reason, "line": refusal.line, "byte": refusal.byte}) + "\n")
        except MemoryError:
            answers.write(json.dumps({"reason": "It takes more memory than it is given", "line": 0, "byte": 0}) + "\n")


if __name__ == "__main__":
    main()
