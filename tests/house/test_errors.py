"""Every refusal has a code of its own, and every code a line in docs/errors.md."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from .tree import ROOMS, ROOT

LINE = re.compile(r"^\| `([a-z0-9_.-]+)` \|", re.MULTILINE)
NOT_TO_IMPORT = re.compile(r"\.migrations\b|\.asgi$|\.wsgi$|__main__$")


def family(base: type) -> Iterator[type]:
    yield base
    for child in base.__subclasses__():
        yield from family(child)


def codes(classes: Iterable[type]) -> list[str]:
    """The codes that classes state themselves; one that only inherits its code is another text for it."""
    return [vars(kind)["code"] for kind in classes if "code" in vars(kind)]


def repeated(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def all_codes() -> list[str]:
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not NOT_TO_IMPORT.search(module.name):
                importlib.import_module(module.name)
    from foundation.core.errors import TandemError

    return codes(kind for kind in dict.fromkeys(family(TandemError)) if kind.__module__.split(".")[0] in ROOMS)


def test_codes_are_unique() -> None:
    assert not repeated(all_codes())


def test_every_code_is_documented_and_every_line_is_true() -> None:
    documented = LINE.findall((ROOT / "docs/errors.md").read_text())
    assert sorted(documented) == sorted(set(all_codes()))


def test_a_repeated_code_is_seen() -> None:
    class Base(Exception):
        code = "one"

    class Same(Base):
        code = "one"

    class Heir(Base):
        pass

    assert Heir in family(Base)
    assert repeated(codes(family(Base))) == ["one"]
    assert LINE.findall("| code | meaning |\n| `one` | x |\n") == ["one"]
