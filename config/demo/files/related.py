"""What products of the catalogue are to each other: ``supplier/relations.json``, and the types of that in the model."""

from pathlib import Path
from typing import Any, Final

from config.demo.files.manifest import write_json
from config.demo.files.products import Product
from config.demo.files.words import LOCALES

Json = dict[str, Any]

#: Code, flags (2 both ways, q with a quantity, m per market too), what it is called, what from the other side.
TYPES: Final = (
    ("cross-sell", "2m", ("Cross-sell", "Cross-Selling", "Vente croisée", "関連商品"), ()),
    (
        "up-sell",
        "m",
        ("Up-sell", "Up-Selling", "Montée en gamme", "上位商品"),
        ("Up-sell of", "Up-Selling von", "Montée en gamme de", "下位商品"),
    ),
    (
        "accessory",
        "m",
        ("Accessories", "Zubehör", "Accessoires", "アクセサリー"),
        ("Accessory of", "Zubehör zu", "Accessoire de", "本体"),
    ),
    (
        "replacement",
        "m",
        ("Replaced by", "Ersetzt durch", "Remplacé par", "後継品"),
        ("Replaces", "Ersetzt", "Remplace", "旧商品"),
    ),
    (
        "pack",
        "q",
        ("Contents of the pack", "Inhalt der Packung", "Contenu du lot", "パック内容"),
        ("In packs", "In Packungen", "Dans les lots", "収録パック"),
    ),
    (
        "bundle",
        "q",
        ("Contents of the bundle", "Inhalt des Sets", "Contenu de l'ensemble", "セット内容"),
        ("In bundles", "In Sets", "Dans les ensembles", "収録セット"),
    ),
)


def relation_types() -> list[Json]:
    """The model's part."""
    return [
        {
            "code": code,
            "labels": dict(zip(LOCALES, words, strict=True)),
            "inverse_labels": dict(zip(LOCALES, inverse or words, strict=True)),
            "two_way": "2" in flags,
            "quantity": "q" in flags,
            "market_limitable": "m" in flags,
        }
        for code, flags, words, inverse in TYPES
    ]


def write_relations(path: Path, products: list[Product]) -> Json:
    """Write SKU to relations; return the manifest's section."""
    found = make_relations(products)
    write_json(path, {"format": "relations/1", "relations": found})
    return {"file": f"supplier/{path.name}", "count": sum(map(len, found.values()))}


def make_relations(products: list[Product]) -> dict[str, list[Json]]:
    """A bag and a vase go with each coat; the first coat has more, one thing of the house is a pack, one a bundle."""
    coats, bags, house = (
        [one.sku for one in products if one.parent is None and one.family == family]
        for family in ("outerwear", "bags", "homeware")
    )
    found = {coat: [_to("cross-sell", bags[at % len(bags)])] for at, coat in enumerate(coats)}
    first, rest = coats[0], coats[1:]
    found[first] += [_to("accessory", bags[0]), *(_to("accessory", bag, market="US") for bag in bags[1:2])]
    found[first] += [_to("accessory", one) for one in house[:1]]
    found[first] += [_to("up-sell", coat) for coat in rest[:1]] + [_to("replacement", coat) for coat in rest[-1:]]
    found[house[0]] = [_to("bundle", bags[0]), *(_to("bundle", one, quantity=2) for one in house[1:2])]
    if len(house) > 1:
        found[house[1]] = [_to("pack", sku, quantity=6) for sku in _variants(products, bags[0])[:1]]
    return found


def _variants(products: list[Product], model: str) -> list[str]:
    return [one.sku for one in products if one.parent == model]


def _to(kind: str, sku: str, **more: Any) -> Json:
    return {"type": kind, "product": sku, **more}
