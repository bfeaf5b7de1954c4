"""Writing down who was shown what is not public."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from foundation.audit.services import note_read
from foundation.core.actors import Actor
from pim import events
from pim.choices import Sensitivity
from pim.models import Attribute, ImportRow, Product, ProductImport
from pim.models.attributes import clearance_of
from pim.queries.overrides import OverrideRow


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


def note_many_read(shown: Mapping[str, Collection[str]], *, actor: Actor) -> None:
    """Values of these products (SKU to codes of attributes) are about to be shown. Two queries, however many."""
    if clearance_of(actor) == Sensitivity.PUBLIC:
        return
    codes = {code for said in shown.values() for code in said}
    hidden = Attribute.objects.visible_to(actor).exclude(sensitivity=Sensitivity.PUBLIC).filter(code__in=codes)
    known = set(hidden.values_list("code", flat=True))
    read = {sku: known.intersection(said) for sku, said in shown.items()}
    wanted = [sku for sku, said in read.items() if said]
    for product in Product.objects.filter(sku__in=wanted).order_by("sku") if wanted else ():
        note_sensitive_read(product, codes=read[product.sku], actor=actor)


def note_counts_read(codes: Collection[str], *, actor: Actor) -> None:
    """How many products say what of these attributes is about to be told."""
    if clearance_of(actor) != Sensitivity.PUBLIC:
        hidden = Attribute.objects.visible_to(actor).exclude(sensitivity=Sensitivity.PUBLIC).filter(code__in=codes)
        found = sorted(hidden.values_list("code", flat=True))
        note_read(events.VALUES_READ, actor=actor, subject_type="attribute", subjects=found)


def note_overrides_read(rows: Iterable[OverrideRow], *, actor: Actor) -> None:
    """Markets' own values are about to be shown."""
    shown: dict[str, set[str]] = {}
    for row in rows:
        shown.setdefault(row.override.product.sku, set()).add(row.override.attribute.code)
    note_many_read(shown, actor=actor)


def note_import_rows_read(rows: Iterable[ImportRow], *, actor: Actor) -> None:
    """What differs in these rows of a file is about to be shown."""
    shown: dict[str, set[str]] = {}
    for row in rows:
        shown.setdefault(row.sku, set()).update(one["attribute"] for one in row.changes)
    note_many_read(shown, actor=actor)


def note_refused_rows_read(made: ProductImport, *, actor: Actor) -> None:
    """A supplier's rows, whatever stands in them, are about to leave as a file."""
    note_read(events.ROWS_DOWNLOADED, actor=actor, subject_type="import", subjects=[made.uid], file=made.filename)
