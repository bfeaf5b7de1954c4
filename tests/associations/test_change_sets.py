"""Several assets at once, and taking a change back as a whole."""

from __future__ import annotations

from uuid import uuid4

import pytest

from associations.choices import BindingStatus, Outcome
from associations.models import Binding
from associations.services import (
    bind_asset,
    bind_assets,
    propose_binding,
    reorder_media,
    set_binding_role,
    unbind_asset,
    undo_binding_changes,
)
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Stale
from foundation.history.services import recorded

from . import factories as make
from .observing import everything, open_items, told

pytestmark = pytest.mark.django_db
SET = str(uuid4())


def bind(product, asset, role="gallery", **more):
    return bind_asset(product=product, asset=asset, role=role, actor=make.STEWARD, **more)


def places(product) -> dict[str, tuple[str, int, str]]:
    rows = Binding.objects.filter(product=product).select_related("asset").order_by("pk")
    return {row.asset.title: (row.role, row.position, row.status) for row in rows}


def undo(product, change_set=SET, actor=make.STEWARD):
    return undo_binding_changes(product=product, change_set=change_set, actor=actor)


def test_each_asset_has_an_outcome_of_its_own(coats) -> None:
    known, new, retired, lost = make.asset("Known"), make.asset("New"), make.asset("Retired"), str(uuid4())
    bind(coats.red, known)
    with recorded(make.HOUSE):
        retired.state = "retired"
        retired.save()
    done = bind_assets(
        product=coats.red, assets=[known.uid, new.uid, retired.uid, lost, new.uid], role="gallery", actor=make.STEWARD
    )
    assert [(one.asset, one.outcome) for one in done.results] == [
        (str(known.uid), Outcome.PRESENT),
        (str(new.uid), Outcome.BOUND),
        (str(retired.uid), Outcome.REFUSED),
        (lost, Outcome.REFUSED),
    ]
    assert "is retired" in done.results[2].reason
    assert told() == ["created", "created"]
    undo(coats.red, done.change_set)
    assert places(coats.red) == {"Known": ("gallery", 0, "active"), "New": ("gallery", 1, "removed")}


def test_several_at_once_are_for_those_who_decide(coats) -> None:
    before = everything()
    uids = [make.asset("One").uid, make.asset("Two").uid]
    with pytest.raises(Denied):
        bind_assets(product=coats.red, assets=uids, role="gallery", actor=make.STUDIO)
    with pytest.raises(Invalid, match="One asset alone can be the hero"):
        bind_assets(product=coats.red, assets=uids, role="hero", actor=make.STEWARD)
    for many in ([], [uuid4() for _ in range(101)]):
        with pytest.raises(Invalid, match="1 to 100"):
            bind_assets(product=coats.red, assets=many, role="gallery", actor=make.STEWARD)
    with pytest.raises(Missing):
        bind_assets(product=coats.red, assets=uids, role="gallery", actor=make.OUTSIDER)
    assert (everything(), told()) == (before, [])


def test_a_replaced_hero_comes_back_to_its_place(coats) -> None:
    bind(coats.red, make.asset("Front"), "hero")
    side, back = bind(coats.red, make.asset("Side")), bind(coats.red, make.asset("Back"))
    before = places(coats.red)
    set_binding_role(uid=side.uid, role="hero", actor=make.STEWARD, replace=True, change_set=SET)
    assert places(coats.red) == {
        "Front": ("gallery", 2, "active"), "Side": ("hero", 0, "active"), "Back": ("gallery", 1, "active"),
    }  # fmt: skip
    assert {row.asset.title for row in undo(coats.red)} == {"Front", "Side"}
    assert places(coats.red) == before
    assert undo(coats.red) == [], "a second time nothing is left to do"
    assert told()[-2:] == ["changed", "changed"]
    back.refresh_from_db()
    assert back.position == 1


def test_what_was_unbound_comes_back(coats) -> None:
    first, _ = bind(coats.red, make.asset("One")), bind(coats.red, make.asset("Two"))
    unbind_asset(uid=first.uid, actor=make.STEWARD, change_set=SET)
    undo(coats.red)
    assert places(coats.red)["One"] == ("gallery", 0, "active")
    assert told()[-2:] == ["removed", "created"]


def test_an_order_comes_back(coats) -> None:
    uids = [bind(coats.red, make.asset(name)).uid for name in "ABC"]
    reorder_media(product=coats.red, role="gallery", uids=uids[::-1], actor=make.STEWARD, change_set=SET)
    undo(coats.red)
    assert [row[1] for row in places(coats.red).values()] == [0, 1, 2]
    assert told()[-2:] == ["reordered", "reordered"]


