"""Schemas of others on pages: our tree on one side, theirs on the other, and what maps the one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode

from foundation.core.actors import Actor
from foundation.taxonomy.models import (
    Category,
    CategoryMapping,
    ExternalNode,
    ExternalSchema,
    SchemaChange,
    SchemaVersion,
    Tree,
)
from foundation.taxonomy.queries import (
    Mapped,
    coverage_of,
    get_category,
    get_schema,
    mappings_of,
    mappings_onto_removed,
    paths_of,
    suggested_nodes,
)
from foundation.taxonomy.queries.mappings import Coverage
from workspace.queries.shown import LOCALE, Tab
from workspace.queries.trees import Node, open_nodes
from workspace.queries.words import person

FOUND, CHANGES, BROKEN = 20, 50, 50


@dataclass(frozen=True)
class SchemaRow:
    url: str
    code: str
    name: str
    format: str
    version: str
    nodes: int


@dataclass(frozen=True)
class Target:
    """A node of theirs that a category may be."""

    code: str
    path: str
    is_chosen: bool


@dataclass(frozen=True)
class OpenedMapping:
    """The category that is open, and what holds for it."""

    key: str
    code: str
    name: str
    version: int  # of its own word, 0 without one
    node: str
    path: str
    is_own: bool
    is_removed: bool
    said_by: str
    who: str
    at: datetime | None
    reason: str


@dataclass(frozen=True)
class SchemaPage:
    schema: ExternalSchema
    versions: list[SchemaVersion]
    trees: list[Tab]
    tree: Tree | None
    coverage: Coverage | None
    roots: list[Node]
    hidden: int
    opened: OpenedMapping | None
    q: str
    targets: list[Target]
    changes: list[SchemaChange]
    broken: list[tuple[str, str, str]]
    may_edit: bool
    proposes: bool


def schema_rows(actor: Actor) -> list[SchemaRow]:
    rows = ExternalSchema.objects.visible_to(actor).prefetch_related("versions")
    found = []
    for one in rows:
        latest = [*one.versions.all()][-1:]
        label, nodes = (latest[0].label, latest[0].nodes) if latest else ("", 0)
        url = reverse("schema", args=[one.code])
        found.append(SchemaRow(url, one.code, one.name, one.get_format_display(), label, nodes))
    return found


def schema_page(code: str, *, actor: Actor, tree: str, category: str, q: str) -> SchemaPage:
    """A schema beside one of our trees, the product hierarchy first."""
    schema = get_schema(code)
    trees = list(Tree.objects.visible_to(actor))
    chosen = next((one for one in trees if one.code == tree), trees[0] if trees else None)
    opened = get_category(chosen, category) if chosen and category else None
    roots, hidden = _nodes(chosen, schema, opened) if chosen else ([], 0)
    found = mappings_of([opened], schema).get(opened.key) if opened else None
    versions = list(SchemaVersion.objects.filter(schema=schema).prefetch_related("files").order_by("-pk"))
    may_define = actor.may("taxonomy.define")
    return SchemaPage(
        schema=schema,
        versions=versions,
        trees=[Tab(one.label(LOCALE), schema_address(code, one.code), is_current=one == chosen) for one in trees],
        tree=chosen,
        coverage=coverage_of(chosen, schema) if chosen else None,
        roots=roots,
        hidden=hidden,
        opened=_opened(opened, found) if opened else None,
        q=q,
        targets=_targets(schema, opened, found, q) if opened else [],
        changes=list(SchemaChange.objects.filter(version=versions[0])[:CHANGES]) if versions else [],
        broken=[_broken(code, one) for one in mappings_onto_removed(schema)[:BROKEN]],
        may_edit=may_define or actor.may("taxonomy.propose"),
        proposes=bool(chosen and chosen.is_controlled) or not may_define,
    )


def schema_address(code: str, tree: str, category: str = "") -> str:
    """A schema's page with a category of ours open."""
    query = {"tree": tree, "category": category} if category else {"tree": tree}
    return f"{reverse('schema', args=[code])}?{urlencode(query)}"


def _nodes(tree: Tree, schema: ExternalSchema, opened: Category | None) -> tuple[list[Node], int]:
    line = opened.line if opened else []
    roots, hidden, shown = open_nodes(tree, line, lambda code: schema_address(schema.code, tree.code, code))
    rows = tree.categories.filter(code__in=[one.code for one in shown])
    mapped = mappings_of(rows, schema)
    for one in shown:
        one.note = _note(mapped.get(one.key))
    return roots, hidden


def _note(mapped: Mapped | None) -> str:
    if mapped is None:
        return "not mapped"
    label = mapped.mapping.node.label(LOCALE)
    return f"→ {label}" if mapped.is_own else f"from above: {label}"


def _opened(one: Category, found: Mapped | None) -> OpenedMapping:
    if found is None:
        return OpenedMapping(one.key, one.code, one.label(LOCALE), 0, "", "", False, False, "", "", None, "")
    row = found.mapping
    return OpenedMapping(
        key=one.key,
        code=one.code,
        name=one.label(LOCALE),
        version=row.version if found.is_own else 0,
        node=row.node.code,
        path=paths_of([row.node], locale=LOCALE)[row.node_id],
        is_own=found.is_own,
        is_removed=row.node.removed_in_id is not None,
        said_by=row.category.label(LOCALE),
        who=person(row.actor),
        at=row.mapped_at,
        reason=row.reason,
    )


def _targets(schema: ExternalSchema, opened: Category, found: Mapped | None, q: str) -> list[Target]:
    """What is searched for, or what shares words with the category."""
    if q:
        nodes = list(
            ExternalNode.objects.filter(schema=schema).standing().holding(q).order_by("line__len", "code")[:FOUND]
        )
    else:
        nodes = suggested_nodes(schema, words=opened.labels.values(), limit=FOUND)
    paths = paths_of(nodes, locale=LOCALE)
    chosen = found.mapping.node_id if found and found.is_own else 0
    return [Target(one.code, paths[one.pk], one.pk == chosen) for one in nodes]


def _broken(code: str, one: CategoryMapping) -> tuple[str, str, str]:
    tree, _, category = one.category.key.partition("/")
    return one.category.label(LOCALE), schema_address(code, tree, category), str(one.node)
