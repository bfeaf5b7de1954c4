"""What the list of products is filtered by follows completeness, tree by tree."""

from __future__ import annotations

import pytest

from foundation.accounts.choices import Role
from foundation.archive.rebuilding import rebuild_projection
from foundation.events.registry import PROJECTIONS
from foundation.events.sequencing import drain
from pim.models import CatalogueEntry
from pim.services import place_product, set_values, withdraw_product

from .factories import HOUSE, make_actor, make_coat, make_cup, make_gtin, product, scope

pytestmark = pytest.mark.usefixtures("model")


def told(sku: str) -> tuple[str, list[str], list[str]]:
    """Family, and the scopes in which the tree is placed and incomplete."""
    drain()
    row = CatalogueEntry.objects.select_related("family").get(root_id=product(sku).pk)
    assert rebuild_projection(PROJECTIONS["pim.completeness"]), "a rebuild gives the same rows"
    names = {scope(name).pk: name for name in ("shop/GB/en-GB", "shop/DE/de-DE")}
    return row.family.code, [names[pk] for pk in row.placed], [names[pk] for pk in row.incomplete]


def test_a_tree_is_told_by_where_it_is_sold_and_what_it_lacks() -> None:
    make_cup("CUP", gtin=make_gtin())
    assert told("CUP") == ("cups", [], [])
    place_product(product("CUP"), channel="shop", market="GB", actor=HOUSE, reason="Season")
    assert told("CUP") == ("cups", ["shop/GB/en-GB"], ["shop/GB/en-GB"])
    set_values(product("CUP"), values={"name": "Cup"}, locale="en-GB", actor=HOUSE)
    assert told("CUP") == ("cups", ["shop/GB/en-GB"], [])
    withdraw_product(product("CUP"), channel="shop", market="GB", actor=HOUSE, reason="Over")
    assert told("CUP") == ("cups", [], [])


def test_a_model_is_told_by_its_variants() -> None:
    make_coat()
    place_product(product("COAT"), channel="shop", market="GB", actor=HOUSE, reason="Season")
    assert told("COAT") == ("coats", ["shop/GB/en-GB"], ["shop/GB/en-GB"])
    assert CatalogueEntry.objects.count() == 1, "one row a tree"


def test_the_limited_see_entries_of_what_they_see() -> None:
    make_cup("CUP")
    make_cup("MUG")
    place_product(product("CUP"), channel="shop", market="GB", actor=HOUSE, reason="Season")
    drain()
    british = make_actor(Role.STEWARD, market="GB")
    seen = CatalogueEntry.objects.visible_to(british)
    assert list(seen.values_list("root_id", "markets")) == [(product("CUP").pk, ["GB"])]
    withdraw_product(product("CUP"), channel="shop", market="GB", actor=HOUSE, reason="Over")
    drain()
    assert not seen.exists()
    assert CatalogueEntry.objects.visible_to(make_actor(Role.STEWARD)).count() == 2
