"""A file fits a reader's head. `python -m tests.house.test_size` prints the figures."""

from __future__ import annotations

import ast
import statistics
from dataclasses import dataclass

import pytest

from .tree import ROOT, parse, sources, tracked

MEDIAN, P95, LARGEST = 130, 400, 600
FUNCTION_P95 = 40


@dataclass(frozen=True)
class Sizes:
    files: dict[str, int]
    functions: dict[str, int]

    @property
    def complaints(self) -> list[str]:
        if not self.files:
            return []
        found = [
            f"{path} has {lines} lines, at most {LARGEST}" for path, lines in self.files.items() if lines > LARGEST
        ]
        if (median := statistics.median(self.files.values())) >= MEDIAN:
            found.append(f"the median file has {median} lines, under {MEDIAN} wanted")
        if (high := p95(self.files)) >= P95:
            found.append(f"the 95th percentile of files is {high} lines, under {P95} wanted")
        if (high := p95(self.functions)) >= FUNCTION_P95:
            found.append(f"the 95th percentile of functions is {high} lines, under {FUNCTION_P95} wanted")
        return found

    def __str__(self) -> str:
        if not self.files:
            return "no files"
        largest = max(self.files, key=self.files.__getitem__)
        median = statistics.median(self.files.values())
        return (
            f"{len(self.files)} files, {sum(self.files.values())} lines: median {median}, "
            f"p95 {p95(self.files)}, largest {largest} ({self.files[largest]}); "
            f"{len(self.functions)} functions, p95 {p95(self.functions)}"
        )


def p95(sizes: dict[str, int]) -> int:
    ordered = sorted(sizes.values())
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)] if ordered else 0


def measure(files: dict[str, str]) -> Sizes:
    """Lines of each file that has any, and of each function in them."""
    lines = {path: len(text.splitlines()) for path, text in files.items() if text.strip()}
    functions = {
        f"{path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in lines
        for node in ast.walk(parse(files[path]))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return Sizes(lines, functions)


def house() -> Sizes:
    return measure(dict(sources()))


def trials() -> Sizes:
    return measure(
        {path: (ROOT / path).read_text() for path in tracked() if path.startswith("tests/") and path.endswith(".py")}
    )


def test_the_house_keeps_its_budget(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = house()
    with capsys.disabled():
        print(f"\nhouse: {sizes}")
    assert not sizes.complaints


def test_no_test_file_is_too_long() -> None:
    assert not {path: lines for path, lines in trials().files.items() if lines > LARGEST}


def test_a_budget_overrun_is_seen() -> None:
    long_function = "def f():\n" + "    pass\n" * 60
    assert len(measure({"a.py": "x = 1\n" * 601}).complaints) == 3
    assert measure({"a.py": long_function}).complaints == [
        "the 95th percentile of functions is 61 lines, under 40 wanted"
    ]
    assert not measure({"a.py": "x = 1\n", "empty.py": ""}).complaints
    assert p95({str(n): n for n in range(1, 101)}) == 95


if __name__ == "__main__":
    print(f"house: {house()}\ntests: {trials()}")
