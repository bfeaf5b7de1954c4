"""Finding products and what they are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.markets.models import Locale
from foundation.markets.queries import locale_chain
from pim.checks import Refusal
from pim.checks.identifiers import check_identifier
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


@dataclass(frozen=True)
class Line:
    """A product and what it inherits from, nearest first, by ids alone."""

    sku: str
    family: int
    ids: tuple[int, ...]


def id_lines(product_ids: Collection[int]) -> dict[int, Line]:
    """As `lines_of`, where ids are enough: one query, and no product is made of it."""
    rows = Product.objects.filter(pk__in=set(product_ids)).order_by()
    told = rows.values_list("sku", "family_id", "pk", "parent_id", "parent__parent_id")
    return {row[2]: Line(row[0], row[1], tuple(pk for pk in row[2:] if pk is not None)) for row in told}


def axis_values(product_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Attribute code to option code of every axis that a product has or inherits, in the family's order."""
    lines = id_lines(product_ids)
    axes: dict[int, list[str]] = defaultdict(list)
    known = FamilyAxis.objects.filter(family_id__in={line.family for line in lines.values()})
    for axis in known.select_related("attribute").order_by("level", "position"):
        axes[axis.family_id].append(axis.attribute.code)
    ids = {pk for line in lines.values() for pk in line.ids}
    rows = ProductValues.objects.filter(product_id__in=ids, cell__market=None, cell__locale=ANY_LOCALE)
    stored = dict(rows.values_list("product_id", "vals"))
    return {
        start: {
            code: vals[code]
            for pk in reversed(line.ids)
            for vals in [stored.get(pk, {})]
            for code in axes[line.family]
            if code in vals
        }
        for start, line in lines.items()
    }


def label_of(product: Product, locale: str) -> str:
    """What the product is called in a language; its SKU when it has no name at all."""
    return labels_of([product.pk], locale)[product.pk]


def labels_of(product_ids: Sequence[int], locale: str) -> dict[int, str]:
    """Names of many products in a constant number of queries: by the locale's chain, then any language, then SKU."""
    lines = id_lines(product_ids)
    start = Locale.objects.filter(pk=locale).first()
    chain = [step.code for step, _ in locale_chain(start)] if start else []
    order = {code: at for at, code in enumerate([*chain, ANY_LOCALE])}
    ids = {pk for line in lines.values() for pk in line.ids}
    rows = ProductValues.objects.filter(
        product_id__in=ids, cell__market=None, product__family__label_attribute__isnull=False
    )
    fields = ("product_id", "cell__locale", "product__family__label_attribute__code", "vals")
    names: dict[int, dict[str, Any]] = {}
    for product, place, code, vals in rows.order_by("cell__locale").values_list(*fields):
        if code in vals:
            names.setdefault(product, {})[place] = vals[code]
    return {start: _best(line, names, order) for start, line in lines.items()}


def _best(line: Line, names: dict[int, dict[str, Any]], order: dict[str, int]) -> str:
    for place in sorted(order, key=order.__getitem__):
        for pk in line.ids:
            if place in names.get(pk, {}):
                return str(names[pk][place])
    for pk in line.ids:
        for name in names.get(pk, {}).values():
            return str(name)
    return line.sku
