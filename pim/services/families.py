"""Defining families: their attributes, levels, axes, and what channels require."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.markets.queries import get_channel
from foundation.taxonomy.services.trees import check_version
from pim import events
from pim.choices import MASK_LENGTH, AttributeType
from pim.models import Attribute, Family, FamilyAttribute, FamilyAxis, ProductValues, Requirement
from pim.services.reference import uid_of

MAX_DEPTH = 2


def define_family(
    *, code: str, attributes: Sequence[Mapping[str, Any]], actor: Actor, labels: Mapping[str, str] | None = None,
    axes: Sequence[Sequence[str]] = (), label_attribute: str | None = None, visual_axis: str | None = None,
    required: Mapping[str, Sequence[str]] | None = None, required_media: Mapping[str, Sequence[str]] | None = None,
    expected_version: int | None = None,
) -> Family:  # fmt: skip
    """Create or change a family.

    `attributes` are {code, level, may_override_below}; `axes` has a list of attributes for each level of variants;
    `required` and `required_media` map a channel to attributes and to roles of pictures. An attribute that is not
    named any more leaves the family if no product has a value of it; its bit is never given away. What the actor may
    not see stays as it is.
    """
    hidden = _hidden_members(code, actor)
    actor = actor.require("pim.define")
    known = {one.code: one for one in Attribute.objects.all()}
    wanted = {str(one["code"]): one for one in attributes} | {one["code"]: one for one in hidden}
    required = _with_hidden(required or {}, hidden)
    _require_family(code, wanted, axes, required, known, label_attribute, visual_axis)
    fields = {
        "labels": dict(labels or {}),
        "label_attribute_id": known[label_attribute].pk if label_attribute else None,
        "visual_axis_id": known[visual_axis].pk if visual_axis else None,
        "depth": len(axes),
        "required_media": {channel: sorted(roles) for channel, roles in (required_media or {}).items()},
    }
    with recorded(actor):
        family = Family.objects.select_for_update().filter(code=code).first()
        is_new = family is None
        check_version(family.version if family else 0, expected_version)
        touched = family is None or any(getattr(family, name) != value for name, value in fields.items())
        if family is None:
            family = Family.objects.create(code=code, **fields)
        elif touched:
            if family.depth != fields["depth"] and family.products.exists():
                raise Conflict(f"{code} has products: its levels cannot change any more", path="axes")
            for name, value in fields.items():
                setattr(family, name, value)
            family.save()
        _require_no_strangers(family, wanted)
        touched |= write_members(family, wanted=wanted, known=known)
        touched |= _define_axes(family, axes, known)
        touched |= _define_requirements(family, required, known)
        if touched:
            if not is_new:
                family.version += 1
                family.save(update_fields=["version"])
            append_event(events.FAMILY_CHANGED, uid_of("family", code=code), code=code)
    return family


def _hidden_members(code: str, actor: Actor) -> list[dict[str, Any]]:
    """Attributes of the family above the actor's clearance, with the channels that require them."""
    rows = FamilyAttribute.objects.filter(family__code=code, is_active=True).select_related("attribute")
    rows = rows.exclude(attribute__in=Attribute.objects.visible_to(actor))
    asked = Requirement.objects.filter(family__code=code).values_list("attribute_id", "channel__code")
    return [
        {
            "code": row.attribute.code,
            "level": row.level,
            "may_override_below": row.may_override_below,
            "channels": [channel for attribute, channel in asked if attribute == row.attribute_id],
        }
        for row in rows
    ]


def _with_hidden(
    required: Mapping[str, Sequence[str]], hidden: Sequence[Mapping[str, Any]]
) -> dict[str, Sequence[str]]:
    found: dict[str, Sequence[str]] = {channel: list(codes) for channel, codes in required.items()}
    for one in hidden:
        for channel in one["channels"]:
            found[channel] = [*found.get(channel, ()), one["code"]]
    return found


def _require_family(
    code: str, wanted: Mapping[str, Any], axes: Sequence[Sequence[str]], required: Mapping[str, Sequence[str]],
    known: Mapping[str, Attribute], *named: str | None,
) -> None:  # fmt: skip
    if len(axes) > MAX_DEPTH or any(not level for level in axes):
        raise Invalid(f"{code}: there are at most {MAX_DEPTH} levels of variants, each with an axis", path="axes")
    axis_codes = [axis for level in axes for axis in level]
    required_codes = [one for codes in required.values() for one in codes]
    for one in [*wanted, *axis_codes, *required_codes, *(name for name in named if name)]:
        if one not in known:
            raise Invalid(f"{code}: there is no attribute {one!r}", path="attributes")
        if one not in wanted:
            raise Invalid(f"{code}: {one} is used and is not among its attributes", path="attributes")
    require_axes(code, axes=axes, wanted=wanted, known=known)
    for name, given in wanted.items():
        if not 0 <= int(given.get("level", 0)) <= len(axes):
            raise Invalid(f"{code}: {name} lives at a level that the family lacks", path="attributes")


