"""What the parts of pages are drawn from; the templates in workspace/parts/ say what each field means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from workspace.queries.counts import Capped

# The language that pages speak, where a product or an option has a word in it.
LOCALE = "en-GB"


@dataclass(frozen=True)
class State:
    """A chip: what something is, and whether that is good."""

    label: str
    tone: str = ""


@dataclass(frozen=True)
class Rights:
    """A rights badge."""

    tone: str
    label: str


@dataclass(frozen=True)
class Tile:
    """A picture among pictures."""

    url: str
    name: str
    picture_url: str = ""
    tag: str = ""
    meta: Sequence[str] = ()
    rights: Rights | None = None
    uid: str = ""  # where it can be selected


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    is_current: bool = False
    percent: float | None = None
    count: int | str | Capped | None = None
    count_id: str = ""
    code: str = ""


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_on: bool


@dataclass(frozen=True)
class Select:
    """A filter of a list with few values, as a field to choose from."""

    name: str
    label: str
    choices: list[Choice]


@dataclass(frozen=True)
class FacetOption:
    label: str
    value: str
    count: int | Capped
    is_on: bool


@dataclass(frozen=True)
class Facet:
    label: str
    name: str
    options: list[FacetOption]
    is_deep: bool = False


@dataclass(frozen=True)
class Difference:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class TimelineEntry:
    at: datetime
    actor: str
    text: str
    url: str = ""
    changes: list[Difference] = field(default_factory=list)


@dataclass(frozen=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True)
class HeatCell:
    percent: float | None
    url: str = ""
    label: str = ""
    key: str = ""  # stays the same when the table is drawn again, so that the focus does
    is_current: bool = False


@dataclass(frozen=True)
class HeatRow:
    label: str
    note: str
    cells: list[HeatCell]
    mean: float
    whole: HeatCell | None = None  # the row as one cell, where it leads somewhere


@dataclass(frozen=True)
class HeatGroup:
    label: str
    span: int


@dataclass(frozen=True)
class HeatColumn:
    short: str
    label: str


@dataclass(frozen=True)
class HeatTable:
    """Completeness as a table of links."""

    caption: str
    corner: str
    groups: list[HeatGroup]
    columns: list[HeatColumn]
    rows: list[HeatRow]
    totals: HeatRow | None = None
