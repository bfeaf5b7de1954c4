"""Who ends in a branch sees what shows something of it, and what shows nothing; the library's entries say the same."""

from __future__ import annotations

from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest

from associations.models import Binding, LibraryEntry, LibraryPlace
from associations.services import bind_asset, propose_binding, unbind_asset
from dam.models import Asset, Licence
from dam.services import assign_licence, define_licence
from dam.verdict import TermFacts
from foundation.archive.rebuilding import rebuild_projection
from foundation.core.actors import Actor, Reach
from foundation.events.registry import PROJECTIONS
from foundation.events.sequencing import drain
from foundation.taxonomy.models import Category
from foundation.taxonomy.services import create_category, create_tree, move_category
from pim.services import classify_product, unclassify_product

from . import factories as make

MAY = frozenset({"pim.view", "dam.view", "associations.decide"})


@pytest.fixture
def shelves(places: SimpleNamespace) -> SimpleNamespace:
    """A coat in GB and a hat in FR of what is worn, a cup in GB at home, a thing that lies nowhere."""
    tree = create_tree(code="p", kind="hierarchy", labels={"en-GB": "P"}, actor=make.HOUSE)
    for code, parent in (("wear", None), ("home", None), ("coats", "wear")):
        create_category(tree, code=code, labels={"en-GB": code}, parent=parent, actor=make.HOUSE)
    found = {}
    for sku, category, market in (
        ("COAT", "p/coats", places.gb), ("HAT", "p/wear", places.fr), ("CUP", "p/home", places.gb), ("THING", "", None)
    ):  # fmt: skip
        found[sku] = make.product(sku)
        if category:
            classify_product(found[sku], category=category, actor=make.HOUSE)
        if market:
            make.place(found[sku], market, places.shop)
    return SimpleNamespace(**found)


@pytest.fixture
def pictures(shelves: SimpleNamespace) -> None:
    """One of each product, of several, for a market of its own or bound in one, proposed, and of nothing."""
    products = vars(shelves)
    for skus in [*combinations(products, 1), *combinations(products, 2)]:
        for own in ((), ("GB",), ("FR",)):
            asset = make.asset("+".join([*skus, *own]), markets=own)
            for sku in skus:
                bind_asset(product=products[sku], asset=asset, role="gallery", actor=make.HOUSE)
    for own in ((), ("GB",)):
        make.asset("+".join(["loose", *own]), markets=own)
    for sku in ("COAT", "CUP"):
        asset = make.asset(f"{sku} in FR")
        bind_asset(product=products[sku], asset=asset, role="gallery", market="FR", actor=make.HOUSE)
        propose_binding(
            product=products[sku], asset=make.asset(f"{sku}?"), role="gallery", source="filename",
            evidence={"sentence": "?"}, actor=make.HOUSE,
        )  # fmt: skip
    drain()


def somebody(*reaches: dict[str, set[str]]) -> Actor:
    limits = [{name: frozenset(codes) for name, codes in one.items()} for one in reaches]
    return Actor("x", 1, "x", tuple(Reach(MAY, one) for one in limits))


def titles(actor: Actor) -> set[str]:
    return set(Asset.objects.visible_to(actor).values_list("title", flat=True))


REACHES: list[dict[str, set[str]]] = [
    {"category": {"p/wear"}},
    {"category": {"p/coats", "p/home"}},
    {"category": {"p/wear&p/home"}},
    {"market": {"GB"}},
    {"market": {"GB"}, "category": {"p/wear"}},
    {"market": {"FR"}, "category": {"p/wear"}},
]


@pytest.mark.usefixtures("pictures")
def test_the_library_and_the_assets_agree() -> None:
    """For each reach, and for each two of them, which unite."""
    for some in [*([one] for one in REACHES), *map(list, combinations(REACHES, 2))]:
        actor = somebody(*some)
        entries = LibraryEntry.objects.visible_to(actor).values("asset_id")
        assert set(Asset.objects.filter(pk__in=entries).values_list("title", flat=True)) == titles(actor), some
        if len(some) == 2:
            assert titles(actor) == titles(somebody(some[0])) | titles(somebody(some[1])), some


