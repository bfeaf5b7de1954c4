"""The vocabulary of the catalogue in four languages, as data."""

from typing import Final

LOCALES: Final = ("en-GB", "de-DE", "fr-FR", "ja-JP")

#: Names of models with their katakana; each kind of product uses each name once.
NAMES: Final = (
    ("Alder", "アルダー"), ("Brae", "ブレイ"), ("Corran", "コラン"), ("Dunmore", "ダンモア"),
    ("Esker", "エスカー"), ("Fenwick", "フェニック"), ("Galloway", "ギャロウェイ"), ("Harris", "ハリス"),
    ("Islay", "アイラ"), ("Juniper", "ジュニパー"), ("Kestrel", "ケストレル"), ("Larch", "ラーチ"),
    ("Marram", "マラム"), ("Nairn", "ネアン"), ("Orkney", "オークニー"), ("Penhale", "ペンヘイル"),
    ("Quill", "クイル"), ("Rowan", "ローワン"), ("Skye", "スカイ"), ("Tarn", "ターン"),
    ("Ullin", "アリン"), ("Vale", "ヴェイル"), ("Wren", "レン"), ("Yarrow", "ヤロウ"),
)  # fmt: skip

#: Kind → the word per locale; ``{}`` takes the model's name.
KINDS: Final = {
    "raincoat": ("{} Raincoat", "Regenmantel {}", "Imperméable {}", "{} レインコート"),
    "quilted": ("{} Quilted Jacket", "Steppjacke {}", "Veste matelassée {}", "{} キルトジャケット"),
    "trench": ("{} Trench Coat", "Trenchcoat {}", "Trench {}", "{} トレンチコート"),
    "tote": ("{} Tote Bag", "Shopper {}", "Cabas {}", "{} トートバッグ"),
    "backpack": ("{} Backpack", "Rucksack {}", "Sac à dos {}", "{} バックパック"),
    "weekender": ("{} Weekender", "Reisetasche {}", "Sac week-end {}", "{} ボストンバッグ"),
    "vase": ("{} Vase", "Vase {}", "Vase {}", "{} 花瓶"),
    "lamp": ("{} Table Lamp", "Tischleuchte {}", "Lampe de table {}", "{} テーブルランプ"),
    "mug": ("{} Mug", "Becher {}", "Tasse {}", "{} マグカップ"),
}

FAMILY_KINDS: Final = {
    "outerwear": ("raincoat", "trench", "quilted"),
    "bags": ("tote", "backpack", "weekender"),
    "homeware": ("vase", "lamp", "mug"),
}

#: The order in which families take turns, so that every small scale has all three.
FAMILY_ORDER: Final = ("outerwear", "bags", "homeware", "outerwear", "bags", "outerwear", "bags", "homeware")

PREFIX: Final = {"outerwear": "OW", "bags": "BG", "homeware": "HW"}

SENTENCES: Final = {
    "outerwear": (
        "Cut roomy for layers, with taped seams and a collar that stands up to sideways rain.",
        "Weit geschnitten für mehrere Lagen, mit verschweißten Nähten und hochstehendem Kragen.",
        "Coupe ample, coutures étanches et col montant contre la pluie.",
        "重ね着しやすいゆったりした仕立て。縫い目は防水テープ加工、襟は横なぐりの雨も防ぎます。",
    ),
    "bags": (
        "Holds a day's work and a change of plan; the base keeps its shape when set down.",
        "Fasst einen Arbeitstag und eine Planänderung; der Boden bleibt auch abgestellt in Form.",
        "Contient une journée de travail et un imprévu ; le fond garde sa forme.",
        "一日分の荷物がすっきり収まり、床に置いても形が崩れません。",
    ),
    "homeware": (
        "Thrown and glazed in small batches, so that no two are quite alike.",
        "In kleinen Serien gedreht und glasiert, keine gleicht ganz der anderen.",
        "Tourné et émaillé en petites séries, chaque pièce est unique.",
        "少量ずつ成形し釉薬をかけるため、同じものは二つとありません。",
    ),
}

CARE: Final = {
    "outerwear": ("Wash at 30 °C, hang to dry.", "Bei 30 °C waschen, hängend trocknen.",
                  "Laver à 30 °C, sécher suspendu.", "30℃で洗濯し、吊り干ししてください。"),
    "bags": ("Wipe with a damp cloth.", "Mit einem feuchten Tuch abwischen.",
             "Essuyer avec un chiffon humide.", "湿らせた布で拭いてください。"),
    "homeware": ("Wash by hand.", "Von Hand spülen.", "Laver à la main.", "手洗いしてください。"),
}  # fmt: skip

#: Option code → (labels per locale, drawing colour as sRGB hex, the marketplace's word).
COLOURS: Final = {
    "navy": (("Navy", "Marineblau", "Bleu marine", "ネイビー"), "#2b3f63", "Blue"),
    "rust": (("Rust", "Rostrot", "Rouille", "ラスト"), "#b5572f", "Orange"),
    "forest": (("Forest", "Waldgrün", "Vert forêt", "フォレスト"), "#3d5a45", "Green"),
    "sand": (("Sand", "Sand", "Sable", "サンド"), "#cdb58c", "Beige"),
    "slate": (("Slate", "Schiefer", "Ardoise", "スレート"), "#5d6770", "Grey"),
    "mustard": (("Mustard", "Senfgelb", "Moutarde", "マスタード"), "#d39f2f", "Yellow"),
    "plum": (("Plum", "Pflaume", "Prune", "プラム"), "#6d3f57", "Purple"),
}

SIZES: Final = {
    "xs": ("XS",) * 4, "s": ("S",) * 4, "m": ("M",) * 4, "l": ("L",) * 4, "xl": ("XL",) * 4,
}  # fmt: skip

MATERIALS: Final = {
    "organic-cotton": ("Organic cotton", "Bio-Baumwolle", "Coton biologique", "オーガニックコットン"),
    "wool": ("Wool", "Wolle", "Laine", "ウール"),
    "recycled-polyester": (
        "Recycled polyester",
        "Recyceltes Polyester",
        "Polyester recyclé",
        "再生ポリエステル",
    ),
    "waxed-canvas": ("Waxed canvas", "Gewachstes Segeltuch", "Toile cirée", "ワックスキャンバス"),
    "leather": ("Leather", "Leder", "Cuir", "レザー"),
    "stoneware": ("Stoneware", "Steinzeug", "Grès", "ストーンウェア"),
    "oak": ("Oak", "Eiche", "Chêne", "オーク"),
}

FAMILY_MATERIALS: Final = {
    "outerwear": (("organic-cotton", "recycled-polyester"), ("wool",), ("recycled-polyester",)),
    "bags": (("waxed-canvas", "leather"), ("recycled-polyester",)),
    "homeware": (("stoneware",), ("stoneware", "oak")),
}

SEASONS: Final = {
    "all-year": ("All year", "Ganzjährig", "Toute l'année", "通年"),
    "autumn-winter": ("Autumn/winter", "Herbst/Winter", "Automne/hiver", "秋冬"),
    "spring-summer": ("Spring/summer", "Frühling/Sommer", "Printemps/été", "春夏"),
}
