"""Pages of types of records and of records: lists, and what their forms hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.markets.models import Channel
from pim.models import Attribute, Record, RecordType
from pim.queries.records import count_uses, get_record, get_record_type
from workspace.queries.cells import Cell, cell, spoken
from workspace.queries.settings import SettingRow
from workspace.queries.shown import LOCALE, State
from workspace.queries.trees import Label, labels_of

PAGE = 50


@dataclass(frozen=True)
class TypePage:
    """A type with a page of its records."""

    kind: RecordType
    name: str
    rows: list[SettingRow]
    next_cursor: str
    q: str
    labels: list[Label]
    attributes: list[str]
    may_edit: bool
    retired: bool


@dataclass(frozen=True)
class Code:
    """A code at a channel."""

    channel: str
    name: str
    code: str


@dataclass(frozen=True)
class RecordPage:
    """A record's form. `version` is 0 for one that is yet to be made."""

    kind: RecordType
    kind_name: str
    code: str
    name: str
    version: int
    labels: list[Label]
    synonyms: str
    codes: list[Code]
    cells: list[Cell]
    is_retired: bool
    uses: int
    may_edit: bool

    @property
    def can_delete(self) -> bool:
        return bool(self.version) and self.uses == 0


def type_rows(actor: Actor) -> list[SettingRow]:
    found: Any = RecordType.objects.visible_to(actor).annotate(count=Count("records")).order_by("code")
    return [
        SettingRow(reverse("record_type", args=[one.code]), one.code, one.label(LOCALE),
                   [f"{one.count:,} record{'' if one.count == 1 else 's'}",
                    f"{len(one.fields)} field{'' if len(one.fields) == 1 else 's'}"])
        for one in found
    ]  # fmt: skip


def type_page(code: str, *, actor: Actor, q: str = "", cursor: str = "", retired: bool = False) -> TypePage:
    kind = get_record_type(code, actor=actor)
    found = Record.objects.visible_to(actor).filter(record_type=kind).saying(q)
    if retired:
        found = found.filter(is_retired=True)
    page = keyset_page(found, order=("code",), cursor=cursor, limit=PAGE)
    named = Attribute.objects.visible_to(actor).filter(type="record", validation__record_type=code)
    return TypePage(
        kind=kind,
        name=kind.label(LOCALE),
        rows=[_row(kind, one) for one in page.rows],
        next_cursor=page.next_cursor,
        q=q,
        labels=labels_of(kind.labels),
        attributes=[one.label(LOCALE) for one in named[:PAGE]],
        may_edit=actor.may("pim.define"),
        retired=retired,
    )


def _row(kind: RecordType, record: Record) -> SettingRow:
    columns = {one["code"]: one for one in kind.fields}
    facts = [spoken(columns[code], value) for code, value in record.values.items() if code in columns]
    facts = [", ".join(record.synonyms[:3]), *facts[:3]]
    state = State("Retired") if record.is_retired else None
    address = reverse("record", args=[f"{kind.code}/{record.code}"])
    return SettingRow(address, record.code, record.label(LOCALE), [one for one in facts if one], state)


def record_page(key: str, *, actor: Actor) -> RecordPage:
    record = get_record(key, actor=actor)
    return _page(record.record_type, record, actor, uses=count_uses(record, actor=actor))


def new_record_page(code: str, *, actor: Actor, typed: Mapping[str, Any] | None = None) -> RecordPage:
    """An empty form, or one with what was typed and refused."""
    kind = get_record_type(code, actor=actor)
    return _page(kind, Record(record_type=kind, version=0), actor, typed=typed)


def refused_page(key: str, *, actor: Actor, typed: Mapping[str, Any]) -> RecordPage:
    """The form with what was typed and refused; the record itself is untouched."""
    record = get_record(key, actor=actor)
    return _page(record.record_type, record, actor, uses=count_uses(record, actor=actor), typed=typed)


def _page(
    kind: RecordType, record: Record, actor: Actor, *, uses: int = 0, typed: Mapping[str, Any] | None = None
) -> RecordPage:
    said = typed or {
        "code": record.code, "labels": record.labels, "synonyms": record.synonyms, "values": record.values,
        "external_codes": record.external_codes,
    }  # fmt: skip
    channels = Channel.objects.visible_to(actor).values_list("code", "name")
    return RecordPage(
        kind=kind,
        kind_name=kind.label(LOCALE),
        code=said["code"],
        name=record.label(LOCALE) if record.version else f"New record of {kind.label(LOCALE)}",
        version=record.version,
        labels=labels_of(said["labels"]),
        synonyms=", ".join(said["synonyms"]),
        codes=[Code(code, name, said["external_codes"].get(code, "")) for code, name in channels],
        cells=[
            cell(one, said["values"].get(one["code"]), name=f"value-{one['code']}", key=f"value-{one['code']}")
            for one in kind.fields
        ],
        is_retired=record.is_retired,
        uses=uses,
        may_edit=actor.may("pim.define"),
    )
