"""What products are to each other, as far as somebody sees both of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from pim.models import Product, Relation, RelationType

ENDS = ("type", "market", "product", "target")


def get_relation_type(code: str, *, actor: Actor) -> RelationType:
    found = RelationType.objects.visible_to(actor).filter(code=code).first() if "\0" not in code else None
    if found is None:
        raise Missing("There is no such type of relations", path="type")
    return found


def relations_of(product: Product, *, actor: Actor, type: str = "") -> list[Relation]:
    """What is said of a product: its own by type and position, then two-way ones that another says. One query."""
    rows = Relation.objects.visible_to(actor).said_of(product).select_related(*ENDS)
    if type:
        rows = rows.filter(type__code=type)
    is_own = Case(When(product=product, then=Value(0)), default=Value(1), output_field=IntegerField())
    return list(rows.order_by("type__position", "type__code", is_own, "position", "pk"))


def relations_at(product: Product, *, actor: Actor, type: str = "") -> QuerySet[Relation]:
    """What other products say of it: that it is their accessory."""
    rows = Relation.objects.visible_to(actor).pointing_at(product).select_related(*ENDS)
    return rows.filter(type__code=type) if type else rows


def relations_above(line: Sequence[Product], *, actor: Actor) -> list[Relation]:
    """What is said of the models that a product stands below, which holds for it as well."""
    above = [one.pk for one in line]
    rows = Relation.objects.visible_to(actor).filter(product__in=above).select_related(*ENDS) if above else []
    return sorted(rows, key=lambda row: (row.type.position, row.type.code, above.index(row.product_id), row.position))


def relation_document(row: Relation, product: Product) -> dict[str, Any]:
    """As the API shows it, from the side of a product."""
    return {
        "type": row.type.code,
        "product": row.other(product).sku,
        "market": row.place,
        "quantity": row.quantity,
        "position": row.position,
        "is_inverse": row.product_id != product.pk,
    }
