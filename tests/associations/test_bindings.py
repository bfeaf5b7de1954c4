"""Binding by hand (A1, A2, A4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from associations.choices import BindingStatus
from associations.errors import AlreadyDecided, RoleTaken
from associations.models import Binding
from associations.queries import find_bindings
from associations.services import bind_asset, reorder_media, set_binding_role, unbind_asset
from associations.services import rows as steps
from foundation.core import moment
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Stale
from foundation.history.services import recorded
from foundation.jobs.models import Timer
from foundation.jobs.services import fire_timers

from . import factories as make
from .observing import everything, shown, told

pytestmark = pytest.mark.django_db


def bind(product, asset, role="gallery", actor=make.STEWARD, **more):
    return bind_asset(product=product, asset=asset, role=role, actor=actor, **more)


def copy_of(binding: Binding, **changes) -> Binding:
    """Another row of the same, unsaved."""
    row = Binding.objects.get(pk=binding.pk)
    row.pk, row.uid = None, Binding().uid
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def test_a_steward_binds_once_however_often_asked(coats) -> None:
    picture = make.asset("Front")
    first = bind(coats.red, picture, "hero")
    again = bind(coats.red, picture, "hero")
    assert first.pk == again.pk
    assert shown(picture) == {("COAT-RED", "", "hero", "active", "person")}
    assert told() == ["created"]


def test_the_studio_decides_nothing(coats) -> None:
    with pytest.raises(Denied):
        bind(coats.red, make.asset("Front"), actor=make.STUDIO)
    assert not Binding.objects.exists()
    assert told() == []


def test_a_second_hero_is_refused_by_name_and_by_the_database(coats) -> None:
    first = bind(coats.red, make.asset("Front"), "hero")
    with pytest.raises(RoleTaken, match="has Front as its hero") as refusal:
        bind(coats.red, make.asset("Back"), "hero")
    assert refusal.value.extra["holder"] == str(first.uid)
    with recorded(make.HOUSE), pytest.raises(IntegrityError, match="one_asset_per_single_role"), transaction.atomic():
        copy_of(first, asset=make.asset("Side")).save()
    second = bind(coats.red, make.asset("Back"))
    with recorded(make.HOUSE), pytest.raises(IntegrityError, match="bound_once"), transaction.atomic():
        copy_of(second).save()
    assert told() == ["created", "created"]


def test_what_the_database_refuses_is_a_conflict(coats, monkeypatch) -> None:
    bind(coats.red, make.asset("Front"), "hero")
    monkeypatch.setattr(steps, "same_place", lambda *_, **__: Binding.objects.none())
    with pytest.raises(Conflict):
        bind(coats.red, make.asset("Back"), "hero")
    assert Binding.objects.count() == 1


def test_heroes_of_other_markets_colours_and_times_stand_side_by_side(coats, places) -> None:
    at = moment.now()
    bind(coats.model, make.asset("One"), "hero", ends_at=at)
    bind(coats.model, make.asset("Two"), "hero", starts_at=at)
    bind(coats.model, make.asset("Three"), "hero", axis="colour=red")
    bind(coats.model, make.asset("Four"), "hero", market="GB")
    assert Binding.objects.active().count() == 4
    with pytest.raises(RoleTaken):
        bind(coats.model, make.asset("Five"), "hero", starts_at=at + timedelta(days=1))


def test_a_person_may_replace_the_hero_which_stays_in_the_gallery(coats) -> None:
    old, new = make.asset("Old"), make.asset("New")
    bind(coats.red, old, "hero")
    with pytest.raises(Denied):
        bind(coats.red, new, "hero", actor=make.KEY, replace=True)
    bind(coats.red, new, "hero", replace=True)
    assert shown(old) == {("COAT-RED", "", "gallery", "active", "person")}
    assert shown(new) == {("COAT-RED", "", "hero", "active", "person")}
    assert told() == ["created", "changed", "created"]


def test_roles_change_and_a_taken_one_is_refused(coats) -> None:
    first, second = bind(coats.red, make.asset("A"), "hero"), bind(coats.red, make.asset("B"))
    with pytest.raises(RoleTaken):
        set_binding_role(uid=second.uid, role="hero", actor=make.STEWARD)
    assert set_binding_role(uid=second.uid, role="detail", actor=make.STEWARD).role == "detail"
    set_binding_role(uid=second.uid, role="detail", actor=make.STEWARD)
    assert told() == ["created", "created", "changed"]
    set_binding_role(uid=second.uid, role="hero", actor=make.STEWARD, replace=True)
    first.refresh_from_db()
    assert (first.role, first.is_single) == ("gallery", False)


def test_unbinding_is_once(coats) -> None:
    binding = bind(coats.red, make.asset("A"))
    gone = unbind_asset(uid=binding.uid, actor=make.STEWARD, reason="wrong coat")
    unbind_asset(uid=binding.uid, actor=make.STEWARD)
    assert (gone.status, gone.settled_by, gone.reason) == (BindingStatus.REMOVED, "person", "wrong coat")
    assert told() == ["created", "removed"]
    with pytest.raises(AlreadyDecided):
        set_binding_role(uid=binding.uid, role="hero", actor=make.STEWARD)
    assert bind(coats.red, binding.asset).pk != binding.pk


def test_the_order_is_the_one_that_was_asked_for(coats) -> None:
    rows = [bind(coats.red, make.asset(name)) for name in "ABC"]
    assert [row.position for row in rows] == [0, 1, 2]
    uids = [rows[2].uid, rows[0].uid, rows[1].uid]
    reorder_media(product=coats.red, role="gallery", uids=uids, actor=make.STEWARD)
    reorder_media(product=coats.red, role="gallery", uids=uids, actor=make.STEWARD)
    assert list(Binding.objects.order_by("position").values_list("uid", flat=True)) == uids
    assert told() == ["created", "created", "created", "reordered"]
    with pytest.raises(Stale):
        reorder_media(product=coats.red, role="gallery", uids=uids[:2], actor=make.STEWARD)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"role": "king"}, "role"),
        ({"axis": "size"}, "axis"),
        ({"axis": "shape=round"}, "axis"),
        ({"axis": "colour=red"}, "axis"),  # the red one's variants do not differ by colour
        ({"market": "ZZ"}, "market"),
        ({"locale": "xx"}, "locale"),
        ({"starts_at": moment.now(), "ends_at": moment.now() - timedelta(days=1)}, "ends_at"),
    ],
)
def test_nonsense_is_refused_with_its_path(coats, changes, path) -> None:
    with pytest.raises(Invalid) as refusal:
        bind(coats.red, make.asset("A"), **{"role": "gallery", **changes})
    assert refusal.value.path == path
    assert not Binding.objects.exists()


def test_retired_and_deleted_assets_show_nothing(coats) -> None:
    retired, deleted = make.asset("A"), make.asset("B")
    with recorded(make.HOUSE):
        retired.state = "retired"
        retired.save()
        deleted.deleted_at = moment.now()
        deleted.save()
    with pytest.raises(Invalid):
        bind(coats.red, retired)
    with pytest.raises(Missing):
        bind(coats.red, deleted)


def test_the_passing_of_time_is_told(coats) -> None:
    at = moment.now()
    hour = timedelta(hours=1)
    row = bind(coats.red, make.asset("A"), starts_at=at + hour, ends_at=at + 2 * hour)
    assert row.boundary_at == at + hour
    for passed, boundary, news in [(0, at + hour, 0), (1, at + 2 * hour, 1), (2, None, 2), (3, None, 2)]:
        with moment.frozen(at + passed * hour):
            fire_timers()
        row.refresh_from_db()
        assert (row.boundary_at, told().count("boundary")) == (boundary, news)
    gone = bind(coats.red, make.asset("B"), ends_at=at + hour)
    assert unbind_asset(uid=gone.uid, actor=make.STEWARD).boundary_at is None
    assert not Timer.objects.exists()


def test_who_works_for_one_market_sees_and_binds_what_is_there(coats, places) -> None:
    other = make.product("HAT")
    make.place(coats.red, places.fr, places.shop)
    local, foreign = make.asset("FR only", markets=("FR",)), make.asset("GB only", markets=("GB",))
    bind(coats.red, local, actor=make.OUTSIDER, market="FR")
    hidden = bind(coats.red, make.asset("GB bound"), market="GB")
    seen_by_all = bind(coats.red, foreign)
    for product, asset in [(other, local), (coats.red, foreign)]:
        with pytest.raises(Missing):
            bind(product, asset, actor=make.OUTSIDER)
    with pytest.raises(Denied):
        bind(coats.red, local, "detail", actor=make.OUTSIDER, market="GB")
    for row in (hidden, seen_by_all):
        with pytest.raises(Missing):
            unbind_asset(uid=row.uid, actor=make.OUTSIDER)
    assert [row.asset.title for row in find_bindings(make.OUTSIDER)] == ["FR only"]
    assert not [row for row in everything() if row["status"] == "removed"]
