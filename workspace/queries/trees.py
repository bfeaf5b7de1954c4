"""Trees of categories as pages show them: the way down to the one that is open, and how much lies in each branch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, Func, OuterRef
from django.urls import reverse
from django.utils.http import urlencode

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.markets.models import Locale
from foundation.taxonomy.models import Category, CategoryQuerySet, Tree
from foundation.taxonomy.queries import get_category, holding_words
from pim.models import CatalogueEntry, Classification
from workspace.queries.shown import LOCALE

Where = Callable[[str], str]  # from a category's code to the page with it open
SIBLINGS, FOUND, LANGUAGES, OFFERED = 300, 40, 12, 20


@dataclass(frozen=True)
class TreeRow:
    url: str
    code: str
    name: str
    kind: str
    categories: int


@dataclass
class Node:
    """A category in the list; `children` only on the way down to the one that is open."""

    code: str
    name: str
    url: str
    is_current: bool
    is_open: bool
    is_leaf: bool
    is_retired: bool
    products: int = 0
    children: list[Node] = field(default_factory=list)
    hidden: int = 0
    note: str = ""
    key: str = ""


@dataclass(frozen=True)
class Label:
    locale: str
    language: str
    text: str


@dataclass(frozen=True)
class Opened:
    """The category that is open: what it is called, and where it hangs."""

    code: str
    key: str
    name: str
    path: Sequence[str]
    labels: list[Label]
    parent: str
    position: int
    version: int
    is_retired: bool
    is_leaf: bool
    products: int
    products_url: str


@dataclass(frozen=True)
class TreePage:
    tree: Tree
    name: str
    kind: str
    roots: list[Node]
    hidden: int
    opened: Opened | None
    labels: list[Label]
    empty_labels: list[Label]
    q: str
    found: list[tuple[str, str]]
    may_edit: bool
    may_define: bool
    proposes: bool  # what is sent is asked for, and somebody else decides


def tree_rows(actor: Actor) -> list[TreeRow]:
    rows: Any = Tree.objects.visible_to(actor).annotate(number=Count("categories"))
    return [
        TreeRow(reverse("tree", args=[one.code]), one.code, one.label(LOCALE), one.get_kind_display(), one.number)
        for one in rows
    ]


def get_visible_tree(code: str, *, actor: Actor) -> Tree:
    tree = Tree.objects.visible_to(actor).filter(code=code).first() if "\0" not in code else None
    if tree is None:
        raise Missing("There is no such tree", path="tree")
    return tree


def tree_page(code: str, *, actor: Actor, category: str = "", q: str = "", asks: bool = False) -> TreePage:
    """The tree with the branches open that lead to a category, each with the products that the actor sees in it."""
    tree, may_define = get_visible_tree(code, actor=actor), actor.may("taxonomy.define")
    opened = get_category(tree, category) if category else None
    line = opened.line if opened else []
    roots, hidden, shown = open_nodes(tree, line, lambda code: address(tree.code, code))
    counts = _products(tree, actor)
    for one in shown:
        one.products = counts[f"{tree.code}/{one.code}"]
    return TreePage(
        tree=tree,
        name=tree.label(LOCALE),
        kind=tree.get_kind_display(),
        roots=roots,
        hidden=hidden,
        opened=_opened(tree, opened, counts) if opened else None,
        labels=labels_of(tree.labels),
        empty_labels=labels_of({}),
        q=q,
        found=_found(tree, q) if q else [],
        may_edit=may_define or actor.may("taxonomy.propose"),
        may_define=may_define,
        proposes=asks or tree.is_controlled or not may_define,
    )


def labels_of(labels: dict[str, str]) -> list[Label]:
    """A line for each language of the house, as far as they are few, and for each that has a name; ours first."""
    known = sorted(Locale.objects.all(), key=lambda one: (one.code != LOCALE, one.code))
    chosen = [one for one in known if len(known) <= LANGUAGES or one.code in labels or one.code == LOCALE]
    return [Label(one.code, one.name, labels.get(one.code, "")) for one in chosen]


def address(tree: str, category: str = "") -> str:
    """The tree's page with a category open."""
    query = f"?{urlencode({'category': category})}" if category else ""
    return reverse("tree", args=[tree]) + query


