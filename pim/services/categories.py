"""Which categories a batch of drafts puts products into, checked against the trees and who may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from foundation.core.actors import CATEGORY, Actor
from foundation.core.errors import Denied, TandemError
from foundation.taxonomy.choices import TreeKind
from foundation.taxonomy.models import Category, Tree
from foundation.taxonomy.queries import categories_by_key
from pim.errors import BadProduct, StaleValues
from pim.models import Product
from pim.queries.classifications import NOWHERE, categories_of

if TYPE_CHECKING:
    from pim.services.planning import Plan

MOST = 100  # of one product
Shelves = dict[str, Category]  # by key


class Classifier:
    """The trees as a batch of plans sees them: what is named in it, and where its products lie."""

    def __init__(self, actor: Actor, foreseen: Mapping[int, Shelves]) -> None:
        self.actor, self.foreseen = actor, foreseen
        self.named: Shelves = {}
        self.known: dict[int, Shelves] = {}
        self.hierarchy = ""

    def load(self, plans: Iterable[Plan], products: Iterable[Product]) -> None:
        """Where the products lie, if a draft or a limit asks for it."""
        wanted = {key for plan in plans for key in plan.draft.categories.keys}
        if not wanted and not self.actor.is_anywhere_limited(CATEGORY):
            return
        if any("/" not in key for key in wanted):
            self.hierarchy = Tree.objects.filter(kind=TreeKind.HIERARCHY).values_list("code", flat=True).first() or ""
        self.named = categories_by_key({self._spelled(key) for key in wanted})
        roots = {product.root_id for product in products}
        self.known = {root: {one.key: one for one in rows} for root, rows in categories_of(roots).items()}
        self.known |= {root: self.foreseen[root] for root in roots & self.foreseen.keys()}

    def place(self, plan: Plan) -> None:
        """Say where the product lies before and after, and who the actor is there. Its parent is placed already."""
        above = plan.parent.shelves if plan.parent is not None and not isinstance(plan.parent, Product) else None
        root = plan.product.root_id if plan.product else plan.parent.root_id if isinstance(plan.parent, Product) else 0
        plan.shelves_before = dict(self.known.get(root, {})) if above is None else above
        plan.shelves = self._wanted(plan)
        before, after = branch_of(plan.shelves_before), branch_of(plan.shelves)
        is_new_tree = plan.is_new and plan.level == 0
        plan.actor = self.actor.at(category=after if is_new_tree else before)
        if plan.shelves == plan.shelves_before:
            return
        if plan.level:
            text = "Variants lie where their model lies: classify that"
            plan.refuse(BadProduct(text, path=self._path(plan), reason="category-of-model"))
        elif not is_new_tree:
            self._require_both(plan, before, after)
            self.known[root] = plan.shelves if not plan.problems else plan.shelves_before

    def _require_both(self, plan: Plan, before: frozenset[str], after: frozenset[str]) -> None:
        """Where a product lies is the same in all markets, and nobody gives it away or takes it from elsewhere."""
        editor, path = self.actor.beyond("market"), self._path(plan)
        if not editor.admits(category=before):
            plan.refuse(Denied("Where a product lies is the same in all markets; yours are limited", path=path))
        elif not editor.admits(category=after):
            where = next(iter(after)) if len(after) == 1 else " / ".join(sorted(after)) or "no category"
            refusal = editor.elsewhere("put products", where)
            refusal.path = path
            plan.refuse(refusal)

    def _wanted(self, plan: Plan) -> Shelves:
        asked, found = plan.draft.categories, dict(plan.shelves_before)
        if asked.expected is not None and set(asked.expected) != found.keys():
            text = f"{plan.draft.sku} was classified anew since you looked: read it again"
            plan.refuse(StaleValues(text, path=self._path(plan)))
        if asked.exactly is not None:
            named = [self._named(plan, key) for key in asked.exactly]
            found = {one.key: one for one in named if one}
            if sum(one.tree.is_hierarchy for one in found.values()) > 1:
                text = "A product has one place in the product hierarchy"
                plan.refuse(BadProduct(text, path=self._path(plan), reason="two-places"))
        for key in asked.removed:
            if one := self._named(plan, key):
                found.pop(one.key, None)
        for key in asked.added:
            if one := self._named(plan, key):
                found = {
                    known: row for known, row in found.items() if not (one.tree.is_hierarchy and row.tree.is_hierarchy)
                }
                found[one.key] = one
        self._check_new(plan, found)
        return found

    def _check_new(self, plan: Plan, found: Shelves) -> None:
        path = self._path(plan)
        if len(found) > MOST:
            plan.refuse(BadProduct(f"A product lies in at most {MOST} categories", path=path, reason="too-many"))
        for key, one in found.items():
            if one.is_retired and key not in plan.shelves_before:
                plan.refuse(BadProduct(f"{key} is retired: choose another", path=path, reason="category-retired"))

    def _named(self, plan: Plan, key: str) -> Category | None:
        found = self.named.get(self._spelled(key))
        if found is None:
            text = f"There is no category {key[:80]!r}; write tree/code"
            problem: TandemError = BadProduct(text, path=self._path(plan), reason="unknown-category")
            plan.refuse(problem)
        return found

    def _spelled(self, key: str) -> str:
        """A code alone is one of the product hierarchy."""
        return key if "/" in key else f"{self.hierarchy}/{key}"

    def _path(self, plan: Plan) -> str:
        return plan.draft.at("categories")


def branch_of(shelves: Shelves) -> frozenset[str]:
    """The line of the primary category among them."""
    return next((frozenset(one.line) for one in shelves.values() if one.tree.is_hierarchy), NOWHERE)
