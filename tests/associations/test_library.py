"""What the library is filtered by follows truth, and comes out the same when it is made again."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from associations.models import Binding, LibraryEntry
from associations.services import bind_asset, propose_binding, unbind_asset
from dam.models import Asset
from dam.services import assign_licence, define_licence, delete_asset, edit_asset, unassign_licence
from dam.verdict import TermFacts
from foundation.accounts.choices import Role
from foundation.archive.rebuilding import rebuild_projection
from foundation.core.actors import ANONYMOUS
from foundation.events.registry import PROJECTIONS
from foundation.events.sequencing import drain
from foundation.history.services import recorded
from pim.models import Placement, Product

from . import factories as make

pytestmark = pytest.mark.django_db


def entry(asset: Asset) -> dict[str, object]:
    drain()
    row = LibraryEntry.objects.values().get(asset_id=asset.pk)
    assert rebuild_projection(PROJECTIONS["associations.library"]), "a rebuild gives the same rows"
    return row


def test_an_asset_is_told_with_its_names_and_words() -> None:
    asset = make.asset("Hero.JPG")
    make.version(asset, filename="DSC_01.jpg")
    make.version(asset, filename="DSC_02.jpg")
    edit_asset(Asset.objects.get(pk=asset.pk), changes={"keywords": ["Autumn", "Rain"]}, actor=make.HOUSE)
    assert entry(asset) == {
        "asset_id": asset.pk,
        "kind": "image",
        "state": "draft",
        "is_bound": False,
        "is_proposed": False,
        "markets": ["*"],
        "licences": [],
        "words": "hero.jpg dsc_01.jpg dsc_02.jpg autumn rain",
        "shows": "",
    }


def test_it_follows_bindings_and_their_products_names(coats: SimpleNamespace) -> None:
    asset = make.asset("a.jpg")
    bound = bind_asset(product=coats.red, asset=asset, role="hero", actor=make.HOUSE)
    propose_binding(
        product=coats.blue, asset=asset, role="gallery", source="filename", evidence={"sentence": "?"}, actor=make.HOUSE
    )
    row = entry(asset)
    assert (row["is_bound"], row["is_proposed"], row["shows"]) == (True, True, "coat-red"), "a proposal shows nothing"
    with recorded(make.HOUSE):
        Product.objects.filter(pk=coats.red.pk).update(sku="COAT-ROT")
    assert entry(asset)["shows"] == "coat-rot"
    unbind_asset(uid=bound.uid, actor=make.HOUSE)
    row = entry(asset)
    assert (row["is_bound"], row["is_proposed"], row["shows"]) == (False, True, "")
    assert Binding.objects.proposed().count() == 1


def test_it_follows_licences() -> None:
    asset = make.asset("a.jpg")
    licence = define_licence(name="Studio", terms=[TermFacts()], actor=make.HOUSE)
    assign_licence([asset], licence=licence, actor=make.HOUSE)
    assert entry(asset)["licences"] == [licence.pk]
    unassign_licence([asset], licence=licence, actor=make.HOUSE)
    assert entry(asset)["licences"] == []


def test_it_is_told_who_sees_it(coats: SimpleNamespace, places: SimpleNamespace) -> None:
    """An own market, everybody, or the markets of what it shows; entries and truth agree."""
    own, shared = make.asset("own.jpg", markets=("GB",)), make.asset("shared.jpg")
    shown, here = make.asset("shown.jpg"), make.asset("here.jpg")
    bind_asset(product=coats.red, asset=shown, role="hero", actor=make.HOUSE)
    bind_asset(product=coats.red, asset=here, role="hero", market="FR", actor=make.HOUSE)

    def markets() -> list[object]:
        told = [entry(one)["markets"] for one in (own, shared, shown, here)]
        for code in ("GB", "FR"):
            actor = make.actor(Role.STEWARD, "ann", market={code})
            seen = set(LibraryEntry.objects.visible_to(actor).values_list("asset_id", flat=True))
            assert seen == set(Asset.objects.visible_to(actor).values_list("pk", flat=True))
        return told

    assert markets() == [["GB"], ["*"], [], []], "nothing is placed yet"
    make.place(coats.model, places.gb, places.shop)
    assert markets() == [["GB"], ["*"], ["GB"], []], "what is said for France shows nothing in Britain"
    make.place(coats.blue, places.fr, places.shop)
    assert markets() == [["GB"], ["*"], ["FR", "GB"], ["FR"]], "a tree is seen where anything of it is placed"
    with recorded(make.HOUSE):
        Placement.objects.filter(market=places.gb).update(state="withdrawn")
    assert markets() == [["GB"], ["*"], ["FR"], ["FR"]]


def test_a_deleted_asset_is_not_told_of() -> None:
    asset = make.asset("a.jpg")
    entry(asset)
    delete_asset(Asset.objects.get(pk=asset.pk), actor=make.HOUSE)
    drain()
    assert not LibraryEntry.objects.exists()


def test_the_limited_see_entries_of_what_they_see() -> None:
    shared, foreign = make.asset("shared.jpg"), make.asset("gb.jpg", markets=("GB",))
    drain()
    assert set(LibraryEntry.objects.visible_to(make.OUTSIDER).values_list("asset_id", flat=True)) == {shared.pk}
    assert set(LibraryEntry.objects.visible_to(make.STEWARD).values_list("asset_id", flat=True)) == {
        shared.pk, foreign.pk,
    }  # fmt: skip
    assert not LibraryEntry.objects.visible_to(ANONYMOUS).exists()
