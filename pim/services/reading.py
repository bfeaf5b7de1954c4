"""Writing down who was shown what is not public."""

from __future__ import annotations

from collections.abc import Iterable

from foundation.audit.services import note_read
from foundation.core.actors import Actor
from pim import events
from pim.choices import Sensitivity
from pim.models import Attribute, Product, ProductImport
from pim.models.attributes import clearance_of


def note_values_read(product: Product, *, codes: Iterable[str], actor: Actor) -> None:
    """The values of these attributes are about to be shown; those of public ones are nobody's business."""
    if clearance_of(actor) == Sensitivity.PUBLIC:
        return
    known = Attribute.objects.exclude(sensitivity=Sensitivity.PUBLIC).filter(code__in=set(codes))
    note_sensitive_read(product, codes=known.values_list("code", flat=True), actor=actor)


def note_sensitive_read(product: Product, *, codes: Iterable[str], actor: Actor) -> None:
    """The same, of attributes that are known not to be public. No event has codes of such; the audit has."""
    found = sorted(codes)
    if found:
        note_read(
            events.VALUES_READ, actor=actor, subject_type="product", subjects=[product.uid], sku=product.sku,
            attributes=found,
        )  # fmt: skip


def note_refused_rows_read(made: ProductImport, *, actor: Actor) -> None:
    """A supplier's rows, whatever stands in them, are about to leave as a file."""
    note_read(events.ROWS_DOWNLOADED, actor=actor, subject_type="import", subjects=[made.uid], file=made.filename)
