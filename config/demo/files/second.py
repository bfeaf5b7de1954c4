"""The second supplier: Latin-1, semicolons, German headers, decimal commas; a header mapping beside it."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any, Final

from config.demo.files.dice import pick, roll
from config.demo.files.gtin import gtin13
from config.demo.files.manifest import write_json
from config.demo.files.words import COLOURS, FAMILY_MATERIALS, MATERIALS, NAMES

#: German header → header of the catalogue's own syntax (see ``workbook``).
COLUMNS: Final = {
    "Artikelnummer": "sku",
    "Warengruppe": "family",
    "EAN": "gtin",
    "Marke": "brand",
    "Bezeichnung": "name@de-DE",
    "Bezeichnung englisch": "name@en-GB",
    "Beschreibung": "description@de-DE",
    "Farbe": "colour",
    "Material": "material",
    "Gewicht [kg]": "weight [kg]",
    "Länge [cm]": "length [cm]",
    "Wasserdicht": "waterproof",
    "Verkaufsstart": "launch_date",
    "Pflege": "care@de-DE",
    "Preis [EUR]": "price@DE [EUR]",
    "Einkaufspreis [EUR]": "cost [EUR]",
}

MAPPING: Final = {
    "format": "import-mapping/1",
    "encoding": "iso-8859-1",
    "delimiter": ";",
    "decimal": ",",
    "date_format": "%d.%m.%Y",
    "list_separator": "/",
    "booleans": {"ja": True, "nein": False},
    "option_labels_in": "de-DE",
    "values": {"family": {"Wohnen": "homeware"}},
    "columns": COLUMNS,
}


def write_second(folder: Path, seed: int, count: int) -> dict[str, Any]:
    """Write the CSV and its mapping; return the manifest's ``second_supplier`` section."""
    rows = [make_row(seed, place) for place in range(count)]
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    (folder / "second-supplier.csv").write_bytes(text.getvalue().encode("iso-8859-1"))
    write_json(folder / "second-supplier.mapping.json", MAPPING)
    weights = {row[0]: round(float(row[9].replace(",", ".")) * 1000) for row in rows}
    return {
        "file": "supplier/second-supplier.csv",
        "mapping": "supplier/second-supplier.mapping.json",
        "rows": count,
        "good": count,
        "bad": [],
        "skus": [row[0] for row in rows],
        "weight_g": weights,
    }


def make_row(seed: int, place: int) -> list[str]:
    """Return one simple product in German."""
    name = pick(NAMES, seed, "second", place)[0]
    colour = pick(tuple(COLOURS), seed, "second colour", place)
    material = FAMILY_MATERIALS["homeware"][place % 2]
    grams = 210 + 15 * roll(50, seed, "second weight", place)
    euros = 12 + roll(60, seed, "second price", place)
    return [
        f"ZW-{5001 + place}",
        "Wohnen",
        gtin13(seed, 800_001 + place),
        "Töpferei Bär",
        f"Schüssel {name} für Müsli",
        f"{name} Breakfast Bowl",
        "<p>Außen matt, innen glänzend.</p>",
        COLOURS[colour][0][1],
        "/".join(MATERIALS[code][1] for code in material),
        f"{grams / 1000:.3f}".replace(".", ","),
        f"{13 + place % 5},5",
        "ja" if place % 2 else "nein",
        f"{1 + place % 28:02d}.03.2025",
        "Spülmaschine bis 60 °C",
        f"{euros},90",
        f"{euros * 0.4:.2f}".replace(".", ","),
    ]
