"""A catalogue of a million products beside one of ten thousand: a product, filtered pages, facets.

All is asked by API in this process through the whole of Django. `python -m benchmarks.catalogue [--products N]`
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.house import execute, fetch, fresh_house, require, settle_tables
from benchmarks.report import latencies, row, write_report

FEW, MANY, ROUNDS, BATCH = 10_000, 1_000_000, 25, 5_000
LISTS = {
    "colour": 8, "size": 12, "season": 4, "brand": 500, "pattern": 10_000, "shape": 20, "origin": 60, "finish": 30,
}  # fmt: skip
FACETS = ",".join(LISTS)
MODEL: dict[str, Any] = {
    "format": "product-model/1",
    "locales": [{"code": "en-GB", "fallback": []}],
    "markets": [{"code": "GB", "territories": ["GB"], "locales": ["en-GB"], "currency": "GBP"}],
    "channels": [{"code": "shop", "kind": "pull", "markets": ["GB"], "clearance": "public"}],
    "attributes": [
        *(
            {"code": code, "type": "select", "localizable": False, "market_overridable": False,
             "sensitivity": "public", "labels": {}, "options": []}
            for code in LISTS
        ),
        {"code": "name", "type": "text", "localizable": True, "market_overridable": False, "sensitivity": "public",
         "labels": {}},
        {"code": "weight", "type": "measurement", "localizable": False, "market_overridable": False,
         "sensitivity": "public", "labels": {}, "unit": "g", "units": ["g", "kg"]},
        {"code": "warranty", "type": "number", "localizable": False, "market_overridable": False,
         "sensitivity": "public", "labels": {}},
        {"code": "launch", "type": "date", "localizable": False, "market_overridable": False, "sensitivity": "public",
         "labels": {}},
    ],
    "families": [{
        "code": "cups", "labels": {}, "axes": [],
        "attributes": [{"code": code, "level": "model"} for code in (*LISTS, "name", "weight", "warranty", "launch")],
        "required": {},
    }],
}  # fmt: skip
# Written past the services and triggers: what is measured is reading.
OPTIONS = """
INSERT INTO pim_option (attribute_id, code, labels, synonyms, external_codes, swatch, position, is_retired, version)
SELECT a.id, a.code || '-' || n, '{}', '[]', '{}', '', n, false, 1
  FROM unnest(%(codes)s::text[], %(numbers)s::int[]) AS wanted(code, number)
  JOIN pim_attribute a USING (code) CROSS JOIN LATERAL generate_series(0, number - 1) AS n
"""
PRODUCTS = """
INSERT INTO pim_product (id, uid, sku, root_id, level, family_id, axis_key, version, state, created_at)
SELECT n, gen_random_uuid(), 'P-' || lpad(n::text, 8, '0'), n, 0, f.id, '', 1, 'active', now()
  FROM generate_series(%(first)s, %(last)s) AS n, pim_family f
"""
# Spread by multiplication, so that no two attributes go together.
VALUES = f"""
INSERT INTO pim_productvalues (product_id, cell_id, vals, computed, filled, version)
SELECT n, c.id, CASE WHEN c.locale = '*' THEN jsonb_build_object(
       {
    ", ".join(
        f"'{code}', '{code}-' || (n * {7919 + 2 * at} / 64 + n) %% {number}"
        for at, (code, number) in enumerate(LISTS.items())
    )
},
       'weight', jsonb_build_object('amount', (50 + n * 7 %% 5000)::text, 'unit', 'g'),
       'warranty', (n %% 120)::text, 'launch', (date '2015-01-01' + (n * 13 %% 4000)::int)::text)
       ELSE jsonb_build_object('name', 'Cup ' || n) END, '{{}}', 0::bit(1024), 1
  FROM generate_series(%(first)s::bigint, %(last)s) AS n, markets_cell c WHERE c.market_id IS NULL
