"""Invariants of trees, schemas and vocabularies. Each yields a sentence for each thing that is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from foundation.taxonomy.models import Term
from foundation.taxonomy.queries import wrong_lines
from foundation.taxonomy.queries.vocabularies import words_of

SHOWN = 20
NODES = """
SELECT s.code, n.code FROM taxonomy_externalnode n JOIN taxonomy_externalschema s ON s.id = n.schema_id
  LEFT JOIN taxonomy_externalnode up ON up.id = n.parent_id
 WHERE n.removed_in_id IS NULL
   AND (n.line IS DISTINCT FROM coalesce(up.line, '{}') || n.code OR up.removed_in_id IS NOT NULL)
 ORDER BY 1, 2 LIMIT %s
"""


def lines_are_told_by_parents() -> Iterator[str]:
    for key in wrong_lines(SHOWN):
        yield f"category {key} has a line that its parents do not tell; `manage.py rebuild` mends it"


def nodes_lie_below_their_parents() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(NODES, [SHOWN])
        for schema, code in cursor.fetchall():
            yield f"node {code} of {schema} has a line that its parent does not tell"


def words_are_told_by_terms() -> Iterator[str]:
    for term in Term.objects.select_related("vocabulary").order_by("pk").iterator(chunk_size=1000):
        if term.words != words_of(term.code, term.labels, term.synonyms):
            yield f"term {term.vocabulary.code}/{term.code} is not found by its own words"
