"""Deciding on markets' own values, one or many at once: kept, given another end, taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import F

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing
from foundation.events.services import append_events
from foundation.history.services import recorded
from foundation.jobs.services import set_timer
from pim import events
from pim.choices import Sensitivity
from pim.models import Override, Product
from pim.models.attributes import clearance_of
from pim.services.drafts import ProductDraft, ValueDraft
from pim.services.writing import OVERRIDE_TIMER, note_shared, write_drafts

MOST = 500


def keep_overrides(*, ids: Sequence[int], reason: str, actor: Actor) -> list[Override]:
    """Confirm overrides with a reason: what holds for all markets now is what they are made over.

    Raises `Missing` where one is not there or not the actor's; then none is kept.
    """
    _require_reason(reason)

    def keep(rows: list[Override]) -> None:
        note_shared(rows)
        for row in rows:
            row.reason = reason

    return _change(ids, actor, keep)


def extend_overrides(*, ids: Sequence[int], expires_at: datetime | None, actor: Actor) -> list[Override]:
    """Give overrides another end, or none. What they were made over stays what it was."""
    if expires_at is not None and expires_at <= moment.now():
        raise Invalid("The expiry lies in the past", path="expires_at")

    def extend(rows: list[Override]) -> None:
        for row in rows:
            row.expires_at = expires_at
            set_timer(OVERRIDE_TIMER, f"{row.product_id}:{row.cell_id}:{row.attribute_id}", expires_at)

    return _change(ids, actor, extend)


def clear_overrides(*, ids: Sequence[int], actor: Actor, reason: str = "") -> int:
    """Take overrides back, with their values: what holds for all markets holds there again. How many there were."""
    actor = actor.require("pim.edit")
    with recorded(actor, reason=reason):
        rows = _locked(ids, actor)
        drafts: dict[str, list[ValueDraft]] = defaultdict(list)
        for row in rows:
            market = row.cell.market.code if row.cell.market else None
            drafts[row.product.sku].append(ValueDraft(row.attribute.code, None, market, row.cell.locale, path="ids"))
        write_drafts(
            [ProductDraft(sku=sku, values=values, must_be="known") for sku, values in sorted(drafts.items())],
            actor=actor, at=moment.now(), clearance=clearance_of(actor),
        )  # fmt: skip
    return len(rows)


def _change(ids: Sequence[int], actor: Actor, change: Callable[[list[Override]], None]) -> list[Override]:
    actor = actor.require("pim.edit")
    with recorded(actor):
        rows = _locked(ids, actor)
        change(rows)
        for row in rows:
            row.actor, row.at = actor.label, moment.now()
        Override.objects.bulk_update(rows, ["reason", "actor", "at", "expires_at", "shared"], batch_size=MOST)
        _tell(rows)
    return rows


def _locked(ids: Sequence[int], actor: Actor) -> list[Override]:
    """All or none, products first, as whoever writes values does."""
    if not 0 < len(set(ids)) <= MOST:
        raise Invalid(f"Name 1 to {MOST} overrides", path="ids")
    visible = Override.objects.visible_to(actor).filter(pk__in=ids)
    products = sorted(set(visible.values_list("product_id", flat=True)))
    list(Product.objects.select_for_update().filter(pk__in=products).order_by("pk"))
    rows = visible.select_for_update(of=("self",)).select_related("product__root", "attribute", "cell__market")
    found = list(rows.order_by("pk"))
    if len(found) != len(set(ids)):
        raise Missing("There is no such override (any more)", path="ids")
    return found


def _tell(rows: Sequence[Override]) -> None:
    """News of each product, once, with its public attributes and the cells."""
    by_product: dict[int, list[Override]] = defaultdict(list)
    for row in rows:
        by_product[row.product_id].append(row)
    Product.objects.filter(pk__in=by_product).update(version=F("version") + 1)
    append_events(
        events.PRODUCT_CHANGED,
        [
            (
                some[0].product.uid,
                {
                    "sku": some[0].product.sku,
                    "root": str(some[0].product.root.uid),
                    "attributes": sorted(
                        {one.attribute.code for one in some if one.attribute.sensitivity == Sensitivity.PUBLIC}
                    ),
                    "cells": sorted({str(one.cell) for one in some}),
                },
            )
            for _, some in sorted(by_product.items())
        ],
    )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("Say why it is kept: the reason stays with it", path="reason")
