"""A product's form in a scope: its attributes in groups, as many as a page can carry, and what the scope misses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import slugify

from workspace.queries.fields import Field, FieldMaker
from workspace.queries.scopes import address
from workspace.queries.sheets import Entry, Sheet
from workspace.queries.shown import LOCALE

FIELDS = 40  # as many at a time; groups beyond come when they are opened


@dataclass(frozen=True)
class Group:
    """`values` are the fields that are shown; `more_from` is where the next ones begin, `is_open` false: none yet."""

    code: str
    label: str
    missing: int
    count: int
    values: list[Field]
    is_open: bool
    more_from: int | None = None


@dataclass(frozen=True)
class MissingField:
    code: str
    label: str
    group: str
    url: str


@dataclass(frozen=True)
class Asked:
    """What the address asks the form for: some words, what is missing, a field that must be there."""

    find: str = ""
    only: str = ""
    field: str = ""

    @classmethod
    def of(cls, wanted: Mapping[str, str]) -> Asked:
        return cls(
            wanted.get("find", "").strip()[:100],
            "missing" if wanted.get("only") == "missing" else "",
            wanted.get("field", ""),
        )

    def admits(self, entry: Entry) -> bool:
        if self.only and not entry.is_missing and entry.code != self.field:
            return False
        if not self.find:
            return True
        text = f"{entry.attribute.label(LOCALE)} {entry.code}".lower()
        return all(word in text for word in self.find.lower().split())


def value_groups(sheet: Sheet, asked: Asked) -> list[Group]:
    """All groups; the first ones, and the one with the field that is asked for, with their fields."""
    groups = grouped([entry for entry in sheet.entries if asked.admits(entry)])
    windows, left = {}, FIELDS
    for name, entries in groups.items():
        place = next((at for at, entry in enumerate(entries) if entry.code == asked.field), None)
        if place is not None:
            start = place // FIELDS * FIELDS
            windows[name] = (start, start + FIELDS)
        elif left > 0:
            windows[name] = (0, min(left, len(entries)))
            left -= len(entries)
    shown = [entry for name, (start, end) in windows.items() for entry in groups[name][start:end]]
    fields = {field.code: field for field in FieldMaker(sheet, shown).fields()}
    return [_group(name, entries, windows.get(name), fields) for name, entries in groups.items()]


def more_fields(sheet: Sheet, asked: Asked, *, group: str, start: int) -> Group | None:
    """The fields of one group from a place on; None where there is no such group."""
    groups = grouped([entry for entry in sheet.entries if asked.admits(entry)])
    found = next(((name, entries) for name, entries in groups.items() if group_code(name) == group), None)
    if found is None:
        return None
    name, entries = found
    fields = {field.code: field for field in FieldMaker(sheet, entries[start : start + FIELDS]).fields()}
    return _group(name, entries, (start, start + FIELDS), fields)


def grouped(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """By group, in the order of the groups."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda one: one.group_place):
        groups[entry.group].append(entry)
    return groups


def missing_fields(sheet: Sheet) -> list[MissingField]:
    place = address(sheet.scope)
    return [
        MissingField(
            entry.code,
            entry.attribute.label(LOCALE),
            heading(entry),
            f"{place}&field={entry.code}#value-{entry.code}",
        )
        for entry in sheet.entries
        if entry.is_missing
    ]


@dataclass(frozen=True)
class GroupCount:
    """A line of the list of groups at the side."""

    code: str
    label: str
    missing: int
    url: str


def group_counts(sheet: Sheet) -> list[GroupCount]:
    return [
        GroupCount(
            group_code(name),
            heading(entries[0]),
            sum(entry.is_missing for entry in entries),
            f"{address(sheet.scope)}&field={entries[0].code}#group-{group_code(name)}",
        )
        for name, entries in grouped(sheet.entries).items()
    ]


def _group(name: str, entries: Sequence[Entry], window: tuple[int, int] | None, fields: Mapping[str, Field]) -> Group:
    start, end = window or (0, 0)
    return Group(
        code=group_code(name),
        label=heading(entries[0]),
        missing=sum(entry.is_missing for entry in entries),
        count=len(entries),
        values=[fields[entry.code] for entry in entries[start:end]],
        is_open=window is not None,
        more_from=end if window and end < len(entries) else None,
    )


def group_code(name: str) -> str:
    return slugify(name) or "group"


def heading(entry: Entry) -> str:
    """What the group of the attribute is called."""
    return entry.group_label or entry.group.replace("_", " ").capitalize()
