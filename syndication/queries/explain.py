"""Where each part of a listing's document comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foundation.markets.models import Scope
from pim.models import Product
from syndication.mapping import Mapped
from syndication.queries.documents import Chosen, Draft, draft_listing


@dataclass(frozen=True)
class Origin:
    """One field: what fills it, from whom, from which market and language, and how it was changed on the way."""

    target: str
    source: str
    value: Any
    sku: str = ""
    level: int | None = None
    market: str = ""
    locale: str = ""
    is_inherited: bool = False
    is_fallback: bool = False
    transform: str = ""


@dataclass(frozen=True)
class Explanation:
    """What the listing would be now, and why."""

    state: str
    hash: str
    problems: list[dict[str, Any]]
    fields: list[Origin]
    draft: Draft


def explain_listing(product: Product, *, scope: Scope, at: datetime) -> Explanation | None:
    """The document of a product in a scope, field by field; None where the channel has no profile."""
    draft = draft_listing(product, scope=scope, at=at)
    if draft is None:
        return None
    origins = [_of_field(one, draft) for one in draft.fields] + [_of_media(one, draft) for one in draft.media]
    return Explanation(draft.state, draft.hash, draft.problems, origins, draft)


def _of_field(one: Mapped, draft: Draft) -> Origin:
    found = one.resolved
    if found is None:
        return Origin(one.field.target, one.field.origin, one.value, sku=draft.product.sku)
    return Origin(
        target=one.field.target,
        source=one.field.origin,
        value=one.value,
        sku=found.sku,
        level=found.level,
        market=found.market or "*",
        locale=found.locale,
        is_inherited=found.is_inherited,
        is_fallback=found.is_fallback,
        transform=one.field.transform,
    )


def _of_media(one: Chosen, draft: Draft) -> Origin:
    return Origin(
        target=one.rule.target,
        source=one.rule.origin,
        value=str(one.asset.uid),
        sku=one.bound.binding.product.sku,
        is_inherited=one.bound.is_inherited,
        transform=one.preset.code,
    )
