"""The variants that a model's matrix lacks: made many at once, SKUs by a pattern; taken back while nothing was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Problems, TandemError
from foundation.core.hashing import hash_document
from foundation.events.services import append_events
from foundation.history.services import recorded
from pim import events
from pim.checks.skus import LONGEST_PATTERN, PATTERN, fields_of, spell_sku, unknown_names
from pim.choices import ANY_LOCALE
from pim.errors import BadProduct, StaleValues
from pim.models import (
    Classification,
    FamilyAxis,
    FirstCompletion,
    Override,
    Placement,
    Product,
    ProductValues,
)
from pim.models.attributes import clearance_of
from pim.queries.book import Book, FamilyRule, read_book
from pim.queries.products import axis_values
from pim.queries.refusals import refusal_of
from pim.services.drafts import ProductDraft, ValueDraft
from pim.services.planning import Planner
from pim.services.products import write_batch

MAX_COMBINATIONS = 500
Combination = Mapping[str, str]


@dataclass
class PlannedVariant:
    """A variant that is wanted: there already, or to be made. `at` are the combinations that ask for it."""

    sku: str
    parent: str
    level: int
    options: dict[str, str]
    is_new: bool
    at: list[int]
    problems: list[TandemError] = field(default_factory=list)


@dataclass
class VariantsPlan:
    """What would be made, parents first. `digest` names exactly this plan; `made_at` tells what was made apart."""

    variants: list[PlannedVariant] = field(default_factory=list)
    problems: list[TandemError] = field(default_factory=list)
    made_at: datetime | None = None

    @property
    def new(self) -> list[PlannedVariant]:
        return [one for one in self.variants if one.is_new]

    @property
    def digest(self) -> str:
        told = [[one.sku, one.parent, sorted(one.options.items())] for one in self.new]
        return hash_document([told, [one.detail for one in self.problems]])


def preview_variants(
    above: Product, *, combinations: Sequence[Combination], actor: Actor, patterns: Sequence[str] = ()
) -> VariantsPlan:
    """What `create_variants` would do now; nothing is written."""
    with transaction.atomic():
        return _plan(above, combinations, patterns, actor)[0]


def create_variants(
    above: Product, *, combinations: Sequence[Combination], actor: Actor, patterns: Sequence[str] = (),
    seen: str | None = None,
) -> VariantsPlan:  # fmt: skip
    """Make the variants of a model that are named by their options and are not there yet, all or none.

    A combination names options of all axes of the next level, or of the levels below it too; what is missing between
    is made along. `patterns` say by level how SKUs are spelled: `{parent}`, `{model}`, `{axes}` or an axis by its
    code; in capitals, the word is put in capitals; `{colour:3}` has its first three letters. The same again makes
    nothing. Raises `Problems` or `StaleValues`; then nothing was written.
    """
    with recorded(actor, reason=f"Variants of {above.sku}"):
        plan, drafts, book = _plan(above, combinations, patterns, actor)
        if seen is not None and plan.new and seen != plan.digest:
            raise StaleValues("Something changed since you looked: see what would be made now", path="seen")
        if plan.problems:
            raise plan.problems[0] if len(plan.problems) == 1 else Problems(plan.problems)
        if drafts:
            made = [one.product for one in write_batch(drafts, actor=actor, book=book) if one.product]
            plan.made_at = made[0].created_at
    return plan


def take_back_variants(above: Product, *, made_at: datetime, actor: Actor) -> list[str]:
    """Remove the variants that were made below a product at one moment, if nothing was said of any of them since.

    Raises `Conflict` where something was: then all stay.
    """
    with recorded(actor, reason=f"Variants of {above.sku} taken back"):
        tree, _ = _open(above, actor)
        below = [one for one in tree.values() if above.pk in (one.parent_id, _above(tree, one))]
        made = [one for one in below if one.created_at == made_at]
        if not made:
            raise Missing(f"No variant of {above.sku} was made then", path="made_at")
        _require_unsaid(made, tree)
        told = [(one.uid, {"sku": one.sku, "root": str(tree[one.root_id].uid)}) for one in made]
        ids = [one.pk for one in made]
        FirstCompletion.objects.filter(product__in=ids).delete()
        ProductValues.objects.filter(product__in=ids).delete()
        try:
            for level in sorted({one.level for one in made}, reverse=True):
                Product.objects.filter(pk__in=ids, level=level).delete()
        except ProtectedError as error:
            raise Conflict("Something refers to these variants by now: retire them instead", path="made_at") from error
        append_events(events.PRODUCT_TAKEN_BACK, sorted(told, key=lambda one: one[1]["sku"]))
    return sorted(one.sku for one in made)


def _above(tree: Mapping[int, Product], product: Product) -> int | None:
    parent = tree.get(product.parent_id or 0)
    return parent.parent_id if parent else None


def _open(above: Product, actor: Actor) -> tuple[dict[int, Product], Actor]:
    """The tree, locked, for who may make products in it."""
    tree = {one.pk: one for one in Product.objects.select_for_update().filter(root=above.root_id).order_by("pk")}
    editor = actor.require("pim.edit")
    if above.pk not in tree or not Product.objects.visible_to(editor).filter(pk=above.pk).exists():
        raise refusal_of(above, editor, "edit products")
    if editor.is_limited("market"):
        raise Denied("Who is limited to markets does not create products", path="sku")
    return tree, editor


def _require_unsaid(made: Sequence[Product], tree: Mapping[int, Product]) -> None:
    ids = {one.pk for one in made}
    axes = set(FamilyAxis.objects.filter(family=made[0].family_id).values_list("attribute__code", flat=True))
    changed = {one.pk for one in made if one.version > 1}
    changed |= {one.parent_id for one in tree.values() if one.parent_id in ids and one.pk not in ids}
    rows = ProductValues.objects.filter(product__in=ids).values_list("product", "cell__market", "cell__locale", "vals")
    changed |= {pk for pk, *place, vals in rows if place != [None, ANY_LOCALE] or vals.keys() - axes}
    for model in (Override, Placement, Classification):
        changed |= set(model.objects.filter(product__in=ids).values_list("product", flat=True))
    if changed:
        skus = sorted(tree[pk].sku for pk in changed if pk)
        text = f"{', '.join(skus[:3])} {'was' if len(skus) == 1 else 'were'} changed since: nothing was taken back"
        raise Conflict(text, path="made_at")


class _Draftsman:
    """Turns combinations into variants: those that are there, and drafts of those that are not."""

    def __init__(self, above: Product, tree: Mapping[int, Product], rule: FamilyRule, patterns: Sequence[str]) -> None:
        self.above, self.rule = above, rule
        self.patterns = {above.level + 1 + at: pattern for at, pattern in enumerate(patterns)}
        self.model = tree[above.root_id].sku
        self.inherited = axis_values([above.pk]).get(above.pk, {})
        self.there = {(tree[one.parent_id].sku, one.axis_key): one for one in tree.values() if one.parent_id}
        self.found: dict[tuple[str, ...], PlannedVariant] = {}
        self.problems: list[TandemError] = []

    def add(self, at: int, combination: Combination) -> None:
        """Walk down from the product, level by level, as far as the combination has options."""
        parent, options = self.above.sku, dict(self.inherited)
        keys: tuple[str, ...] = ()
        left = set(combination)
        for level in range(self.above.level + 1, self.rule.depth + 1):
            codes = self.rule.axes.get(level, [])
            missing = [code for code in codes if code not in combination]
            if missing and (level == self.above.level + 1 or left):
                self._refuse(at, f"A variant needs its {missing[0]}", missing[0], "axis-missing")
                return
            if missing:
                return
            left -= set(codes)
            options |= {code: combination[code] for code in codes}
            key = "&".join(f"{code}={combination[code]}" for code in codes)
            keys = (*keys, key)
            parent = self._variant(at, keys, parent, level, options)
        for code in sorted(left):
            self._refuse(at, f"{code} is no axis below {self.above.sku}", code, "no-axis")

    def _variant(self, at: int, keys: tuple[str, ...], parent: str, level: int, options: dict[str, str]) -> str:
        if keys not in self.found:
            known = self.there.get((parent, keys[-1]))
            sku = known.sku if known else self._sku(at, parent, level, options)
            self.found[keys] = PlannedVariant(sku, parent, level, dict(options), known is None, [])
        self.found[keys].at.append(at)
        return self.found[keys].sku

    def _sku(self, at: int, parent: str, level: int, options: Mapping[str, str]) -> str:
        codes = self.rule.axes[level]
        fields = fields_of(parent=parent, model=self.model, options=options, axes=codes)
        pattern = self.patterns.get(level) or PATTERN
        if unknown := unknown_names(pattern, fields):
            names = ", ".join(f"{{{name}}}" for name in ("parent", "model", "axes", *options))
            text = f"There is no {{{unknown[0]}}} in a SKU at this level: use {names}"
            problem = Invalid(text, path=f"patterns.{level - self.above.level - 1}", reason="bad-pattern")
            if problem.detail not in {one.detail for one in self.problems}:
                self.problems.append(problem)
            return f"{parent}-{at}"
        return spell_sku(pattern, fields)

    def require_options(self, book: Book) -> None:
        """By their codes: a label would make a second variant of the same option look like a new one."""
        known = {
            code: {option.code for option in book.attributes[code].options}
            for codes in self.rule.axes.values()
            for code in codes
        }
        for one in self.found.values():
            for code in self.rule.axes[one.level]:
                if one.options[code] not in known[code]:
                    self._refuse(one.at[0], f"{one.options[code]} is no option of {code}", code, "unknown-option")

    def _refuse(self, at: int, text: str, code: str, reason: str) -> None:
        self.problems.append(BadProduct(text, path=f"combinations.{at}.{code}", reason=reason))

    def drafts(self) -> list[ProductDraft]:
        return [
            ProductDraft(
                sku=one.sku, parent=one.parent, must_be="new", path=f"combinations.{one.at[0]}",
                values=[
                    ValueDraft(code, one.options[code], path=f"combinations.{one.at[0]}.{code}")
                    for code in self.rule.axes[one.level]
                ],
            )
            for one in self.found.values() if one.is_new
        ]  # fmt: skip


def _plan(
    above: Product, combinations: Sequence[Combination], patterns: Sequence[str], actor: Actor
) -> tuple[VariantsPlan, list[ProductDraft], Book]:
    if len(combinations) > MAX_COMBINATIONS:
        text = f"{len(combinations)} combinations are too many at once; choose at most {MAX_COMBINATIONS}"
        raise Invalid(text, path="combinations")
    tree, editor = _open(above, actor)
    axes = FamilyAxis.objects.filter(family=above.family_id).values_list("attribute__code", flat=True)
    book = read_book(set(axes))
    rule = book.families_by_id[above.family_id]
    if above.level >= rule.depth:
        text = f"{above.sku} takes no variants: {rule.code} has {rule.depth} levels below the model"
        raise BadProduct(text, path="sku", reason="too-deep")
    _require_patterns(patterns, rule.depth - above.level)
    draftsman = _Draftsman(above, tree, rule, patterns)
    for at, combination in enumerate(combinations):
        draftsman.add(at, combination)
    draftsman.require_options(book)
    plan = VariantsPlan(list(draftsman.found.values()), draftsman.problems)
    drafts = draftsman.drafts()
    if drafts and not plan.problems:
        _judge(plan, drafts, Planner(book, editor, clearance=clearance_of(editor), at=moment.now()))
    return plan, drafts, book


def _require_patterns(patterns: Sequence[str], levels: int) -> None:
    if len(patterns) > levels:
        raise Invalid(f"There are {levels} levels below: a pattern for each", path="patterns")
    for at, pattern in enumerate(patterns):
        if len(pattern) > LONGEST_PATTERN:
            raise Invalid(f"A pattern has at most {LONGEST_PATTERN} characters", path=f"patterns.{at}")


def _judge(plan: VariantsPlan, drafts: Sequence[ProductDraft], planner: Planner) -> None:
    """Whatever would refuse the writing refuses the plan."""
    by_sku: dict[str, Any] = {}
    for one in plan.new:
        by_sku.setdefault(one.sku, []).append(one)
    for planned in planner.plan(drafts):
        plan.problems += planned.problems
        if planned.problems:
            by_sku[planned.draft.sku].pop().problems.extend(planned.problems)
