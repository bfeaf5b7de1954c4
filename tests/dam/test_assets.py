"""What is said of an asset, its versions, and what may go out."""

from __future__ import annotations

import pytest

from dam import services
from dam.errors import ProductFact, Refused, SameBytes
from dam.models import Asset
from dam.queries.assets import find_version, get_asset
from foundation.core.actors import Actor, Reach
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Stale
from foundation.events.models import OutboxEvent

from . import factories
from .factories import HOUSE

pytestmark = pytest.mark.django_db


def told(asset: Asset, type_: str) -> list[dict]:
    return [event.data for event in OutboxEvent.objects.filter(type=type_, subject=asset.uid).order_by("id")]


def stored(seed: int) -> str:
    import io

    return services.store_upload(io.BytesIO(factories.jpeg(seed=seed)), actor=HOUSE).pk


def limited_to(market: str) -> Actor:
    return Actor("user:local", reaches=(Reach(frozenset({"dam.view", "dam.edit"}), {"market": frozenset({market})}),))


def test_a_person_says_what_an_asset_is(photographer):
    asset = factories.make_asset()
    changes = {"title": " Coat, front ", "alt": {"de-DE": "Mantel"}, "keywords": ["coat", "coat"], "credit": "Nord"}
    changed = services.edit_asset(asset, changes=changes, actor=photographer, expected=asset.edition)
    assert changed.title == "Coat, front"
    assert changed.metadata == {"alt": {"de-DE": "Mantel"}, "keywords": ["coat"], "credit": "Nord"}
    assert changed.edition == asset.edition + 1
    assert told(asset, "dam.asset.changed") == [{"changed": ["alt", "credit", "keywords", "title"], "state": "draft"}]
    services.edit_asset(asset, changes={"credit": "Nord"}, actor=photographer)
    assert len(told(asset, "dam.asset.changed")) == 1
    assert "credit" not in services.edit_asset(asset, changes={"credit": None}, actor=photographer).metadata


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"price": "9.00"}, ProductFact),
        ({"GTIN": "4006381333931"}, ProductFact),
        ({"sku": "A"}, ProductFact),
        ({"mood": "sunny"}, Invalid),
        ({"title": ""}, Invalid),
        ({"caption": 5}, Invalid),
        ({"caption": "a\x00b"}, Invalid),
        ({"keywords": "coat"}, Invalid),
        ({"alt": ["x"]}, Invalid),
        ({"title": "fine", "alt": {"de": 4}}, Invalid),
    ],
)
def test_bad_metadata_writes_nothing(photographer, changes, error):
    asset = factories.make_asset()
    with pytest.raises(error) as found:
        services.edit_asset(asset, changes=changes, actor=photographer)
    assert found.value.path
    assert not told(asset, "dam.asset.changed")
    assert Asset.objects.get() == asset
    assert Asset.objects.get().edition == 1


def test_an_old_edition_is_stale(photographer):
    asset = factories.make_asset()
    services.edit_asset(asset, changes={"title": "One"}, actor=photographer, expected=1)
    with pytest.raises(Stale):
        services.edit_asset(asset, changes={"title": "Two"}, actor=photographer, expected=1)
    assert Asset.objects.get().title == "One"


def test_markets_say_who_sees_an_asset(photographer):
    everywhere, german = factories.make_asset(seed=1), factories.make_asset(seed=2)
    services.edit_asset(german, changes={"markets": ["DE"]}, actor=photographer)
    seen = {market: set(Asset.objects.visible_to(limited_to(market))) for market in ("DE", "US")}
    assert seen == {"DE": {everywhere, german}, "US": {everywhere}}
    assert not Asset.objects.visible_to(Actor("user:nobody")).exists()
    with pytest.raises(Missing):
        get_asset(german.uid, actor=limited_to("US"))
    with pytest.raises(Missing):
        services.edit_asset(german, changes={"title": "x"}, actor=limited_to("US"))
    with pytest.raises(Denied):
        services.edit_asset(german, changes={"markets": []}, actor=limited_to("DE"))


def test_approval_is_what_lets_a_version_out(photographer):
    asset = factories.make_asset()
    assert not asset.is_live
    approved = services.approve_asset(asset, actor=photographer)
    assert approved.is_live
    services.approve_asset(asset, actor=photographer)
    assert told(asset, "dam.asset.approved") == [{"version": 1}]


def test_a_new_version_changes_nothing_outside_until_it_is_approved(photographer):
    asset = services.approve_asset(factories.make_asset(seed=1), actor=photographer)
    version = services.add_version(asset, sha256=stored(2), filename="retouched.jpg", actor=photographer)
    asset.refresh_from_db()
    assert (version.number, version.state, asset.current_version.number) == (2, "draft", 1)
    assert told(asset, "dam.version.added")[0]["version"] == 2
    asset = services.approve_asset(asset, actor=photographer)
    assert asset.current_version == version
    with pytest.raises(Conflict):
        services.approve_asset(asset, actor=photographer, number=1)
    with pytest.raises(Missing):
        services.approve_asset(asset, actor=photographer, number=9)
    assert [event["version"] for event in told(asset, "dam.asset.approved")] == [1, 2]


def test_before_any_approval_the_newest_version_is_current(photographer):
    asset = factories.make_asset(seed=1)
    version = services.add_version(asset, sha256=stored(2), filename="b.jpg", actor=photographer)
    asset.refresh_from_db()
    assert asset.current_version == version
    assert find_version(asset.uid, 2) == version


