"""Completeness of models and variants in fifteen scopes, beside writing the same rows into a table of the same form.

Twenty attributes are required, half of them of the model and inherited; locales fall back in four steps.
`python -m benchmarks.completeness [--models N]`
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from benchmarks.house import execute, fetch, fresh_house, in_turns, require, settle_tables, timed
from benchmarks.report import latencies, row, write_report

MODELS, VARIANTS, BATCH, ROUNDS = 1_000, 3, 200, 5
SHARED, LOCAL = 12, 8  # attributes the same everywhere, and attributes said per language
SCOPES = 15
COLUMNS = "product_id, root_id, scope_id, required, filled, missing, is_placed, family_id, is_sellable"
WRITE = f"INSERT INTO bench_completeness ({COLUMNS}) SELECT {COLUMNS} FROM bench_ready WHERE root_id = ANY(%s)"  # noqa: S608
LANGUAGES = ["de-AT", "de-DE", "en-GB", "fr-FR", "fr-BE"]
MODEL: dict[str, Any] = {
    "format": "product-model/1",
    "locales": [
        {"code": "de-AT", "fallback": [{"locale": "de-DE", "counts_as_translated": True}]},
        {"code": "de-DE", "fallback": [{"locale": "en-GB", "counts_as_translated": False}]},
        {"code": "en-GB", "fallback": []},
        {"code": "fr-BE", "fallback": [{"locale": "fr-FR", "counts_as_translated": True}]},
        {"code": "fr-FR", "fallback": [{"locale": "en-GB", "counts_as_translated": False}]},
    ],
    "markets": [
        {"code": code, "territories": [code], "locales": LANGUAGES, "currency": "EUR"} for code in ("AT", "GB", "FR")
    ],
    "channels": [{"code": "shop", "kind": "pull", "markets": ["AT", "GB", "FR"], "clearance": "restricted"}],
    "attributes": [
        {"code": code, "type": "text", "localizable": code.startswith("l"), "market_overridable": True,
         "sensitivity": "public", "labels": {}}
        for code in (*(f"s{at}" for at in range(SHARED)), *(f"l{at}" for at in range(LOCAL)))
    ],
    "families": [
        {
            "code": "coats", "labels": {}, "axes": ["axis"], "visual_axis": "axis",
            "attributes": [
                {"code": f"{kind}{at}", "level": "model" if at % 2 else "variant", "overridable": True}
                for kind, number in (("s", SHARED), ("l", LOCAL)) for at in range(number)
            ] + [{"code": "axis", "level": "variant"}],
            "required": {"shop": [*(f"s{at}" for at in range(SHARED)), *(f"l{at}" for at in range(LOCAL))]},
        },
    ],
}  # fmt: skip
MODEL["attributes"].append(
    {"code": "axis", "type": "select", "localizable": False, "market_overridable": False, "sensitivity": "public",
     "labels": {}, "options": [{"code": f"o{at}", "labels": {}} for at in range(VARIANTS)]}
)  # fmt: skip

# Every value is there or not by its product's number: half of the shared ones of each level, and each language's own.
PRODUCTS = """
INSERT INTO pim_product (id, uid, sku, parent_id, root_id, level, family_id, axis_key, version, state, created_at)
SELECT n, gen_random_uuid(), 'P-' || n, CASE WHEN v > 0 THEN n - v END, n - v, (v > 0)::int, f.id,
       CASE WHEN v > 0 THEN 'axis=o' || v - 1 ELSE '' END, 1, 'active', now()
  FROM (SELECT m * (%(variants)s + 1) + v + 1 AS n, v
          FROM generate_series(0, %(models)s - 1) AS m, generate_series(0, %(variants)s) AS v) AS numbered,
       pim_family f ORDER BY n
"""
VALUES = """
INSERT INTO pim_productvalues (product_id, cell_id, vals, computed, version)
SELECT p.id, c.id, said.vals, '{}', 1
  FROM pim_product p
  JOIN markets_cell c ON c.market_id IS NULL OR p.id %% 7 = 0
 CROSS JOIN LATERAL (
       SELECT jsonb_object_agg(a.code, 'told ' || p.id) AS vals
         FROM pim_attribute a JOIN pim_familyattribute fa ON fa.attribute_id = a.id
        WHERE fa.level = p.level AND a.code <> 'axis' AND (c.locale = '*' OR a.is_localizable)
          AND (p.id * 31 + c.id * 17 + a.id * 7) %% CASE WHEN c.locale = '*' THEN 5 ELSE 2 END > 0) AS said
 WHERE said.vals IS NOT NULL ORDER BY p.id, c.id
