"""A service is found by its name, explained by its docstring, called by keywords after its subject."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from . import exempt
from .test_writes import is_service
from .tree import is_in, parse, sources

Service = ast.FunctionDef | ast.AsyncFunctionDef


def services(files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Service]]:
    for path, text in files:
        for node in parse(text).body:
            if isinstance(node, Service) and not node.name.startswith("_"):
                yield path, node


def complaints(files: list[tuple[str, str]]) -> list[str]:
    homes: dict[str, list[str]] = defaultdict(list)
    found = []
    for path, node in services(files):
        homes[node.name].append(path)
        name = f"{path}:{node.lineno} {node.name}"
        if ast.get_docstring(node) is None:
            found.append(f"{name} has no docstring")
        if len(node.args.posonlyargs + node.args.args) > 1 and not is_in(path, exempt.POSITIONAL_SERVICES):
            found.append(f"{name} takes more than its subject by position")
    return found + [f"{name} stands in {paths}" for name, paths in homes.items() if len(paths) > 1]


def unheeded(files: Iterable[tuple[str, str]]) -> list[str]:
    """Calls of `require` whose answer, the actor within the permission, is dropped."""
    return [
        f"{path}:{node.lineno}"
        for path, text in files
        for node in ast.walk(parse(text))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr == "require"
    ]


def test_services_act_within_the_permission_that_they_require() -> None:
    assert not unheeded([(path, text) for path, text in sources() if is_service(path)])
    assert unheeded([("a.py", 'def f(actor):\n    actor.require("a.b")\n')]) == ["a.py:2"]
    assert not unheeded([("a.py", 'def f(actor):\n    actor = actor.require("a.b")\n')])


def test_services_keep_their_form() -> None:
    assert not complaints([(path, text) for path, text in sources() if is_service(path)])


def test_a_formless_service_is_seen() -> None:
    bad = "def bind_asset(product, asset):\n    return 1\n"
    good = 'def bind_asset(product, *, asset):\n    """Bind."""\n\ndef _inner(a):\n    return a\n'
    assert len(complaints([("a/services.py", bad)])) == 2
    assert complaints([("a/services.py", good), ("b/services.py", good)]) == [
        "bind_asset stands in ['a/services.py', 'b/services.py']"
    ]
