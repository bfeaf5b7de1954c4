"""Putting many products into a category, or taking them out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from foundation.bulk.registry import Parameters, Verb, choice_of, read_parameters
from foundation.core.actors import Actor
from foundation.core.errors import Invalid, TandemError
from foundation.history.queries import Trace
from foundation.taxonomy.queries import categories_by_key
from pim.models import Classification, Product
from pim.queries.classifications import categories_of
from pim.services.drafts import CategoriesDraft, ProductDraft
from pim.services.values import set_each_value

PUT, TAKE = "put", "take"


class Classify(Verb):
    """Where products lie in one tree. An image has the keys of the tree's categories."""

    name = "pim.classify"
    noun = "product"
    permission = "pim.edit"
    label = "Categories"

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        checked = read_parameters(given, "category", "mode")
        mode, key = choice_of(checked, "mode", PUT, TAKE), checked.get("category")
        found = categories_by_key([key]).get(key) if isinstance(key, str) else None
        if found is None:
            raise Invalid("Choose a category that exists, as tree/code", path="category")
        if mode == PUT and found.is_retired:
            raise Invalid(f"{key} is retired: choose another", path="category")
        return {"category": found.key, "mode": mode}

    def sentence(self, parameters: Parameters) -> str:
        return f"{'Put into' if parameters['mode'] == PUT else 'Take out of'} {parameters['category']}"

    def images(self, ids: Sequence[int], parameters: Parameters) -> dict[int, Any]:
        roots = dict(Product.objects.filter(pk__in=ids).values_list("pk", "root_id"))
        found = categories_of(set(roots.values()))
        tree = _tree(parameters)
        return {pk: [one.key for one in found.get(root, []) if one.tree.code == tree] for pk, root in roots.items()}

    def carry_out(self, subjects: Iterable[Any], parameters: Parameters, actor: Actor) -> dict[int, TandemError]:
        key = [parameters["category"]]
        draft = CategoriesDraft(added=key) if parameters["mode"] == PUT else CategoriesDraft(removed=key)
        return _refusals([(one, draft) for one in subjects], actor)

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        for error in self.carry_out([subject], parameters, actor).values():
            raise error

    def bring_back(
        self, pairs: Sequence[tuple[Any, Any]], parameters: Parameters, actor: Actor
    ) -> dict[int, TandemError]:
        now = self.images([product.pk for product, _ in pairs], parameters)
        drafts = [
            (product, CategoriesDraft(added=image, removed=[one for one in now[product.pk] if one not in image]))
            for product, image in pairs
        ]
        return _refusals(drafts, actor)

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        for error in self.bring_back([(subject, image)], parameters, actor).values():
            raise error

    def traces(self, ids: Sequence[int], parameters: Parameters) -> dict[int, list[Trace]]:
        found: dict[int, list[Trace]] = {pk: [] for pk in ids}
        rows = Classification.objects.filter(product__in=ids, category__tree__code=_tree(parameters))
        for product, pk in rows.values_list("product", "pk"):
            found[product].append(Trace("pim_classification", pk))
        return found


def _tree(parameters: Parameters) -> str:
    return str(parameters["category"]).partition("/")[0]


def _refusals(drafts: Sequence[tuple[Product, CategoriesDraft]], actor: Actor) -> dict[int, TandemError]:
    named = [ProductDraft(sku=one.sku, must_be="known", categories=categories) for one, categories in drafts]
    plans = set_each_value(named, actor=actor) if named else []
    return {one.pk: plan.problems[0] for (one, _), plan in zip(drafts, plans, strict=True) if plan.problems}
