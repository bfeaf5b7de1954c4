"""Bringing back what a product was at an earlier moment, as a new change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Denied, Invalid, TandemError
from foundation.history.services import recorded
from pim.choices import PlacementState
from pim.errors import BadProduct, StaleValues
from pim.models import Product, ProductValues
from pim.models.attributes import clearance_of
from pim.queries.book import read_book
from pim.queries.classifications import actor_at
from pim.queries.facts import (
    CATEGORY,
    FIELD,
    OVERRIDE,
    PLACEMENT,
    RELATION,
    VALUE,
    Fact,
    FactChange,
    Facts,
    differences,
    value_codes,
)
from pim.queries.history import AFTER_ALL, ChangeSet, Past
from pim.queries.refusals import refusal_of
from pim.queries.relations import relations_of
from pim.services.drafts import CategoriesDraft, ProductDraft, ValueDraft
from pim.services.placements import forget_placement, place_product, reset_placement, withdraw_product
from pim.services.planning import Plan, Planner
from pim.services.relations import refusal_of_relation, relate_products, unrelate_products
from pim.services.writing import write_drafts

STATE = Fact(FIELD, "state")
ROUNDS = 5  # what one refusal leaves may be refused anew: without its colour a size is taken


@dataclass(frozen=True)
class Refused:
    """What cannot be brought back, and why."""

    change: FactChange
    problem: TandemError


@dataclass(frozen=True)
class Restoration:
    """What bringing a moment back would do, or did: exactly these changes, those later change sets undone in part or
    whole. `latest` is the newest revision that it was told after.
    """

    to: ChangeSet
    version: int
    latest: int
    changes: list[FactChange]
    refused: list[Refused]
    undone: list[ChangeSet]

    @property
    def codes(self) -> set[str]:
        """Codes of the attributes that it tells of."""
        told = [*self.changes, *(one.change for one in self.refused)]
        return value_codes([*told, *(change for one in self.undone for change in one.changes)])


@dataclass
class _Attempt:
    """Drafts of what is to be brought back, without what was refused so far."""

    changes: list[FactChange]
    then: Facts
    now: Facts
    reason: str
    refused: list[Refused] = field(default_factory=list)

    def draft(self, product: Product) -> ProductDraft:
        keys = [(one.fact.name, one.after is not None) for one in self.changes if one.fact.kind == CATEGORY]
        state = next((one.after for one in self.changes if one.fact == STATE), None)
        return ProductDraft(
            sku=product.sku,
            values=[self._value(one) for one in self.changes if one.fact.kind == VALUE],
            state=state,
            reason=self.reason,
            must_be="known",
            categories=CategoriesDraft(
                added=[key for key, is_there in keys if is_there],
                removed=[key for key, is_there in keys if not is_there],
            ),
        )

    def refuse(self, one: FactChange, problem: TandemError) -> None:
        self.changes.remove(one)
        self.refused.append(Refused(one, problem))

    def _value(self, change: FactChange) -> ValueDraft:
        """With the reason and the end that a market's own value had then."""
        fact = change.fact
        said = self.then.get(Fact(OVERRIDE, fact.name, fact.market, fact.locale), {})
        ends = said.get("expires_at") if change.after is not None else None
        return ValueDraft(
            fact.name, change.after, fact.market or None, fact.locale, path=fact.path,
            reason=said.get("reason", ""), expires_at=datetime.fromisoformat(ends) if ends else None,
        )  # fmt: skip


def preview_restore(product: Product, *, change: int, actor: Actor, only: Collection[str] | None = None) -> Restoration:
    """What `restore_product` would do now; nothing is written."""
    with transaction.atomic():
        return _plan(product, change, actor, only)[0]


def restore_product(
    product: Product, *, change: int, actor: Actor, only: Collection[str] | None = None, reason: str = "",
    expected_version: int | None = None, latest: int | None = None,
) -> Restoration:  # fmt: skip
    """Let a product be what it was just after a change set, as far as that still may be.

    `only` are paths of facts (`value/name/*/en-GB`); without it all is brought back. `expected_version` and `latest`
    are those of the preview that the caller saw: where somebody wrote meanwhile, `StaleValues` is raised and nothing is
    lost. What cannot be brought back is told and stays as it is.
    """
    whole, actor = actor, actor.require("pim.edit")
    with recorded(actor):
        locked = Product.objects.select_for_update().get(pk=product.pk)
        list(ProductValues.objects.select_for_update().filter(product=locked).order_by("pk"))  # from writes by SQL
        found, attempt = _plan(locked, change, whole, only)
        _require_seen(found, expected_version, latest)
        words = f"Restored from {found.to.at:%Y-%m-%d %H:%M} UTC (change {found.to.id})"
        with recorded(actor, reason=f"{words}: {reason}" if reason.strip() else words):
            _carry_out(locked, attempt, whole)
    return found


