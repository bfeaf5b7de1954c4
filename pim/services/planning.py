"""Checking a batch of drafts against the model and against what is stored. Nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from foundation.core.actors import ANONYMOUS, Actor
from foundation.core.errors import Denied, Missing, TandemError
from foundation.markets.services import get_or_make_cell
from pim.checks import AttributeRule, Refusal, check_value
from pim.choices import ANY_LOCALE, ProductState, Sensitivity
from pim.errors import (
    BadProduct,
    BadValue,
    IdentifierTaken,
    StaleValues,
    UnknownAttribute,
    UnknownFamily,
)
from pim.models import Identifier, Override, Product, ProductValues
from pim.queries.book import Book, FamilyRule
from pim.queries.refusals import refusal_of
from pim.services.categories import Classifier, Shelves
from pim.services.choosing import find_records, refuse_retired
from pim.services.consistency import refuse_broken
from pim.services.drafts import ANYTHING, UNNAMED, ProductDraft, ValueDraft

MAX_SKU = 100
_SKU = re.compile(r"[^\s\x00-\x1f\x7f]+(?: [^\s\x00-\x1f\x7f]+)*")


@dataclass
class Change:
    """One value that will be set in a cell, or cleared when it is None."""

    rule: AttributeRule
    value: Any
    draft: ValueDraft


@dataclass
class Plan:
    """What will happen to one product. `actor` is who acts, where the product lies; `shelves` are its categories."""

    draft: ProductDraft
    product: Product | None = None
    parent: Plan | Product | None = None
    family: FamilyRule | None = None
    level: int = 0
    actor: Actor = ANONYMOUS
    shelves_before: Shelves = field(default_factory=dict)
    shelves: Shelves = field(default_factory=dict)
    changes: dict[int, list[Change]] = field(default_factory=dict)
    problems: list[TandemError] = field(default_factory=list)
    axis_key: str = ""
    is_new: bool = False
    status: str = "unchanged"
    is_told: bool = False  # of its values or its state there is news
    written: dict[int, ProductValues] = field(default_factory=dict)
    before: dict[int, dict[str, Any]] = field(default_factory=dict)
    touched: set[tuple[int, str]] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)

    def refuse(self, problem: TandemError) -> None:
        self.problems.append(problem)
        self.status = "failed"


@dataclass
class Foresight:
    """What earlier batches would have written, had they been: for plans that are never carried out."""

    plans: dict[str, Plan] = field(default_factory=dict)
    axes: dict[tuple[str, str], str] = field(default_factory=dict)
    identifiers: dict[tuple[str, str], str] = field(default_factory=dict)
    shelves: dict[int, Shelves] = field(default_factory=dict)  # by the root's number

    def note(self, plans: Iterable[Plan]) -> None:
        """Of each new product what its children ask of it, and no more."""
        for plan in plans:
            if plan.product is not None and plan.product.is_root and plan.shelves != plan.shelves_before:
                self.shelves[plan.product.pk] = plan.shelves
            if plan.is_new or plan.problems:
                self.plans[plan.draft.sku] = Plan(
                    ProductDraft(plan.draft.sku), family=plan.family, level=plan.level, problems=plan.problems[:1],
                    shelves=plan.shelves,
                )  # fmt: skip


class Planner:
    """Plans a batch. Products that exist are locked in the order of their numbers. `is_judged`: rules over several
    values may refuse.
    """

    def __init__(
        self,
        book: Book,
        actor: Actor,
        *,
        clearance: Sensitivity,
        at: datetime,
        foresight: Foresight | None = None,
        is_judged: bool = True,
    ) -> None:
        self.book, self.actor, self.clearance, self.at = book, actor, clearance, at
        self.foresight, self.is_judged = foresight or Foresight(), is_judged
        self.classifier = Classifier(actor, self.foresight.shelves)
        self.known: dict[str, Product] = {}
        self.visible: set[int] = set()
        self.plans: dict[str, Plan] = {}
        self.rows: dict[tuple[int, int], ProductValues] = {}
        self.expiries: dict[tuple[int, int, int], datetime | None] = {}
        self.any_cell = self._cell(None, ANY_LOCALE)

    def plan(self, drafts: Iterable[ProductDraft]) -> list[Plan]:
        """Plans in the order of the drafts; each tells its problems."""
        plans = [Plan(draft) for draft in drafts]
        self._load({plan.draft.sku for plan in plans} | {str(plan.draft.parent or UNNAMED) for plan in plans})
        for plan in plans:
            if plan.draft.sku in self.plans:
                plan.refuse(
                    BadProduct(f"{plan.draft.sku} is named twice", path=plan.draft.at("sku"), reason="duplicate-sku")
                )
            else:
                self.plans[plan.draft.sku] = plan
        self.classifier.load(plans, [one for one in self.known.values() if one.pk in self.visible])
        ordered = self.parents_first([plan for plan in plans if not plan.problems])
        for plan in ordered:
            self._place(plan)
            if not plan.problems:
                self._check_values(plan)
        self._load_rows(ordered)
        find_records(ordered, stored=self._stored)
        self._check_expected(ordered)
        refuse_retired(ordered, stored=self._stored)
        self._check_axes(ordered)
        self._check_identifiers(ordered)
        if self.is_judged:
            refuse_broken(ordered, batch=self.plans, book=self.book, clearance=self.clearance)
        for plan in ordered:
            if isinstance(plan.parent, Plan) and plan.parent.problems and not plan.problems:
                text = f"The parent {plan.parent.draft.sku} was refused itself; put it right first"
                plan.refuse(BadProduct(text, path=plan.draft.at("parent"), reason="parent-refused"))
        return plans

    def plan_and_diff(self, drafts: Iterable[ProductDraft]) -> list[Plan]:
        """As `plan`; those without problems also know the rows that will be written, if any."""
        plans = self.plan(drafts)
        for plan in plans:
            if not plan.problems:
                self._diff(plan)
        return plans

    def _diff(self, plan: Plan) -> None:
        for cell, changes in plan.changes.items():
            row = self.rows.get((plan.product.pk, cell)) if plan.product else None
            before = row.vals if row else {}
            after = {**before, **{change.rule.code: change.value for change in changes}}
            after = {code: value for code, value in after.items() if value is not None}
            different = {code for code in before.keys() | after.keys() if before.get(code) != after.get(code)}
            different |= {change.rule.code for change in changes if self._is_renewed(plan, cell, change)}
            if not different:
                continue
            plan.touched |= {(cell, code) for code in different}
            plan.before[cell] = before
            row = row or ProductValues(cell_id=cell, version=0)
            row.vals, row.version = after, row.version + 1
            plan.written[cell] = row
            rules = self.book.attributes
            plan.attributes |= {code for code in different if code in rules and rules[code].sensitivity == "public"}
        state = plan.draft.state
        moved = plan.product is not None and state is not None and state != plan.product.state
        if plan.is_new:
            plan.status = "created"
        elif plan.written or moved or plan.shelves != plan.shelves_before:
            plan.status, plan.is_told = "changed", bool(plan.written or moved)

    def _is_renewed(self, plan: Plan, cell: int, change: Change) -> bool:
        """An override that is to end at another moment."""
        expires = change.draft.expires_at
        if expires is None or plan.product is None:
            return expires is not None
        return self.expiries.get((plan.product.pk, cell, change.rule.id)) != expires

    def parents_first(self, plans: list[Plan]) -> list[Plan]:
        """Whoever has its parent in the batch comes after it."""

        def depth(plan: Plan) -> int:
            steps, seen = 0, {plan.draft.sku}
            known = self.known.get(plan.draft.sku)
            above = self.plans.get(str(plan.draft.parent))
            while above is not None and above.draft.sku not in seen:
                seen.add(above.draft.sku)
                steps, above = steps + 1, self.plans.get(str(above.draft.parent))
            return max(steps, known.level) if known else steps

        return sorted(plans, key=depth)

    def _load(self, skus: set[str]) -> None:
        wanted = [sku for sku in skus if "\0" not in sku]
        rows = Product.objects.select_for_update().filter(sku__in=wanted).order_by("pk")
        self.known = {product.sku: product for product in rows}
        ids = [product.pk for product in self.known.values()]
        seen = Product.objects.visible_to(self.actor) if self.actor.is_limited("market", "category") else None
        self.visible = set(ids if seen is None else seen.filter(pk__in=ids).values_list("pk", flat=True))
        whole = Product.objects.visible_to(self.actor.whole) if self.actor.whole else Product.objects.none()
        self.seen = self.visible | set(whole.filter(pk__in=ids).values_list("pk", flat=True))

    def _place(self, plan: Plan) -> None:
        draft, existing = plan.draft, self.known.get(plan.draft.sku)
        if not _SKU.fullmatch(draft.sku) or len(draft.sku) > MAX_SKU or not draft.sku.isprintable():
            plan.refuse(BadProduct(_bad_sku(draft.sku), path=draft.at("sku"), reason="bad-sku"))
            return
        if draft.state is not None and draft.state not in ProductState.values:
            plan.refuse(BadProduct(f"state is one of {', '.join(ProductState.values)}", path=draft.at("state")))
        if existing is not None and existing.pk in self.seen - self.visible:
            plan.refuse(refusal_of(existing, self.actor, "edit products", path=draft.at("sku")))
        elif existing is None or existing.pk not in self.visible:
            self._place_new(plan)  # what is not to be seen is refused in the words for what does not exist
        else:
            self._place_known(plan, existing)

    def _place_known(self, plan: Plan, product: Product) -> None:
        draft = plan.draft
        plan.product, plan.level, plan.axis_key = product, product.level, product.axis_key
        plan.family = self.book.families_by_id[product.family_id]
        self.classifier.place(plan)
        if draft.must_be == "new":
            plan.refuse(BadProduct(f"There is a product {draft.sku} already", path=draft.at("sku"), reason="exists"))
        elif draft.expected_version is not None and draft.expected_version != product.version:
            text = f"{draft.sku} is at version {product.version}, not {draft.expected_version}: read it again"
            plan.refuse(StaleValues(text, path=draft.at("sku"), version=product.version))
        if draft.family and draft.family != plan.family.code:
            text = f"{draft.sku} is of the family {plan.family.code}; a family is not changed afterwards"
            plan.refuse(BadProduct(text, path=draft.at("family"), reason="family-fixed"))
        if draft.parent != UNNAMED:
            above = self.known.get(draft.parent or "")
            if (above.pk if above else None) != product.parent_id:
                text = f"{draft.sku} has another parent; a parent is not changed afterwards"
                plan.refuse(BadProduct(text, path=draft.at("parent"), reason="parent-fixed"))

    def _place_new(self, plan: Plan) -> None:
        draft = plan.draft
        plan.is_new = True
        if draft.must_be == "known":
            plan.refuse(Missing(f"There is no product {draft.sku}", path=draft.at("sku")))
            return
        if self.actor.limits("market") is not None:
            plan.refuse(Denied("Who is limited to markets does not create products", path=draft.at("sku")))
            return
        if draft.parent not in (UNNAMED, None, "") and not self._find_parent(plan, str(draft.parent)):
            return
        self.classifier.place(plan)
        if not self._may_create(plan):
            return
        if draft.expected_version:
            plan.refuse(StaleValues(f"{draft.sku} does not exist (any more)", path=draft.at("sku"), version=0))
        above = plan.parent
        code = draft.family or (_above_family(above, self.book).code if above else "")
        plan.family = self.book.families.get(code)
        if plan.family is None:
            known = ", ".join(sorted(self.book.families)) or "none yet"
            text = f"There is no family {code!r}; there are {known}" if code else f"Say which family: {known}"
            plan.refuse(UnknownFamily(text, path=draft.at("family")))
        elif above and _above_family(above, self.book).code != plan.family.code:
            text = f"{draft.sku} must be of its parent's family {_above_family(above, self.book).code}"
            plan.refuse(BadProduct(text, path=draft.at("family"), reason="family-of-parent"))
        elif plan.level > plan.family.depth:
            text = f"{draft.sku} is too deep: {plan.family.code} has {plan.family.depth} levels below the model"
            plan.refuse(BadProduct(text, path=draft.at("parent"), reason="too-deep"))

    def _may_create(self, plan: Plan) -> bool:
        """Within branches of theirs, in all markets; a SKU that others have is refused without saying whose it is."""
        path = plan.draft.at("sku")
        if not plan.actor.reaches:
            where = self.actor.elsewhere("create products", plan.draft.sku)
            plan.refuse(Denied(f"{where.detail}: name its category", path=plan.draft.at("categories")))
        elif plan.actor.limits("market") is not None:
            plan.refuse(Denied("Who is limited to markets does not create products", path=path))
        elif plan.draft.sku in self.known:
            plan.refuse(BadProduct(f"{plan.draft.sku} is taken: choose another SKU", path=path, reason="exists"))
        return not plan.problems

    def _find_parent(self, plan: Plan, sku: str) -> bool:
        known = self.known.get(sku)
        above: Plan | Product | None = known if known and known.pk in self.visible else None
        above = above or self.plans.get(sku) or self.foresight.plans.get(sku)
        if above is None or above is plan:
            plan.refuse(BadProduct(f"There is no parent {sku}", path=plan.draft.at("parent"), reason="unknown-parent"))
            return False
        if isinstance(above, Plan) and (above.problems or above.family is None):
            text = f"The parent {sku} was refused itself; put it right first"
            plan.refuse(BadProduct(text, path=plan.draft.at("parent"), reason="parent-refused"))
            return False
        plan.parent, plan.level = above, above.level + 1
        return True

    def _check_values(self, plan: Plan) -> None:
        seen: set[tuple[str, int]] = set()
        for value in plan.draft.values:
            where = {"attribute": value.attribute, "market": value.market, "locale": value.locale}
            try:
                change, cell = self._check_value(plan, value)
            except Refusal as refusal:
                for one in refusal.each:
                    plan.refuse(BadValue(one.detail, path=one.below(value.path), reason=one.code, **where))
            except TandemError as error:
                error.extra = where | error.extra
                plan.refuse(error)
            else:
                if (change.rule.code, cell) in seen:
                    text = f"{value.attribute} is given twice for the same market and locale"
                    plan.refuse(BadValue(text, path=value.path, reason="given-twice", **where))
                seen.add((change.rule.code, cell))
                plan.changes.setdefault(cell, []).append(change)

    def _check_value(self, plan: Plan, value: ValueDraft) -> tuple[Change, int]:
        rule = self.book.attributes.get(value.attribute)
        if rule is None or not self.clearance.admits(rule.sensitivity):
            raise UnknownAttribute(f"There is no attribute {value.attribute!r}", path=value.path)
        cell = self._check_cell(rule, value, plan.actor)
        typed = check_value(rule, value.raw, formats=plan.draft.formats, unit=value.unit)
        if typed is not None:
            self._check_level(plan, rule)
            if value.market and not (value.reason or plan.draft.reason).strip():
                raise Refusal("no-reason", f"Say why {value.market} has a value of its own")
            if value.expires_at and not value.market:
                raise Refusal("not-overridden", "Only a market's own value can expire")
            if value.expires_at and value.expires_at <= self.at:
                raise Refusal("expired", "The expiry lies in the past")
        return Change(rule, typed, value), cell

    def _check_level(self, plan: Plan, rule: AttributeRule) -> None:
        family = plan.family
        assert family is not None  # noqa: S101  placed before
        member = family.members.get(rule.code)
        if member is None:
            raise Refusal("not-in-family", f"Products of {family.code} have no {rule.code}")
        if not member.admits(plan.level):
            where = "the model" if member.level == 0 else f"the variants at level {member.level}"
            raise Refusal("wrong-level", f"{rule.code} of {family.code} belongs to {where}")

    def _check_cell(self, rule: AttributeRule, value: ValueDraft, actor: Actor) -> int:
        market = None
        if value.market is not None:
            market = self.book.markets.get(value.market)
            if market is None or not actor.sees("market", value.market):
                raise Refusal("unknown-market", f"There is no market {value.market!r}")
            if not rule.is_market_overridable:
                raise Refusal("not-overridable", f"{rule.code} is the same in all markets")
        elif actor.limits("market") is not None:
            raise Denied("You may change values of your own markets only, not the shared ones", path=value.path)
        if value.locale != ANY_LOCALE:
            if value.locale not in self.book.locales:
                raise Refusal("unknown-locale", f"There is no locale {value.locale!r}")
            if not rule.is_localizable:
                raise Refusal("not-localizable", f"{rule.code} is the same in all languages")
        return self._cell(market.pk if market else None, value.locale, market)

    def _cell(self, market_id: int | None, locale: str, market: Any = None) -> int:
        if (market_id, locale) not in self.book.cells:
            self.book.cells[market_id, locale] = get_or_make_cell(market, locale).pk
        return self.book.cells[market_id, locale]

    def _load_rows(self, plans: list[Plan]) -> None:
        ids = [plan.product.pk for plan in plans if plan.product and not plan.problems]
        cells = {cell for plan in plans for cell in plan.changes} | {self.any_cell}
        # A row is written as a whole, and SQL around the services locks no product.
        locked = ProductValues.objects.select_for_update().order_by("pk")
        rows = locked.filter(product_id__in=ids, cell_id__in=cells) if ids else []
        self.rows = {(row.product_id, row.cell_id): row for row in rows}
        if any(value.expires_at for plan in plans for value in plan.draft.values):
            overrides = Override.objects.filter(product_id__in=ids, cell_id__in=cells)
            self.expiries = {(row.product_id, row.cell_id, row.attribute_id): row.expires_at for row in overrides}

    def _stored(self, plan: Plan, cell: int, code: str) -> Any:
        """The product's own value as it is."""
        row = self.rows.get((plan.product.pk, cell)) if plan.product else None
        return row.vals.get(code) if row else None

    def _check_expected(self, plans: list[Plan]) -> None:
        """Whoever says what they saw is refused where there is something else by now, unless it is what they want."""
        for plan in plans:
            for cell, changes in plan.changes.items():
                for change in changes:
                    found, draft = self._stored(plan, cell, change.rule.code), change.draft
                    if draft.expected is not ANYTHING and found not in (draft.expected, change.value):
                        text = f"{draft.attribute} was changed since you read it: read it again"
                        where = {"attribute": draft.attribute, "market": draft.market, "locale": draft.locale}
                        plan.refuse(StaleValues(text, path=draft.path, **where))

    def _check_axes(self, plans: list[Plan]) -> None:
        """Every variant says all axes of its level, and no two siblings say the same."""
        keyed = self.foresight.axes
        for plan in plans:
            if plan.problems or not plan.level or plan.family is None:
                continue
            given = self._any_values(plan)
            codes = plan.family.axes.get(plan.level, [])
            for code in [code for code in codes if code not in given]:
                plan.refuse(BadValue(f"A variant needs its {code}", path=plan.draft.at(code), reason="axis-missing"))
            plan.axis_key = "&".join(f"{code}={given[code]}" for code in codes if code in given)
        parents = {key: plan for plan in plans if (key := self._parent_id(plan)) and not plan.problems}
        siblings = Product.objects.filter(parent_id__in=parents).values_list("parent_id", "axis_key", "sku")
        taken = {(str(parent), key): sku for parent, key, sku in siblings} if parents else {}
        for plan in plans:
            if plan.problems or not plan.level:
                continue
            place = (str(self._parent_id(plan) or plan.draft.parent), plan.axis_key)
            other = keyed.setdefault(place, plan.draft.sku)
            other = taken.get(place, other) if other == plan.draft.sku else other
            if other != plan.draft.sku:
                text = f"{other} is {plan.axis_key.replace('&', ', ')} of the same model already"
                plan.refuse(BadProduct(text, path=plan.draft.at("sku"), reason="axes-taken"))

    def _parent_id(self, plan: Plan) -> int | None:
        if plan.product is not None:
            return plan.product.parent_id
        return plan.parent.pk if isinstance(plan.parent, Product) else None

    def _any_values(self, plan: Plan) -> dict[str, Any]:
        row = self.rows.get((plan.product.pk, self.any_cell)) if plan.product else None
        values = dict(row.vals) if row else {}
        for change in plan.changes.get(self.any_cell, []):
            values[change.rule.code] = change.value
        return {code: value for code, value in values.items() if value is not None}

    def _check_identifiers(self, plans: list[Plan]) -> None:
        wanted: dict[tuple[str, str], list[tuple[Plan, Change]]] = {}
        for plan in plans:
            for change in (one for changes in plan.changes.values() for one in changes):
                if change.rule.is_unique and change.value is not None:
                    wanted.setdefault((change.rule.scheme, str(change.value)), []).append((plan, change))
        if not wanted:
            return
        values = [value for _, value in wanted]
        rows = Identifier.objects.filter(value__in=values).select_related("product")
        holders = {(row.scheme, row.value): row.product.sku for row in rows}
        hidden = self._hidden_among({row.product for row in rows})
        for (scheme, value), claims in wanted.items():
            holder = holders.get((scheme, value)) or self.foresight.identifiers.get((scheme, value))
            for plan, change in claims:
                if plan.problems:
                    continue
                holder = holder or plan.draft.sku
                if holder != plan.draft.sku:
                    whose = "another product" if holder in hidden else holder
                    text = f"{scheme} {value} belongs to {whose} already"
                    plan.refuse(IdentifierTaken(text, path=change.draft.path, attribute=change.rule.code))
                else:
                    self.foresight.identifiers[scheme, value] = holder

    def _hidden_among(self, holders: set[Product]) -> set[str]:
        """SKUs of those that the actor may not know of."""
        whole = self.actor.whole or self.actor
        if not holders or not whole.is_limited("market", "category"):
            return set()
        seen = (
            Product.objects.visible_to(whole).filter(pk__in=[one.pk for one in holders]).values_list("sku", flat=True)
        )
        return {one.sku for one in holders} - set(seen)


def _above_family(above: Plan | Product, book: Book) -> FamilyRule:
    """The family of a parent, be it stored or planned."""
    if isinstance(above, Product):
        return book.families_by_id[above.family_id]
    assert above.family is not None  # noqa: S101  refused parents have no children
    return above.family


def _bad_sku(sku: str) -> str:
    if not sku:
        return "The SKU is missing"
    return f"{sku[:40]!r} is not a SKU: at most {MAX_SKU} characters, without line breaks or doubled spaces"
