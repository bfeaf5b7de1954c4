"""Finding products and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.markets.models import Locale
from foundation.markets.queries import locale_chain
from pim.checks import Refusal
from pim.checks.texts import check_identifier
from pim.choices import ANY_LOCALE, SKU
from pim.models import FamilyAxis, Product, ProductSearch, ProductValues


def get_product(sku: str, *, actor: Actor) -> Product:
    """The product of this SKU; raises `Missing` for what the actor may not see, too."""
    product = Product.objects.visible_to(actor).select_related("family", "parent", "root").filter(sku=sku).first()
    if product is None:
        raise Missing(f"There is no product {sku}", path="sku")
    return product


def find_by_identifier(scheme: str, value: str) -> list[Product]:
    """The products that an identifier finds: by `sku` current and former ones, GTINs of any length."""
    try:
        spelled = check_identifier(value.strip(), scheme)
    except Refusal:
        return []
    found = Product.objects.filter(identifiers__scheme=scheme, identifiers__value=spelled)
    if scheme == SKU:
        current = Product.objects.filter(sku=value.strip())
        return list(current) or list(found)
    return list(found.order_by("pk"))


def find_products(words: str, *, actor: Actor) -> QuerySet[Product]:
    """Products whose SKU, identifiers or public texts hold each of the words."""
    products = Product.objects.visible_to(actor)
    matches = ProductSearch.objects.all()
    for word in words.lower().split()[:8]:
        matches = matches.filter(text__contains=word)
    return products.filter(pk__in=matches.values("product_id"))


def lines_of(product_ids: Sequence[int]) -> dict[int, list[Product]]:
    """Each product and its ancestors, nearest first, in at most three queries."""
    known: dict[int, Product] = {}
    wanted = set(product_ids)
    while wanted:
        rows = Product.objects.filter(pk__in=wanted).select_related("family")
        known.update({product.pk: product for product in rows})
        wanted = {row.parent_id for row in rows if row.parent_id} - known.keys()
    return {start: list(_upwards(known, start)) for start in product_ids if start in known}


def _upwards(known: dict[int, Product], start: int) -> Iterable[Product]:
    current: int | None = start
    while current is not None:
        yield known[current]
        current = known[current].parent_id


def ancestors_of(product_ids: Sequence[int]) -> dict[int, list[Product]]:
    """What each product inherits from, nearest first."""
    return {start: line[1:] for start, line in lines_of(product_ids).items()}


def axis_values(product_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Attribute code to option code of every axis that a product has or inherits, in the family's order."""
    lines = lines_of(product_ids)
    families = {product.family_id for line in lines.values() for product in line}
    axes: dict[int, list[str]] = {family: [] for family in families}
    for axis in (
        FamilyAxis.objects.filter(family_id__in=families).select_related("attribute").order_by("level", "position")
    ):
        axes[axis.family_id].append(axis.attribute.code)
    ids = {product.pk for line in lines.values() for product in line}
    rows = ProductValues.objects.filter(product_id__in=ids, cell__market=None, cell__locale=ANY_LOCALE)
    stored = dict(rows.values_list("product_id", "vals"))
    result: dict[int, dict[str, str]] = {}
    for start, line in lines.items():
        found = {
            code: vals[code]
            for product in reversed(line)
            for vals in [stored.get(product.pk, {})]
            for code in axes[product.family_id]
            if code in vals
        }
        result[start] = found
    return result


def label_of(product: Product, locale: str) -> str:
    """What the product is called in a language; its SKU when it has no name at all."""
    return labels_of([product.pk], locale)[product.pk]


def labels_of(product_ids: Sequence[int], locale: str) -> dict[int, str]:
    """Names of many products in a constant number of queries: by the locale's chain, then any language, then SKU."""
    lines = lines_of(product_ids)
    start = Locale.objects.filter(pk=locale).first()
    chain = [step.code for step, _ in locale_chain(start)] if start else []
    order = {code: at for at, code in enumerate([*chain, ANY_LOCALE])}
    ids = {product.pk for line in lines.values() for product in line}
    rows = ProductValues.objects.filter(
        product_id__in=ids, cell__market=None, product__family__label_attribute__isnull=False
    )
    fields = ("product_id", "cell__locale", "product__family__label_attribute__code", "vals")
    names: dict[int, dict[str, Any]] = {}
    for product, place, code, vals in rows.order_by("cell__locale").values_list(*fields):
        if code in vals:
            names.setdefault(product, {})[place] = vals[code]
    return {start: _best(line, names, order) for start, line in lines.items()}


def _best(line: list[Product], names: dict[int, dict[str, Any]], order: dict[str, int]) -> str:
    for place in sorted(order, key=order.__getitem__):
        for product in line:
            if place in names.get(product.pk, {}):
                return str(names[product.pk][place])
    for product in line:
        for name in names.get(product.pk, {}).values():
            return str(name)
    return line[0].sku