def require_axes(
    code: str, *, axes: Sequence[Sequence[str]], wanted: Mapping[str, Any], known: Mapping[str, Attribute]
) -> None:
    """An axis is one option, the same everywhere, lives at its level alone, and is an axis once."""
    named = [axis for codes in axes for axis in codes]
    for axis in named:
        if named.count(axis) > 1:
            raise Invalid(f"{code}: {axis} is an axis twice", path="axes")
    for level, codes in enumerate(axes, 1):
        for axis in codes:
            attribute = known[axis]
            everywhere = not attribute.is_localizable and not attribute.is_market_overridable
            if attribute.type != AttributeType.SELECT or not everywhere:
                raise Invalid(f"{code}: the axis {axis} must be one option, the same everywhere", path="axes")
            if int(wanted[axis].get("level", 0)) != level or wanted[axis].get("may_override_below"):
                raise Invalid(f"{code}: the axis {axis} must live at level {level} alone", path="axes")


def write_members(family: Family, *, wanted: Mapping[str, Mapping[str, Any]], known: Mapping[str, Attribute]) -> bool:
    """Let a family have these attributes, each with its bit; whether that is new. Part of a change of the family."""
    present = {row.attribute.code: row for row in family.members.select_related("attribute")}
    following = max((row.index for row in present.values()), default=-1) + 1
    touched = False
    for code, given in wanted.items():
        fields = (int(given.get("level", 0)), bool(given.get("may_override_below")), True)
        row = present.get(code)
        if row is None:
            if following >= MASK_LENGTH:
                raise Invalid(f"{family.code}: a family has room for {MASK_LENGTH} attributes", path="attributes")
            row = FamilyAttribute(family=family, attribute=known[code], index=following)
            following += 1
        if code not in present or (row.level, row.may_override_below, row.is_active) != fields:
            row.level, row.may_override_below, row.is_active = fields
            row.save()
            touched = True
    for code, row in present.items():
        if code not in wanted and row.is_active:
            _require_no_values(family, code)
            row.is_active = False
            row.save()
            touched = True
    return touched


def _require_no_strangers(family: Family, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """A level that changes leaves no value behind where it could be said no more."""
    for row in family.members.filter(is_active=True, attribute__code__in=wanted).select_related("attribute"):
        code, given = row.attribute.code, wanted[row.attribute.code]
        level, may_below = int(given.get("level", 0)), bool(given.get("may_override_below"))
        if level == row.level and may_below >= row.may_override_below:
            continue
        left = Q(product__level__lt=level) if may_below else ~Q(product__level=level)
        said = ProductValues.objects.filter(left, product__family=family, vals__has_key=code)
        if said.exists():
            text = f"Products of {family.code} say {code} at another level: move it, so that their values go along"
            raise Conflict(text, path="attributes", attribute=code)


def _require_no_values(family: Family, code: str) -> None:
    if ProductValues.objects.filter(product__family=family, vals__has_key=code).exists():
        raise Conflict(f"Products of {family.code} have values of {code}: clear them first", path="attributes")


def _define_axes(family: Family, axes: Sequence[Sequence[str]], known: Mapping[str, Attribute]) -> bool:
    wanted = [(level, at, known[axis].pk) for level, codes in enumerate(axes, 1) for at, axis in enumerate(codes)]
    present = list(family.axes.values_list("level", "position", "attribute_id"))
    if sorted(present) == sorted(wanted):
        return False
    if present and family.products.filter(level__gt=0).exists():
        raise Conflict(f"{family.code} has variants: plan the change of its axes, so that they go along", path="axes")
    write_axes(family, axes=axes, known=known)
    return True


def write_axes(family: Family, *, axes: Sequence[Sequence[str]], known: Mapping[str, Attribute]) -> None:
    """Let variants of a family be told apart by these attributes. Part of a change of the family."""
    family.axes.all().delete()
    FamilyAxis.objects.bulk_create(
        FamilyAxis(family=family, level=level, position=at, attribute=known[axis])
        for level, codes in enumerate(axes, 1)
        for at, axis in enumerate(codes)
    )


def _define_requirements(family: Family, required: Mapping[str, Sequence[str]], known: Mapping[str, Attribute]) -> bool:
    channels = {code: get_channel(code).pk for code in required}
    wanted = {(channels[channel], known[code].pk) for channel, codes in required.items() for code in codes}
    present = {(row.channel_id, row.attribute_id): row.pk for row in family.requirements.all()}
    gone = [pk for key, pk in present.items() if key not in wanted]
    family.requirements.filter(pk__in=gone).delete()
    Requirement.objects.bulk_create(
        Requirement(family=family, channel_id=channel, attribute_id=attribute)
        for channel, attribute in sorted(wanted - present.keys())
    )
    return bool(gone or wanted - present.keys())
