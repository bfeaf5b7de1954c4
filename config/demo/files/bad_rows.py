"""Rows that an import must refuse, each for one cause, with the cells that put it right."""

from dataclasses import dataclass

from config.demo.files.gtin import gtin13
from config.demo.files.products import Cell, Product

#: Numbers of articles from here on belong to faulty rows and to labels that match nothing.
SPARE = 900_001


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """A faulty row: ``fix`` holds the cells that, once corrected, let it in."""

    cause: str
    column: str
    cells: dict[str, Cell]
    fix: dict[str, Cell]


def make_bad_rows(seed: int, products: list[Product]) -> list[BadRow]:
    """Return one row per cause; each is a simple product that is otherwise complete."""
    pattern = next(product for product in products if product.family == "homeware")
    taken = next(product.sku for product in reversed(products) if product.parent)

    def row(place: int, cause: str, column: str, value: Cell, fix: Cell) -> BadRow:
        sku, gtin = f"HW-{9000 + place}", gtin13(seed, SPARE + place)
        cells: dict[str, Cell] = {
            **pattern.cells, "sku": sku, "parent_sku": None, "family": "homeware", "gtin": gtin,
            "name@en-GB": f"Kiln Bowl No. {place}", "name@GB/en-GB": None,
        }  # fmt: skip
        cells[column] = value
        return BadRow(cause=cause, column=column, cells=cells, fix={column: fix})

    right = gtin13(seed, SPARE + 1)
    wrong = right[:-1] + str((int(right[-1]) + 3) % 10)
    return [
        row(1, "bad_gtin", "gtin", wrong, right),
        row(2, "unknown_unit", "weight", "12 stone-ish", "12 oz"),
        row(3, "missing_sku", "sku", None, "HW-9003"),
        row(4, "duplicate_sku", "sku", taken, "HW-9004"),
        row(5, "unknown_family", "family", "homewear", "homeware"),
        row(6, "unknown_option", "colour", "chartreuse-ish", "mustard"),
    ]
