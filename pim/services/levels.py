"""Where an attribute of a family may live: what each product says of it at another level. Nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pim.errors import BadProduct
from pim.models import Family, FamilyAttribute, Product
from pim.resolution import Place, joined, left_of
from pim.services.moves import Move, PlaceValues, said_of

MOST = "most"  # the value that most variants have
DISAGREE = "disagree"


@dataclass(frozen=True)
class LevelMove:
    """The plan, and which variants of a model do not agree: model to what each of them says."""

    move: Move
    disagreeing: dict[str, dict[str, PlaceValues]]


@dataclass(frozen=True)
class Ground:
    """An attribute, the products of its family, and where it shall live."""

    family: Family
    member: FamilyAttribute
    products: Sequence[Product]
    level: int
    may_override_below: bool

    @property
    def code(self) -> str:
        return self.member.attribute.code

    @cached_property
    def by_id(self) -> dict[int, Product]:
        return {one.pk: one for one in self.products}

    @cached_property
    def said(self) -> dict[int, PlaceValues]:
        found = said_of([one.pk for one in self.products], codes=[self.code])
        return {pk: values[self.code] for pk, values in found.items()}

    def own(self, product: Product) -> PlaceValues:
        return self.said.get(product.pk, {})

    def at_level(self) -> list[Product]:
        return [one for one in self.products if one.level == self.level]

    def above(self, product: Product) -> list[Product]:
        """Its ancestors, nearest first."""
        found = []
        while product.parent_id is not None:
            product = self.by_id[product.parent_id]
            found.append(product)
        return found

    def under(self) -> dict[int, list[Product]]:
        """By product at the new level those below it that may have values by now."""
        found: dict[int, list[Product]] = defaultdict(list)
        for product in self.products:
            if product.level >= self.member.level:
                above = next((one for one in self.above(product) if one.level == self.level), None)
                if above is not None:
                    found[above.pk].append(product)
        return found


def plan_level(ground: Ground, *, winners: Mapping[str, str]) -> LevelMove:
    """What every product says of the attribute at the other level, so that it answers as before where that can be."""
    if ground.level >= ground.member.level:
        return LevelMove(_down(ground), {})
    return _up(ground, winners)


def _down(ground: Ground) -> Move:
    """To each variant at the level a copy of what it heard; away from what is above."""
    move, code = Move(), ground.code
    below: dict[int, int] = defaultdict(int)  # variants at the level that a product is above
    copied: set[tuple[int, Place]] = set()
    for product in ground.at_level():
        own = after = ground.own(product)
        for above in ground.above(product):
            below[above.pk] += 1
            theirs = ground.own(above)
            together = joined(theirs, after)
            copied |= {(above.pk, place) for place in theirs if place in together and place not in after}
            after = together
        move.change(product.sku, code, own, after)
    for product in ground.products:
        own = ground.own(product)
        if product.level < ground.level and own:
            move.change(product.sku, code, own, {})
            unheard = {place: value for place, value in own.items() if (product.pk, place) not in copied}
            move.lose(product.sku, code, unheard, "No variant at that level hears of it")
            if ground.member.attribute.is_unique and below[product.pk] > 1:
                text = f"{code} is unique, and {product.sku} has several variants: clear it there first"
                move.problems.append(BadProduct(text, path=product.sku, reason="unique"))
        elif product.level > ground.level and own and not ground.may_override_below:
            move.change(product.sku, code, own, {})
            move.lose(product.sku, code, own, "Variants may not override it any more")
    return move


def _up(ground: Ground, winners: Mapping[str, str]) -> LevelMove:
    """To each model what its variants say, as one of them says it; from them what they hear as well now."""
    move, disagreeing = Move(), {}
    under = ground.under()
    for model in ground.at_level():
        variants = {one.sku: ground.own(one) for one in under[model.pk] if one.level == ground.member.level}
        won = _winner(model.sku, variants, winners)
        if not won and len({_key(values) for values in variants.values()}) > 1:
            disagreeing[model.sku] = variants
            text = f"The variants of {model.sku} do not agree: name the one that wins"
            move.problems.append(BadProduct(text, path=f"winners.{model.sku}", reason=DISAGREE))
        chosen = variants.get(won or next(iter(variants), ""), {})
        move.change(model.sku, ground.code, ground.own(model), chosen)
        for product in under[model.pk]:
            _follow(move, ground, product, model, chosen)
    return LevelMove(move, disagreeing)


def _follow(move: Move, ground: Ground, product: Product, model: Product, chosen: PlaceValues) -> None:
    """A variant below the model that has the values now."""
    code, own, is_below = ground.code, ground.own(product), product.level > ground.member.level
    if ground.may_override_below:
        kept, heard = (own, {}) if is_below else left_of(chosen, own)
    elif is_below and not own:
        return
    else:
        answers = own
        for above in ground.above(product):
            if above.level >= ground.member.level:
                answers = joined(ground.own(above), answers)
        kept, heard = {}, {place: value for place, value in chosen.items() if place not in answers}
        lost = {place: value for place, value in answers.items() if chosen.get(place) != value}
        move.lose(product.sku, code, lost, f"{model.sku} says something else, or nothing")
    move.change(product.sku, code, own, kept)
    move.gain(product.sku, code, heard, f"Inherited from {model.sku}")


def _winner(model: str, variants: Mapping[str, PlaceValues], winners: Mapping[str, str]) -> str:
    """The variant whose values the model gets; nothing where nobody says so."""
    name = winners.get(model) or winners.get("*", "")
    if name != MOST:
        return name if name in variants else ""
    counts: dict[str, list[str]] = defaultdict(list)
    for sku in sorted(variants):
        counts[_key(variants[sku])].append(sku)
    return max(counts.values(), key=len)[0] if counts else ""


def _key(values: PlaceValues) -> str:
    return repr(sorted((market or "", locale, repr(value)) for (market, locale), value in values.items()))