def test_a_proposal_that_was_bound_waits_again(coats) -> None:
    picture = make.asset("One")
    asked = propose_binding(
        product=coats.red, asset=picture, role="gallery", source="filename", evidence={"sentence": "So."},
        actor=make.HOUSE,
    )  # fmt: skip
    bind(coats.red, picture, change_set=SET)
    assert open_items() == set()
    undo(coats.red)
    asked.refresh_from_db()
    assert asked.status == BindingStatus.PROPOSED
    assert open_items() == {asked.cause_key}


def test_what_somebody_went_on_from_is_not_undone(coats) -> None:
    one, two = bind(coats.red, make.asset("One")), bind(coats.red, make.asset("Two"))
    reorder_media(product=coats.red, role="gallery", uids=[two.uid, one.uid], actor=make.STEWARD, change_set=SET)
    set_binding_role(uid=two.uid, role="detail", actor=make.STEWARD)
    before = everything()
    with pytest.raises(Conflict, match="were changed since"):
        undo(coats.red)
    assert everything() == before


def test_a_place_that_was_taken_meanwhile_stays_taken(coats) -> None:
    first = bind(coats.red, make.asset("One"), "hero")
    unbind_asset(uid=first.uid, actor=make.STEWARD, change_set=SET)
    bind(coats.red, make.asset("Two"), "hero")
    before = everything()
    with pytest.raises(Conflict):
        undo(coats.red)
    assert everything() == before


def test_nothing_that_is_not_ones_own_is_undone(coats) -> None:
    bind(coats.red, make.asset("One"), change_set=SET)
    for change_set in ("", str(uuid4())):
        with pytest.raises(Missing):
            undo(coats.red, change_set)
    with pytest.raises(Missing):
        undo(coats.blue)
    with pytest.raises(Denied):
        undo(coats.red, actor=make.STUDIO)
    with pytest.raises(Missing):
        undo(coats.red, actor=make.OUTSIDER)
    assert places(coats.red) == {"One": ("gallery", 0, "active")}


def test_two_people_sort_at_once(coats) -> None:
    uids = [bind(coats.red, make.asset(name)).uid for name in "ABC"]
    mine, theirs = [uids[1], uids[0], uids[2]], [uids[2], uids[1], uids[0]]
    reorder_media(product=coats.red, role="gallery", uids=theirs, actor=make.STEWARD, seen=uids)
    with pytest.raises(Stale):
        reorder_media(product=coats.red, role="gallery", uids=mine, actor=make.STEWARD, seen=uids)
    assert [row[1] for row in places(coats.red).values()] == [2, 1, 0]
    reorder_media(product=coats.red, role="gallery", uids=mine, actor=make.STEWARD, seen=theirs)
    assert [row[1] for row in places(coats.red).values()] == [1, 0, 2]


def test_over_http(coats, steward, merchant, client_of) -> None:
    client, pictures, url = client_of(steward), [make.asset("A"), make.asset("B")], "/api/v1/bindings"
    body = {"sku": "COAT-RED", "assets": [str(one.uid) for one in pictures], "role": "gallery"}
    assert client_of(merchant).post(f"{url}/bulk", body, format="json").status_code == 403
    answer = client.post(f"{url}/bulk", body, format="json")
    assert answer.status_code == 200
    told_of = answer.json()
    assert [(one["asset"], one["outcome"], one["reason"]) for one in told_of["results"]] == [
        (str(one.uid), "bound", "") for one in pictures
    ]
    uids = [one["binding"] for one in told_of["results"]]
    order = {"sku": "COAT-RED", "role": "gallery", "bindings": uids[::-1], "seen": uids, "change_set": SET}
    assert client.post(f"{url}/reorder", order, format="json").status_code == 200
    assert client.post(f"{url}/reorder", order, format="json").status_code == 412, "it is not what was seen any more"
    back = client.post(f"{url}/revert", {"sku": "COAT-RED", "change_set": SET}, format="json")
    assert [(one["uid"], one["position"]) for one in back.json()] == [(uids[0], 0), (uids[1], 1)]
    undone = client.post(f"{url}/revert", {"sku": "COAT-RED", "change_set": told_of["change_set"]}, format="json")
    assert {one["status"] for one in undone.json()} == {"removed"}
    assert (
        client.post(f"{url}/revert", {"sku": "COAT-RED", "change_set": str(uuid4())}, format="json").status_code == 404
    )
