"""Defining attributes and their options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid
from foundation.events.services import append_event
from foundation.history.services import recorded
from pim import events
from pim.checks import Refusal
from pim.checks.texts import require_safe_pattern
from pim.checks.units import spell_unit
from pim.choices import AttributeType, Sensitivity
from pim.models import Attribute, Option, ProductValues
from pim.services.reference import uid_of

LIMITS = frozenset(
    [
        "min",
        "max",
        "decimals",
        "min_length",
        "max_length",
        "pattern",
        "pattern_hint",
        "units",
        "dimension",
        "scheme",
        "currency",
    ]
)
FIXED = ("type", "is_localizable", "is_market_overridable")


def define_attribute(
    *, code: str, type: str, actor: Actor, labels: Mapping[str, str] | None = None, group: str = "",
    is_localizable: bool = False, is_market_overridable: bool = False, sensitivity: str = Sensitivity.PUBLIC,
    unit: str = "", validation: Mapping[str, Any] | None = None, is_unique: bool = False,
    options: Sequence[Mapping[str, Any]] = (),
) -> Attribute:  # fmt: skip
    """Create or change an attribute with its options. An option is {code, labels, synonyms, external_codes, swatch}.

    Options that are not named stay. Where values exist, type and places are not changed any more.
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
    with recorded(actor):
        attribute = Attribute.objects.select_for_update().filter(code=code).first()
        touched = attribute is None or _differs(attribute, fields)
        if attribute is None:
            attribute = Attribute.objects.create(code=code, **fields)
        elif touched:
            _require_unused(attribute, fields)
            for name, value in fields.items():
                setattr(attribute, name, value)
            attribute.save()
        if _define_options(attribute, options) or touched:
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
    if unknown := fields["validation"].keys() - LIMITS:
        raise Invalid(f"{code}: {', '.join(sorted(unknown))}: no such limit", path="validation")
    if fields["is_unique"] and (fields["is_localizable"] or fields["is_market_overridable"]):
        raise Invalid(f"{code}: what is unique is the same in all markets and languages", path="is_unique")
    try:
        if pattern := fields["validation"].get("pattern"):
            require_safe_pattern(str(pattern))
        for name in (*([fields["unit"]] if fields["unit"] else []), *fields["validation"].get("units", [])):
            spell_unit(name, unit=fields["unit"], accepted=())
    except Refusal as refusal:
        raise Invalid(f"{code}: {refusal.detail}", path="validation") from None


def _require_unused(attribute: Attribute, fields: Mapping[str, Any]) -> None:
    changed = [name for name in FIXED if getattr(attribute, name) != fields[name]]
    if changed and ProductValues.objects.filter(vals__has_key=attribute.code).exists():
        raise Conflict(f"{attribute.code} has values: its {', '.join(changed)} cannot change any more", path=changed[0])


def _define_options(attribute: Attribute, options: Sequence[Mapping[str, Any]]) -> bool:
    present = {option.code: option for option in attribute.options.all()}
    touched = False
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
            for name, value in fields.items():
                setattr(option, name, value)
            option.save()
            touched = True
    return touched


def _differs(row: Attribute | Option, fields: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in fields.items())
