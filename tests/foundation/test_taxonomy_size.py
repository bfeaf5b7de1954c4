"""A tree of ten thousand categories: moved in one transaction, found by its words, read page by page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.core.actors import system
from foundation.core.errors import Invalid
from foundation.events import sequencing
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.history.services import recorded
from foundation.taxonomy.fsck import lines_are_told_by_parents
from foundation.taxonomy.models import Category, Tree
from foundation.taxonomy.queries import line_of
from foundation.taxonomy.services import create_category, create_tree, move_category
from tests.cast import make_actor

HOUSE = system("tests")
pytestmark = pytest.mark.django_db
SHELVES, BOXES = 100, 99  # with their branch ten thousand


@pytest.fixture
def large(world: Any) -> Tree:
    """products: wear, home (stock of 100 shelves of 99 boxes)."""
    tree = create_tree(code="products", kind="hierarchy", labels={"en-GB": "Products"}, actor=HOUSE)
    for code, parent in (("wear", None), ("home", None), ("stock", "home")):
        create_category(tree, code=code, labels={"en-GB": code.capitalize()}, parent=parent, actor=HOUSE)
    above = tree.categories.get(code="stock")
    with recorded(HOUSE):
        shelves = Category.objects.bulk_create(_below(tree, above, SHELVES))
        Category.objects.bulk_create(one for shelf in shelves for one in _below(tree, shelf, BOXES))
    return tree


def _below(tree: Tree, above: Category, number: int) -> list[Category]:
    codes = [f"{above.code}-{place}" for place in range(number)]
    return [
        Category(
            tree=tree, code=code, parent=above, line=[*above.line, f"products/{code}"], position=place,
            labels={"en-GB": f"Box {code}"},
        )
        for place, code in enumerate(codes)
    ]  # fmt: skip


def at(tree: Tree, code: str) -> Category:
    return tree.categories.select_related("tree", "parent").get(code=code)


def test_a_branch_of_ten_thousand_moves_at_once(large: Tree) -> None:
    sequencing.drain()
    in_wear = make_actor("will", "steward", category="products/wear")
    in_home = make_actor("hal", "steward", category="products/home")
    deep = line_of("products/stock-7-98")
    assert (in_wear.admits(category=deep), in_home.admits(category=deep)) == (False, True)
    few = _queries_to_move(large, "stock-7", "wear")
    assert _queries_to_move(large, "stock-7", "stock") == few
    OutboxEvent.objects.all().delete()
    before = Revision.objects.count()
    many = _queries_to_move(large, "stock", "wear")
    assert many == few, "as many questions for a hundred categories as for ten thousand"
    assert Category.objects.in_branches(["products/wear"]).count() == 1 + 1 + SHELVES + SHELVES * BOXES
    assert not list(lines_are_told_by_parents())
    events = OutboxEvent.objects.filter(type__startswith="taxonomy.")
    assert [(one.type, one.data) for one in events] == [
        ("taxonomy.category.moved", {"category": "products/stock", "parent": "products/wear"})
    ]
    # each line, and what the branch itself says of its parent
    revised = Revision.objects.order_by("-pk")[: Revision.objects.count() - before]
    rows = [one for one in revised if one.table_name == "taxonomy_category"]
    assert len(rows) == 1 + SHELVES + SHELVES * BOXES + 1
    assert len({one.tx for one in rows}) == 1
    deep = line_of("products/stock-7-98")
    assert (in_wear.admits(category=deep), in_home.admits(category=deep)) == (True, False)
    with pytest.raises(Invalid, match="lies in the branch"):
        move_category(at(large, "wear"), parent="stock-7-98", actor=HOUSE)


def _queries_to_move(tree: Tree, code: str, parent: str) -> int:
    one = at(tree, code)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        move_category(one, parent=parent, actor=HOUSE)
    return len(asked)


def test_the_api_pages_and_finds(large: Tree, administrator: Any, client_of: Any) -> None:
    api, path = client_of(administrator), "/api/v1/trees/products/categories"
    found = api.get(path, {"q": "box STOCK-7-98"}).json()["results"]
    assert [one["key"] for one in found] == ["products/stock-7-98"]
    assert api.get(path, {"q": "stock-99", "branch": "wear"}).json()["results"] == []
    assert len(api.get(path, {"q": "stock-99", "branch": "home"}).json()["results"]) > 1
    answer, seen = api.get(path, {"branch": "home"}).json(), []
    for _ in range(3):
        seen += [one["code"] for one in answer["results"]]
        answer = api.get(answer["next"]).json()
    assert len(seen) == len(set(seen)) == 150
    assert seen == sorted(seen)
