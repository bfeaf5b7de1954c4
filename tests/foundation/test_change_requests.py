"""Change requests: asked for by one, decided by another, carried out as by hand, refused on other ground."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from foundation.approval.models import ChangeRequest
from foundation.approval.queries import may_decide, stands_still
from foundation.approval.services import (
    approve_change_request,
    propose_change,
    reject_change_request,
    withdraw_change_request,
)
from foundation.core.actors import system
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Stale
from foundation.events import sequencing
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.taxonomy.errors import NeedsRequest, StillUsed
from foundation.taxonomy.models import Category, Tree
from foundation.taxonomy.services import (
    change_category,
    control_tree,
    create_category,
    create_tree,
    delete_category,
    move_category,
    rename_category,
    rename_tree,
    retire_category,
)
from foundation.workflow.models import WorkItem
from tests.cast import make_actor

HOUSE = system("tests")
pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(world: Any) -> Tree:
    """products: wear (coats (rain)), home."""
    tree = create_tree(code="products", kind="hierarchy", labels={"en-GB": "Products"}, actor=HOUSE)
    for code, parent in (("wear", None), ("home", None), ("coats", "wear"), ("rain", "coats")):
        create_category(tree, code=code, labels={"en-GB": code.capitalize()}, parent=parent, actor=HOUSE)
    sequencing.drain()
    return tree


@pytest.fixture
def second(db: None) -> Any:
    """Another administrator."""
    return make_actor("ben", "administrator")


def at(code: str) -> Category:
    return Category.objects.select_related("tree", "parent").get(code=code)


def asked(actor: Any, kind: str = "taxonomy.move", **parameters: Any) -> ChangeRequest:
    given = {"category": "products/coats", "parent": "home", **parameters} if kind.endswith("move") else parameters
    return propose_change(kind=kind, parameters=given, reason="They are sold at home now", actor=actor)


def types() -> list[str]:
    rows = OutboxEvent.objects.exclude(type__startswith="accounts.")
    return [*rows.order_by("pk").values_list("type", flat=True)]


def test_a_request_says_what_it_would_change_and_changes_nothing(tree: Tree, steward: Any) -> None:
    before = Revision.objects.filter(table_name="taxonomy_category").count()
    request = asked(steward)
    assert request.before == {
        "Name, en-GB": "Coats",
        "Place": "wear / coats",
        "Siblings before it": "0",
        "State": "In use",
    }
    assert request.after == request.before | {"Place": "home / coats"}
    assert request.impact == {"subcategories": 1, "roles": 0, "products": 0}
    assert at("coats").line == ["products/wear", "products/coats"]
    assert Revision.objects.filter(table_name="taxonomy_category").count() == before
    assert types() == ["approval.change_request.opened", "workflow.work_item.opened"]
    item = WorkItem.objects.get()
    assert (item.queue.code, item.queue.role, item.subject) == ("changes", "administrator", request.uid)
    assert (item.title, item.detail) == ("Move: products/coats", {"sentence": "They are sold at home now"})


def test_somebody_else_approves_and_it_is_done(tree: Tree, administrator: Any, second: Any) -> None:
    request = asked(administrator)
    assert not may_decide(request, actor=administrator)
    assert may_decide(request, actor=second)
    with pytest.raises(Denied, match="Somebody else"):
        approve_change_request(uid=request.uid, actor=administrator)
    assert at("coats").line == ["products/wear", "products/coats"]
    sequencing.drain()
    done = approve_change_request(uid=request.uid, actor=second, reason="Yes")
    assert (done.state, done.decision, done.decided_by_id) == ("approved", "Yes", second.user_id)
    assert at("rain").line == ["products/home", "products/coats", "products/rain"]
    assert types() == [
        "taxonomy.category.moved", "workflow.work_item.closed", "approval.change_request.approved"
    ]  # fmt: skip
    revision = Revision.objects.filter(table_name="taxonomy_category").order_by("-pk")[0]
    assert (revision.actor, revision.reason) == ("user:ben", "They are sold at home now")
    assert WorkItem.objects.get().outcome == "approved"
    for again in (approve_change_request, reject_change_request):
        with pytest.raises(Conflict, match="approved already"):
            again(uid=request.uid, actor=second, reason="x")


def test_rejected_and_withdrawn_change_nothing(tree: Tree, administrator: Any, steward: Any) -> None:
    first, other = asked(steward), asked(steward, "taxonomy.retire", category="products/rain")
    with pytest.raises(Denied):
        reject_change_request(uid=first.uid, reason="No", actor=steward)
    with pytest.raises(Invalid, match="why"):
        reject_change_request(uid=first.uid, reason=" ", actor=administrator)
    rejected = reject_change_request(uid=first.uid, reason="They stay", actor=administrator)
    assert (rejected.state, rejected.decision) == ("rejected", "They stay")
    with pytest.raises(Denied):
        withdraw_change_request(uid=other.uid, actor=administrator)
    assert withdraw_change_request(uid=other.uid, actor=steward).state == "withdrawn"
    assert not WorkItem.objects.unfinished().exists()
    assert (at("coats").line, at("rain").is_retired) == (["products/wear", "products/coats"], False)


def test_other_ground_refuses(tree: Tree, administrator: Any, steward: Any) -> None:
    by_itself, by_parent = asked(steward), asked(steward, category="products/rain")
    assert stands_still(by_itself)
    rename_category(at("coats"), labels={"en-GB": "Overcoats"}, actor=HOUSE)
    assert not stands_still(by_itself)
    assert stands_still(by_parent)
    move_category(at("home"), parent="wear", actor=HOUSE)
    sequencing.drain()
    for request in (by_itself, by_parent):
        with pytest.raises(Stale):
            approve_change_request(uid=request.uid, actor=administrator)
        request.refresh_from_db()
        assert request.state == "open"
    assert types() == []
    delete_category(at("rain"), actor=HOUSE)
    assert not stands_still(by_parent)
    with pytest.raises(Missing):
        approve_change_request(uid=by_parent.uid, actor=administrator)


def test_each_kind_is_carried_out(tree: Tree, administrator: Any, steward: Any) -> None:
    for kind, parameters in (
        ("create", {"category": "products/bags", "labels": {"en-GB": "Bags"}, "parent": "wear"}),
        ("rename", {"category": "products/bags", "labels": {"en-GB": "Sacks"}}),
        ("move", {"category": "products/bags", "parent": "home"}),
        ("retire", {"category": "products/bags"}),
        ("restore", {"category": "products/bags"}),
        ("delete", {"category": "products/bags"}),
    ):
        request = asked(steward, f"taxonomy.{kind}", **parameters)
        done = approve_change_request(uid=request.uid, actor=administrator)
        found = Category.objects.filter(code="bags").first()
        assert (found is None) == (kind == "delete"), kind
        assert done.before != done.after
        if found:
            assert done.after["State"] == ("Retired" if found.is_retired else "In use")
            assert done.after["Name, en-GB"] == found.labels["en-GB"]


def test_what_cannot_be_is_refused_at_once(tree: Tree, steward: Any, merchant: Any, outsider: Any) -> None:
    for kind, parameters, refusal in (
        ("taxonomy.move", {"category": "products/wear", "parent": "rain"}, Invalid),
        ("taxonomy.move", {"category": "products/coats", "parent": "wear"}, Invalid),
        ("taxonomy.move", {"category": "products/none"}, Missing),
        ("taxonomy.move", {"category": 7}, Invalid),
        ("taxonomy.move", {"category": "products/coats", "position": "x"}, Invalid),
        ("taxonomy.retire", {"category": "products/coats", "actor": "me"}, Invalid),
        ("taxonomy.delete", {"category": "products/coats"}, StillUsed),
        ("taxonomy.create", {"category": "products/coats", "labels": {"en-GB": "x"}}, Conflict),
        ("taxonomy.nonsense", {}, Invalid),
    ):
        with pytest.raises(refusal):
            propose_change(kind=kind, parameters=parameters, reason="x", actor=steward)
    for actor in (merchant, outsider):
        with pytest.raises(Denied):
            asked(actor)
        assert not ChangeRequest.objects.visible_to(actor).exists()
    with pytest.raises(Invalid, match="why"):
        propose_change(kind="taxonomy.move", parameters={"category": "products/coats"}, reason="", actor=steward)
    assert not ChangeRequest.objects.exists()
    assert types() == []


def test_a_controlled_tree_is_changed_by_requests_alone(tree: Tree, administrator: Any, second: Any) -> None:
    with pytest.raises(Denied):
        control_tree(tree, is_controlled=True, actor=make_actor("stef", "steward"))
    control_tree(tree, is_controlled=True, actor=HOUSE)
    before = [*Category.objects.order_by("pk").values_list("code", "version", "line")]
    for change in (
        lambda: create_category(tree, code="bags", labels={"en-GB": "Bags"}, actor=administrator),
        lambda: rename_category(at("rain"), labels={"en-GB": "x"}, actor=administrator),
        lambda: move_category(at("rain"), parent="home", actor=HOUSE),
        lambda: retire_category(at("rain"), actor=administrator),
        lambda: change_category(at("rain"), is_retired=True, actor=administrator),
        lambda: delete_category(at("rain"), actor=administrator),
    ):
        with pytest.raises(NeedsRequest):
            change()
    assert [*Category.objects.order_by("pk").values_list("code", "version", "line")] == before
    rename_tree(tree, labels={"en-GB": "Goods"}, actor=HOUSE)
    request = asked(administrator)
    approve_change_request(uid=request.uid, actor=second)
    assert at("coats").line == ["products/home", "products/coats"]


def test_the_api_asks_and_decides(tree: Tree, administrator: Any, steward: Any, outsider: Any, client_of: Any) -> None:
    api, asker, foreign, path = (
        client_of(administrator),
        client_of(steward),
        client_of(outsider),
        "/api/v1/change-requests",
    )
    body = {"kind": "taxonomy.move", "parameters": {"category": "products/coats"}, "reason": "To the top"}
    assert foreign.post(path, body, format="json").status_code == 403
    told = asker.post(path, body, format="json")
    assert (told.status_code, told.json()["after"]["Place"], told.json()["proposed_by"]) == (201, "coats", "stella")
    one = f"{path}/{told.json()['uid']}"
    assert asker.get(one).json()["is_current"] is True
    assert foreign.get(one).status_code == 404
    assert foreign.get(path).json()["results"] == []
    assert [row["uid"] for row in api.get(path, {"state": "open"}).json()["results"]] == [told.json()["uid"]]
    assert api.get(path, {"state": "nonsense"}).status_code == 422
    assert asker.post(f"{one}/approve").status_code == 403
    assert foreign.post(f"{one}/approve").status_code == 404
    assert api.post(f"{one}/reject", {}, format="json").status_code == 422
    assert api.post(f"{one}/withdraw").status_code == 403
    rename_category(at("coats"), labels={"en-GB": "Overcoats"}, actor=HOUSE)
    assert api.post(f"{one}/approve", {}, format="json").status_code == 412
    done = asker.post(f"{one}/withdraw")
    assert (done.status_code, done.json()["state"]) == (200, "withdrawn")
    assert api.post(f"{one}/approve", {}, format="json").status_code == 409
    assert asker.patch("/api/v1/trees/products", {"is_controlled": True}, format="json").status_code == 403
    assert api.patch("/api/v1/trees/products", {"is_controlled": True}, format="json").json()["is_controlled"] is True
    refused = api.patch("/api/v1/categories/products/rain", {"is_retired": True}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "needs-request")
    assert ChangeRequest.objects.get(uid=UUID(told.json()["uid"])).decided_by_id == steward.user_id
