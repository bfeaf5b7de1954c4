"""Pages of families: the list, and one as a grid of its attributes and what each channel requires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing
from foundation.core.pages import keyset_page
from foundation.markets.models import Channel
from pim.models import Attribute, Family, Product, Requirement
from workspace.queries.attributes import group_names
from workspace.queries.settings import SettingList, SettingRow
from workspace.queries.shown import LOCALE
from workspace.queries.trees import Label, labels_of

PAGE = 50
LEVELS = ("The model", "Its variants", "The variants below those")
OFFERED = 500


@dataclass(frozen=True)
class Box:
    channel: str
    label: str
    is_on: bool


@dataclass(frozen=True)
class GridRow:
    """An attribute of the family. An axis lives at its level alone; where there are products, a level is changed by a
    move, which takes values along.
    """

    code: str
    label: str
    url: str
    level: int
    level_name: str
    may_override_below: bool
    is_axis: bool
    is_fixed: bool
    boxes: list[Box]


@dataclass(frozen=True)
class GridGroup:
    name: str
    rows: list[GridRow]


@dataclass(frozen=True)
class FamilyPage:
    family: Family
    name: str
    labels: list[Label]
    channels: list[tuple[str, str]]
    groups: list[GridGroup]
    levels: list[tuple[int, str]]
    columns: int
    products: int
    products_url: str
    offers: list[tuple[str, str]]
    may_edit: bool


def family_rows(actor: Actor, *, q: str = "", cursor: str = "") -> SettingList:
    found = Family.objects.visible_to(actor)
    if q:
        found = found.filter(Q(code__icontains=q) | Q(**{f"labels__{LOCALE}__icontains": q}))
    found = found.annotate(count=Count("members", filter=Q(members__is_active=True)))
    page = keyset_page(found, order=("code",), cursor=cursor, limit=PAGE)
    return SettingList([_row(one) for one in page.rows], page.next_cursor)


def _row(one: Any) -> SettingRow:
    depth = {0: "simple products", 1: "models with variants"}.get(one.depth, f"{one.depth} levels of variants")
    url = reverse("family", args=[one.code])
    return SettingRow(url, one.code, one.label(LOCALE), [f"{one.count} attributes", depth])


def get_family(code: str, *, actor: Actor) -> Family:
    found = Family.objects.visible_to(actor).filter(code=code).first() if "\0" not in code else None
    if found is None:
        raise Missing("There is no such family", path="family")
    return found


def definition_of_family(family: Family) -> dict[str, Any]:
    """All that `define_family` takes to make it as it is, whoever may see it."""
    axes: list[list[str]] = [[] for _ in range(family.depth)]
    for axis in family.axes.select_related("attribute").order_by("level", "position"):
        axes[axis.level - 1].append(axis.attribute.code)
    required: dict[str, list[str]] = {}
    for channel, code in family.requirements.values_list("channel__code", "attribute__code").order_by("pk"):
        required.setdefault(channel, []).append(code)
    members = family.members.filter(is_active=True).select_related("attribute").order_by("index")
    return {
        "code": family.code,
        "labels": family.labels,
        "attributes": [
            {"code": one.attribute.code, "level": one.level, "may_override_below": one.may_override_below}
            for one in members
        ],
        "axes": axes,
        "label_attribute": family.label_attribute.code if family.label_attribute else None,
        "visual_axis": family.visual_axis.code if family.visual_axis else None,
        "required": required,
        "required_media": family.required_media,
    }


def family_page(code: str, *, actor: Actor) -> FamilyPage:
    family = get_family(code, actor=actor)
    channels = list(Channel.objects.visible_to(actor).values_list("code", "name"))
    levels = list(enumerate(LEVELS[: family.depth + 1]))
    return FamilyPage(
        family=family,
        name=family.label(LOCALE),
        labels=labels_of(family.labels),
        channels=channels,
        groups=_groups(family, channels, actor),
        levels=levels,
        columns=len(channels) + 3,
        products=Product.objects.visible_to(actor).filter(family=family).count(),
        products_url=f"{reverse('product_list')}?family={code}",
        offers=_offers(family, actor) if actor.may("pim.define") else [],
        may_edit=actor.may("pim.define"),
    )


def _groups(family: Family, channels: list[tuple[str, str]], actor: Actor) -> list[GridGroup]:
    members = family.members.visible_to(actor).filter(is_active=True).select_related("attribute")
    axes = set(family.axes.values_list("attribute_id", flat=True))
    rows = Requirement.objects.filter(family=family).values_list("channel__code", "attribute_id")
    required, has_products = set(rows), family.products.exists()
    names = group_names()
    groups: dict[str, list[GridRow]] = {code: [] for code in names}
    for one in sorted(members, key=lambda one: one.attribute.code):
        attribute = one.attribute
        groups.setdefault(attribute.group, []).append(
            GridRow(
                code=attribute.code,
                label=attribute.label(LOCALE),
                url=reverse("attribute_setting", args=[attribute.code]),
                level=one.level,
                level_name=LEVELS[one.level],
                may_override_below=one.may_override_below,
                is_axis=attribute.pk in axes,
                is_fixed=has_products or not family.depth or attribute.pk in axes,
                boxes=[Box(code, name or code, (code, attribute.pk) in required) for code, name in channels],
            )
        )
    return [GridGroup(names.get(code, code) or "In no group", found) for code, found in groups.items() if found]


def _offers(family: Family, actor: Actor) -> list[tuple[str, str]]:
    present = family.members.filter(is_active=True).values("attribute_id")
    rows = Attribute.objects.visible_to(actor).exclude(pk__in=present)
    return [(one.code, one.label(LOCALE)) for one in rows[:OFFERED]]


def asked_definition(family: Family, form: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """What `define_family` is to make of it by a form of the grid; what the actor does not see stays as it is.

    `form` has labels, `add` (codes), `leave` (codes), `levels` and `below` by code, `required` by channel. What is
    added and not seen is refused as what does not exist.
    """
    definition = definition_of_family(family)
    seen = set(family.members.visible_to(actor).values_list("attribute__code", flat=True))
    channels = set(Channel.objects.visible_to(actor).values_list("code", flat=True))
    members = []
    for one in definition["attributes"]:
        code = one["code"]
        if code in seen and code not in form["leave"]:
            level = form["levels"].get(code, one["level"])
            one = {"code": code, "level": level, "may_override_below": code in form["below"]}  # noqa: PLW2901
        if code not in form["leave"] or code not in seen:
            members.append(one)
    known = {one["code"] for one in members}
    offered = set(Attribute.objects.visible_to(actor).filter(code__in=form["add"]).values_list("code", flat=True))
    for code in form["add"]:
        if code not in offered:
            raise Invalid(f"{family.code}: there is no attribute {code!r}", path="attributes")
    members += [{"code": code, "level": 0} for code in form["add"] if code not in known]
    left = form["leave"] & seen
    required = {
        channel: [code for code in codes if code not in left and (code not in seen or channel not in channels)]
        for channel, codes in definition["required"].items()
    }
    for channel in channels:
        wanted = [code for code in form["required"].get(channel, []) if code in seen and code not in left]
        required[channel] = [*required.get(channel, []), *wanted]
    labels = {**definition["labels"], **form["labels"]}
    return definition | {
        "attributes": members,
        "required": {channel: codes for channel, codes in required.items() if codes},
        "labels": {locale: text for locale, text in labels.items() if text},
    }