def _plan(
    product: Product, change: int, actor: Actor, only: Collection[str] | None
) -> tuple[Restoration, _Attempt]:  # fmt: skip
    editor = actor.require("pim.edit")
    if not Product.objects.visible_to(editor).filter(pk=product.pk).exists():
        raise refusal_of(product, editor, "edit products")
    past = Past(product, editor)
    to = past.change_set(change, "change")
    now, then = past.facts_at(AFTER_ALL), past.facts_at(to.id)
    wanted = [one for one in differences(now, then) if one.fact.kind != OVERRIDE]
    if only is not None:
        _require_known(only, wanted)
        wanted = [one for one in wanted if one.fact.path in only]
    attempt = _Attempt(wanted, then, now, f"Restored from change {to.id}")
    _refuse_fixed(attempt)
    _refuse_foreign_placements(attempt, product, actor)
    _refuse_relations(attempt, product, actor)
    _try(attempt, product, editor)
    facts = {one.fact for one in attempt.changes}
    undone = [one for one in past.since(to.id) if any(change.fact in facts for change in one.changes)]
    return Restoration(to, product.version, past.latest(), attempt.changes, attempt.refused, undone), attempt


def _require_known(only: Collection[str], wanted: Sequence[FactChange]) -> None:
    known = {one.fact.path for one in wanted}
    for path in only:
        if path not in known:
            raise Invalid(f"{path[:100]!r} is not among what differs: look at the preview again", path="only")


def _require_seen(found: Restoration, version: int | None, latest: int | None) -> None:
    if (version is not None and version != found.version) or (latest is not None and latest != found.latest):
        text = "The product was changed since you looked: see what would be undone now"
        raise StaleValues(text, path="change", version=found.version)


def _refuse_fixed(attempt: _Attempt) -> None:
    for one in [one for one in attempt.changes if one.fact.kind == FIELD and one.fact != STATE]:
        text = f"The {one.fact.name} is not changed by a restore"
        attempt.refuse(one, BadProduct(text, path=one.fact.path, reason="fixed"))


def _refuse_foreign_placements(attempt: _Attempt, product: Product, actor: Actor) -> None:
    placer = actor_at(product, actor.within("pim.place"))
    for one in [one for one in attempt.changes if one.fact.kind == PLACEMENT]:
        if not placer.may("pim.place") or not placer.admits(channel=one.fact.name, market=one.fact.market):
            text = f"{one.fact.name} in {one.fact.market} is not yours to fill"
            attempt.refuse(one, Denied(text, path=one.fact.path))


def _refuse_relations(attempt: _Attempt, product: Product, actor: Actor) -> None:
    for one in [one for one in attempt.changes if one.fact.kind == RELATION]:
        said = _said_of(one.fact, one.after or one.before)
        if problem := refusal_of_relation(product, document=said, actor=actor, is_new=one.before is None):
            attempt.refuse(one, problem)


def _try(attempt: _Attempt, product: Product, actor: Actor) -> None:
    """Leave out what is refused until the rest goes through."""
    for _ in range(ROUNDS):
        plan = _planned(attempt, product, actor)
        if not plan.problems:
            return
        for problem in plan.problems:
            for one in _meant(problem, attempt.changes):
                attempt.refuse(one, problem)
    raise plan.problems[0]


def _planned(attempt: _Attempt, product: Product, actor: Actor) -> Plan:
    planner = Planner(read_book(), actor, clearance=clearance_of(actor), at=moment.now())
    return planner.plan_and_diff([attempt.draft(product)])[0]


def _meant(problem: TandemError, changes: Sequence[FactChange]) -> list[FactChange]:
    """What a refusal is about: a fact by its path; the axes all together; else the values."""
    if named := [one for one in changes if problem.path in (one.fact.path, one.fact.name)]:
        return named
    if problem.path == "categories":
        return [one for one in changes if one.fact.kind == CATEGORY]
    return [one for one in changes if one.fact.kind == VALUE]


def _carry_out(product: Product, attempt: _Attempt, actor: Actor) -> None:
    editor = actor.require("pim.edit")
    write_drafts([attempt.draft(product)], actor=editor, at=moment.now(), clearance=clearance_of(editor))
    for one in attempt.changes:
        if one.fact.kind == PLACEMENT:
            _place(product, one, actor)
    _relate(product, [one for one in attempt.changes if one.fact.kind == RELATION], actor)


def _relate(product: Product, changes: Sequence[FactChange], actor: Actor) -> None:
    """First what goes, so that there is room for what comes."""
    gone = {_key_of(one.fact) for one in changes if one.after is None}
    rows = [row for row in relations_of(product, actor=actor) if row.product_id == product.pk]
    if ids := [row.pk for row in rows if (f"{row.type.code}/{row.target.sku}", row.place or "") in gone]:
        unrelate_products(product, ids=ids, actor=actor)
    if back := [_said_of(one.fact, one.after) for one in changes if one.after is not None]:
        relate_products(product, relations=back, actor=actor)


def _place(product: Product, change: FactChange, actor: Actor) -> None:
    where = {"channel": change.fact.name, "market": change.fact.market}
    if change.after is None:
        forget_placement(product, **where, actor=actor)
    elif change.before is not None:
        reset_placement(product, **where, **change.after, actor=actor)
    else:
        decide = place_product if change.after["state"] == PlacementState.PLACED else withdraw_product
        decide(product, **where, reason=change.after["reason"] or "Restored", actor=actor)


def _key_of(fact: Fact) -> tuple[str, str]:
    return fact.name, fact.market


def _said_of(fact: Fact, told: dict[str, Any]) -> dict[str, Any]:
    """A fact as a document; codes of types have no slash, SKUs may."""
    kind, _, sku = fact.name.partition("/")
    return {"type": kind, "product": sku, "market": fact.market or None, **told}