def open_nodes(tree: Tree, line: Sequence[str], where: Where) -> tuple[list[Node], int, Sequence[Node]]:
    """The top of a tree with what is below those on the line, how many are left out, and all of them in a row."""
    roots, hidden = _level(tree, None, line, where)
    return roots, hidden, _all(roots)


def _level(tree: Tree, parent: Category | None, line: Sequence[str], where: Where) -> tuple[list[Node], int]:
    """The categories below one, with what is below those on the line; and how many are left out."""
    below = Category.objects.filter(parent=OuterRef("pk"))
    rows = tree.categories.children_of(parent).annotate(has_any=Exists(below))
    listed: list[Any] = list(rows[: SIBLINGS + 1])
    hidden = rows.count() - SIBLINGS if len(listed) > SIBLINGS else 0
    nodes = []
    for one in listed[:SIBLINGS]:
        is_open = one.key in line
        node = Node(
            one.code, one.label(LOCALE), where(one.code), is_current=bool(line) and one.key == line[-1],
            is_open=is_open, is_leaf=not one.has_any, is_retired=one.is_retired, key=one.key,
        )  # fmt: skip
        if is_open:
            node.children, node.hidden = _level(tree, one, line, where)
        nodes.append(node)
    return nodes, hidden


def _all(nodes: Sequence[Node]) -> Sequence[Node]:
    return [one for node in nodes for one in (node, *_all(node.children))]


def _products(tree: Tree, actor: Actor) -> Counter[str]:
    """Key to how many models and simple products that the actor sees lie in its branch."""
    if not actor.may("pim.view"):
        return Counter()
    if tree.is_hierarchy:
        entries = CatalogueEntry.objects.visible_to(actor).exclude(category=None).order_by()
        rows = entries.values_list("category__line").annotate(number=Count("pk"))
        return _summed(rows)
    lies = Classification.objects.visible_to(actor).filter(category__tree=tree).order_by()
    keys = lies.annotate(key=Func(F("category__line"), function="unnest")).values("key")
    return Counter(dict(keys.annotate(number=Count("product", distinct=True)).values_list("key", "number")))


def _summed(rows: Iterable[Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for line, number in rows:
        counts.update(dict.fromkeys(line, number))
    return counts


def _opened(tree: Tree, one: Category, counts: Counter[str]) -> Opened:
    above: CategoryQuerySet = tree.categories.filter(code__in=[key.partition("/")[2] for key in one.line])
    names = {row.key: row.label(LOCALE) for row in above}
    siblings = list(tree.categories.children_of(one.parent).values_list("pk", flat=True))
    query = urlencode({"category": one.key})
    return Opened(
        code=one.code,
        key=one.key,
        name=one.label(LOCALE),
        path=[names[key] for key in one.line],
        labels=labels_of(one.labels),
        parent=one.parent.code if one.parent else "",
        position=siblings.index(one.pk),
        version=one.version,
        is_retired=one.is_retired,
        is_leaf=not one.children.exists(),
        products=counts[one.key],
        products_url=f"{reverse('product_list')}?{query}" if tree.is_hierarchy else "",
    )


@dataclass(frozen=True)
class CategoryChoice:
    code: str
    name: str
    path: str
    is_retired: bool


def category_choices(code: str, *, actor: Actor, q: str, moved: str = "") -> list[CategoryChoice]:
    """The first few categories with these words, none of them in the branch that is to be moved."""
    tree = get_visible_tree(code, actor=actor)
    rows = holding_words(tree.categories.visible_to(actor), q)
    if moved:
        rows = rows.exclude(line__contains=[f"{tree.code}/{moved}"])
    return [
        CategoryChoice(one.code, one.label(LOCALE), " / ".join(_codes(one)), one.is_retired)
        for one in rows.order_by("line")[:OFFERED]
    ]


def _found(tree: Tree, q: str) -> list[tuple[str, str]]:
    """(address, way down in codes) of categories by a part of their code or of any of their names."""
    rows = holding_words(tree.categories.all(), q)
    return [
        (address(tree.code, one.code), f"{one.label(LOCALE)} ({' / '.join(_codes(one))})")
        for one in rows.order_by("line")[:FOUND]
    ]


def _codes(one: Category) -> list[str]:
    return [key.partition("/")[2] for key in one.line]
