"""What the structural tests read: the files of the house, the order of its rooms, and their exemptions."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())
LINTER = CONFIG["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract for contract in LINTER["contracts"]}
OUTSIDE = {"tests": "looks at every room", "benchmarks": "measures every room, imported by none"}

# (path or path prefix, line, what is wrong): printed as it is when a test fails.
Finding = tuple[str, int, str]


def names_in(layer: str) -> list[str]:
    return [name.strip(" ()") for name in layer.split("|")]


def layers(contract: str) -> list[list[str]]:
    """A contract's layers, highest first, as names without parentheses."""
    return [names_in(layer) for layer in CONTRACTS[contract]["layers"]]


ROOMS: list[str] = LINTER["root_packages"]
RANK: dict[str, int] = {name: height for height, group in enumerate(reversed(layers("rooms"))) for name in group}


def room_of(module: str) -> str | None:
    """`foundation.jobs.models` → `foundation.jobs`, `pim.models.values` → `pim`, `django.…` → None."""
    parts = module.split(".")
    if parts[0] == "foundation" and len(parts) > 1:
        return ".".join(parts[:2])
    return parts[0] if parts[0] in ROOMS else None


def layer_of(path: str) -> str:
    """`pim/services/values.py` → `services`, `foundation/events/models.py` → `models`."""
    parts = path.removesuffix(".py").split("/")
    inside = parts[2:] if parts[0] == "foundation" else parts[1:]
    return inside[0] if inside else ""


@cache
def tracked() -> tuple[str, ...]:
    """Files that git knows, or would know if they were added now."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 (git from PATH)
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(sorted({name for name in listing.split("\0") if name and (ROOT / name).is_file()}))


def sources(*, migrations: bool = False) -> Iterator[tuple[str, str]]:
    """Path and text of every Python file in the rooms."""
    for name in tracked():
        is_migration = "/migrations/" in name
        if name.endswith(".py") and name.split("/")[0] in ROOMS and (migrations or not is_migration):
            yield name, (ROOT / name).read_text()


@cache
def parse(source: str) -> ast.Module:
    return ast.parse(source)


def calls(source: str) -> Iterator[tuple[ast.Call, str, str]]:
    """Every call with its last name and its dotted name: `a.b.save()` gives `save`, `a.b.save`."""
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.Call):
            dotted = ast.unparse(node.func)
            last = node.func.attr if isinstance(node.func, ast.Attribute) else dotted
            yield node, last, dotted


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Every imported name in full: `from a.b import c` gives `a.b.c`."""
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module or ''}.{alias.name}") for alias in node.names)


def is_in(path: str, homes: list[str] | dict[str, str]) -> bool:
    """Does the path lie in one of these files or folders?"""
    return any(path == home or path.startswith(home.rstrip("/") + "/") for home in homes)


def show(findings: list[Finding]) -> str:
    return "\n" + "\n".join(f"{path}:{line}: {what}" for path, line, what in findings)
