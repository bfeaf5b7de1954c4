"""Products to choose from by a few letters, a SKU or a scanned GTIN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from pim.choices import GTIN
from pim.models import Product, ProductSearch
from pim.queries.products import find_by_identifier, labels_of
from workspace.queries.pictures import first_pictures
from workspace.queries.shown import LOCALE

MOST, SHORTEST = 20, 2


@dataclass(frozen=True)
class ProductChoice:
    uid: UUID
    sku: str
    title: str
    note: str
    picture_url: str


@dataclass(frozen=True)
class ProductChoices:
    q: str
    choices: list[ProductChoice]
    has_more: bool
    is_too_short: bool


def product_choices(q: str, *, actor: Actor) -> ProductChoices:
    """The first few that hold every word, themselves or by their model; what is named exactly comes first."""
    words = q.strip()
    if len(words) < SHORTEST:
        return ProductChoices(words, [], False, True)
    exact = _exactly(words, actor)
    found = _found(words, actor).exclude(pk__in=[one.pk for one in exact])
    rows = list(found.select_related("family", "root").order_by("level", "sku")[: MOST + 1])
    return ProductChoices(words, _choices([*exact, *rows[:MOST]], actor), len(rows) > MOST, False)


def _found(words: str, actor: Actor) -> QuerySet[Product]:
    rows = Product.objects.visible_to(actor)
    for word in words.lower().split()[:8]:
        hits = ProductSearch.objects.filter(text__contains=word).values("product_id")
        rows = rows.filter(Q(pk__in=hits) | Q(root_id__in=hits))
    return rows


def product_named(text: str, *, actor: Actor) -> Product:
    """The product of this SKU or GTIN; raises `Missing` for what the actor may not see, too."""
    found = _exactly(text.strip(), actor)
    if not found:
        raise Missing(f"There is no product {text.strip()[:80]!r}: choose one of the list", path="product")
    return found[0]


def _exactly(text: str, actor: Actor) -> list[Product]:
    if not text or "\0" in text:
        return []
    visible = Product.objects.visible_to(actor).select_related("family", "root")
    by_sku = list(visible.filter(sku__in={text, text.upper()}))
    by_gtin = find_by_identifier(GTIN, text) if text.isdecimal() else []
    return by_sku or list(visible.filter(pk__in=[one.pk for one in by_gtin]))


def _choices(products: Sequence[Product], actor: Actor) -> list[ProductChoice]:
    ids = [one.pk for one in products]
    titles, pictures = labels_of(ids, LOCALE), first_pictures(ids, actor)
    return [ProductChoice(one.uid, one.sku, titles[one.pk], _note(one), pictures.get(one.pk, "")) for one in products]


def _note(product: Product) -> str:
    if product.parent_id is not None:
        looks = product.axis_key.replace("=", " ").replace("&", ", ")
        return f"Variant of {product.root.sku}" + (f": {looks}" if looks else "")
    return f"{'Model' if product.family.depth else 'Product'} in {product.family.label(LOCALE)}"