"""  # noqa: S608  constants
SETTLED = (
    "pim_product",
    "pim_productvalues",
    "pim_productfacets",
    "pim_facetcount",
    "pim_option",
    "pim_classification",
)
Get = Callable[[str], tuple[float, Any]]


def cases(products: int) -> dict[str, str]:
    """What is asked where there are so many."""
    middle = f"P-{products // 2:08}"
    common = "value.colour=colour-3"
    return {
        "a filtered page, one in eight": f"/products?{common}",
        "a filtered page, of three attributes": f"/products?{common}&value.size=size-5&value.season=season-1",
        "a filtered page, by a rare answer": "/products?value.pattern=pattern-77",
        "a filtered page, by a range": "/products?value.weight.min=1 kg&value.weight.max=1.2 kg",
        "a filtered page, by a date and an answer": "/products?value.launch.min=2025-06-01&value.brand=brand-7",
        "a page": "/products",
        "one product": f"/products/{middle}",
        "eight facets": f"/products/facets?attributes={FACETS}",
    }


FILTERED = {
    "eight facets, filtered by a rare answer": f"/products/facets?attributes={FACETS}&value.brand=brand-7",
    "eight facets, filtered by one in eight": f"/products/facets?attributes={FACETS}&value.colour=colour-3",
}


def make_house() -> None:
    from foundation.core.actors import system
    from pim.services import apply_model

    apply_model(MODEL, actor=system("benchmark"))
    execute(OPTIONS, {"codes": list(LISTS), "numbers": list(LISTS.values())})


def fill(first: int, last: int) -> None:
    """Products of these numbers, and their facets by the projection's own function."""
    from foundation.core.actors import system
    from foundation.history.services import recorded
    from pim.services.facets import recount_facets, refresh_facets

    start = time.perf_counter()
    execute("SET session_replication_role = replica")
    for at in range(first, last + 1, 50_000):
        numbers = {"first": at, "last": min(at + 49_999, last)}
        execute(PRODUCTS, numbers)
        execute(VALUES, numbers)
    execute("SET session_replication_role = DEFAULT")
    settle_tables("pim_product", "pim_productvalues")
    written = time.perf_counter()
    for at in range(first, last + 1, BATCH):
        with recorded(system("pim.search")):
            refresh_facets(list(range(at, min(at + BATCH, last + 1))))
    print(f"{last}: written in {written - start:.0f} s, facets in {time.perf_counter() - written:.0f} s", flush=True)
    settle_tables(*SETTLED)
    kept = dict(fetch("SELECT facet, products FROM pim_facetcount"))
    with recorded(system("pim.facets")):
        recount_facets([0])
    require(kept == dict(fetch("SELECT facet, products FROM pim_facetcount")), "the counts that are kept are wrong")


def asker() -> Get:
    """Seconds and answer of one GET by a key that may read all."""
    from django.test import Client

    from foundation.accounts.choices import Dimension, Role
    from foundation.accounts.services import create_api_key, create_user, grant_role
    from foundation.core.actors import system

    user = create_user(username="webshop", actor=system("benchmark"))
    grant_role(holder=user, role=Role.STEWARD, dimension=Dimension.EVERYWHERE, actor=system("benchmark"))
    key = create_api_key(user=user, name="benchmark", actor=system("benchmark"))[1]
    client = Client(headers={"Authorization": f"Bearer {key}", "Host": "localhost"})

    def get(path: str) -> tuple[float, Any]:
        start = time.perf_counter()
        response = client.get(f"/api/v1{path}")
        seconds = time.perf_counter() - start
        require(response.status_code == 200, f"{path} answers {response.status_code}: {response.content[:300]!r}")
        return seconds, response.json()

    return get


def times(get: Get, path: str, rounds: int) -> list[float]:
    get(path)
    return [get(path)[0] for _ in range(rounds)]


def check(get: Get, products: int) -> None:
    """Pages hold what was asked for and all of it, and facets count it."""
    _, answer = get("/products?value.colour=colour-3&value.size=size-5&limit=5&fields=sku,values")
    for one in answer["results"]:
        said = {each["attribute"]: each["value"] for each in one["values"]}
        require((said["colour"], said["size"]) == ("colour-3", "size-5"), f"{one['sku']} is not what was asked for")
    where = "SELECT count(*) FROM pim_productvalues WHERE vals ->> 'brand' = 'brand-7'"
    _, answer = get("/products/facets?attributes=brand&value.brand=brand-7")
    told = {one["value"]: one["products"] for one in answer["facets"][0]["answers"]}["brand-7"]
    require(told == fetch(where)[0][0], f"brand-7 is counted {told} times among {products}")


def measure(few: int, many: int, rounds: int) -> list[dict[str, Any]]:
    make_house()
    fill(1, few)
    get = asker()
    check(get, few)
    before = {name: times(get, path, rounds) for name, path in cases(few).items()}
    fill(few + 1, many)
    check(get, many)
    found = []
    for name, path in cases(many).items():
        after = times(get, path, rounds)
        found.append(_row(name, after, before[name]))
    page = before["a page"]
    found += [_row(name, times(get, path, max(rounds // 3, 2)), page) for name, path in FILTERED.items()]
    return found


def _row(name: str, after: list[float], before: list[float]) -> dict[str, Any]:
    pairs = list(zip(after, before, strict=False))
    figures = {key: round(value, 2) for key, value in latencies(after).items()}
    ours, limit = [1 / one for one, _ in pairs], [1 / other for _, other in pairs]
    found = row(name, "requests/s", ours, limit, few_p50_ms=round(median(before) * 1000, 2)) | figures
    print(found["name"], found["ratio"], figures, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=MANY)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    with fresh_house():
        rows = measure(min(FEW, options.products // 2), options.products, options.rounds)
        write_report("catalogue", rows, packages=["django", "psycopg"])


if __name__ == "__main__":
    main()
