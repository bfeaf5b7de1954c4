"""Trees of categories: made, moved, retired, deleted; lines told by parents; reaches that end in branches."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.accounts.choices import Dimension
from foundation.accounts.models import User
from foundation.accounts.services import create_api_key, grant_role
from foundation.archive.rebuilding import fingerprint, rebuild_all
from foundation.core.actors import Actor, Reach, system
from foundation.core.errors import Conflict, Denied, Invalid, Stale
from foundation.events import sequencing
from foundation.events.models import Event, OutboxEvent
from foundation.history.models import Revision
from foundation.taxonomy.errors import StillUsed
from foundation.taxonomy.fsck import lines_are_told_by_parents
from foundation.taxonomy.models import Category, Tree
from foundation.taxonomy.queries import line_of
from foundation.taxonomy.services import (
    create_category,
    create_tree,
    delete_category,
    delete_tree,
    move_category,
    rename_category,
    rename_tree,
    retire_category,
)
from tests.cast import make_actor

HOUSE = system("tests")
pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(world: Any) -> Tree:
    """products: wear (coats (rain), shoes), home."""
    tree = create_tree(code="products", kind="hierarchy", labels={"en-GB": "Products"}, actor=HOUSE)
    for code, parent in (("wear", None), ("home", None), ("coats", "wear"), ("shoes", "wear"), ("rain", "coats")):
        create_category(tree, code=code, labels={"en-GB": code.capitalize()}, parent=parent, actor=HOUSE)
    return tree


def at(tree: Tree, code: str) -> Category:
    return tree.categories.select_related("tree", "parent").get(code=code)


def types() -> list[str]:
    rows = OutboxEvent.objects.filter(type__startswith="taxonomy.")
    return [*rows.order_by("pk").values_list("type", flat=True)]


def test_a_branch_is_one_look(tree: Tree) -> None:
    assert at(tree, "rain").line == ["products/wear", "products/coats", "products/rain"]
    assert {one.code for one in Category.objects.in_branches(["products/wear"])} == {"wear", "coats", "shoes", "rain"}
    assert {one.code for one in Category.objects.in_branches(["products/wear&products/coats"])} == {"coats", "rain"}
    assert not Category.objects.in_branches(["products/home&products/coats"]).exists()
    assert not Category.objects.in_branches([]).exists()
    assert line_of("products/rain") == {"products/wear", "products/coats", "products/rain"}
    assert line_of("products/nothing") == line_of("rain") == line_of("") == frozenset()


def test_a_move_takes_the_branch_along(tree: Tree) -> None:
    sequencing.drain()
    before = Revision.objects.count()
    moved = move_category(at(tree, "coats"), parent="home", actor=HOUSE)
    assert moved.line == ["products/home", "products/coats"]
    assert at(tree, "rain").line == ["products/home", "products/coats", "products/rain"]
    assert at(tree, "shoes").line == ["products/wear", "products/shoes"]
    assert types() == ["taxonomy.category.moved"]
    assert OutboxEvent.objects.get().data == {"category": "products/coats", "parent": "products/home"}
    assert Revision.objects.count() > before
    assert not list(lines_are_told_by_parents())
    same = move_category(at(tree, "coats"), parent="home", actor=HOUSE)
    assert same.version == moved.version
    assert len(types()) == 1
    assert move_category(at(tree, "rain"), parent=None, actor=HOUSE).line == ["products/rain"]


def test_nothing_is_moved_into_its_own_branch(tree: Tree) -> None:
    for parent in ("wear", "rain"):
        with pytest.raises(Invalid, match="lies in the branch"):
            move_category(at(tree, "wear"), parent=parent, actor=HOUSE)
    assert at(tree, "rain").line == ["products/wear", "products/coats", "products/rain"]


def test_a_tree_is_twelve_levels_deep(tree: Tree) -> None:
    parent = "rain"
    for level in range(4, 13):
        parent = create_category(tree, code=f"l{level}", labels={"en-GB": "x"}, parent=parent, actor=HOUSE).code
    with pytest.raises(Invalid, match="12 levels"):
        create_category(tree, code="l13", labels={"en-GB": "x"}, parent=parent, actor=HOUSE)
    with pytest.raises(Invalid, match="12 levels"):
        move_category(at(tree, "wear"), parent="home", actor=HOUSE)
    assert len(at(tree, "l12").line) == 12


def test_siblings_have_an_order(tree: Tree) -> None:
    create_category(tree, code="bags", labels={"en-GB": "Bags"}, parent="wear", position=1, actor=HOUSE)

    def order() -> list[str]:
        return [one.code for one in tree.categories.children_of(at(tree, "wear"))]

    assert order() == ["coats", "bags", "shoes"]
    move_category(at(tree, "shoes"), parent="wear", position=0, actor=HOUSE)
    assert order() == ["shoes", "coats", "bags"]
    version = at(tree, "coats").version
    assert move_category(at(tree, "coats"), parent="wear", position=1, actor=HOUSE).version == version
    move_category(at(tree, "shoes"), parent="wear", position=2, actor=HOUSE)
    assert order() == ["coats", "bags", "shoes"]


def test_only_an_empty_category_goes(tree: Tree, steward: Any) -> None:
    with pytest.raises(StillUsed, match="below it"):
        delete_category(at(tree, "coats"), actor=HOUSE)
    user = User.objects.get(pk=steward.user_id)
    grant_role(holder=user, role="steward", dimension=Dimension.CATEGORY, code="products/shoes", actor=HOUSE)
    with pytest.raises(StillUsed, match="limited"):
        delete_category(at(tree, "shoes"), actor=HOUSE)
    delete_category(at(tree, "rain"), actor=HOUSE)
    assert types()[-1] == "taxonomy.category.deleted"
    with pytest.raises(StillUsed):
        delete_tree(tree, actor=HOUSE)
    browse = create_tree(code="summer", kind="browse", labels={"en-GB": "Summer"}, actor=HOUSE)
    delete_tree(browse, actor=HOUSE)
    assert not Tree.objects.filter(code="summer").exists()


def test_there_is_one_hierarchy_and_codes_are_given_once(tree: Tree) -> None:
    with pytest.raises(Conflict, match="only one"):
        create_tree(code="others", kind="hierarchy", labels={"en-GB": "x"}, actor=HOUSE)
    with pytest.raises(Conflict):
        create_tree(code="products", kind="browse", labels={"en-GB": "x"}, actor=HOUSE)
    with pytest.raises(Conflict):
        create_category(tree, code="rain", labels={"en-GB": "x"}, actor=HOUSE)
    for code in ("", "a b", "a/b", "a&b", "x" * 41):
        with pytest.raises(Invalid):
            create_category(tree, code=code, labels={"en-GB": "x"}, actor=HOUSE)
    for labels in ({}, {"xx": "x"}, {"en-GB": " "}, {"en-GB": "x" * 201}):
        with pytest.raises(Invalid):
            create_category(tree, code="new", labels=labels, actor=HOUSE)
    assert tree.categories.count() == 5


def test_stale_and_unallowed_writes_change_nothing(tree: Tree, steward: Any) -> None:
    sequencing.drain()
    shoes = at(tree, "shoes")
    rename_category(shoes, labels={"en-GB": "Footwear"}, actor=HOUSE, expected_version=1)
    with pytest.raises(Stale):
        rename_category(shoes, labels={"en-GB": "Boots"}, actor=HOUSE, expected_version=1)
    with pytest.raises(Stale):
        move_category(shoes, parent="home", actor=HOUSE, expected_version=1)
    with pytest.raises(Stale):
        retire_category(shoes, actor=HOUSE, expected_version=1)
    with pytest.raises(Denied):
        retire_category(shoes, actor=steward)
    limited = make_actor("lim", "administrator", category="products/wear")
    with pytest.raises(Denied):
        rename_tree(tree, labels={"en-GB": "Mine"}, actor=limited)
    assert (at(tree, "shoes").labels, at(tree, "shoes").is_retired) == ({"en-GB": "Footwear"}, False)
    rename_category(shoes, labels={"en-GB": "Footwear"}, actor=HOUSE)
    assert types() == ["taxonomy.category.changed"]


def test_lines_are_derived(tree: Tree) -> None:
    sequencing.drain()
    whole = fingerprint("taxonomy_category")
    Category.objects.filter(code="rain").update(line=["products/home"])
    assert list(lines_are_told_by_parents()) == [
        "category products/rain has a line that its parents do not tell; `manage.py rebuild` mends it"
    ]
    assert rebuild_all()["taxonomy.lines"] is False
    assert fingerprint("taxonomy_category") == whole
    assert rebuild_all()["taxonomy.lines"] is True


def test_the_api_reads_and_writes_trees(tree: Tree, administrator: Any, steward: Any, client_of: Any) -> None:
    api, reader = client_of(administrator), client_of(steward)
    listed = reader.get("/api/v1/trees/products/categories").json()["results"]
    assert [(one["code"], one["parent"], one["line"]) for one in listed] == [
        ("wear", None, ["wear"]), ("home", None, ["home"])
    ]  # fmt: skip
    below = reader.get("/api/v1/trees/products/categories", {"parent": "wear"}).json()["results"]
    assert [one["key"] for one in below] == ["products/coats", "products/shoes"]
    branch = reader.get("/api/v1/trees/products/categories", {"branch": "coats"}).json()["results"]
    assert [one["code"] for one in branch] == ["coats", "rain"]
    path = "/api/v1/categories/products/shoes"
    assert reader.patch(path, {"is_retired": True}, format="json").status_code == 403
    told = api.patch(path, {"parent": "home", "is_retired": True}, format="json", headers={"If-Match": '"1"'})
    assert (told.status_code, told["ETag"], told.json()["line"]) == (200, '"3"', ["home", "shoes"])
    assert api.patch(path, {"labels": {"en-GB": "x"}}, format="json", headers={"If-Match": '"1"'}).status_code == 412
    assert api.delete(path).status_code == 204
    made = api.post("/api/v1/trees", {"code": "b", "kind": "browse", "labels": {"en-GB": "B"}}, format="json")
    assert made.status_code == 201
    assert reader.get("/api/v1/trees/none/categories").status_code == 404


# ---------------------------------------------------------------- reaches
def reach(**limits: set[str]) -> Reach:
    return Reach(frozenset({"pim.view"}), {name: frozenset(codes) for name, codes in limits.items()})


def test_branches_are_joined_and_never_met_by_name() -> None:
    """Two categories have something in common if one lies in the other, which only the tree knows."""
    role = Actor("a", reaches=(reach(category={"p/wear"}),))
    key = role.cut_to({"category": frozenset({"p/coats"})})
    assert key.reaches[0].limits["category"] == {"p/coats&p/wear"}
    assert key.admits(category={"p/wear", "p/coats", "p/rain"})
    assert not key.admits(category={"p/wear", "p/shoes"})
    assert not key.admits(category={"p/coats"})
    assert role.cut_to(role.reaches[0].limits).reaches == role.reaches
    two = Actor("a", reaches=(reach(category={"p/wear", "p/home"}),))
    assert two.cut_to({"category": frozenset({"p/home", "p/coats"})}).reaches[0].limits["category"] == {
        "p/home", "p/coats&p/wear"
    }  # fmt: skip


def test_a_market_of_one_role_and_a_branch_of_another_make_no_pair() -> None:
    actor = Actor("a", reaches=(reach(market={"FR"}), reach(category={"p/wear"})))
    wear, home = frozenset({"p/wear"}), frozenset({"p/home"})
    assert actor.admits(market="FR", category=home)
    assert actor.admits(market="US", category=wear)
    assert not actor.admits(market="US", category=home)
    assert not actor.admits(market="US", category=frozenset())
    assert actor.at(category=home).limits("market") == {"FR"}
    assert actor.at(category=wear).limits("market") is None
    assert actor.is_limited("market", "category")
    assert not actor.is_limited("market")
    assert actor.beyond("market", "category").reaches == ()
    both = Actor("a", reaches=(reach(market={"FR"}, category={"p/wear"}),))
    assert not both.admits(market="US", category=wear)
    assert Actor.from_json(both.to_json()) == both


def test_keys_are_cut_to_branches_of_their_owner(tree: Tree) -> None:
    from foundation.accounts.queries import actor_of
    from foundation.accounts.services import KeyScope

    owner = make_actor("wim", "steward", category="products/wear")
    user = User.objects.get(pk=owner.user_id)
    key, _ = create_api_key(user=user, name="x", scope=KeyScope(categories=["products/coats"]), actor=owner)
    narrowed = actor_of(user, key=key)
    assert narrowed.admits(category=line_of("products/rain"))
    assert not narrowed.admits(category=line_of("products/shoes"))
    for code in ("products/home", "products/none", "rain"):
        with pytest.raises(Invalid):
            create_api_key(user=user, name="x", scope=KeyScope(categories=[code]), actor=owner)


def test_a_role_is_limited_to_a_category_of_the_hierarchy(tree: Tree, steward: Any) -> None:
    browse = create_tree(code="summer", kind="browse", labels={"en-GB": "Summer"}, actor=HOUSE)
    create_category(browse, code="beach", labels={"en-GB": "Beach"}, actor=HOUSE)
    user = User.objects.get(pk=steward.user_id)
    for code in ("summer/beach", "products/none", "wear"):
        with pytest.raises(Invalid):
            grant_role(holder=user, role="steward", dimension=Dimension.CATEGORY, code=code, actor=HOUSE)
    assert not Event.objects.filter(type="accounts.user.changed").exists()
