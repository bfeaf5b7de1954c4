"""The product model of the demonstration as a file: ``supplier/model.json``."""

from typing import Any, Final

from config.demo.files.related import relation_types
from config.demo.files.words import COLOURS, LOCALES, MATERIALS, SEASONS, SIZES

Labels = tuple[str, ...]
Json = dict[str, Any]

MARKETS: Final = (
    ("GB", ["GB"], ["en-GB"], "GBP", "metric"),
    ("DE", ["DE"], ["de-DE"], "EUR", "metric"),
    ("FR", ["FR"], ["fr-FR"], "EUR", "metric"),
    ("US", ["US"], ["en-US"], "USD", "imperial"),
    ("JP", ["JP"], ["ja-JP"], "JPY", "metric"),
)

#: Code, type, flags (l localizable, m market overridable), sensitivity, a label per locale.
ATTRIBUTES: Final = (
    ("gtin", "identifier", "", "public", "GTIN", "GTIN", "GTIN", "GTIN"),
    ("name", "text", "lm", "public", "Name", "Name", "Nom", "商品名"),
    ("description", "rich_text", "lm", "public", "Description", "Beschreibung", "Description", "説明"),
    ("features", "rich_text", "l", "public", "Features", "Merkmale", "Caractéristiques", "特長"),
    ("brand", "text", "", "public", "Brand", "Marke", "Marque", "ブランド"),
    ("material", "multi_select", "", "public", "Material", "Material", "Matière", "素材"),
    ("colour", "select", "", "public", "Colour", "Farbe", "Couleur", "色"),
    ("size", "select", "", "public", "Size", "Größe", "Taille", "サイズ"),
    ("weight", "measurement", "", "public", "Weight", "Gewicht", "Poids", "重量"),
    ("length", "measurement", "", "public", "Length", "Länge", "Longueur", "長さ"),
    ("volume", "measurement", "", "public", "Volume", "Volumen", "Volume", "容量"),
    ("waterproof", "boolean", "", "public", "Waterproof", "Wasserdicht", "Étanche", "防水"),
    (
        "recycled_share",
        "number",
        "",
        "public",
        "Recycled share",
        "Recyclinganteil",
        "Part recyclée",
        "再生材比率",
    ),
    (
        "warranty_months",
        "number",
        "m",
        "public",
        "Warranty (months)",
        "Garantie (Monate)",
        "Garantie (mois)",
        "保証(月)",
    ),
    ("launch_date", "date", "m", "public", "Launch date", "Verkaufsstart", "Date de lancement", "発売日"),
    ("season", "select", "", "public", "Season", "Saison", "Saison", "シーズン"),
    ("care", "text", "l", "public", "Care", "Pflege", "Entretien", "お手入れ"),
    ("origin_country", "text", "", "public", "Made in", "Herkunft", "Fabriqué en", "原産国"),
    ("search_words", "text", "l", "public", "Search words", "Suchwörter", "Mots-clés", "検索語"),
    ("price", "money", "m", "restricted", "Retail price", "Verkaufspreis", "Prix public", "小売価格"),
    ("cost", "money", "", "secret", "Cost", "Einkaufspreis", "Coût", "仕入価格"),
    (
        "supplier_note",
        "text",
        "",
        "secret",
        "Supplier note",
        "Lieferantenhinweis",
        "Note fournisseur",
        "仕入先メモ",
    ),
)

#: Attribute → (dimension, unit to store in, units accepted).
UNITS: Final = {
    "weight": ("mass", "g", ["g", "kg", "oz", "lb"]),
    "length": ("length", "cm", ["mm", "cm", "m", "in"]),
    "volume": ("volume", "l", ["ml", "l", "gal"]),
}

OPTIONS: Final = {
    "colour": {code: entry[0] for code, entry in COLOURS.items()},
    "size": SIZES,
    "material": MATERIALS,
    "season": SEASONS,
}

COMMON: Final = (
    "name",
    "description",
    "features",
    "brand",
    "material",
    "waterproof",
    "recycled_share",
    "warranty_months",
    "launch_date",
    "season",
    "care",
    "origin_country",
    "search_words",
    "price",
    "cost",
    "supplier_note",
)

