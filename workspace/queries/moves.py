"""Changes of the product model's structure in words: what each would write, lose and let be heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from foundation.core.actors import CATEGORY, Actor
from foundation.core.errors import Problems, TandemError
from pim.choices import ANY_LOCALE
from pim.models import Attribute, Family, Product, ProductValues
from pim.queries.classifications import actor_at
from pim.services.axes import EVERY, AxesMove
from pim.services.moves import Move, Said
from pim.services.variants import VariantMove
from workspace.queries.families import LEVELS
from workspace.queries.options import short_lists, words_of
from workspace.queries.shown import LOCALE
from workspace.queries.words import in_words

SHOWN = 100
OFFERED = 500


@dataclass(frozen=True)
class MoveLine:
    """A value of a product before and after."""

    sku: str
    label: str
    place: str
    before: str
    after: str
    why: str


@dataclass(frozen=True)
class MovePart:
    """Some lines of one kind, and how many there are."""

    heading: str
    tone: str
    count: int
    lines: list[MoveLine]


@dataclass(frozen=True)
class MoveShown:
    """A plan in words. `notes` are sentences about what is no value; `shown` are the codes of the values that are
    told, by SKU.
    """

    seen: str
    products: int
    parts: list[MovePart]
    notes: list[str]
    problems: list[str]
    shown: dict[str, set[str]]

    @property
    def needs_consent(self) -> bool:
        """Something is lost, or products answer what they did not."""
        return any(part.tone for part in self.parts)

    @property
    def is_possible(self) -> bool:
        return bool(self.seen) and not self.problems


def move_shown(move: Move) -> MoveShown:
    """What of a plan fits on a page."""
    told = [("Written", "", move.writes), ("Lost", "bad", move.losses), ("New to a product", "attention", move.gains)]
    shown = [one for _, _, rows in told for one in rows[:SHOWN]]
    speaker = _Speaker(shown)
    parts = [
        MovePart(heading, tone, len(rows), [speaker.line(one) for one in rows[:SHOWN]])
        for heading, tone, rows in told
        if rows
    ]
    notes: list[str] = []
    if isinstance(move, AxesMove):
        notes, keys = _axes_notes(move), [Said(one.sku, "", None, "*", one.before, one.after) for one in move.keys]
        if keys:
            lines = [MoveLine(one.sku, "Axes", "", _spaced(one.before), _spaced(one.after), "")
                     for one in keys[:SHOWN]]  # fmt: skip
            parts.insert(0, MovePart("Told apart otherwise", "", len(keys), lines))
    elif isinstance(move, VariantMove):
        notes = _place_notes(move)
    codes: dict[str, set[str]] = {}
    for one in shown:
        codes.setdefault(one.sku, set()).add(one.attribute)
    products = move.products | ({one.sku for one in move.keys} if isinstance(move, AxesMove) else set())
    problems = [one.detail for one in move.problems[:SHOWN]]
    return MoveShown(move.digest, len(products), parts, notes, problems, codes)


def move_refused(error: TandemError) -> MoveShown:
    """Where there is no plan."""
    told = [one.detail for one in error.errors] if isinstance(error, Problems) else [error.detail]
    return MoveShown("", 0, [], [], told, {})


def may_move(product: Product, actor: Actor) -> bool:
    """Whether they may change where a product stands: that moves values of all markets and branches."""
    editor = actor.within("pim.edit")
    return actor_at(product, editor).may("pim.edit") and not editor.is_limited("market", CATEGORY)


@dataclass(frozen=True)
class Structure:
    """What may be done to where a product stands: each an action, or empty."""

    can_add: bool
    can_detach: bool
    can_attach: bool
    sees_matrix: bool

    def __bool__(self) -> bool:
        return self.can_add or self.can_detach or self.can_attach or self.sees_matrix


def structure_of(product: Product, *, actor: Actor, has_variants: bool) -> Structure:
    """For its page. No query but for who ends in a branch."""
    depth = product.family.depth
    may, takes = may_move(product, actor), product.level < depth
    editor = actor_at(product, actor.within("pim.edit"))
    can_add = takes and editor.may("pim.edit") and editor.limits("market") is None
    is_end = product.level == depth
    return Structure(
        can_add=can_add,
        can_detach=may and product.parent_id is not None and is_end,
        can_attach=may and depth == 0,
        sees_matrix=takes and has_variants,
    )


@dataclass(frozen=True)
class AxisField:
    """What one may say of an axis: its option, chosen of few or typed."""

    name: str
    label: str
    value: str
    options: list[tuple[str, str]]


def lacking_options(
    move: AxesMove, given: Mapping[str, Mapping[str, str]], actor: Actor, *, prefix: str
) -> list[tuple[AxisField, list[str]]]:
    """By axis what may be said of products that have no option of it, and the first of them."""
    wanted = move.lacking.keys() | given.keys()
    attributes = list(Attribute.objects.visible_to(actor).filter(code__in=wanted).order_by("code"))
    fields = axis_fields(attributes, {axis: said.get(EVERY, "") for axis, said in given.items()}, prefix=prefix)
    return [(field, move.lacking.get(one.code, [])[:SHOWN]) for one, field in zip(attributes, fields, strict=True)]


def simple_families() -> list[tuple[str, str]]:
    """Those without levels of variants."""
    return [(one.code, one.label(LOCALE)) for one in Family.objects.filter(depth=0).order_by("code")]


def axis_fields(attributes: Sequence[Attribute], given: Mapping[str, str], *, prefix: str = "axis-") -> list[AxisField]:
    """One for each axis; long lists are typed by code."""
    lists = short_lists(attributes, LOCALE)
    return [
        AxisField(
            f"{prefix}{one.code}", one.label(LOCALE), given.get(one.code, ""),
            [(choice.code, choice.label) for choice in lists.get(one.pk, ())],
        )
        for one in attributes
    ]  # fmt: skip


def own_options(product: Product, attributes: Sequence[Attribute]) -> dict[str, str]:
    """What a product says itself of attributes that may become its axes."""
    codes = [one.code for one in attributes]
    rows = ProductValues.objects.filter(product=product, cell__market=None, cell__locale=ANY_LOCALE)
    return {code: vals[code] for vals in rows.values_list("vals", flat=True) for code in codes if code in vals}


def movable_attributes(family: Family, actor: Actor) -> list[tuple[str, str, int, bool]]:
    """Attributes of a family that are no axes: code, name, level, and whether variants may differ."""
    axes = family.axes.values("attribute_id")
    members = family.members.visible_to(actor).filter(is_active=True).exclude(attribute__in=axes)
    rows = sorted(members.select_related("attribute"), key=lambda one: one.attribute.code)
    return [(one.attribute.code, one.attribute.label(LOCALE), one.level, one.may_override_below) for one in rows]


def axis_offers(family: Family, actor: Actor) -> list[tuple[str, str]]:
    """What may tell variants apart: selects that are the same everywhere; those of the family first."""
    rows = Attribute.objects.visible_to(actor).filter(type="select", is_localizable=False, is_market_overridable=False)
    inside = Q(memberships__family=family, memberships__is_active=True)
    own = list(rows.filter(inside)[:OFFERED])
    others = list(rows.exclude(pk__in=[one.pk for one in own])[:OFFERED])
    return [(one.code, one.label(LOCALE)) for one in [*own, *others]]


def level_names(family: Family) -> list[tuple[int, str]]:
    return list(enumerate(LEVELS[: family.depth + 1]))


def _axes_notes(move: AxesMove) -> list[str]:
    old, new = ({code for codes in axes for code in codes} for axes in move.axes)
    before, after = (" / ".join(", ".join(codes) for codes in axes) for axes in move.axes)
    notes = ["The axes stay as they are."] if before == after else [f"Axes: {before} before, {after} after."]
    gone = sorted(old - new)
    notes += [f"{code} is no axis any more; it stays where it lives, as a value like others." for code in gone]
    if move.visual_axis:
        notes.append(f"{move.visual_axis} no longer decides which variants share pictures.")
    return notes


def _place_notes(move: VariantMove) -> list[str]:
    notes = [
        f"{one.channel} in {one.market}: {one.before or 'as its model says'} before, "
        f"{one.after or 'as its model says'} after."
        for one in move.offers
    ]
    before, after = move.categories
    if before != after:
        old, new = (", ".join(keys) or "none" for keys in (before, after))
        notes.append(f"Categories of its own: {old} before, {new} after.")
    return notes


def _spaced(key: str) -> str:
    return key.replace("&", ", ")


@dataclass
class _Speaker:
    said: Sequence[Said]
    attributes: dict[str, Attribute] = field(init=False)
    options: Any = field(init=False)

    def __post_init__(self) -> None:
        codes = {one.attribute for one in self.said}
        self.attributes = {one.code: one for one in Attribute.objects.filter(code__in=codes)} if codes else {}
        values = [(self.attributes[one.attribute], value) for one in self.said for value in (one.before, one.after)]
        self.options = words_of(values, LOCALE)

    def line(self, one: Said) -> MoveLine:
        attribute = self.attributes[one.attribute]
        before, after = (in_words(attribute, value, self.options).whole for value in (one.before, one.after))
        place = ", ".join(part for part in (one.market, one.locale.strip("*")) if part)
        return MoveLine(one.sku, attribute.label(LOCALE), place, before, after, one.why)
