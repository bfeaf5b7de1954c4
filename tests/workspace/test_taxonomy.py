"""Trees on pages: shown to everybody with what they see in them, changed by who defines them; products put in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from foundation.accounts.models import Grant, User
from foundation.events.sequencing import drain
from foundation.history.models import Revision
from foundation.taxonomy.models import Category, Tree
from pim.models import Classification, Product
from tests.cast import make_actor

from . import factories

HOUSE = factories.HOUSE


@pytest.fixture
def tree(window: Any) -> Tree:
    return factories.make_tree()


def change(client: Any, **body: str) -> Any:
    verb = "move" if body["do"] == "move" else "change"
    return client.post(f"/settings/taxonomy/products/{verb}/", body)


def undo_of(answer: Any) -> str:
    from django.contrib.messages import get_messages

    return [one.extra_tags for one in get_messages(answer.wsgi_request)][-1]


def nodes(answer: Any) -> list[tuple[str, int, bool]]:
    def walk(found: Any) -> Any:
        for one in found:
            yield one.code, one.products, one.is_open
            yield from walk(one.children)

    return list(walk(answer.context["page"].roots))


def keys(sku: str) -> set[str]:
    rows = Classification.objects.filter(product__sku=sku).select_related("category")
    return {one.category.key for one in rows}


# ---------------------------------------------------------------- the trees
def test_a_tree_opens_branch_by_branch(tree: Tree, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    assert nodes(client.get("/settings/taxonomy/products/")) == [("wear", 2, False), ("home", 1, False)]
    answer = client.get("/settings/taxonomy/products/?category=coats")
    assert nodes(answer) == [("wear", 2, True), ("coats", 2, True), ("macs", 0, False), ("home", 1, False)]
    text = answer.content.decode()
    assert "Wear / Coats" in text
    assert "/products/?category=products%2Fcoats" in text
    assert 'action="/settings/taxonomy/products/move/"' not in text, "a steward does not define trees"
    assert client.get("/settings/taxonomy/products/?category=none").status_code == 404
    assert client.get("/settings/taxonomy/none/").status_code == 404
    assert change(client, do="retire", category="coats").status_code == 403


def test_counts_are_of_what_one_sees(tree: Tree, browser_of: Any) -> None:
    limited = browser_of(make_actor("hal", "steward", category="products/home"))
    assert nodes(limited.get("/settings/taxonomy/products/")) == [("wear", 0, False), ("home", 1, False)]


def test_a_search_shows_the_way_down(tree: Tree, steward: Any, browser_of: Any) -> None:
    found = browser_of(steward).get("/settings/taxonomy/products/?q=coat").context["page"].found
    assert found == [("/settings/taxonomy/products/?category=coats", "Coats (wear / coats)")]


def test_nothing_yet(db: None, world: Any, administrator: Any, browser_of: Any) -> None:
    client = browser_of(administrator)
    assert "No trees yet" in client.get("/settings/taxonomy/").content.decode()
    refused = client.post("/settings/taxonomy/", {"kind": "hierarchy", "code": "a b", "name": "Products"})
    assert refused.status_code == 422
    assert not Tree.objects.exists()
    made = client.post("/settings/taxonomy/", {"kind": "hierarchy", "code": "products", "name": "Products"})
    assert made["Location"] == "/settings/taxonomy/products/"
    assert Tree.objects.get().labels == {"en-GB": "Products"}
    assert "No categories yet" in client.get("/settings/taxonomy/products/").content.decode()


def test_every_change_has_its_way_back(tree: Tree, administrator: Any, browser_of: Any) -> None:
    client = browser_of(administrator)

    def state() -> list[tuple[Any, ...]]:
        rows = Category.objects.select_related("parent").order_by("line")
        return [(one.code, one.line, one.labels, one.is_retired) for one in rows]

    before = state()
    for body in (
        {"do": "add", "code": "bags", "parent": "wear", "label-en-GB": "Bags"},
        {"do": "rename", "category": "macs", "label-en-GB": "Mackintoshes", "version": "1"},
        {"do": "move", "category": "coats", "parent": "home", "position": "0"},
        {"do": "move", "category": "coats", "parent": "", "position": "0"},
        {"do": "retire", "category": "macs"},
        {"do": "delete", "category": "macs"},
    ):
        done = change(client, **body)
        assert done.status_code == 302, body
        assert state() != before, body
        assert client.post(undo_of(done)).status_code == 302
        assert [(code, line, labels, gone) for code, line, labels, gone in state()] == before, body
        assert [one.code for one in tree.categories.children_of(Category.objects.get(code="wear"))] == ["coats", "macs"]


def test_refused_changes_change_nothing(tree: Tree, administrator: Any, browser_of: Any) -> None:
    client, before = browser_of(administrator), Revision.objects.count()
    for body, status in (
        ({"do": "move", "category": "wear", "parent": "coats"}, 422),
        ({"do": "move", "category": "coats", "parent": "home", "version": "7"}, 412),
        ({"do": "move", "category": "coats", "parent": "home", "position": "x"}, 422),
        ({"do": "delete", "category": "coats"}, 409),
        ({"do": "delete-tree"}, 409),
        ({"do": "add", "code": "coats", "label-en-GB": "x"}, 409),
        ({"do": "nonsense"}, 422),
    ):
        assert change(client, **body).status_code == status, body
    assert Revision.objects.count() == before


# ---------------------------------------------------------------- products
def test_products_are_filtered_down_the_tree(tree: Tree, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)

    def facet(query: str) -> list[tuple[str, int, bool]]:
        answer = client.get(f"/products/{query}")
        [found] = [one for one in answer.context["facets"] if one.name == "category"]
        return [(one.value, one.count, one.is_on) for one in found.options]

    assert facet("") == [("products/wear", 2, False), ("products/home", 1, False)]
    chosen = "?category=products/wear"
    assert facet(chosen) == [("products/wear", 2, True), ("products/coats", 2, False)]
    assert [one.sku for one in client.get(f"/products/{chosen}").context["products"]] == ["MAC", "RIDGE"]
    deeper = f"{chosen}&category=products/coats&family=cups"
    assert facet(deeper) == [("products/wear", 0, True), ("products/coats", 0, True)]
    Classification.objects.filter(product__sku="CUP").delete()
    drain()
    assert facet("")[-1] == ("none", 1, False)
    assert [one.sku for one in client.get("/products/?category=none").context["products"]] == ["CUP"]
    assert client.get("/products/?category=products/none").context["total"] == 0


def test_who_ends_in_a_branch_has_its_facet_alone(tree: Tree, browser_of: Any) -> None:
    client = browser_of(make_actor("hal", "steward", category="products/home"))
    answer = client.get("/products/")
    [found] = [one for one in answer.context["facets"] if one.name == "category"]
    assert [(one.value, one.count) for one in found.options] == [("products/home", 1)]
    assert [one.sku for one in answer.context["products"]] == ["CUP"]


def test_a_product_is_put_in_and_taken_out(tree: Tree, steward: Any, browser_of: Any) -> None:
    cup = Product.objects.get(sku="CUP")
    client, path = browser_of(steward, htmx=True), f"/products/{cup.uid}/categories/"
    choices = client.get(path, {"q": "mac"}).context["categories"].choices
    assert [one.key for one in choices] == ["products/macs"]
    moved = client.post(path, {"put": "products/macs"})
    assert keys("CUP") == {"products/macs"}
    undo = f"{path}?{urlencode({'exactly': 'products/home', 'left': 'products/macs'})}"
    assert undo in moved.content.decode().replace("&amp;", "&") or undo in str(moved.headers)
    client.post(undo)
    assert keys("CUP") == {"products/home"}
    assert client.post(undo).status_code == 412, "somebody classified it anew"
    client.post(path, {"take": "products/home"})
    assert keys("CUP") == set()
    text = browser_of(steward).get(f"/products/{cup.uid}/").content.decode()
    assert "In no category yet" in text
    variant = Product.objects.get(sku="RIDGE-RED-S")
    text = browser_of(steward).get(f"/products/{variant.uid}/").content.decode()
    assert "its model" in text
    assert "Coats" in text


def test_who_may_not_edit_changes_nothing(tree: Tree, photographer: Any, browser_of: Any) -> None:
    cup = Product.objects.get(sku="CUP")
    client = browser_of(photographer)
    assert client.post(f"/products/{cup.uid}/categories/", {"put": "products/macs"}).status_code == 403
    assert keys("CUP") == {"products/home"}
    assert "Put into" not in client.get(f"/products/{cup.uid}/").content.decode()


# ---------------------------------------------------------------- roles, keys, explained access
def test_a_role_is_given_in_a_branch(tree: Tree, administrator: Any, steward: Any, browser_of: Any) -> None:
    client, user = browser_of(administrator), User.objects.get(username="stella")
    path = f"/settings/people/{user.uid}/grant/"
    for category, place in (("products/none", "*"), ("products/wear", "market:US")):
        body = {"role": "merchant", "place": place, "category": category}
        assert client.post(path, body).status_code == 422
    client.post(path, {"role": "merchant", "place": "*", "category": "products/wear"})
    assert list(Grant.objects.filter(user=user).order_by("pk").values_list("role", "dimension", "code")) == [
        ("steward", "*", ""), ("merchant", "category", "products/wear")
    ]  # fmt: skip
    assert "category products/wear" in client.get(f"/settings/people/{user.uid}/").content.decode()


def test_access_in_a_branch_is_explained(tree: Tree, browser_of: Any) -> None:
    client = browser_of(make_actor("hal", "steward", category="products/wear"))

    def answer(**asked: str) -> Any:
        return client.get("/settings/access/", {"permission": "pim.edit", **asked}).context["access"]

    assert answer(category="products/coats").may
    assert not answer(category="products/home").may
    assert answer(category="products/home").looks[0].where == "category products/wear"
    assert answer(product="RIDGE").may
    assert client.get("/settings/access/?permission=pim.edit&category=nonsense").status_code == 422
    assert client.get("/settings/access/?permission=pim.edit&product=CUP").status_code == 422


def test_a_key_is_made_for_a_branch(tree: Tree, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    body = {"name": "Shop", "days": "30", "categories": "products/coats, products/home"}
    assert client.post("/settings/keys/new/", body).status_code == 200
    assert "of products/coats, products/home" in client.get("/settings/keys/").content.decode()
    assert client.post("/settings/keys/new/", body | {"categories": "products/none"}).status_code == 422
