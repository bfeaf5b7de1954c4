"""Rows of files as somebody may see them."""

from __future__ import annotations

from collections.abc import Iterable

from foundation.core.actors import Actor
from pim.models import Attribute, ImportRow

FIELDS = ("state", "categories")  # of a product, beside its attributes


def cut_changes(rows: Iterable[ImportRow], *, actor: Actor) -> list[ImportRow]:
    """The rows without what the actor may not see (any more) of their differences. One query."""
    found = list(rows)
    codes = {one["attribute"] for row in found for one in row.changes}
    seen = {*FIELDS, *Attribute.objects.visible_to(actor).filter(code__in=codes).values_list("code", flat=True)}
    for row in found:
        row.changes = [one for one in row.changes if one["attribute"] in seen]
    return found
