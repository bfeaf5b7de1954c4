"""Products by the thousand through `pim.services.upsert_products`, beside a COPY of the same documents.

Ours are checked against the product model, get their history, their events and their marks for what is derived;
COPY puts the documents as they are into a table with a key. `python -m benchmarks.bulk_upsert [--products N]`
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from benchmarks.house import execute, fetch, fresh_house, in_turns, require, timed
from benchmarks.report import row, write_report

BATCH, ROUNDS, REPEATS = 1_000, 5, 8
CELLS = 3  # any, en-GB, de-DE
TABLE = "CREATE TABLE IF NOT EXISTS bench_document (sku text PRIMARY KEY, body jsonb NOT NULL)"
COUNTS = {
    "products": "SELECT count(*) FROM pim_product",
    "values": "SELECT count(*) FROM pim_productvalues",
    "identifiers": "SELECT count(*) FROM pim_identifier",
    "product revisions": "SELECT count(*) FROM history_revision WHERE table_name = 'pim_product'",
    "value revisions": "SELECT count(*) FROM history_revision WHERE table_name = 'pim_productvalues'",
    "events": "SELECT count(*) FROM events_outbox",
    "marks": "SELECT count(*) FROM events_dirty WHERE projection = 'pim.completeness'",
}


def document(number: int, *, grams: int = 340) -> dict[str, Any]:
    """A cup, said in two languages: 13 values in three cells."""
    from tests.pim.factories import make_gtin

    shared: dict[str, Any] = {
        "gtin": make_gtin(number), "colour": "red" if number % 2 else "blue", "material": ["wool", "silk"],
        "weight": {"amount": str(grams + number % 50), "unit": "g"}, "washable": True, "warranty": "24",
        "launch": "2026-03-01", "price": {"EUR": "12.50", "GBP": "11.00"}, "cost": {"EUR": "4.10"},
    }  # fmt: skip
    texts = {
        "en-GB": {"name": f"Cup number {number}", "description": "A cup of glazed stoneware, thrown by hand."},
        "de-DE": {"name": f"Tasse Nummer {number}", "description": "Eine Tasse aus glasiertem Steinzeug."},
    }
    values = [{"attribute": code, "value": value} for code, value in shared.items()]
    values += [
        {"attribute": code, "locale": locale, "value": value}
        for locale, pairs in texts.items()
        for code, value in pairs.items()
    ]
    return {"sku": f"CUP-{number:07d}", "family": "cups", "values": values}


def counts() -> dict[str, int]:
    return {name: int(fetch(statement)[0][0]) for name, statement in COUNTS.items()}


def upsert(documents: list[dict[str, Any]]) -> list[str]:
    from foundation.core.actors import system
    from pim.services import upsert_products

    done: list[str] = []
    for start in range(0, len(documents), BATCH):
        part = upsert_products(documents[start : start + BATCH], actor=system("benchmark"))
        done += [one.status for one in part]
    return done


def copy(documents: list[dict[str, Any]]) -> int:
    """As many transactions as ours."""
    from django.db import connection, transaction

    for start in range(0, len(documents), BATCH):
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy("COPY bench_document FROM STDIN") as out:
            for one in documents[start : start + BATCH]:
                out.write_row((one["sku"], json.dumps(one, ensure_ascii=False)))
    return len(documents)


def ours(documents: list[dict[str, Any]], *, status: str, gained: dict[str, int]) -> float:
    """Products per second, once it is known that all is there that should be."""
    before = counts()
    seconds, statuses = timed(lambda: upsert(documents))
    require(statuses == [status] * len(documents), f"some products are not {status}")
    after = counts()
    for name, number in gained.items():
        found = after[name] - before[name]
        require(found == number, f"{found} more {name}, where there should be {number}")
    check_stored(documents)
    return len(documents) / seconds


def limit(documents: list[dict[str, Any]]) -> float:
    """Several times, since once is over before a busy machine shows its usual face."""
    total = 0.0
    for _ in range(REPEATS):
        execute("TRUNCATE bench_document")
        seconds, number = timed(lambda: copy(documents))
        require(int(fetch("SELECT count(*) FROM bench_document")[0][0]) == number, "COPY left documents out")
        total += seconds
    return REPEATS * len(documents) / total


def check_stored(documents: list[dict[str, Any]]) -> None:
    """Every value of the first, the last and one between, as it was sent; and its bits."""
    for one in (documents[0], documents[len(documents) // 2], documents[-1]):
        rows = fetch(
            "SELECT c.locale, v.vals::text, bit_count(v.filled) FROM pim_productvalues v "
            "JOIN markets_cell c ON c.id = v.cell_id JOIN pim_product p ON p.id = v.product_id WHERE p.sku = %s",
            [one["sku"]],
        )
        stored = {(locale, code): value for locale, vals, _ in rows for code, value in json.loads(vals).items()}
        sent = {(value.get("locale", "*"), value["attribute"]): _stored(value) for value in one["values"]}
        require(stored == sent, f"{one['sku']} is stored as {stored}, not {sent}")
        require(sum(bits for _, _, bits in rows) == len(sent), f"the bits of {one['sku']} do not tell its values")


def _stored(value: dict[str, Any]) -> Any:
    match value["attribute"]:
        case "gtin":
            return value["value"].zfill(14)
        case "material":
            return sorted(value["value"])
        case _:
            return value["value"]


def of_new(number: int) -> dict[str, int]:
    """What a number of new products must add."""
    values = CELLS * number
    return {
        "products": number, "values": values, "identifiers": number, "product revisions": number,
        "value revisions": values, "events": number, "marks": number,
    }  # fmt: skip


def of_changed(number: int) -> dict[str, int]:
    """One cell of each is written, and the product's count of changes."""
    changed = {"product revisions": number, "value revisions": number, "events": number}
    return dict.fromkeys(COUNTS, 0) | changed


def measure(products: int, rounds: int) -> list[dict[str, Any]]:
    """New products, products of which one value changed, and products that are as they were."""
    from tests.pim.factories import make_model

    make_model()
    execute(TABLE)
    new = [[document(part * products + at) for at in range(products)] for part in range(rounds + 1)]
    again = [[document(at, grams=340 + 60 * (part + 1)) for at in range(products)] for part in range(rounds + 1)]
    cases: dict[str, tuple[list[list[dict[str, Any]]], str, dict[str, int]]] = {
        "new": (new, "created", of_new(products)),
        "one value changed": (again, "changed", of_changed(products)),
        "unchanged": ([again[-1]] * (rounds + 1), "unchanged", dict.fromkeys(COUNTS, 0)),
    }
    return [measure_case(name, *case, rounds) for name, case in cases.items()]


def measure_case(
    name: str, parts: list[list[dict[str, Any]]], status: str, gained: dict[str, int], rounds: int
) -> dict[str, Any]:
    works: list[Callable[[int], float]] = [
        lambda number: ours(parts[number], status=status, gained=gained),
        lambda number: limit(parts[number]),
    ]
    return row(name, "products/s", *in_turns(rounds, *works))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=1_000, help="in each round")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    with fresh_house():
        write_report("bulk-upsert", measure(chosen.products, chosen.rounds), packages=["django", "psycopg"])


if __name__ == "__main__":
    main()