def test_versions_are_new_and_sound(photographer):
    asset, other = factories.make_asset(seed=1), factories.make_asset(seed=2)
    with pytest.raises(SameBytes):
        services.add_version(asset, sha256=other.first_sha256, filename="b.jpg", actor=photographer)
    import io

    text = services.store_upload(io.BytesIO(b"no picture"), actor=HOUSE).pk
    with pytest.raises(Refused) as refusal:
        services.add_version(asset, sha256=text, filename="b.jpg", actor=photographer)
    assert refusal.value.reason_code == "not-an-image"
    assert asset.versions.count() == 1


def test_many_are_approved_or_none(photographer):
    one, other = factories.make_asset(seed=1), factories.make_asset(seed=2)
    services.delete_asset(other, actor=photographer)
    with pytest.raises(Missing):
        services.approve_assets([one, other], actor=photographer)
    assert not Asset.objects.approved().exists()
    services.approve_assets([one], actor=photographer)
    assert Asset.objects.approved().get() == one


def test_a_retired_asset_goes_out_no_more_until_it_is_approved_again(photographer):
    asset = services.approve_asset(factories.make_asset(), actor=photographer)
    for _ in range(2):
        asset = services.retire_asset(asset, actor=photographer)
    assert not asset.is_live
    assert told(asset, "dam.asset.changed") == [{"changed": ["state"], "state": "retired"}]
    assert services.approve_asset(asset, actor=photographer).is_live


def test_a_deleted_asset_is_seen_by_nobody(photographer):
    asset = factories.make_asset()
    services.delete_asset(asset, actor=photographer)
    assert not Asset.objects.visible_to(HOUSE).exists()
    assert find_version(asset.uid, 1) is None
    with pytest.raises(Missing):
        services.delete_asset(asset, actor=photographer)


def test_who_may_not_changes_nothing(merchant):
    asset = factories.make_asset()
    for call in (
        lambda: services.edit_asset(asset, changes={"title": "x"}, actor=merchant),
        lambda: services.approve_asset(asset, actor=merchant),
        lambda: services.retire_asset(asset, actor=merchant),
        lambda: services.delete_asset(asset, actor=merchant),
        lambda: services.add_version(asset, sha256="0" * 64, filename="x", actor=merchant),
    ):
        with pytest.raises(Denied):
            call()
    assert Asset.objects.get().edition == asset.edition


def said(asset: Asset) -> tuple[str, int | None]:
    asset = Asset.objects.select_related("current_version").get(pk=asset.pk)
    return asset.state, asset.current_version.number if asset.is_live else None


def test_an_approval_is_taken_back(photographer):
    asset = services.approve_asset(factories.make_asset(seed=1), actor=photographer)
    services.add_version(asset, sha256=stored(2), filename="second.jpg", actor=HOUSE)
    services.approve_asset(asset, actor=photographer)
    assert said(asset) == ("approved", 2)
    with pytest.raises(Conflict):
        services.withdraw_approval(asset, number=1, actor=photographer)
    services.withdraw_approval(asset, number=2, actor=photographer)
    assert said(asset) == ("approved", 1)
    services.withdraw_approval(asset, number=1, actor=photographer)
    assert said(asset) == ("draft", None)
    assert Asset.objects.get(pk=asset.pk).current_version.number == 2, "the newest while none is approved"
    assert told(asset, "dam.approval.withdrawn") == [
        {"version": 2, "state": "approved"}, {"version": 1, "state": "draft"},
    ]  # fmt: skip
    with pytest.raises(Conflict):
        services.withdraw_approval(asset, number=1, actor=photographer)


def test_a_retired_asset_comes_back_as_it_was(photographer, steward):
    approved, draft = factories.make_asset(seed=1), factories.make_asset(seed=2)
    services.approve_asset(approved, actor=photographer)
    for asset in (approved, draft):
        services.retire_asset(asset, actor=photographer)
        with pytest.raises(Denied):
            services.restore_asset(asset, actor=steward)
        for _ in range(2):
            services.restore_asset(asset, actor=photographer)
    assert (said(approved), said(draft)) == (("approved", 1), ("draft", None))
    states = [event["state"] for event in told(draft, "dam.asset.changed")]
    assert states == ["retired", "draft"]


def test_an_edit_is_undone_unless_the_same_was_changed_again(photographer, merchant):
    asset = factories.make_asset()
    first = services.edit_asset(asset, changes={"caption": "One", "keywords": ["a"]}, actor=photographer)
    second = services.edit_asset(asset, changes={"title": "Coat"}, actor=photographer)
    undone = services.undo_edit(asset, edition=first.edition, actor=photographer)
    assert (undone.metadata, undone.title, undone.edition) == ({}, "Coat", second.edition + 1)
    services.edit_asset(asset, changes={"title": "Jacket"}, actor=photographer)
    before = OutboxEvent.objects.count()
    with pytest.raises(Stale):
        services.undo_edit(asset, edition=second.edition, actor=photographer)
    with pytest.raises(Missing):
        services.undo_edit(asset, edition=99, actor=photographer)
    with pytest.raises(Denied):
        services.undo_edit(asset, edition=second.edition, actor=merchant)
    assert (Asset.objects.get(pk=asset.pk).title, OutboxEvent.objects.count()) == ("Jacket", before)
