"""Pages of attributes: the list with what each is and where it is used, and what its form holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.core.pages import keyset_page
from pim.checks.limits import LIMITS
from pim.choices import AttributeType, Sensitivity
from pim.models import Attribute, AttributeGroup, Family
from pim.queries.options import get_attribute
from workspace.queries.options import OPTIONED
from workspace.queries.settings import SettingRow
from workspace.queries.shown import LOCALE, State
from workspace.queries.words import phrase

PAGE = 50
LABEL = "label-"
OFFERED = 200
FLAGS = ("is_localizable", "is_market_overridable", "is_unique")
NAMES = tuple(dict.fromkeys(name for names in LIMITS.values() for name in names if name != "dimension"))


@dataclass(frozen=True)
class AttributeList:
    rows: list[SettingRow]
    next_cursor: str
    groups: list[tuple[str, str]]


def attribute_list(actor: Actor, *, q: str = "", group: str = "", kind: str = "", cursor: str = "") -> AttributeList:
    """By code; `q` looks in codes and labels."""
    found = Attribute.objects.visible_to(actor)
    if q:
        found = found.filter(Q(code__icontains=q) | Q(**{f"labels__{LOCALE}__icontains": q}))
    if group:
        found = found.filter(group=group)
    if kind in AttributeType.values:
        found = found.filter(type=kind)
    used = Count("memberships", filter=Q(memberships__is_active=True))
    page = keyset_page(found.annotate(families=used), order=("code",), cursor=cursor, limit=PAGE)
    names = group_names()
    return AttributeList([_row(one, names) for one in page.rows], page.next_cursor, list(names.items()))


def no_rows(actor: Actor) -> list[SettingRow]:
    """Attributes are too many for a plain list: `attribute_list` has pages."""
    return []


def group_names() -> dict[str, str]:
    """Code to what each group is called, in their order."""
    groups = AttributeGroup.objects.all()[:OFFERED]
    return {one.code: one.label(LOCALE) if one.labels else phrase(one.code) for one in groups}


def _row(one: Any, groups: Mapping[str, str]) -> SettingRow:
    facts = [one.get_type_display(), groups.get(one.group, one.group)]
    facts += [word for word, holds in (
        ("per language", one.is_localizable), ("per market", one.is_market_overridable), ("unique", one.is_unique),
    ) if holds]  # fmt: skip
    facts.append(f"in {one.families} famil{'y' if one.families == 1 else 'ies'}" if one.families else "in no family")
    state = None if one.sensitivity == Sensitivity.PUBLIC else State(one.get_sensitivity_display().capitalize())
    url = reverse("attribute_setting", args=[one.code])
    return SettingRow(url, one.code, one.label(LOCALE), [fact for fact in facts if fact], state)


def attribute_values(code: str, actor: Actor) -> dict[str, Any]:
    """What the form of an attribute holds; limits of other types are not in it."""
    one = get_attribute(code, actor=actor)
    values: dict[str, Any] = {"code": one.code, "type": one.type, "group": one.group, "sensitivity": one.sensitivity}
    values |= {f"{LABEL}{locale}": text for locale, text in one.labels.items()}
    values |= {name: getattr(one, name) for name in FLAGS}
    values["unit"] = one.unit
    empty: dict[str, Any] = {"units": [], "columns": []}
    return values | {
        name: one.validation.get(name, empty.get(name, "")) for name in LIMITS[one.type] if name != "dimension"
    }


def definition_of(given: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """The form's values as `define_attribute` takes them. Labels in languages that the form lacks stay."""
    known = Attribute.objects.visible_to(actor).filter(code=given["code"]).first()
    labels = dict(known.labels) if known else {}
    labels |= {name.removeprefix(LABEL): text for name, text in given.items() if name.startswith(LABEL)}
    limits = {name: given[name] for name in LIMITS[given["type"]] if given.get(name) not in (None, "", [])}
    before = known.validation if known else {}
    limits = {name: before[name] if str(before.get(name)) == str(one) else one for name, one in limits.items()}
    if known and "dimension" in known.validation and given["type"] == known.type:
        limits["dimension"] = known.validation["dimension"]
    return {
        "code": given["code"], "type": given["type"], "group": given["group"], "sensitivity": given["sensitivity"],
        "labels": {locale: text for locale, text in labels.items() if text}, "unit": given.get("unit") or "",
        "validation": limits, **{name: bool(given[name]) for name in FLAGS},
    }  # fmt: skip


def about_attribute(code: str, actor: Actor) -> list[tuple[str, str]]:
    """What belongs to it: its options, and the families that have it."""
    one = get_attribute(code, actor=actor)
    found = []
    if one.type in OPTIONED:
        count = one.options.count()
        found.append((f"{count:,} option{'' if count == 1 else 's'}", reverse("option_list", args=[code])))
    if vocabulary := one.validation.get("vocabulary"):
        found.append((f"Terms of {vocabulary}", reverse("vocabulary", args=[vocabulary])))
    if one.type == AttributeType.RECORD:
        kind = one.validation["record_type"]
        found.append((f"Records of {kind}", reverse("record_type", args=[kind])))
    families = Family.objects.visible_to(actor).filter(members__attribute=one, members__is_active=True)
    found += [(family.label(LOCALE), reverse("family", args=[family.code])) for family in families[:PAGE]]
    return found


def group_rows(actor: Actor) -> list[SettingRow]:
    counts = dict(Attribute.objects.visible_to(actor).order_by().values_list("group").annotate(Count("pk")))
    return [
        SettingRow(reverse("attribute_group_setting", args=[one.code]), one.code, one.label(LOCALE),
                   [f"{counts.get(one.code, 0)} attributes", f"place {one.position}"])
        for one in AttributeGroup.objects.visible_to(actor)
    ]  # fmt: skip


def group_values(code: str, actor: Actor) -> dict[str, Any]:
    one = AttributeGroup.objects.visible_to(actor).filter(code=code).first() if "\0" not in code else None
    if one is None:
        raise Missing("There is no such group", path="code")
    return {"code": one.code, "position": one.position} | {f"{LABEL}{name}": text for name, text in one.labels.items()}
