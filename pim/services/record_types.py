"""Types of records: what they are called, and which fields their records may fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.taxonomy.errors import StillUsed
from foundation.taxonomy.services.trees import check_version, checked_code, checked_labels
from pim import events
from pim.checks import Refusal
from pim.checks.columns import check_columns
from pim.choices import AttributeType
from pim.models import Attribute, RecordType
from pim.services.reference import uid_of


def define_record_type(
    *, code: str, labels: Mapping[str, str], actor: Actor, fields: Sequence[Mapping[str, Any]] = (),
    expected_version: int | None = None, must_be: str = "",
) -> RecordType:  # fmt: skip
    """Create or change a type. A field that records fill neither goes nor gets another type.

    `fields` are columns, as `pim.checks.columns` says. Raises `Conflict`, `Stale`, or `Invalid` with the field's place.
    """
    actor = actor.require("pim.define")
    wanted: dict[str, Any] = {"labels": checked_labels(labels), "fields": _checked_fields(fields)}
    with recorded(actor):
        found = RecordType.objects.select_for_update().filter(code=checked_code(code)).first()
        if must_be == "known" and found is None:
            raise Missing("There is no such type of records", path="type")
        if must_be == "new" and found is not None:
            raise Conflict(f"There is a type {code} already", path="code")
        if found is None:
            found = RecordType.objects.create(code=code, **wanted)
        else:
            check_version(found.version, expected_version)
            if all(getattr(found, name) == value for name, value in wanted.items()):
                return found
            _require_free(found, wanted["fields"])
            found.labels, found.fields, found.version = wanted["labels"], wanted["fields"], found.version + 1
            found.save()
        append_event(events.RECORD_TYPE_CHANGED, uid_of("record-type", code=code), code=code)
    return found


def delete_record_type(found: RecordType, *, actor: Actor, expected_version: int | None = None) -> None:
    """End a type that has no records and that no attribute names."""
    actor = actor.require("pim.define")
    with recorded(actor):
        locked = RecordType.objects.select_for_update().filter(pk=found.pk).first()
        if locked is None:
            raise Missing("There is no such type of records", path="type")
        check_version(locked.version, expected_version)
        naming = Attribute.objects.filter(type=AttributeType.RECORD, validation__record_type=locked.code).first()
        if naming is not None:
            raise StillUsed(f"The attribute {naming.code} takes records of {locked.code}", path="type")
        if locked.records.exists():
            raise StillUsed(f"{locked.code} has records; delete them first", path="type")
        locked.delete()
        append_event(events.RECORD_TYPE_CHANGED, uid_of("record-type", code=found.code), code=found.code)


def _checked_fields(fields: Any) -> list[dict[str, Any]]:
    try:
        return check_columns(fields if fields != () else [], least=0)
    except Refusal as refusal:
        raise Invalid(refusal.detail, path=refusal.below("fields")) from None


def _require_free(found: RecordType, fields: Sequence[Mapping[str, Any]]) -> None:
    types = {one["code"]: one["type"] for one in fields}
    for before in found.fields:
        code = before["code"]
        if types.get(code) != before["type"] and found.records.filter(values__has_key=code).exists():
            what = "get another type" if code in types else "go"
            raise Conflict(f"Records of {found.code} fill {code}: it cannot {what}", path="fields")
