"""The resolver in Python, its twin in SQL and completeness agree with a naive telling, on catalogues made up. P4-P6 P9.

The worked table of the decisions goes through the same three.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import given

from foundation.history.services import recorded
from pim.choices import Sensitivity
from pim.models import Completeness, FamilyAttribute
from pim.queries.completeness import compute, tally
from pim.queries.values import read_ground, resolve_in_sql, resolve_values
from pim.resolution import Resolved
from pim.services.completeness import refresh_completeness, root_ids

from .catalogues import (
    ANY,
    CLASSES,
    CODES,
    MADE_UP,
    Answer,
    Catalogue,
    Kind,
    Says,
    ScopeName,
    answers,
    catalogues,
    completeness,
    sku_of,
    store,
)
from .factories import HOUSE, product

pytestmark = pytest.mark.django_db


def told_by(one: Resolved) -> Answer:
    return Answer(one.value, one.sku, one.level, one.market, one.locale, one.kind, one.counts, one.is_inherited,
                  one.is_fallback)  # fmt: skip


def check_values(told: Catalogue, scopes: dict[ScopeName, Any]) -> None:
    """Each value with its origin, under each clearance, by both engines."""
    for name, scope in scopes.items():
        for most in Sensitivity:
            codes = frozenset(code for code in CODES if most.admits(CLASSES.get(code, "public")))
            wanted = {told.ids[at]: answers(told, at, name, codes) for at in range(len(told.products))}
            by_python = resolve_values(told.ids, scope, max_sensitivity=most)
            assert by_python == resolve_in_sql(told.ids, scope, max_sensitivity=most)
            told_of = {pk: {code: told_by(one) for code, one in found.items()} for pk, found in by_python.items()}
            assert told_of == wanted


def check_completeness(told: Catalogue, scopes: dict[ScopeName, Any]) -> None:
    """Every row of the table, nothing more, and what is summed up of a product and all below it."""
    with recorded(HOUSE):
        refresh_completeness(root_ids())
    members = FamilyAttribute.objects.select_related("attribute")
    bits = {(row.family_id, row.index): row.attribute.code for row in members}
    found = {
        (row.product_id, row.scope_id): (
            row.required, row.filled, frozenset(bits[row.family_id, at] for at in row.missing_positions),
            row.is_placed, row.is_sellable,
        )
        for row in Completeness.objects.all()
    }  # fmt: skip
    wanted = {
        (told.ids[at], scope.pk): row
        for at in range(len(told.products))
        for name, scope in scopes.items()
        if (row := completeness(told, at, name)) is not None
    }
    assert found == wanted
    assert len(compute(root_ids())) == len(wanted)
    for at in range(len(told.products)):
        below = [told.ids[one] for one in range(len(told.products)) if at in told.line(one)]
        sold = [(key[1], row) for key, row in wanted.items() if key[0] in below and row[3] and row[4]]
        sums = {
            scope: (sum(row[0] for of, row in sold if of == scope), sum(row[1] for of, row in sold if of == scope))
            for scope, _ in sold
        }
        assert tally(product(sku_of(at))) == sums


@MADE_UP
@given(catalogues())
def test_both_engines_and_completeness_agree_with_a_naive_telling(told: Catalogue) -> None:
    with transaction.atomic():
        scopes = store(told)
        check_values(told, scopes)
        check_completeness(told, scopes)
        transaction.set_rollback(True)


COAT, COAT_M = 0, 1
GERMAN = {"en-GB": (None, False), "de-DE": ("en-GB", False), "de-AT": ("de-DE", True), "fr-FR": (None, False)}
TABLE: list[tuple[dict[tuple[int, tuple[str | None, str]], Says], ScopeName, Any, str, str | None, str, bool]] = [
    # stored, asked, answer, whose, market, locale, counts as translated
    ({(COAT, (None, "en-GB")): Says({"name": "Coat"}, {}), (COAT_M, (None, "en-GB")): Says({"name": "Coat M"}, {})},
     ("shop", "GB", "en-GB"), "Coat M", "P1", None, "en-GB", True),
    ({(COAT, ("GB", "en-GB")): Says({"name": "Mac"}, {})},
     ("shop", "GB", "en-GB"), "Mac", "P0", "GB", "en-GB", True),
    ({(COAT, ("GB", "en-GB")): Says({"name": "Mac"}, {}), (COAT_M, (None, "en-GB")): Says({"name": "Coat M"}, {})},
     ("shop", "GB", "en-GB"), "Coat M", "P1", None, "en-GB", True),
    ({(COAT, (None, "de-DE")): Says({"name": "Mantel"}, {})},
     ("shop", "AT", "de-AT"), "Mantel", "P0", None, "de-DE", True),
    ({(COAT, (None, "en-GB")): Says({"name": "Coat"}, {})},
     ("shop", "AT", "de-AT"), "Coat", "P0", None, "en-GB", False),
    ({(COAT, ("GB", "en-GB")): Says({"name": "Mac"}, {}), (COAT, (None, "de-DE")): Says({"name": "Mantel"}, {})},
     ("shop", "GB", "de-DE"), "Mantel", "P0", None, "de-DE", True),
    ({(COAT, (None, "en-GB")): Says({"name": "Coat"}, {"name": "Coat, wool"})},
     ("shop", "GB", "en-GB"), "Coat", "P0", None, "en-GB", True),
    ({(COAT, (None, ANY)): Says({}, {"name": "Coat, wool"})},
     ("shop", "GB", "en-GB"), "Coat, wool", "P0", None, ANY, True),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE)
def test_the_worked_table_of_the_decisions(row: Any) -> None:
    said, asked, value, sku, market, locale, counts = row
    kind = Kind(1, {"name": 0}, frozenset(), {"shop": frozenset({"name"}), "bazaar": frozenset()})
    told = Catalogue(GERMAN, frozenset({asked}), (kind,), ((0, None), (0, COAT)), said, {})
    scopes = store(told)
    found = resolve_in_sql([told.ids[COAT_M]], scopes[asked])[told.ids[COAT_M]]["name"]
    assert (found.value, found.sku, found.market, found.locale, found.counts) == (value, sku, market, locale, counts)
    line = [product("P1"), product("P0")]
    assert read_ground(line, scopes[asked]).trail("name")  # what pages explain by
    assert next(step for step in read_ground(line, scopes[asked]).trail("name") if step.value).value == value
    check_values(told, scopes)
    check_completeness(told, scopes)
    assert Completeness.objects.get(product_id=told.ids[COAT_M]).filled == counts
