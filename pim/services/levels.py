"""Moving an attribute to another level of a family: its values go along, and every product answers as before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction

from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.jobs.models import Job
from foundation.jobs.running import JobRun
from foundation.jobs.services import start_job
from pim import events
from pim.choices import Sensitivity
from pim.errors import BadProduct, UnknownAttribute
from pim.models import Attribute, Family, FamilyAttribute, Product
from pim.resolution import Place, joined, left_of
from pim.services.moves import Move, PlaceValues, carry_out_move, lock_family, reasons_of, require_whole, said_of
from pim.services.reference import uid_of

LARGE = 2_000  # products
MOVE_JOB = "pim.move_attribute"
MOST = "most"  # the value that most variants have


@dataclass(frozen=True)
class LevelMove:
    """The plan, and which variants of a model do not agree: model to what each of them says."""

    move: Move
    disagreeing: dict[str, dict[str, PlaceValues]]


@dataclass(frozen=True)
class _Ground:
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


def preview_attribute_move(
    *, family: str, attribute: str, level: int, actor: Actor, may_override_below: bool = False,
    winners: Mapping[str, str] | None = None,
) -> LevelMove:  # fmt: skip
    """What `move_attribute` would do now; nothing is written."""
    actor = _require(actor, attribute)
    with transaction.atomic():
        ground = _ground(family, attribute, level, may_override_below=may_override_below)
        return _plan(ground, winners or {})


def move_attribute(
    *, family: str, attribute: str, level: int, actor: Actor, may_override_below: bool = False,
    winners: Mapping[str, str] | None = None, accept: bool = False, seen: str | None = None,
) -> LevelMove:  # fmt: skip
    """Let an attribute of a family live at another level.

    Downwards each variant gets a copy. Upwards the model gets what its variants agree on; where they do not,
    `winners` names for a model the variant whose values it gets, or `most` (for all models: `*`). With
    `may_override_below` the others keep theirs, else those are lost. What would be lost or new needs `accept`; `seen`
    is the digest of the preview. Raises `Conflict`, `StaleValues` or `Problems`; then nothing was written.
    """
    actor = _require(actor, attribute)
    with recorded(actor, reason=f"{_public_name(attribute)} of {family} moved to level {level}"):
        ground = _ground(family, attribute, level, may_override_below=may_override_below)
        found = _plan(ground, winners or {})
        found.move.require_consent(accept=accept, seen=seen)
        ids = [one.pk for one in ground.products]
        reasons = reasons_of(ids)
        ground.member.level, ground.member.may_override_below = level, may_override_below
        ground.member.save()
        sources = _relatives(ground)
        carry_out_move(
            found.move,
            reasons=reasons,
            sources=sources,
            actor=actor,
            reason="Moved with its attribute",
            clears_first=True,
        )
        append_event(events.FAMILY_CHANGED, uid_of("family", code=family), code=family)
    return found


def is_large(family: str) -> bool:
    """Whether it has so many products that a move is a job."""
    return Product.objects.filter(family__code=family).count() > LARGE


def start_attribute_move(
    *, family: str, attribute: str, level: int, actor: Actor, may_override_below: bool = False,
    winners: Mapping[str, str] | None = None, accept: bool = False, seen: str | None = None,
) -> Job:  # fmt: skip
    """Let a job carry out `move_attribute`, in one transaction; refused at once where it may not be."""
    definer = _require(actor, attribute)
    payload = {
        "family": family, "attribute": attribute, "level": level, "may_override_below": may_override_below,
        "winners": dict(winners or {}), "accept": accept, "seen": seen,
    }  # fmt: skip
    return start_job(kind=MOVE_JOB, queue="bulk", payload=payload, actor=definer, unique_key=family)


def carry_out_attribute_move(run: JobRun) -> dict[str, object]:
    """The job. A second run finds the attribute where it shall be and writes nothing."""
    found = move_attribute(**run.payload, actor=run.actor)
    return {"products": len(found.move.products), "values": len(found.move.writes)}


def _public_name(attribute: str) -> str:
    """For reasons, which whoever reads the past may see."""
    is_public = Attribute.objects.within(Sensitivity.PUBLIC).filter(code=attribute).exists()
    return attribute if is_public else "An attribute"


def _require(actor: Actor, attribute: str) -> Actor:
    definer = actor.require("pim.define")
    if not Attribute.objects.visible_to(definer).filter(code=attribute).exists():
        raise UnknownAttribute(f"There is no attribute {attribute!r}", path="attribute")
    return require_whole(definer, codes=[attribute])


def _ground(family: str, attribute: str, level: int, *, may_override_below: bool) -> _Ground:
    found = Family.objects.select_for_update().filter(code=family).first()
    if found is None:
        raise Missing(f"There is no family {family}", path="family")
    member = found.members.select_related("attribute").filter(attribute__code=attribute, is_active=True).first()
    if member is None:
        raise UnknownAttribute(f"Products of {family} have no {attribute}", path="attribute")
    if not 0 <= level <= found.depth:
        raise Invalid(f"{family} has the levels 0 to {found.depth}", path="level")
    if found.axes.filter(attribute=member.attribute).exists():
        raise Invalid(f"{attribute} is an axis of {family}: its level is that of the axis", path="attribute")
    return _Ground(found, member, lock_family(found.pk), level, may_override_below)


def _plan(ground: _Ground, winners: Mapping[str, str]) -> LevelMove:
    if ground.level >= ground.member.level:
        return LevelMove(_down(ground), {})
    return _up(ground, winners)


def _down(ground: _Ground) -> Move:
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


def _up(ground: _Ground, winners: Mapping[str, str]) -> LevelMove:
    """To each model what its variants say, as one of them says it; from them what they hear as well now."""
    move, disagreeing = Move(), {}
    under = ground.under()
    for model in ground.at_level():
        variants = {one.sku: ground.own(one) for one in under[model.pk] if one.level == ground.member.level}
        won = _winner(model.sku, variants, winners)
        if not won and len({_key(values) for values in variants.values()}) > 1:
            disagreeing[model.sku] = variants
            text = f"The variants of {model.sku} do not agree: name the one that wins"
            move.problems.append(BadProduct(text, path=f"winners.{model.sku}", reason="disagree"))
        chosen = variants.get(won or next(iter(variants), ""), {})
        move.change(model.sku, ground.code, ground.own(model), chosen)
        for product in under[model.pk]:
            _follow(move, ground, product, model, chosen)
    return LevelMove(move, disagreeing)


def _follow(move: Move, ground: _Ground, product: Product, model: Product, chosen: PlaceValues) -> None:
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


def _relatives(ground: _Ground) -> dict[str, list[str]]:
    """Whose override a value may come from: those above and below."""
    found: dict[str, list[str]] = defaultdict(list)
    for product in ground.products:
        for above in ground.above(product):
            found[product.sku].append(above.sku)
            found[above.sku].append(product.sku)
    return dict(found)
