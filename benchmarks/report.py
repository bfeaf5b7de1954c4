"""The one form of a benchmark's result: printed, and written to var/bench/NAME.json."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

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


def write_report(name: str, rows: list[dict[str, Any]], *, packages: Iterable[str], peak_rss_mb: float = 0.0) -> None:
    """The first row stands for the whole."""
    peak = peak_rss_mb or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    versions = {"python": platform.python_version()} | {package: version(package) for package in packages}
    result = rows[0] | {"name": name, "peak_rss_mb": round(peak, 1), "rows": rows, "versions": versions}
    folder = Path(os.environ.get("VAR_DIR") or ROOT / "var") / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    for one in rows:
        print("  ".join(f"{key} {value}" for key, value in one.items()))
