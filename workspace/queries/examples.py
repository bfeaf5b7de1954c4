"""One example of every part, for the people who build pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from associations.choices import BindingRole
from workspace.queries.bulk_changes import BulkBar
from workspace.queries.gallery import RoleChoice
from workspace.queries.parts import COLOURS, PARTS, ROUND, SPACES, TYPE
from workspace.queries.readings import Reading
from workspace.queries.saved_views import ViewPanel, ViewRow
from workspace.queries.shown import (
    Difference,
    Facet,
    FacetOption,
    HeatCell,
    HeatColumn,
    HeatGroup,
    HeatRow,
    HeatTable,
    Rights,
    State,
    Tab,
    Tile,
    TimelineEntry,
)

PERCENTS = (12, 42, 55, 66, 78, 88, 100)
STATES = [
    State("Draft"),
    State("Running", "blue"),
    State("Live", "ok"),
    State("Held", "attention"),
    State("Rejected", "bad"),
]
RIGHTS = [
    Rights("ok", "Cleared"),
    Rights("attention", "Ends in 12 days"),
    Rights("bad", "Refused: expired"),
    Rights("bad", "No licence"),
]


def icon_names() -> list[str]:
    """Those of the sprite, as the build drew them."""
    sprite = (settings.FRONTEND / "icons.svg").read_text()
    return re.findall(r'<symbol id="([a-z-]+)"', sprite)


def examples() -> dict[str, Any]:
    """What the parts page shows; nothing here is true of any product."""
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    changes = [Difference("Title (de-DE)", "Regenjacke", "Regenjacke Ridgeline"), Difference("Care", "30 °C", "")]
    return {
        "colours": COLOURS,
        "type_sizes": TYPE,
        "spaces": SPACES,
        "corners": ROUND,
        "parts": PARTS,
        "icons": icon_names(),
        "percents": PERCENTS,
        "rights": RIGHTS,
        "tiles": [
            Tile("#main", f"ridgeline-{at}.jpg", tag="hero", meta=["4000 × 4000"], rights=badge)
            for at, badge in enumerate(RIGHTS, 1)
        ],
        "selectable": [Tile("#main", f"ridgeline-{name}.jpg", uid=name) for name in ("front", "back", "collar")],
        "bulk": BulkBar("asset", "assets", []),
        "tabs": [
            Tab("en-GB", "#main", True, 100),
            Tab("de-DE", "#main", percent=82),
            Tab("ja-JP", "#main", percent=41),
        ],
        "heat": _heat(),
        "history": [
            TimelineEntry(at, "stella", "2 values changed", changes=changes),
            TimelineEntry(at, "Tandem", "TR-1042 complete in shop/DACH/de-DE for the first time", "#main"),
        ],
        "facets": [
            Facet(
                "Family",
                "family",
                [FacetOption("Outerwear", "outerwear", 24, True), FacetOption("Bags", "bags", 9, False)],
            )
        ],
        "readings": [
            Reading(
                "barcode",
                "Barcode in the picture",
                "",
                "GTIN",
                "04006381333931",
                "GTIN of TR-1042",
                "04006381333931",
                True,
            ),
            Reading("tag", "Embedded metadata", "Xmp.dc.identifier", "SKU", "TR-1042", "SKU", "TR-1043", False),
        ],
        "roles": [RoleChoice(role.value, role.label.capitalize()) for role in BindingRole],
        "q": "",
        "views": _views(),
        "states": STATES,
    }


def _views() -> ViewPanel:
    def view(name: str, owner: str, *, is_current: bool = False) -> ViewRow:
        uid = UUID(int=len(name))
        return ViewRow(uid, name, "product_list", "Products", "#main", owner, False, True, is_current)

    shared = [view("Incomplete in Japan", "Stella", is_current=True), view("New in the autumn range", "Ada")]
    return ViewPanel("product_list", "", "#main", [], shared, is_filtered=True)


def _heat() -> HeatTable:
    columns = [HeatColumn(code, code) for code in ("en-GB", "de-DE", "de-AT", "ja-JP")]
    rows = []
    for family, shift in (("Outerwear", 0), ("Bags", 2), ("Homeware", 3)):
        percents = [PERCENTS[(at + shift) % len(PERCENTS)] for at in range(3)]
        cells = [HeatCell(percent, "#main", f"{family}: {percent}%") for percent in percents]
        rows.append(HeatRow(family, "24 products", [*cells, HeatCell(None)], sum(percents) / len(percents)))
    return HeatTable("Example", "Family", [HeatGroup("Web shop", 3), HeatGroup("Bazaar", 1)], columns, rows)
