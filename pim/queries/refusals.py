"""Why a product may not be changed, in words that tell nobody more than they see."""

from __future__ import annotations

from foundation.core.actors import Actor
from foundation.core.errors import Missing, TandemError
from pim.models import Product


def refusal_of(product: Product, actor: Actor, doing: str, *, path: str = "sku") -> TandemError:
    """For a product beyond the actor's reach: `denied` where they see it all the same, else `missing`."""
    if actor.whole and Product.objects.visible_to(actor.whole).filter(pk=product.pk).exists():
        refusal = actor.elsewhere(doing, product.sku)
        refusal.path = path
        return refusal
    return Missing("There is no such product", path=path)
