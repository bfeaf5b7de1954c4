"""Other axes for a family that has variants: planned as a whole, told for each product, done only as it was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing
from foundation.core.hashing import hash_document
from foundation.events.services import append_event, append_events
from foundation.history.services import recorded
from foundation.jobs.models import Job
from foundation.jobs.running import JobRun
from foundation.jobs.services import start_job
from pim import events
from pim.choices import ANY_LOCALE, Sensitivity
from pim.errors import BadProduct, UnknownAttribute
from pim.models import Attribute, Family, FamilyAttribute, Option, Product
from pim.services.attribute_moves import public_name
from pim.services.families import require_axes, write_axes, write_members
from pim.services.levels import DISAGREE, Ground, plan_level
from pim.services.moves import Move, carry_out_move, lock_family, reasons_of, require_whole
from pim.services.reference import uid_of

AXES_JOB = "pim.change_axes"
EVERY = "*"  # whichever product has none yet
EVERYWHERE = (None, ANY_LOCALE)
Axes = Sequence[Sequence[str]]
Options = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Keyed:
    """A variant that is told from its siblings by something else now, and by what."""

    sku: str
    before: str
    after: str


@dataclass
class AxesMove(Move):
    """A change of axes: the axes by level before and after, what each variant is told apart by, and which products
    (by axis) have no option of an axis yet. `visual_axis` is the family's, where it ceases to be one.
    """

    axes: tuple[list[list[str]], list[list[str]]] = ((), ())  # type: ignore[assignment]  # told once, by the plan
    keys: list[Keyed] = field(default_factory=list)
    lacking: dict[str, list[str]] = field(default_factory=dict)
    visual_axis: str = ""

    @property
    def digest(self) -> str:
        return hash_document([super().digest, *self.axes, [vars(one) for one in self.keys], self.visual_axis])


@dataclass(frozen=True)
class _Ground:
    """A locked family with its products, the attributes there are, and what is wanted of them."""

    family: Family
    products: Sequence[Product]
    known: Mapping[str, Attribute]
    present: Mapping[str, FamilyAttribute]
    wanted: Mapping[str, Mapping[str, Any]]
    axes: Axes


def preview_axes_change(*, family: str, axes: Axes, actor: Actor, options: Options | None = None) -> AxesMove:
    """What `change_axes` would do now; nothing is written."""
    actor = _require(actor, axes)
    with transaction.atomic():
        return _plan(_ground(family, axes), options or {})


def change_axes(
    *, family: str, axes: Axes, actor: Actor, options: Options | None = None, accept: bool = False,
    seen: str | None = None,
) -> AxesMove:  # fmt: skip
    """Let variants of a family be told apart by other attributes; `axes` has a list of them for each level.

    An attribute that becomes an axis moves to that level with its values, or joins the family; one that ceases to be
    an axis stays where it is. `options` say, by axis, which option a product has that has none yet: by SKU, or by `*`
    for all others. Two variants that would be alike, and one that lacks an option, are problems. Raises `Conflict`,
    `StaleValues` or `Problems`; then nothing was written.
    """
    actor = _require(actor, axes)
    with recorded(
        actor, reason=f"Axes of {family}: {' / '.join(', '.join(map(public_name, codes)) for codes in axes)}"
    ):
        ground = _ground(family, axes)
        move = _plan(ground, options or {})
        move.require_consent(accept=accept, seen=seen)
        if move.axes[0] != move.axes[1]:
            reasons = reasons_of([one.pk for one in ground.products])
            _redefine(ground, move)
            _rekey(ground, move)
            carry_out_move(move, reasons=reasons, sources={}, actor=actor, reason="Moved with its axis")
            append_event(events.FAMILY_CHANGED, uid_of("family", code=family), code=family)
    return move


def start_axes_change(
    *, family: str, axes: Axes, actor: Actor, options: Options | None = None, accept: bool = False,
    seen: str | None = None,
) -> Job:  # fmt: skip
    """Let a job carry out `change_axes`, in one transaction; refused at once where it may not be."""
    definer = _require(actor, axes)
    payload = {
        "family": family, "axes": [list(codes) for codes in axes], "accept": accept, "seen": seen,
        "options": {axis: dict(said) for axis, said in (options or {}).items()},
    }  # fmt: skip
    return start_job(kind=AXES_JOB, queue="bulk", payload=payload, actor=definer, unique_key=family)


def carry_out_axes_change(run: JobRun) -> dict[str, object]:
    """The job. A second run finds the axes as they shall be and writes nothing."""
    found = change_axes(**run.payload, actor=run.actor)
    return {"products": len(found.products | {one.sku for one in found.keys}), "values": len(found.writes)}


def _require(actor: Actor, axes: Axes) -> Actor:
    definer = actor.require("pim.define")
    codes = {axis for level in axes for axis in level}
    seen = set(Attribute.objects.visible_to(definer).filter(code__in=codes).values_list("code", flat=True))
    if codes - seen:
        raise UnknownAttribute(f"There is no attribute {min(codes - seen)!r}", path="axes")
    return require_whole(definer, codes=codes)


def _ground(code: str, axes: Axes) -> _Ground:
    family = Family.objects.select_for_update().filter(code=code).first()
    if family is None:
        raise Missing(f"There is no family {code}", path="family")
    if len(axes) != family.depth or not all(axes):
        raise Invalid(f"{code} has {family.depth} levels of variants, and keeps them: name axes for each", path="axes")
    members = family.members.select_related("attribute").filter(is_active=True)
    present = {one.attribute.code: one for one in members}
    wanted = {name: {"level": one.level, "may_override_below": one.may_override_below} for name, one in present.items()}
    wanted |= {axis: {"level": level} for level, codes in enumerate(axes, 1) for axis in codes}
    known = {one.code: one for one in Attribute.objects.filter(code__in=wanted)}
    require_axes(code, axes=axes, wanted=wanted, known=known)
    return _Ground(family, lock_family(family.pk), known, present, wanted, axes)


def _plan(ground: _Ground, options: Options) -> AxesMove:
    move = AxesMove(axes=(_axes_of(ground.family), [list(codes) for codes in ground.axes]))
    said: dict[str, dict[str, str]] = {}
    for level, codes in enumerate(ground.axes, 1):
        for axis in codes:
            said[axis] = _plan_axis(move, ground, axis, level, options.get(axis, {}))
    for axis in sorted(options.keys() - said.keys()):
        move.problems.append(BadProduct(f"{axis} is no axis here", path=f"options.{axis}", reason="no-axis"))
    _plan_keys(move, ground, said)
    visual = ground.family.visual_axis
    move.visual_axis = visual.code if visual and visual.code not in said else ""
    return move


def _axes_of(family: Family) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in range(family.depth)]
    for axis in family.axes.select_related("attribute").order_by("level", "position"):
        found[axis.level - 1].append(axis.attribute.code)
    return found


def _plan_axis(move: AxesMove, ground: _Ground, axis: str, level: int, options: Mapping[str, str]) -> dict[str, str]:
    """Let the attribute live at the level, with an option for each product there; which one that is, by SKU."""
    new = FamilyAttribute(family=ground.family, attribute=ground.known[axis], level=level)
    at = Ground(ground.family, ground.present.get(axis, new), ground.products, level, may_override_below=False)
    found = plan_level(at, winners={})
    move.add(found.move, but=DISAGREE)
    for model in found.disagreeing:
        text = f"{model} would have one {axis}, and what is below it has several or lacks it"
        move.problems.append(BadProduct(text, path=model, reason=DISAGREE))
    written = {one.sku: one.after for one in found.move.writes if (one.market, one.locale) == EVERYWHERE}
    said: dict[str, str] = {}
    for product in at.at_level():
        option = written.get(product.sku, at.own(product).get(EVERYWHERE))
        if option is None:
            option = options.get(product.sku, options.get(EVERY))
            move.change(product.sku, axis, {}, {EVERYWHERE: option} if option else {})
        if option:
            said[product.sku] = option
        elif product.sku not in found.disagreeing:
            move.lacking.setdefault(axis, []).append(product.sku)
            text = f"{product.sku} has no {axis}: say which option it is"
            move.problems.append(BadProduct(text, path=f"options.{axis}.{product.sku}", reason="axis-missing"))
    _require_options(move, axis, ground.known[axis], options, {one.sku for one in at.at_level()})
    return said


def _require_options(
    move: AxesMove, axis: str, attribute: Attribute, options: Mapping[str, str], skus: set[str]
) -> None:
    known = Option.objects.filter(attribute=attribute, code__in=options.values(), is_retired=False)
    codes = set(known.values_list("code", flat=True))
    for sku, option in options.items():
        path = f"options.{axis}.{sku}"
        if option not in codes:
            text = f"{option} is no option of {axis} that can be chosen"
            move.problems.append(BadProduct(text, path=path, reason="unknown-option"))
        if sku != EVERY and sku not in skus:
            move.problems.append(BadProduct(f"{sku} has no {axis} of its own", path=path, reason="wrong-level"))


def _plan_keys(move: AxesMove, ground: _Ground, said: Mapping[str, Mapping[str, str]]) -> None:
    """What each variant is told apart by; two that are alike below one parent are a problem."""
    first: dict[tuple[int | None, str], str] = {}
    for product in ground.products:
        codes = ground.axes[product.level - 1] if product.level else []
        if not codes or any(product.sku not in said[code] for code in codes):
            continue
        key = "&".join(f"{code}={said[code][product.sku]}" for code in codes)
        other = first.setdefault((product.parent_id, key), product.sku)
        if other != product.sku:
            text = f"{other} and {product.sku} would both be {key.replace('&', ', ')}"
            move.problems.append(BadProduct(text, path=product.sku, reason="axes-taken"))
        if key != product.axis_key:
            move.keys.append(Keyed(product.sku, product.axis_key, key))


def _redefine(ground: _Ground, move: AxesMove) -> None:
    family = ground.family
    write_members(family, wanted=ground.wanted, known=ground.known)
    write_axes(family, axes=ground.axes, known=ground.known)
    if move.visual_axis:
        family.visual_axis = None
    family.version += 1
    family.save()


def _rekey(ground: _Ground, move: AxesMove) -> None:
    """The new keys name other attributes than the old ones of their level, so that none of them meets an old one."""
    by_sku = {one.sku: one for one in ground.products}
    keyed = [by_sku[one.sku] for one in move.keys]
    for product, told in zip(keyed, move.keys, strict=True):
        product.axis_key, product.version = told.after, product.version + 1
    Product.objects.bulk_update(keyed, ["axis_key", "version"], batch_size=1000)
    roots = {one.pk: str(one.uid) for one in ground.products if one.is_root}
    public = {code for code, one in ground.known.items() if one.sensitivity == Sensitivity.PUBLIC}
    append_events(
        events.PRODUCT_CHANGED,
        [
            (one.uid, {
                "sku": one.sku, "root": roots[one.root_id], "cells": [],
                "attributes": sorted(public.intersection(ground.axes[one.level - 1])),
            })
            for one in sorted(keyed, key=lambda one: one.pk)
            if one.sku not in move.products
        ],
    )  # fmt: skip
