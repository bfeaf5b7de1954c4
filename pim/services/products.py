"""Creating and changing products, one or many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import TandemError
from foundation.history.services import recorded
from pim.choices import Sensitivity
from pim.errors import BadProduct
from pim.models import Product
from pim.models.attributes import clearance_of
from pim.queries.book import Book
from pim.queries.classifications import actor_at
from pim.queries.values import allowed_codes, own_values
from pim.services.drafts import UNNAMED, ProductDraft, ValueDraft, read_document
from pim.services.planning import Plan
from pim.services.writing import write_drafts

MAX_BATCH = 1_000


@dataclass(frozen=True)
class Upserted:
    """What came of one document: created, changed or unchanged."""

    sku: str
    status: str
    product: Product


def create_product(
    *, sku: str, actor: Actor, family: str | None = None, parent: str | None = None,
    values: Mapping[str, Any] | None = None, reason: str = "",
) -> Product:  # fmt: skip
    """A new product with the given values for all markets and languages.

    Variants take their parent's family and name all their axes. Raises `BadProduct`, `BadValue` or `Problems`.
    """
    document = {
        "sku": sku,
        "family": family,
        "values": [{"attribute": code, "value": given} for code, given in (values or {}).items()],
    }
    draft = replace(read_document(document, reason=reason), parent=parent or UNNAMED, must_be="new")
    return write_one(draft, actor=actor).product


def upsert_products(documents: Sequence[Mapping[str, Any]], *, actor: Actor, reason: str = "") -> list[Upserted]:
    """Create or change up to 1,000 products, all or none, parents and variants in any order.

    What is as it should be already is not touched: no revision, no event, no new version. A document has sku,
    parent, family, state, reason and values, a list of {attribute, market, locale, value, expires_at}; a value of
    null clears. Raises `Problems` naming each refusal by its path.
    """
    if len(documents) > MAX_BATCH:
        raise BadProduct(f"{len(documents)} products are too many for one request; send at most {MAX_BATCH}")
    drafts = [read_document(one, path=str(at), reason=reason) for at, one in enumerate(documents)]
    return [_upserted(plan) for plan in write_batch(drafts, actor=actor)]


@dataclass(frozen=True)
class Outcome:
    """What came of one document of several that stand alone: it was written, or these are its problems."""

    sku: str
    done: Upserted | None = None
    problems: Sequence[TandemError] = ()


def upsert_each(documents: Sequence[Mapping[str, Any]], *, actor: Actor, reason: str = "") -> list[Outcome]:
    """Create or change up to 1,000 products, each by itself: one that is refused keeps no other back, but for variants
    of a parent that was refused. Paths of problems begin in the document.
    """
    if len(documents) > MAX_BATCH:
        raise BadProduct(f"{len(documents)} products are too many for one request; send at most {MAX_BATCH}")
    found: dict[int, Outcome] = {}
    drafts: dict[int, ProductDraft] = {}
    for at, document in enumerate(documents):
        try:
            drafts[at] = read_document(document, reason=reason)
        except TandemError as error:
            sku = document.get("sku")
            found[at] = Outcome(sku if isinstance(sku, str) else "", problems=[error])
    for at, plan in zip(drafts, write_batch(list(drafts.values()), actor=actor, partial=True), strict=True):
        done = None if plan.problems else _upserted(plan)
        found[at] = Outcome(plan.draft.sku, done, plan.problems)
    return [found[at] for at in sorted(found)]


def upsert_product(
    document: Mapping[str, Any],
    *,
    actor: Actor,
    expected_version: int | None = None,
    must_be: str = "",
    reason: str = "",
) -> Upserted:
    """Create or change one product; with `expected_version` only if nobody has changed it since (0: it is new)."""
    draft = read_document(document, reason=reason, expected_version=expected_version)
    return write_one(replace(draft, must_be=must_be), actor=actor)


def write_one(draft: ProductDraft, *, actor: Actor) -> Upserted:
    """Carry out one draft."""
    return _upserted(write_batch([draft], actor=actor)[0])


def write_batch(
    drafts: Sequence[ProductDraft], *, actor: Actor, partial: bool = False, book: Book | None = None
) -> list[Plan]:
    """Carry out drafts in one transaction; with `partial` those that are refused tell their problems."""
    actor = actor.require("pim.edit")
    clearance = Sensitivity(clearance_of(actor))
    with recorded(actor):
        return write_drafts(drafts, actor=actor, at=moment.now(), clearance=clearance, partial=partial, book=book)


def _upserted(plan: Plan) -> Upserted:
    assert plan.product is not None  # noqa: S101  written, or known
    return Upserted(plan.draft.sku, plan.status, plan.product)


def replace_product(
    document: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None, must_be: str = ""
) -> Upserted:
    """Create a product, or make its own values exactly those of the document.

    Values that the actor may not see, by class or by market, stay as they are.
    """
    actor = actor.require("pim.edit")
    draft = replace(read_document(document, expected_version=expected_version), must_be=must_be)
    with recorded(actor):
        product = Product.objects.visible_to(actor).select_for_update(of=("self",)).filter(sku=draft.sku).first()
        if product is not None:
            draft = replace(draft, values=[*draft.values, *_cleared(product, draft, actor)])
        return write_one(draft, actor=actor)


def _cleared(product: Product, draft: ProductDraft, actor: Actor) -> list[ValueDraft]:
    named = {(value.attribute, value.market, value.locale) for value in draft.values}
    limits = actor_at(product, actor).limits("market")
    rows = own_values([product.pk], codes=allowed_codes(clearance_of(actor)), markets=limits)
    cleared = []
    for row in rows.get(product.pk, []):
        market = row.cell.market.code if row.cell.market else None
        if market is None and limits is not None:
            continue
        cleared += [
            ValueDraft(code, None, market, row.cell.locale, path=code)
            for code in row.vals
            if (code, market, row.cell.locale) not in named
        ]
    return cleared
