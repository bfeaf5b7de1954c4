"""How lists of products are narrowed by the parameters of a request."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from foundation.core.actors import Actor
from pim.api.requests import read_parameters
from pim.models import Product
from pim.queries.documents import find_scope
from pim.queries.facets import PREFIX, Search, read_search
from pim.queries.products import find_products

MAX_SKUS = 200
NARROWING = ("family", "state", "sku", "q")
FILTERS = [
    OpenApiParameter("q", str, description="Words in the SKU, identifiers and public texts"),
    OpenApiParameter("sku", str, description=f"SKUs, separated by commas, at most {MAX_SKUS}"),
    OpenApiParameter("family", str),
    OpenApiParameter("state", str),
]
VALUES = OpenApiParameter(
    "value.{attribute}",
    str,
    many=True,
    description="Conditions on any attribute, all of which hold: `value.colour=red` (several: any of them), "
    "`value.weight.min=1 kg`, `value.weight.max=2 kg`, `value.brand.is=filled` or `empty`. Asked of what holds in the "
    "`scope`, or without one of what is said in any language and market that you see",
)


@dataclass(frozen=True)
class Filtered:
    """Products that may meet the search; `is_narrowed` by something else as well."""

    products: QuerySet[Product]
    search: Search
    is_narrowed: bool


def filtered(request: Request, actor: Actor, *others: str) -> Filtered:
    """What the request asks for; `others` are parameters that it may have besides."""
    asked = read_parameters(request, *NARROWING, "scope", *others, prefix=PREFIX)
    scope = find_scope(asked["scope"], actor=actor) if "scope" in asked else None
    products: QuerySet[Product] = Product.objects.visible_to(actor)
    if words := asked.get("q"):
        products = find_products(words[:200], actor=actor)
    if skus := asked.get("sku"):
        products = products.filter(sku__in=skus.split(",")[:MAX_SKUS])
    if family := asked.get("family"):
        products = products.filter(family__code=family)
    if state := asked.get("state"):
        products = products.filter(state=state)
    search = read_search(dict(request.query_params.lists()), actor=actor, scope=scope)
    return Filtered(products, search, any(name in asked for name in NARROWING))