#: Family → (axes, attributes that live on the model, attributes that live on the variant).
FAMILIES: Final = {
    "outerwear": (["colour", "size"], [*COMMON, "length"], ["gtin", "colour", "size", "weight"]),
    "bags": (["colour"], [*COMMON, "weight", "length", "volume"], ["gtin", "colour"]),
    "homeware": ([], ["gtin", "colour", *COMMON, "weight", "length"], []),
}
FAMILY_LABELS: Final = {
    "outerwear": ("Outerwear", "Jacken und Mäntel", "Vêtements d'extérieur", "アウター"),
    "bags": ("Bags", "Taschen", "Sacs", "バッグ"),
    "homeware": ("Homeware", "Wohnen", "Maison", "ホームウェア"),
}
REQUIRED: Final = {
    "d2c": ["gtin", "name", "description", "brand", "material", "colour", "weight", "care", "price"],
    "market": ["gtin", "name", "description", "brand", "colour", "price"],
}


def labels(words: Labels) -> dict[str, str]:
    """Return one label per locale."""
    return dict(zip(LOCALES, words, strict=True))


def attribute(row: tuple[str, ...]) -> Json:
    """Return one attribute, with its unit or options where it has them."""
    code, kind, flags, sensitivity, *words = row
    entry: Json = {
        "code": code,
        "type": kind,
        "localizable": "l" in flags,
        "market_overridable": "m" in flags,
        "sensitivity": sensitivity,
        "labels": labels(tuple(words)),
    }
    if code in UNITS:
        entry["dimension"], entry["unit"], entry["units"] = UNITS[code]
    if code in OPTIONS:
        entry["options"] = [{"code": option, "labels": labels(words)} for option, words in OPTIONS[code].items()]
    if code == "colour":
        for option in entry["options"]:
            option["mapped"] = {"market": COLOURS[option["code"]][2]}
            option["swatch"] = COLOURS[option["code"]][1]
    return entry


HEAVY = (
    "Over 1 kg: weigh it again, or have it sent as a parcel",
    "Über 1 kg: noch einmal wiegen oder als Paket versenden",
    "Plus de 1 kg : peser à nouveau ou expédier en colis",
    "1 kg 超: 計り直すか、小包で発送してください",
)


def family(code: str) -> Json:
    """Return one family: its axes, where each attribute lives, what each channel requires."""
    axes, on_model, on_variant = FAMILIES[code]
    placed = [{"code": name, "level": "model", "overridable": name in {"price", "name"}} for name in on_model]
    placed += [{"code": name, "level": "variant", "overridable": False} for name in on_variant]
    required = {channel: [*names, *(["size"] if "size" in axes else [])] for channel, names in REQUIRED.items()}
    return {
        "code": code,
        "labels": labels(FAMILY_LABELS[code]),
        "axes": axes,
        "visual_axis": "colour" if axes else None,
        "attributes": placed,
        "required": required,
        "required_media": {"d2c": ["hero"], "market": ["hero"]},
    }


def make_model() -> Json:
    """Return the whole model."""
    return {
        "format": "product-model/1",
        "locales": [
            {"code": "en-GB", "fallback": []},
            {"code": "en-US", "fallback": [{"locale": "en-GB", "counts_as_translated": True}]},
            *({"code": code, "fallback": [{"locale": "en-GB", "counts_as_translated": False}]} for code in LOCALES[1:]),
        ],
        "markets": [
            dict(zip(("code", "territories", "locales", "currency", "units"), row, strict=True)) for row in MARKETS
        ],
        "channels": [
            {
                "code": "d2c",
                "kind": "pull",
                "markets": [row[0] for row in MARKETS],
                "clearance": "restricted",
            },
            {"code": "market", "kind": "marketplace", "markets": ["GB"], "clearance": "restricted"},
        ],
        "media_roles": [{"code": "hero", "single": True}, {"code": "gallery", "single": False}],
        "attributes": [attribute(row) for row in ATTRIBUTES],
        "families": [family(code) for code in FAMILIES],
        "rules": [
            {
                "code": "light-parcel",
                "family": "outerwear",
                "expression": "product.weight <= 1000.0",
                "severity": "warning",
                "attribute": "weight",
                "messages": labels(HEAVY),
            },
        ],
        "relation_types": relation_types(),
    }
