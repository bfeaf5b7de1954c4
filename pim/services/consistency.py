"""What a batch of values breaks together: rules over several values, of those whose inputs change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pim.checks.rules import ProductRule
from pim.choices import Sensitivity, Severity
from pim.errors import RuleBroken
from pim.judging import Broken, Place, Rows, broken_rules, rules_of
from pim.models import Product, ProductValues
from pim.queries.book import Book
from pim.queries.products import id_lines

if TYPE_CHECKING:
    from pim.services.planning import Plan


def refuse_broken(plans: Iterable[Plan], *, batch: Mapping[str, Plan], book: Book, clearance: Sensitivity) -> None:
    """Refuse plans that break an error where their change can be felt; two queries, if any rule is concerned.

    `batch` has all plans by SKU. A rule that reads what the writer may not see is left to the catalogue: refusing by
    it would tell.
    """
    rules = [one for one in book.rules if one.severity == Severity.ERROR and _may_read(one, book, clearance)]
    concerned = [(plan, touched) for plan in plans if not plan.problems and (touched := _touched(plan, rules))]
    if not concerned:
        return
    lines = _lines([plan for plan, _ in concerned], batch, book, frozenset().union(*(one.inputs for one in rules)))
    for plan, touched in concerned:
        places = [lines.names[cell] for cell in plan.changes]
        for broken in broken_rules(touched, lines.of(plan), book.attributes, places):
            plan.refuse(_refusal(plan, broken))


def _may_read(rule: ProductRule, book: Book, clearance: Sensitivity) -> bool:
    known = book.attributes
    return all(code in known and clearance.admits(known[code].sensitivity) for code in rule.inputs)


def _touched(plan: Plan, rules: Sequence[ProductRule]) -> list[ProductRule]:
    changed = {change.rule.code for changes in plan.changes.values() for change in changes}
    return [one for one in rules_of(rules, plan.family.id if plan.family else None) if one.inputs & changed]


def _refusal(plan: Plan, broken: Broken) -> RuleBroken:
    """At the first value of the draft that the rule reads."""
    rule = broken.rule
    path = next((value.path for value in plan.draft.values if value.attribute in rule.inputs), plan.draft.path)
    return RuleBroken(
        rule.message(), path=path, reason="rule-broken", rule=rule.code,
        attribute=rule.attribute or min(rule.inputs), market=broken.market or None, locale=broken.locale,
    )  # fmt: skip


@dataclass(frozen=True)
class _Lines:
    """What the products of a batch, and what they inherit from, will say once the batch is written."""

    plans: Mapping[str, Plan]
    known: Mapping[int, dict[Place, Any]]  # what is stored, by number
    parents: Mapping[int, int | None]
    names: Mapping[int, Place]  # of cells

    def of(self, plan: Plan) -> list[Rows]:
        """The plan's own rows and those of its ancestors, nearest first."""
        line: list[Rows] = [self._own(plan)]
        above = plan.parent
        while above is not None:
            planned = self.plans.get(above.sku if isinstance(above, Product) else above.draft.sku)
            if planned is not None:
                line.append(self._own(planned))
                above = planned.parent
            else:
                stored = above.pk if isinstance(above, Product) else None
                return [*line, *(self.known.get(pk, {}) for pk in self._upwards(stored))]
        return line

    def _own(self, plan: Plan) -> dict[Place, Any]:
        rows = (
            {place: dict(said) for place, said in self.known.get(plan.product.pk, {}).items()} if plan.product else {}
        )
        for cell, changes in plan.changes.items():
            said = rows.setdefault(self.names[cell], {})
            for change in changes:
                said.pop(change.rule.code, None)
                if change.value is not None:
                    said[change.rule.code] = change.value
        return rows

    def _upwards(self, pk: int | None) -> Iterator[int]:
        while pk is not None:
            yield pk
            pk = self.parents.get(pk)


def _lines(plans: Sequence[Plan], batch: Mapping[str, Plan], book: Book, codes: frozenset[str]) -> _Lines:
    owners = {one.pk for plan in plans for one in (plan.product, plan.parent) if isinstance(one, Product)}
    owners |= {plan.product.pk for plan in batch.values() if plan.product}
    parents = {up: above for line in id_lines(owners).values() for up, above in pairwise((*line.ids, None)) if up}
    rows = ProductValues.objects.filter(product_id__in=parents.keys() | owners)
    markets = {market.pk: market.code for market in book.markets.values()}
    names = {pk: (markets.get(market or 0, ""), locale) for (market, locale), pk in book.cells.items()}
    known: dict[int, dict[Place, Any]] = {}
    for owner, cell, vals, computed in rows.values_list("product_id", "cell_id", "vals", "computed"):
        said = computed | vals
        known.setdefault(owner, {})[names[cell]] = {code: said[code] for code in codes & said.keys()}
    return _Lines(batch, known, parents, names)
