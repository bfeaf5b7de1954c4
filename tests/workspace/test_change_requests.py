"""Change requests on pages: a tree's forms ask, another person decides, who may not sees none."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.approval.models import ChangeRequest
from foundation.taxonomy.models import Category, Tree
from foundation.taxonomy.services import control_tree
from foundation.workflow.models import WorkItem
from tests.cast import make_actor

from . import factories
from .test_taxonomy import undo_of

pytestmark = pytest.mark.django_db
PROPOSE = "/settings/taxonomy/products/propose/"
MOVE = {"do": "move", "category": "coats", "parent": "home", "position": "", "reason": "They are sold at home"}


@pytest.fixture
def tree(window: Any) -> Tree:
    return factories.make_tree()


def below(code: str) -> str:
    parent = Category.objects.get(code=code).parent
    return parent.code if parent else ""


def test_a_steward_asks_and_an_administrator_approves(
    tree: Tree, steward: Any, administrator: Any, browser_of: Any
) -> None:
    asker, decider = browser_of(steward), browser_of(administrator)
    text = asker.get("/settings/taxonomy/products/?category=coats").content.decode()
    assert f'action="{PROPOSE}"' in text
    assert "somebody else decides" in text
    sent = asker.post(PROPOSE, MOVE)
    one = ChangeRequest.objects.get()
    assert (sent.status_code, sent["Location"], below("coats")) == (302, f"/settings/requests/{one.uid}/", "wear")
    assert one.impact == {"subcategories": 0, "roles": 0, "products": 2}
    mine = asker.get(f"/settings/requests/{one.uid}/").content.decode()
    assert "<del>wear / coats</del>" in mine
    assert "<ins>home / coats</ins>" in mine
    assert "Withdraw" in mine
    assert 'value="approve"' not in mine
    assert asker.post(f"/settings/requests/{one.uid}/decide/", {"do": "approve"}).status_code == 403
    listed = decider.get("/settings/requests/").context["rows"]
    assert [(row.title, row.who) for row in listed] == [("Move: products/coats", "stella")]
    work = decider.get("/work/?tab=all").content.decode()
    assert f'href="/settings/requests/{one.uid}/"' in work
    assert decider.post(f"/settings/requests/{one.uid}/decide/", {"do": "approve"}).status_code == 302
    assert below("coats") == "home"
    assert WorkItem.objects.get(subject=one.uid).outcome == "approved"
    assert decider.get("/settings/requests/").context["rows"] == []
    assert "Approved" in decider.get("/settings/requests/?state=").content.decode()


def test_asking_is_taken_back(tree: Tree, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    sent = client.post(PROPOSE, MOVE)
    assert client.post(undo_of(sent)).status_code == 302
    assert ChangeRequest.objects.get().state == "withdrawn"


def test_a_controlled_tree_asks_administrators_too(tree: Tree, administrator: Any, browser_of: Any) -> None:
    client = browser_of(administrator)
    done = client.post("/settings/taxonomy/products/change/", {"do": "control"})
    tree.refresh_from_db()
    assert (done.status_code, tree.is_controlled) == (302, True)
    moved = client.post("/settings/taxonomy/products/move/", {"do": "move", "category": "coats", "parent": "home"})
    assert (moved.status_code, below("coats")) == (409, "wear")
    assert 'draggable="true"' not in client.get("/settings/taxonomy/products/").content.decode()
    for body in (
        {"do": "add", "code": "bags", "parent": "wear", "label-en-GB": "Bags"},
        {"do": "rename", "category": "macs", "label-en-GB": "Mackintoshes"},
        {"do": "retire", "category": "macs"},
        {"do": "delete", "category": "macs"},
    ):
        assert client.post(PROPOSE, body | {"reason": "So it is better"}).status_code == 302, body
    assert ChangeRequest.objects.filter(state="open").count() == 4
    one = ChangeRequest.objects.earliest("pk")
    assert client.post(f"/settings/requests/{one.uid}/decide/", {"do": "approve"}).status_code == 403
    client.post(undo_of(done))
    tree.refresh_from_db()
    assert not tree.is_controlled
    assert 'value="retire"' in client.get("/settings/taxonomy/products/?category=macs&ask=1").content.decode()


def test_what_is_refused_leaves_nothing(tree: Tree, steward: Any, merchant: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    for body, status in (
        (MOVE | {"reason": ""}, 422),
        (MOVE | {"parent": "coats"}, 422),
        (MOVE | {"do": "nonsense"}, 422),
        (MOVE | {"category": "none"}, 404),
    ):
        assert client.post(PROPOSE, body).status_code == status, body
    for actor in (merchant, make_actor("lim", "steward", market="US")):
        assert browser_of(actor).post(PROPOSE, MOVE).status_code == 403
    assert not ChangeRequest.objects.exists()
    client.post(PROPOSE, MOVE)
    uid = ChangeRequest.objects.get().uid
    other = browser_of(merchant)
    assert other.get(f"/settings/requests/{uid}/").status_code == 404
    assert other.get("/settings/requests/").context["rows"] == []
    assert other.post(f"/settings/requests/{uid}/decide/", {"do": "withdraw"}).status_code == 404


def test_the_page_says_that_the_ground_moved(tree: Tree, steward: Any, administrator: Any, browser_of: Any) -> None:
    browser_of(steward).post(PROPOSE, MOVE)
    uid = ChangeRequest.objects.get().uid
    client = browser_of(administrator)
    client.post(
        "/settings/taxonomy/products/change/", {"do": "rename", "category": "coats", "label-en-GB": "Overcoats"}
    )
    text = client.get(f"/settings/requests/{uid}/").content.decode()
    assert "has changed since" in text
    assert 'value="approve"' not in text
    assert client.post(f"/settings/requests/{uid}/decide/", {"do": "approve"}).status_code == 412
    control_tree(tree, is_controlled=True, actor=factories.HOUSE)
    assert client.post(f"/settings/requests/{uid}/decide/", {"do": "reject", "reason": "Ask anew"}).status_code == 302
    assert below("coats") == "wear"
