"""Writing what was planned, in a number of statements that does not depend on the number of products."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Q

from foundation.core.actors import Actor
from foundation.core.errors import Problems
from foundation.events.services import append_events
from foundation.jobs.services import set_timer
from pim import events
from pim.choices import ProductState, Sensitivity
from pim.models import Classification, Identifier, Override, Product
from pim.queries.book import Book, read_book
from pim.queries.overrides import shared_values
from pim.services.drafts import ProductDraft
from pim.services.planning import Change, Plan, Planner

OVERRIDE_TIMER = "pim.override"
VALUES_AT_ONCE = 10_000

# One parameter for all rows: neither Python nor PostgreSQL has to read a statement of thousands of them.
WRITE_VALUES = """
INSERT INTO pim_productvalues (product_id, cell_id, vals, computed, version)
SELECT (said -> 0)::bigint, (said -> 1)::bigint, said -> 2, '{}', (said -> 3)::bigint
  FROM jsonb_array_elements(%s::jsonb) AS said
ON CONFLICT (product_id, cell_id) DO UPDATE SET vals = excluded.vals, version = excluded.version
"""


def write_drafts(
    drafts: Sequence[ProductDraft], *, actor: Actor, at: datetime, clearance: Sensitivity, partial: bool = False,
    book: Book | None = None, is_judged: bool = True,
) -> list[Plan]:  # fmt: skip
    """Check and write a batch inside the running `recorded` block; what is as it should be is not touched.

    With `partial` the good ones are written and the others tell their problems; without it one problem stops all.
    With `is_judged` rules over several values may refuse; what they find is found afterwards in any case.
    """
    book = book or read_book()
    plans = Planner(book, actor, clearance=clearance, at=at, is_judged=is_judged).plan_and_diff(drafts)
    problems = [problem for plan in plans for problem in plan.problems]
    if problems and not partial:
        raise problems[0] if len(problems) == 1 else Problems(problems)
    good = [plan for plan in plans if not plan.problems]
    created = [plan for plan in good if plan.is_new]
    changed = [plan for plan in good if plan.status == "changed"]
    _insert_products(created, at)
    _update_products(changed)
    _write_values(created + changed)
    _write_overrides(created + changed, actor, at)
    _write_identifiers(created + changed)
    _write_categories(created + changed)
    _tell(created, changed, book)
    return plans


def _insert_products(plans: list[Plan], at: datetime) -> None:
    """Numbers are drawn first: a root points at itself, and children at parents of the same batch."""
    if not plans:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('pim_product', 'id')) FROM generate_series(1, %s)", [len(plans)]
        )
        numbers = [int(row[0]) for row in cursor.fetchall()]
    for plan, number in zip(sorted(plans, key=lambda one: one.level), numbers, strict=True):
        parent = plan.parent.product if isinstance(plan.parent, Plan) else plan.parent
        assert plan.family is not None  # noqa: S101  checked by the planner
        plan.product = Product(
            id=number,
            sku=plan.draft.sku,
            parent_id=parent.pk if parent else None,
            root_id=parent.root_id if parent else number,
            level=plan.level,
            family_id=plan.family.id,
            axis_key=plan.axis_key,
            state=plan.draft.state or ProductState.ACTIVE,
            created_at=at,
        )
    rows = [plan.product for plan in plans if plan.product]
    Product.objects.bulk_create(sorted(rows, key=lambda row: row.pk), batch_size=1000)


def _update_products(plans: list[Plan]) -> None:
    products = [plan.product for plan in plans if plan.product]
    if not products:
        return
    Product.objects.filter(pk__in=[product.pk for product in products]).update(version=F("version") + 1)
    moved = []
    for plan in plans:
        product = plan.product
        assert product is not None  # noqa: S101  changed plans have one
        product.version += 1
        state = plan.draft.state or product.state
        if (product.state, product.axis_key) != (state, plan.axis_key):
            product.state, product.axis_key = state, plan.axis_key
            moved.append(product)
    if moved:
        Product.objects.bulk_update(moved, ["state", "axis_key"], batch_size=1000)


def _write_values(plans: list[Plan]) -> None:
    rows = [
        (plan.product.pk, cell, row.vals, row.version)
        for plan in plans
        if plan.product
        for cell, row in plan.written.items()
    ]
    rows.sort(key=lambda row: row[:2])
    for start in range(0, len(rows), VALUES_AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(WRITE_VALUES, [json.dumps(rows[start : start + VALUES_AT_ONCE], ensure_ascii=False)])


def _market_changes(plans: list[Plan]) -> list[tuple[Plan, int, Change]]:
    return [
        (plan, cell, change)
        for plan in plans
        for cell, changes in plan.changes.items()
        for change in changes
        if change.draft.market is not None and (cell, change.rule.code) in plan.touched
    ]


def _write_overrides(plans: list[Plan], actor: Actor, at: datetime) -> None:
    rows, gone = [], Q(pk__in=[])
    for plan, cell, change in _market_changes(plans):
        assert plan.product is not None  # noqa: S101  written by now
        key = {"product_id": plan.product.pk, "cell_id": cell, "attribute_id": change.rule.id}
        if change.value is None:
            gone |= Q(**key)
            continue
        expires = change.draft.expires_at
        reason = change.draft.reason or plan.draft.reason
        rows.append(Override(**key, reason=reason, actor=actor.label, at=at, expires_at=expires))
    note_shared(rows)
    if rows:
        Override.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["product", "cell", "attribute"],
            update_fields=["reason", "actor", "at", "expires_at", "shared"],
        )
    if gone:
        Override.objects.filter(gone).delete()
    for row in rows:
        if row.expires_at is not None:
            set_timer(OVERRIDE_TIMER, f"{row.product_id}:{row.cell_id}:{row.attribute_id}", row.expires_at)


def note_shared(rows: Sequence[Override]) -> None:
    """Let overrides know what holds for all markets now."""
    for row, value in zip(rows, shared_values(rows), strict=True):
        row.shared = {"value": value}


def _write_identifiers(plans: list[Plan]) -> None:
    old, new = Q(pk__in=[]), []
    for plan in plans:
        assert plan.product is not None  # noqa: S101  written by now
        for cell, changes in plan.changes.items():
            for change in changes:
                if change.rule.is_unique and (cell, change.rule.code) in plan.touched:
                    scheme = change.rule.scheme
                    if not plan.is_new:
                        old |= Q(product_id=plan.product.pk, scheme=scheme)
                    if change.value is not None:
                        new.append(Identifier(scheme=scheme, value=str(change.value), product=plan.product))
    if any(not plan.is_new for plan in plans) and old != Q(pk__in=[]):
        kept = {(row.scheme, row.value, row.product_id): row.pk for row in Identifier.objects.filter(old)}
        keys = {(row.scheme, row.value, row.product_id) for row in new}
        Identifier.objects.filter(pk__in=[pk for key, pk in kept.items() if key not in keys]).delete()
        new = [row for row in new if (row.scheme, row.value, row.product_id) not in kept]
    Identifier.objects.bulk_create(new, batch_size=2000)


def _write_categories(plans: list[Plan]) -> None:
    """Out of where they lie no more first: a product has one place in the hierarchy at any moment."""
    moved = [
        plan for plan in _by_number(plans) if plan.product and plan.level == 0 and plan.shelves != plan.shelves_before
    ]
    gone, new = [], []
    for plan in moved:
        gone += [(plan, one) for key, one in plan.shelves_before.items() if key not in plan.shelves]
        new += [(plan, one) for key, one in plan.shelves.items() if key not in plan.shelves_before]
    if gone:
        out = Q(pk__in=[])
        for plan, one in gone:
            out |= Q(product=plan.product, category=one)
        Classification.objects.filter(out).delete()
    Classification.objects.bulk_create(
        Classification(product=plan.product, category=one, is_primary=one.tree.is_hierarchy) for plan, one in new
    )
    for kind, rows in ((events.PRODUCT_UNCLASSIFIED, gone), (events.PRODUCT_CLASSIFIED, new)):
        told = [(plan.product, one.key) for plan, one in rows if plan.product]
        append_events(kind, [(product.uid, {"sku": product.sku, "category": key}) for product, key in told])


def _tell(created: list[Plan], changed: list[Plan], book: Book) -> None:
    roots = {plan.product.root_id for plan in [*created, *changed] if plan.product}
    uids = dict(Product.objects.filter(pk__in=roots).values_list("pk", "uid")) if roots else {}
    markets = {market.pk: market.code for market in book.markets.values()}
    names = {number: f"{markets.get(market or 0, '*')}/{locale}" for (market, locale), number in book.cells.items()}
    append_events(
        events.PRODUCT_CREATED,
        [
            (
                plan.product.uid,
                {"sku": plan.product.sku, "root": str(uids[plan.product.root_id]), "family": plan.family.code},
            )
            for plan in _by_number(created)
            if plan.product and plan.family
        ],
    )
    append_events(
        events.PRODUCT_CHANGED,
        [
            (plan.product.uid, _changed_payload(plan, plan.product, str(uids[plan.product.root_id]), names))
            for plan in _by_number(changed)
            if plan.product and plan.is_told
        ],
    )


def _changed_payload(plan: Plan, product: Product, root: str, names: dict[int, str]) -> dict[str, Any]:
    return {
        "sku": product.sku,
        "root": root,
        "attributes": sorted(plan.attributes),
        "cells": sorted(names.get(cell, "") for cell in plan.written),
    }


def _by_number(plans: list[Plan]) -> list[Plan]:
    return sorted(plans, key=lambda plan: plan.product.pk if plan.product else 0)