@pytest.mark.usefixtures("pictures")
def test_what_a_branch_shows() -> None:
    wear = titles(somebody({"category": {"p/wear"}}))
    assert {one for one in wear if "+" not in one} == {"COAT", "HAT", "COAT in FR", "COAT?", "loose"}
    assert {"CUP+HAT", "HAT+CUP"} & wear
    assert {"COAT+GB", "COAT+FR", "loose+GB"} <= wear, "markets of an asset do not limit who has all markets"
    assert not {"CUP", "CUP+GB", "CUP?", "THING", "CUP+THING", "CUP in FR"} & wear
    both = titles(somebody({"market": {"GB"}, "category": {"p/wear"}}))
    assert {one for one in both if "+" not in one} == {"COAT", "COAT?", "loose"}
    assert {"COAT+GB", "HAT+GB", "loose+GB"} <= both, "an asset's own market opens it, within the branch"
    assert not {"COAT+FR", "CUP+GB", "HAT", "COAT in FR"} & both
    assert titles(somebody({"category": {"p/wear&p/home"}})) == {"loose", "loose+GB"}


@pytest.mark.usefixtures("pictures")
def test_bindings_have_two_sides() -> None:
    seen = Binding.objects.visible_to(somebody({"category": {"p/coats"}}))
    assert set(seen.values_list("product__sku", flat=True)) == {"COAT"}


@pytest.mark.usefixtures("pictures")
def test_a_move_holds_at_once_and_marks_nothing(shelves: SimpleNamespace) -> None:
    actor = somebody({"category": {"p/wear"}})
    assert "CUP" not in titles(actor)
    move_category(Category.objects.get(code="home"), parent="wear", actor=make.HOUSE)
    assert "CUP" in titles(actor)
    entries = LibraryEntry.objects.visible_to(actor).values("asset_id")
    assert set(Asset.objects.filter(pk__in=entries).values_list("title", flat=True)) == titles(actor)


def test_places_follow_and_come_out_the_same(shelves: SimpleNamespace, places: SimpleNamespace) -> None:
    asset = make.asset("a")
    bound = bind_asset(product=shelves.COAT, asset=asset, role="hero", actor=make.HOUSE)
    coats, home = (Category.objects.get(code=code).pk for code in ("coats", "home"))

    def told() -> set[tuple[Any, ...]]:
        drain()
        found = set(LibraryPlace.objects.values_list("category_id", "market"))
        assert rebuild_projection(PROJECTIONS["associations.library"]), "a rebuild gives the same rows"
        return found

    assert told() == {(coats, ""), (coats, "GB")}
    make.place(shelves.COAT, places.fr, places.shop)
    assert told() == {(coats, ""), (coats, "GB"), (coats, "FR")}
    classify_product(shelves.COAT, category="p/home", actor=make.HOUSE)
    assert told() == {(home, ""), (home, "GB"), (home, "FR")}
    unclassify_product(shelves.COAT, category="p/home", actor=make.HOUSE)
    assert told() == set()
    classify_product(shelves.COAT, category="p/home", actor=make.HOUSE)
    unbind_asset(uid=bound.uid, actor=make.HOUSE)
    assert told() == set()


@pytest.mark.usefixtures("pictures")
def test_licences_are_seen_with_their_assets() -> None:
    for title in ("COAT", "CUP"):
        licence = define_licence(name=title, terms=[TermFacts()], actor=make.HOUSE)
        assign_licence([Asset.objects.get(title=title)], licence=licence, actor=make.HOUSE)
    seen = Licence.objects.visible_to(somebody({"category": {"p/wear"}}))
    assert [one.name for one in seen] == ["COAT"]
