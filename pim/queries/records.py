"""Records: read, found by their words, and counted where products name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from pim.choices import AttributeType
from pim.models import Attribute, Product, ProductValues, Record, RecordType, RecordUse

# Whole words in small letters, not parts of them: what a file calls a record is its code, a label or a synonym.
NAMED = """
SELECT DISTINCT said.word, r.code
  FROM pim_record r JOIN pim_recordtype t ON t.id = r.record_type_id
 CROSS JOIN LATERAL (
     SELECT lower(r.code) UNION ALL SELECT lower(l.value) FROM jsonb_each_text(r.labels) l
     UNION ALL SELECT lower(s.value) FROM jsonb_array_elements_text(r.synonyms) s
 ) AS said(word)
 WHERE t.code = %s AND said.word = ANY(%s) ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Named:
    """What words name of a type: word to codes. More than one code is ambiguous."""

    codes: dict[str, list[str]]
    retired: frozenset[str]


def get_record_type(code: str, *, actor: Actor) -> RecordType:
    found = RecordType.objects.visible_to(actor).filter(code=code).first() if "\0" not in code else None
    if found is None:
        raise Missing("There is no such type of records", path="type")
    return found


def get_record(key: str, *, actor: Actor) -> Record:
    """The record of a key `type/code`."""
    kind, _, code = key.partition("/")
    rows = Record.objects.visible_to(actor).select_related("record_type")
    found = rows.filter(record_type__code=kind, code=code).first() if "\0" not in key else None
    if found is None:
        raise Missing("There is no such record", path="record")
    return found


def find_named(record_type: str, words: Collection[str]) -> Named:
    """Codes first; only what is no code is looked for by words. Two queries at most."""
    wanted = {word for word in words if "\0" not in word}
    rows = Record.objects.filter(record_type__code=record_type)
    exact = dict(rows.filter(code__in=wanted).values_list("code", "is_retired"))
    codes: dict[str, list[str]] = {code: [code] for code in exact}
    if others := {word.lower() for word in wanted - exact.keys()}:
        spelled: dict[str, list[str]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(NAMED, [record_type, sorted(others)])
            for word, code in cursor.fetchall():
                spelled[word].append(code)
        codes |= {word: spelled[word.lower()] for word in wanted - exact.keys() if word.lower() in spelled}
        named = {code for found in spelled.values() for code in found}
        exact |= dict(rows.filter(code__in=named, is_retired=True).values_list("code", "is_retired"))
    return Named(codes, frozenset(code for code, is_retired in exact.items() if is_retired))


def count_uses(record: Record, *, actor: Actor) -> int:
    """How many products that the actor sees name it, in an attribute that they see."""
    used: Any = RecordUse.objects.filter(record_id=record.pk).values("product_id")
    naming = Attribute.objects.filter(type=AttributeType.RECORD, validation__record_type=record.record_type.code)
    seen = set(naming.visible_to(actor).values_list("code", flat=True))
    if seen != set(naming.values_list("code", flat=True)):  # which of them names it, only the values say
        says = reduce(or_, (Q(vals__contains={code: record.code}) for code in seen), Q(pk__in=[]))
        used = ProductValues.objects.filter(says, product_id__in=used).values("product_id")
    return Product.objects.visible_to(actor).filter(pk__in=used).count()
