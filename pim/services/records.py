"""Records: made and changed one by one or many at once, retired, deleted while nothing names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid, Missing, Problems, TandemError
from foundation.events.services import append_event, append_events
from foundation.history.services import recorded
from foundation.taxonomy.errors import StillUsed
from foundation.taxonomy.services.trees import check_version, checked_labels
from pim import events
from pim.checks import AttributeRule, Refusal, check_value
from pim.checks.columns import read_columns
from pim.checks.tables import check_row
from pim.models import Record, RecordType, RecordUse
from pim.services.reference import uid_of
from pim.services.words import checked_channels, checked_long_code, checked_synonyms

MAX_AT_ONCE = 1_000
FIELDS = frozenset({"code", "labels", "synonyms", "external_codes", "values", "is_retired"})
EMPTY: dict[str, Any] = {"labels": {}, "synonyms": [], "external_codes": {}, "values": {}, "is_retired": False}
CHANGED = (*EMPTY, "version")


def write_record(
    kind: RecordType, *, document: Mapping[str, Any], actor: Actor, must_be: str = "", is_whole: bool = False,
    expected_version: int | None = None,
) -> Record:  # fmt: skip
    """Create or change one record. What is not named stays, or with `is_whole` is emptied.

    `must_be` is "new" or "known". Raises `Conflict`, `Missing`, `Stale`, or `Invalid` whose path names the field.
    """
    actor = actor.require("pim.define")
    with recorded(actor):
        code = document.get("code", "")
        known = kind.records.filter(code=code).first() if isinstance(code, str) and "\0" not in code else None
        if must_be == "new" and known is not None:
            raise Conflict(f"There is a record {code} already", path="code")
        if must_be == "known" and known is None:
            raise Missing("There is no such record", path="record")
        check_version(known.version if known else 0, expected_version)
        return write_records(kind, documents=[document], actor=actor, is_whole=is_whole)[0]


def write_records(
    kind: RecordType, *, documents: Sequence[Mapping[str, Any]], actor: Actor, is_whole: bool = False
) -> list[Record]:
    """Create or change up to a thousand records of a type, all or none; the same again changes nothing."""
    actor = actor.require("pim.define")
    if len(documents) > MAX_AT_ONCE:
        raise Invalid(f"At most {MAX_AT_ONCE:,} records at once", path="")
    with recorded(actor):
        kind = RecordType.objects.select_for_update().get(pk=kind.pk)
        read = _read(kind, documents)
        known = {one.code: one for one in kind.records.filter(code__in=[fields["code"] for fields in read])}
        columns, found, new, changed = read_columns(kind.fields), [], [], []
        problems: list[TandemError] = []
        for at, given in enumerate(read):
            record = known.get(given["code"])
            try:
                fields = _merged(columns, record, given, is_whole=is_whole)
            except TandemError as error:
                for one in error.errors if isinstance(error, Problems) else [error]:
                    one.path = one.path if len(documents) == 1 else f"{at}.{one.path}"
                    problems.append(one)
                continue
            if record is None:
                record = Record(record_type=kind, code=given["code"], **fields)
                new.append(record)
            elif any(getattr(record, name) != value for name, value in fields.items()):
                for name, value in (fields | {"version": record.version + 1}).items():
                    setattr(record, name, value)
                changed.append(record)
            record.record_type = kind
            found.append(record)
        if problems:
            raise problems[0] if len(problems) == 1 else Problems(problems)
        Record.objects.bulk_create(new)
        Record.objects.bulk_update(changed, CHANGED, batch_size=500)
        append_events(events.RECORD_CHANGED, [(_uid(one), _told(one)) for one in [*new, *changed]])
    return found


def delete_record(record: Record, *, actor: Actor, expected_version: int | None = None) -> None:
    """End a record that no product names; one that is named can be retired."""
    actor = actor.require("pim.define")
    with recorded(actor):
        locked = Record.objects.select_for_update().select_related("record_type").filter(pk=record.pk).first()
        if locked is None:
            raise Missing("There is no such record", path="record")
        check_version(locked.version, expected_version)
        if RecordUse.objects.filter(record_id=locked.pk).exists():
            raise StillUsed(f"Products name {locked.code}: retire it, or choose another one there first", path="record")
        locked.delete()
        append_event(events.RECORD_DELETED, _uid(record), **_told(record))


def _uid(record: Record) -> Any:
    return uid_of("record", code=record.key)


def _told(record: Record) -> dict[str, str]:
    return {"type": record.record_type.code, "code": record.code}


def _read(kind: RecordType, documents: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The documents, each with a code of its own and nothing that is unknown."""
    read: dict[str, dict[str, Any]] = {}
    for at, document in enumerate(documents):
        path = "" if len(documents) == 1 else f"{at}."
        if unknown := document.keys() - FIELDS:
            raise Invalid(f"{min(map(str, unknown))}: no such field of a record", path=path.rstrip("."))
        given = dict(document)
        code = checked_long_code(given.get("code"), path=f"{path}code")
        if code in read:
            raise Invalid(f"{code} is there twice", path=f"{path}code")
        if not isinstance(given.get("is_retired", False), bool):
            raise Invalid("is_retired is true or false", path=f"{path}is_retired")
        read[code] = given
    return list(read.values())


def _merged(
    columns: Sequence[AttributeRule], record: Record | None, given: Mapping[str, Any], *, is_whole: bool
) -> dict[str, Any]:
    """All that the record will say, checked. Values of fields are merged one by one, None clears."""
    before = EMPTY if record is None or is_whole else {name: getattr(record, name) for name in EMPTY}
    fields = before | {name: value for name, value in given.items() if name in EMPTY}
    fields["labels"] = checked_labels(fields["labels"])
    fields["synonyms"] = checked_synonyms(fields["synonyms"])
    fields["external_codes"] = checked_channels(fields["external_codes"])
    fields["values"] = _checked_values(columns, before["values"], given.get("values", {}))
    return fields


def _checked_values(columns: Sequence[AttributeRule], before: Mapping[str, Any], given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise Invalid("values are an object of field to value", path="values")
    try:
        return check_row(columns, {**before, **given}, check_value)
    except Refusal as refusal:
        found: list[TandemError] = [
            Invalid(one.detail, path=one.below("values"), reason=one.code) for one in refusal.each
        ]
        raise found[0] if len(found) == 1 else Problems(found) from None
