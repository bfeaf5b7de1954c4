"""Finding schemas of others and their nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast

from django.db.models import Case, IntegerField, Q, Value, When

from foundation.core.errors import Missing
from foundation.taxonomy.models import ExternalNode, ExternalSchema

SHORTEST, MOST_WORDS = 3, 6


def get_schema(code: str) -> ExternalSchema:
    """The schema of this code; raises `Missing`."""
    found = ExternalSchema.objects.filter(code=code).first() if "\0" not in code else None
    if found is None:
        raise Missing("There is no such schema", path="schema")
    return found


def get_node(schema: ExternalSchema, code: str) -> ExternalNode:
    """The node of this code in the schema's latest version; raises `Missing`."""
    found = schema.nodes.standing().filter(code=code).first() if "\0" not in code else None
    if found is None:
        raise Missing(f"{schema.name} has no {code[:40]!r}", path="node")
    node: ExternalNode = found
    return node


def paths_of(nodes: Iterable[ExternalNode], *, locale: str) -> dict[int, str]:
    """From each node's number to the names on the way down to it. One query."""
    rows = list(nodes)
    wanted = Q(pk__in=[])
    for schema in {one.schema_id for one in rows}:
        codes = {code for one in rows if one.schema_id == schema for code in one.line}
        wanted |= Q(schema=schema, code__in=codes)
    names = {(one.schema_id, one.code): one.label(locale) for one in ExternalNode.objects.filter(wanted)}
    return {one.pk: " > ".join(names.get((one.schema_id, code), code) for code in one.line) for one in rows}


def suggested_nodes(schema: ExternalSchema, *, words: Iterable[str], limit: int) -> list[ExternalNode]:
    """Nodes that share words with these texts, those with most of them first, the upper ones before the lower."""
    stems = _stems(words)
    if not stems:
        return []
    rows = ExternalNode.objects.filter(schema=schema).standing()
    any_of, hits = Q(pk__in=[]), cast("Any", Value(0, output_field=IntegerField()))
    for stem in stems:
        any_of |= Q(text__contains=f" {stem}")  # at the beginning of a word
        hits = hits + Case(When(text__contains=f" {stem}", then=1), default=0, output_field=IntegerField())
    return list(rows.filter(any_of).annotate(hits=hits).order_by("-hits", "line__len", "code")[:limit])


def _stems(texts: Iterable[str]) -> list[str]:
    """Words in small letters without the ending of many, the longest first."""
    words = {word for text in texts for word in re.findall(r"\w+", text.lower()) if len(word) >= SHORTEST}
    stems = {word[:-1] if word.endswith("s") and len(word) > SHORTEST else word for word in words}
    return sorted(stems, key=lambda word: (-len(word), word))[:MOST_WORDS]
