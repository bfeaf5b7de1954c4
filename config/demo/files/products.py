"""The products of the catalogue: models, their variants and simple products, as rows of cells."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from config.demo.files.dice import pick, roll
from config.demo.files.gtin import gtin13
from config.demo.files.scale import Scale
from config.demo.files.words import (
    CARE,
    COLOURS,
    FAMILY_KINDS,
    FAMILY_MATERIALS,
    FAMILY_ORDER,
    KINDS,
    LOCALES,
    NAMES,
    PREFIX,
    SEASONS,
    SENTENCES,
    SIZES,
)  # fmt: skip

Cell = str | int | float | date | None

#: Two titles that a marketplace refuses by rules of its own, which no one told the application.
PROMOTIONAL: Final = "{} – FREE UK delivery"
LONG: Final = "{} in hand-finished reactive glaze with a solid oak base and linen flex"

BRAND: Final = "Harrow & Fell"


@dataclass(frozen=True, kw_only=True)
class Product:
    """One row: column header → cell. ``kind`` names the drawing; ``axes`` the option codes of a variant."""

    sku: str
    parent: str | None
    family: str
    kind: str
    axes: dict[str, str] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)

    @property
    def gtin(self) -> str | None:
        """The article number, where this level carries one."""
        value = self.cells.get("gtin")
        return None if value is None else str(value)


def words_of(turn: int, family: str, kind: str, name: tuple[str, str]) -> dict[str, Cell]:
    """Return the localized cells; every third model lacks Japanese, every fourth lacks French."""
    cells: dict[str, Cell] = {}
    for place, locale in enumerate(LOCALES):
        if locale == "ja-JP" and turn % 3 == 1:
            continue
        cells[f"name@{locale}"] = KINDS[kind][place].format(name[locale == "ja-JP"])
        if locale == "fr-FR" and turn % 4 == 2:
            continue
        cells[f"description@{locale}"] = f"<p>{SENTENCES[family][place]}</p>"
        cells[f"care@{locale}"] = CARE[family][place]
    cells["features@en-GB"] = "<ul><li>Repairs for life</li><li>Plastic-free packaging</li></ul>"
    cells["search_words@en-GB"] = f"{kind}, {family}, gift"
    if turn % 5 == 0:
        cells["name@GB/en-GB"] = f"{KINDS[kind][0].format(name[0])}, British Made"
    return cells


def facts_of(seed: int, turn: int, family: str) -> dict[str, Cell]:
    """Return the cells that need no language; units differ on purpose from row to row."""
    pounds = 24 + 5 * roll(40, seed, turn, "price")
    length = {
        "outerwear": 78 + roll(30, seed, turn),
        "bags": 30 + roll(20, seed, turn),
        "homeware": 14 + roll(20, seed, turn),
    }
    cells: dict[str, Cell] = {
        "brand": BRAND,
        "material": " | ".join(pick(FAMILY_MATERIALS[family], seed, turn, "material")),
        "length [cm]": length[family],
        "waterproof": "yes" if family == "outerwear" or turn % 2 else "no",
        "recycled_share": roll(9, seed, turn, "share") * 10,
        "warranty_months": 24,
        "launch_date": date(2025, 1 + roll(12, seed, turn, "month"), 1 + roll(28, seed, turn, "day")),
        "season": pick(tuple(SEASONS), seed, turn, "season"),
        "origin_country": pick(("PT", "GB", "IT", "JP"), seed, turn, "origin"),
        "price@GB": f"{pounds}.00 GBP",
        "price@DE": f"{pounds + 20}.00 EUR",
        "price@FR": f"{pounds + 20}.00 EUR",
        "price@US": f"{pounds + 35}.00 USD",
        "price@JP": f"{pounds * 200} JPY",
        "cost": f"{pounds * 0.31:.2f} GBP",
        "supplier_note": f"Lot {roll(9000, seed, turn, 'lot') + 1000}, terms 60 days",
    }
    if family == "bags":
        cells["volume [l]"] = 12 + roll(30, seed, turn, "volume")
    if family != "outerwear":
        cells["weight"] = weight(380 + 20 * roll(40, seed, turn, "weight"), turn)
    return cells


def weight(grams: int, turn: int) -> str:
    """Write a weight the way four careless people would: kilograms, grams, ounces, pounds."""
    return (
        f"{grams / 1000:.2f} kg",
        f"{grams} g",
        f"{grams / 28.349523125:.1f} oz",
        f"{grams / 453.59237:.3f} lb",
    )[turn % 4]


def make_products(seed: int, scale: Scale) -> list[Product]:
    """Return all good products: each model is followed by its variants."""
    products: list[Product] = []
    of_family = dict.fromkeys(PREFIX, 0)
    number = 0
    for turn in range(scale.models):
        family = FAMILY_ORDER[turn % len(FAMILY_ORDER)]
        index = of_family[family]
        of_family[family] += 1
        kinds = FAMILY_KINDS[family]
        kind = kinds[index % len(kinds)]
        name, latin_round = name_of(seed, family, index // len(kinds), kind)
        sku = f"{PREFIX[family]}-{1001 + index}"
        cells = words_of(turn, family, kind, name) | facts_of(seed, turn, family)
        if latin_round:
            cells["name@en-GB"] = f"{cells['name@en-GB']} {latin_round + 1}"
        if family == "homeware":
            number += 1
            title = {0: PROMOTIONAL, 1: LONG}.get(index)
            if title:
                cells["name@en-GB"] = title.format(KINDS[kind][0].format(name[0]))
                cells.pop("name@GB/en-GB", None)
            cells |= {"gtin": gtin13(seed, number), "colour": tuple(COLOURS)[(index * 3 + 1) % len(COLOURS)]}
            products.append(Product(sku=sku, parent=None, family=family, kind=kind, cells=cells))
            continue
        products.append(Product(sku=sku, parent=None, family=family, kind=kind, cells=cells))
        for axes in axes_of(turn, family, scale):
            number += 1
            own: dict[str, Cell] = {"gtin": gtin13(seed, number), **axes}
            if "size" in axes:
                own["weight"] = weight(820 + 45 * list(SIZES).index(axes["size"]) + 30 * roll(9, seed, turn), number)
            suffix = "-".join(option[:3].upper() for option in axes.values())
            products.append(Product(sku=f"{sku}-{suffix}", parent=sku, family=family, kind=kind, axes=axes, cells=own))
    return products


def name_of(seed: int, family: str, index: int, kind: str) -> tuple[tuple[str, str], int]:
    """Return a model's name and how often the list of names went round for its kind."""
    place = index + roll(len(NAMES), seed, family, kind)
    return NAMES[place % len(NAMES)], index // len(NAMES)


def axes_of(turn: int, family: str, scale: Scale) -> list[dict[str, str]]:
    """Return the variants of a model as option codes per axis."""
    colours = [tuple(COLOURS)[(turn + step) % len(COLOURS)] for step in range(scale.colours)]
    if family == "bags":
        return [{"colour": colour} for colour in colours]
    start = max(0, (len(SIZES) - scale.sizes) // 2)
    sizes = tuple(SIZES)[start : start + scale.sizes]
    return [{"colour": colour, "size": size} for colour in colours for size in sizes]
