"""The one form of a benchmark's result: printed, and written to var/bench/NAME.json.

`python -m benchmarks.report` takes these files into docs/performance.json and writes docs/performance.md from it.
"""

from __future__ import annotations

import json
import platform
import resource
import statistics
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.goals import GOALS, PREAMBLE, Goal

ROOT = Path(__file__).resolve().parents[1]


def row(name: str, unit: str, ours: Sequence[float], limit: Sequence[float], **more: float) -> dict[str, Any]:
    """One case from its repeats: medians, their ratio, and the spread of the ratios as a share of their median."""
    ratios = [one / other for one, other in zip(ours, limit, strict=True)]
    middle = statistics.median(ratios)
    figures = {
        "ours": statistics.median(ours),
        "limit": statistics.median(limit),
        "ratio": middle,
        "spread": (max(ratios) - min(ratios)) / middle,
    }
    return {"name": name, "unit": unit, **{key: round(value, 4) for key, value in (figures | more).items()}}


def latencies(seconds: Iterable[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100)
    return {"p50_ms": cuts[49] * 1000, "p95_ms": cuts[94] * 1000, "p99_ms": cuts[98] * 1000}


def write_report(
    name: str, rows: list[dict[str, Any]], *, packages: Iterable[str], tools: Mapping[str, str] | None = None,
    peak_rss_mb: float = 0.0,
) -> None:  # fmt: skip
    """The first row stands for the whole. `packages` are Python's, `tools` what else has a version."""
    peak = peak_rss_mb or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    versions = {"python": platform.python_version()} | {package: version(package) for package in packages}
    versions |= tools or {}
    result = rows[0] | {"name": name, "peak_rss_mb": round(peak, 1), "rows": rows, "versions": versions}
    folder = results()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    for one in rows:
        print("  ".join(f"{key} {value}" for key, value in one.items()))


def results() -> Path:
    return ROOT / "var" / "bench"


def gather() -> list[dict[str, Any]]:
    """The committed results, those of var/bench in place of older ones, in the order of the goals."""
    committed = ROOT / "docs" / "performance.json"
    known = json.loads(committed.read_text()) if committed.exists() else []
    fresh = [json.loads(path.read_text()) for path in sorted(results().glob("*.json"))]
    found = {one["name"]: one for one in [*known, *fresh]}
    order = list(GOALS)
    return sorted(
        found.values(), key=lambda one: (order.index(one["name"]) if one["name"] in order else 99, one["name"])
    )


def as_page(found: list[dict[str, Any]]) -> str:
    lines = [
        PREAMBLE,
        "",
        "| benchmark | limit | ratio | spread | goal | reached |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in found:
        goal = GOALS[one["name"]]
        reached = "yes" if goal.is_reached_by(one) else "**no**"
        lines.append(
            f"| [{one['name']}](#{one['name']}) | {goal.limit} | {one['ratio']:.3g} | {one['spread']:.0%} "
            f"| {goal.words} | {reached} |"
        )
    for one in found:
        lines += ["", *_section(one, GOALS[one["name"]])]
    return "\n".join(lines) + "\n"


def _section(result: dict[str, Any], goal: Goal) -> list[str]:
    shown = ["name", "unit", "ours", "limit", "ratio", "spread"]
    more = list(dict.fromkeys(key for one in result["rows"] for key in one if key not in shown))
    columns = shown + more
    lines = [f"## {result['name']}", "", goal.meaning, "", "| " + " | ".join(columns).replace("_", " ") + " |"]
    lines.append("|" + " --- |" * len(columns))
    lines += ["| " + " | ".join(_spell(one.get(key, "")) for key in columns) + " |" for one in result["rows"]]
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    return [*lines, "", f"Peak memory {result['peak_rss_mb']:.0f} MB; {versions}."]


def _spell(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def main() -> None:
    found = gather()
    (ROOT / "docs" / "performance.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    (ROOT / "docs" / "performance.md").write_text(as_page(found))


if __name__ == "__main__":
    main()