"""


def make_house(models: int) -> list[int]:
    """The models' numbers."""
    from foundation.core.actors import system
    from pim.services import apply_model

    apply_model(MODEL, actor=system("benchmark"))
    execute(PRODUCTS, {"models": models, "variants": VARIANTS})
    execute(VALUES, {})
    execute("CREATE TABLE IF NOT EXISTS bench_completeness (LIKE pim_completeness INCLUDING ALL)")
    settle_tables("pim_product", "pim_productvalues", "pim_familyattribute", "markets_scopecell")
    return [number for (number,) in fetch("SELECT id FROM pim_product WHERE parent_id IS NULL ORDER BY id")]


def batches(roots: list[int]) -> list[list[int]]:
    return [roots[start : start + BATCH] for start in range(0, len(roots), BATCH)]


def refresh(roots: list[int]) -> None:
    from foundation.core.actors import system
    from foundation.history.services import recorded
    from pim.services.completeness import refresh_completeness

    for part in batches(roots):
        with recorded(system("pim.completeness")):
            refresh_completeness(part)


def write(roots: list[int]) -> None:
    """The same rows from a table that has them ready."""
    from django.db import transaction

    for part in batches(roots):
        with transaction.atomic():
            execute(WRITE, [part])


def ours(roots: list[int], *, anew: bool) -> float:
    """Rows per second."""
    if anew:
        execute("TRUNCATE pim_completeness")
    seconds, _ = timed(lambda: refresh(roots))
    require(rows_in("pim_completeness") == expected(roots), "rows are missing, or too many")
    return expected(roots) / seconds


def limit(roots: list[int]) -> float:
    execute("TRUNCATE bench_completeness")
    seconds, _ = timed(lambda: write(roots))
    require(rows_in("bench_completeness") == expected(roots), "the limit did not write every row")
    return expected(roots) / seconds


def expected(roots: list[int]) -> int:
    return len(roots) * (VARIANTS + 1) * SCOPES


def rows_in(table: str) -> int:
    return int(fetch(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608  a constant


def check_against_resolution(roots: list[int]) -> None:
    """Some models with their variants, in every scope, against the values that resolution finds, one by one."""
    from foundation.markets.models import Scope
    from pim.choices import Sensitivity
    from pim.models import Completeness, FamilyAttribute, Product
    from pim.queries.values import resolve_values

    some = [roots[0], roots[len(roots) // 2], roots[-1]]
    levels = dict(Product.objects.filter(root_id__in=some).values_list("pk", "level"))
    members = {row.attribute.code: row for row in FamilyAttribute.objects.select_related("attribute")}
    required = MODEL["families"][0]["required"]["shop"]
    partly = False
    for scope in Scope.objects.all():
        resolved = resolve_values(list(levels), scope, max_sensitivity=Sensitivity.SECRET)
        for found in Completeness.objects.filter(product_id__in=levels, scope=scope):
            wanted = {code for code in required if members[code].level <= levels[found.product_id]}
            there = {code for code, value in resolved.get(found.product_id, {}).items() if value.counts} & wanted
            lacking = sorted(members[code].index for code in wanted - there)
            require(
                (found.required, found.filled, sorted(found.missing_positions)) == (len(wanted), len(there), lacking),
                f"{found} lacks {found.missing_positions}, by resolution {lacking}",
            )
            partly = partly or bool(there and lacking)
    require(partly, "no product is half complete: the data prove nothing")


def one_by_one(roots: list[int], number: int) -> list[float]:
    """Seconds for one model with its variants, each after a value of it has changed."""
    took = []
    for root in roots[:number]:
        execute("UPDATE pim_productvalues SET vals = vals - 's0' WHERE product_id = %s", [root + 1])
        start = time.perf_counter()
        refresh([root])
        took.append(time.perf_counter() - start)
    return took


def measure(models: int, rounds: int) -> list[dict[str, Any]]:
    roots = make_house(models)
    refresh(roots)
    check_against_resolution(roots)
    execute("CREATE TABLE bench_ready AS SELECT * FROM pim_completeness")
    execute("CREATE INDEX ON bench_ready (root_id)")
    settle_tables("bench_ready", "pim_completeness")

    def case(name: str, *, anew: bool, **more: float) -> dict[str, Any]:
        works: list[Callable[[int], float]] = [lambda _: ours(roots, anew=anew), lambda _: limit(roots)]
        return row(name, "rows/s", *in_turns(rounds, *works), **more)

    found = [case("all anew", anew=True), case("nothing changed", anew=False)]
    check_against_resolution(roots)
    took = one_by_one(roots, min(200, models))
    check_against_resolution(roots)
    return [found[0] | {key: round(value, 4) for key, value in latencies(took).items()}, found[1]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=MODELS, help=f"each with {VARIANTS} variants, in {SCOPES} scopes")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    with fresh_house():
        write_report("completeness", measure(chosen.models, chosen.rounds), packages=["django", "psycopg"])


if __name__ == "__main__":
    main()
