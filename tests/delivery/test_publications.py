"""Which live listing uses which asset: replaced as a whole, forgotten as a whole, checked by fsck."""

from __future__ import annotations

import pytest

from delivery.fsck import publications_point_somewhere
from delivery.models import Publication
from delivery.services.publications import (
    Published,
    forget_publication,
    record_publication,
    record_publications,
)
from foundation.core.actors import Actor, Reach
from foundation.core.ids import uuid7

from .conftest import make_asset

pytestmark = pytest.mark.django_db


def rows(**wanted):
    return sorted(Publication.objects.filter(**wanted).values_list("channel", "market", "asset_id"))


def test_what_is_recorded_replaces_what_was(django_assert_num_queries):
    one, two = uuid7(), uuid7()
    record_publication(one, channel="shop", market="DACH", asset_ids=[1, 2, 2])
    record_publication(two, channel="shop", market="GB", asset_ids=[2])
    kept = Publication.objects.get(listing=one, asset_id=2).pk
    record_publication(one, channel="shop", market="DACH", asset_ids=iter([2, 3]))
    assert rows(listing=one) == [("shop", "DACH", 2), ("shop", "DACH", 3)]
    assert Publication.objects.get(listing=one, asset_id=2).pk == kept
    assert rows(listing=two) == [("shop", "GB", 2)]
    with django_assert_num_queries(1):
        record_publications([Published(one, "bazaar", "GB", [3]), Published(two, "shop", "GB", [])])
    assert rows() == [("bazaar", "GB", 3)]
    forget_publication(one)
    assert rows() == []
    record_publications([])


def test_recording_again_changes_no_row():
    listing = uuid7()
    record_publication(listing, channel="shop", market="DACH", asset_ids=[1, 2])

    def versions():
        return list(Publication.objects.extra(select={"x": "ctid::text"}).order_by("id").values_list("id", "x"))

    before = versions()
    record_publication(listing, channel="shop", market="DACH", asset_ids=[1, 2])
    assert versions() == before


def test_who_sees_publications(steward):
    record_publication(uuid7(), channel="shop", market="DACH", asset_ids=[1])
    limited = Actor("user:x", reaches=(Reach(steward.permissions, {"market": frozenset({"US"})}),))
    seen = [Publication.objects.visible_to(actor).count() for actor in (steward, limited, Actor("user:y"))]
    assert seen == [1, 0, 0]


def test_fsck_names_what_points_nowhere(world):
    asset, *_ = make_asset("Hat", b"a hat", rendered=None)
    record_publication(uuid7(), channel="shop", market="DACH", asset_ids=[asset.pk])
    assert list(publications_point_somewhere()) == []
    record_publication(uuid7(), channel="closed", market="DACH", asset_ids=[asset.pk + 1])
    assert len(list(publications_point_somewhere())) == 2
