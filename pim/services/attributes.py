"""Defining attributes and their options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.taxonomy.services.trees import check_version
from pim import events
from pim.checks import Refusal
from pim.checks.columns import check_columns
from pim.checks.limits import check_limits
from pim.choices import AttributeType, Sensitivity
from pim.models import Attribute, AttributeGroup, Option, ProductValues, RecordType
from pim.models.attributes import clearance_of
from pim.services.reference import uid_of
from pim.services.vocabulary_options import follow_vocabulary, require_terms, require_vocabulary, vocabulary_of

FIXED = ("type", "is_localizable", "is_market_overridable")


def define_attribute(
    *, code: str, type: str, actor: Actor, labels: Mapping[str, str] | None = None, group: str = "",
    is_localizable: bool = False, is_market_overridable: bool = False, sensitivity: str = Sensitivity.PUBLIC,
    unit: str = "", validation: Mapping[str, Any] | None = None, is_unique: bool = False,
    options: Sequence[Mapping[str, Any]] = (), expected_version: int | None = None,
) -> Attribute:  # fmt: skip
    """Create or change an attribute with its options. An option is {code, labels, synonyms, external_codes, swatch}.

    Options that are not named stay. Where values exist, type and places are not changed any more. One above the
    actor's clearance is refused: its code is taken. `expected_version` 0: it must be new.
    """
    actor = actor.require("pim.define")
    fields = {
        "type": type,
        "labels": dict(labels or {}),
        "group": group,
        "is_localizable": is_localizable,
        "is_market_overridable": is_market_overridable,
        "sensitivity": sensitivity,
        "unit": unit,
        "validation": dict(validation or {}),
        "is_unique": is_unique or type == AttributeType.IDENTIFIER,
    }
    _require_definable(code, fields)
    fields["validation"] = _checked_limits(code, fields)
    with recorded(actor):
        attribute = Attribute.objects.select_for_update().filter(code=code).first()
        if attribute is not None and not clearance_of(actor).admits(attribute.sensitivity):
            raise Invalid(f"{code} is taken: choose another code", path="code")
        check_version(attribute.version if attribute else 0, expected_version)
        touched = attribute is None or _differs(attribute, fields)
        if group and not AttributeGroup.objects.filter(code=group).exists():
            AttributeGroup.objects.create(code=group, position=AttributeGroup.objects.count())
        if attribute is None:
            attribute = Attribute.objects.create(code=code, **fields)
        elif touched:
            _require_unused(attribute, fields)
            for name, value in (fields | {"version": attribute.version + 1}).items():
                setattr(attribute, name, value)
            attribute.save()
        changed = _define_options(attribute, options)
        if vocabulary_of(attribute):
            changed |= follow_vocabulary(attribute)
        if changed or touched:
            public = code if sensitivity == Sensitivity.PUBLIC else ""
            append_event(events.ATTRIBUTE_CHANGED, uid_of("attribute", code=code), code=public)
    return attribute


def _require_definable(code: str, fields: Mapping[str, Any]) -> None:
    if not code.isascii() or not code.replace("_", "").isalnum() or not code[:1].isalpha():
        raise Invalid(f"{code!r}: an attribute's code has letters, digits and _, and begins with a letter", path="code")
    if fields["type"] not in AttributeType.values:
        raise Invalid(f"{code}: type is one of {', '.join(AttributeType.values)}", path="type")
    if fields["sensitivity"] not in Sensitivity.values:
        raise Invalid(f"{code}: sensitivity is one of {', '.join(Sensitivity.values)}", path="sensitivity")
    if fields["is_unique"] and (fields["is_localizable"] or fields["is_market_overridable"]):
        raise Invalid(f"{code}: what is unique is the same in all markets and languages", path="is_unique")


def _checked_limits(code: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    kind = fields["type"]
    try:
        limits = check_limits(kind, fields["unit"], fields["validation"])
    except Refusal as refusal:
        raise Invalid(f"{code}: {refusal.detail}", path=refusal.path or "validation") from None
    if kind == AttributeType.RECORD and not RecordType.objects.filter(code=limits.get("record_type", "")).exists():
        raise Invalid(f"{code}: say whose records: there is no such type", path="validation.record_type")
    if "vocabulary" in limits:
        require_vocabulary(limits["vocabulary"], attribute=code)
    if kind == AttributeType.TABLE:
        try:
            limits["columns"] = check_columns(limits.get("columns"))
        except Refusal as refusal:
            raise Invalid(f"{code}: {refusal.detail}", path=refusal.below("validation.columns")) from None
    return limits


def _require_unused(attribute: Attribute, fields: Mapping[str, Any]) -> None:
    changed = [name for name in FIXED if getattr(attribute, name) != fields[name]]
    if attribute.validation.get("record_type") != fields["validation"].get("record_type"):
        changed.append("record type")
    changed += _columns_lost(attribute, fields["validation"].get("columns", ()))
    if changed and ProductValues.objects.filter(vals__has_key=attribute.code).exists():
        raise Conflict(f"{attribute.code} has values: its {', '.join(changed)} cannot change any more", path=changed[0])


def _columns_lost(attribute: Attribute, columns: Sequence[Mapping[str, Any]]) -> list[str]:
    """Columns of a table that go or get another type; what stands in them would be nothing any more."""
    types = {one["code"]: one["type"] for one in columns}
    before = attribute.validation.get("columns", ())
    return [f"column {one['code']}" for one in before if types.get(one["code"]) != one["type"]]


def _define_options(attribute: Attribute, options: Sequence[Mapping[str, Any]]) -> bool:
    present = {option.code: option for option in attribute.options.all()}
    touched = False
    require_terms(attribute, codes=[str(one["code"]) for one in options])
    for position, given in enumerate(options):
        fields = {
            "labels": dict(given.get("labels", {})),
            "synonyms": list(given.get("synonyms", [])),
            "external_codes": dict(given.get("external_codes", given.get("mapped", {}))),
            "swatch": str(given.get("swatch", "")),
            "position": position,
        }
        option = present.get(str(given["code"])) or Option(attribute=attribute, code=str(given["code"]))
        if str(given["code"]) not in present or _differs(option, fields):
            for name, value in (fields | {"version": option.version + bool(option.pk)}).items():
                setattr(option, name, value)
            option.save()
            touched = True
    return touched


def _differs(row: Attribute | Option, fields: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in fields.items())
