"""Setting values in one cell of one product, taking a change back, and letting overrides lapse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from foundation.core import moment
from foundation.core.actors import Actor, system
from foundation.core.errors import Missing
from foundation.history.services import recorded
from foundation.jobs.services import set_timer
from foundation.markets.models import Market
from pim.choices import ANY_LOCALE, Sensitivity
from pim.errors import StaleValues
from pim.models import Override, Product, ProductValues
from pim.models.attributes import clearance_of
from pim.queries.book import read_book
from pim.queries.refusals import refusal_of
from pim.queries.values import earlier_value
from pim.services.drafts import ANYTHING, ProductDraft, ValueDraft
from pim.services.planning import Plan
from pim.services.writing import OVERRIDE_TIMER, write_drafts


def set_values(
    product: Product, *, values: Mapping[str, Any], actor: Actor, market: Market | str | None = None,
    locale: str = ANY_LOCALE, reason: str = "", expected_version: int | None = None, expires_at: datetime | None = None,
    expected: Mapping[str, Any] | None = None,
) -> ProductValues | None:  # fmt: skip
    """Say something of a product in one cell; None clears, so that the value is inherited again.

    A market's own values need a reason and may expire; without a reason, those that are there keep theirs and their
    end. `expected_version` is the version of the cell that the caller saw (0: it was empty); `expected` are the own
    values that they saw (None: there was none), which lets changes of other values pass. Returns the cell's row, or
    None while the cell is empty. Raises `BadValue`, `UnknownAttribute`, `StaleValues` or `Problems`; then nothing was
    written.
    """
    actor = actor.require("pim.edit")
    code, seen = market.code if isinstance(market, Market) else market, expected or {}
    with recorded(actor):
        _require_visible(product, actor)
        Product.objects.select_for_update().get(pk=product.pk)
        _require_version(product, code, locale, expected_version)
        kept = {} if reason.strip() else _overrides(product, code, locale)
        drafts = [
            ValueDraft(
                name, raw, code, locale, path=name, expected=seen.get(name, ANYTHING),
                expires_at=kept[name].expires_at if name in kept and raw is not None else expires_at,
                reason=kept[name].reason if name in kept else "",
            )
            for name, raw in values.items()
        ]  # fmt: skip
        draft = ProductDraft(sku=product.sku, values=drafts, reason=reason, must_be="known")
        write_drafts([draft], actor=actor, at=moment.now(), clearance=clearance_of(actor), book=read_book(list(values)))
        return _row(product, code, locale)


def undo_value(product: Product, *, attribute: str, change: int, actor: Actor) -> ProductValues | None:
    """Give one value back what it was before a change, with the override's reason and end.

    `change` is a revision of the product's own values. Raises `StaleValues` where the value is another one by now, so
    that nothing later is lost, and `Missing` for what the change did not touch or the actor may not see.
    """
    actor = actor.require("pim.edit")
    with recorded(actor):
        _require_visible(product, actor)
        Product.objects.select_for_update().get(pk=product.pk)
        earlier = earlier_value(product, attribute=attribute, change=change, actor=actor)
        if earlier is None:
            raise Missing("There is no such change", path="change")
        return set_values(
            product,
            values={attribute: earlier.before},
            market=earlier.market,
            locale=earlier.locale,
            reason=earlier.reason,
            expires_at=earlier.expires_at,
            expected={attribute: earlier.after},
            actor=actor,
        )


def set_each_value(drafts: Sequence[ProductDraft], *, actor: Actor) -> list[Plan]:
    """Say something of many products, each by itself: what is refused is told by its plan, the rest is written."""
    actor = actor.require("pim.edit")
    with recorded(actor):
        return write_drafts(drafts, actor=actor, at=moment.now(), clearance=clearance_of(actor), partial=True)


def expire_override(subject: str) -> None:
    """The timer's call: a market's own value ends now. One that was cleared or prolonged meanwhile is left alone."""
    product_id, cell_id, attribute_id = (int(part) for part in subject.split(":"))
    actor = system("override-expiry")
    with recorded(actor):
        product = Product.objects.select_for_update().get(pk=product_id)
        override = (
            Override.objects.filter(product_id=product_id, cell_id=cell_id, attribute_id=attribute_id)
            .select_related("cell__market", "attribute")
            .first()
        )
        if override is None or override.expires_at is None or override.cell.market is None:
            return
        if override.expires_at > moment.now():
            set_timer(OVERRIDE_TIMER, subject, override.expires_at)
            return
        value = ValueDraft(override.attribute.code, None, override.cell.market.code, override.cell.locale)
        draft = ProductDraft(sku=product.sku, values=[value], reason="expired")
        write_drafts([draft], actor=actor, at=moment.now(), clearance=Sensitivity.SECRET, is_judged=False)


def _require_visible(product: Product, actor: Actor) -> None:
    if not Product.objects.visible_to(actor).filter(pk=product.pk).exists():
        raise refusal_of(product, actor, "edit products")


def _overrides(product: Product, market: str | None, locale: str) -> dict[str, Override]:
    if market is None:
        return {}
    rows = Override.objects.filter(product=product, cell__market__code=market, cell__locale=locale)
    return {row.attribute.code: row for row in rows.select_related("attribute")}


def _row(product: Product, market: str | None, locale: str) -> ProductValues | None:
    rows = ProductValues.objects.filter(product=product, cell__locale=locale)
    rows = rows.filter(cell__market__code=market) if market else rows.filter(cell__market=None)
    return rows.first()


def _require_version(product: Product, market: str | None, locale: str, expected: int | None) -> None:
    if expected is None:
        return
    row = _row(product, market, locale)
    version = row.version if row else 0
    if version != expected:
        text = f"These values are at version {version}, not {expected}: somebody changed them meanwhile"
        raise StaleValues(text, path="expected_version", version=version)
