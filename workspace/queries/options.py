"""What values choose from, options and records: what some are called, short lists whole, long ones by their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from pim.choices import AttributeType
from pim.models import Attribute, Option, Record

OPTIONED = (AttributeType.SELECT, AttributeType.MULTI_SELECT)
CHOOSING = (*OPTIONED, AttributeType.RECORD)
SHORT = 24  # more options than this are looked for by words
FOUND = 30
OptionWords = Mapping[tuple[int, str], str]

# One more than a short list of each attribute, by the index of codes: a list of 10,000 is not read to be left out.
FIRST = """
SELECT o.id FROM unnest(%s::bigint[]) AS wanted(id)
 CROSS JOIN LATERAL (
     SELECT id FROM pim_option WHERE attribute_id = wanted.id AND NOT is_retired ORDER BY code LIMIT %s
 ) AS o
"""


@dataclass(frozen=True)
class Choice:
    """An option to be chosen."""

    code: str
    label: str
    is_on: bool = False


@dataclass(frozen=True)
class Choices:
    """What a search found, and whether there is more."""

    options: list[Choice]
    has_more: bool


def words_of(said: Iterable[tuple[Attribute, Any]], locale: str) -> OptionWords:
    """What the options and records in some values are called: (attribute id, code) to label. A query for each sort."""
    wanted: dict[int, set[str]] = defaultdict(set)
    kinds: dict[int, str] = {}
    for attribute, value in said:
        if attribute.type in CHOOSING and value is not None:
            wanted[attribute.pk] |= {str(one) for one in (value if isinstance(value, list) else [value])}
            if attribute.type == AttributeType.RECORD:
                kinds[attribute.pk] = str(attribute.validation.get("record_type", ""))
    chosen = Q()
    for attribute_id in wanted.keys() - kinds.keys():
        chosen |= Q(attribute_id=attribute_id, code__in=wanted[attribute_id])
    words = {}
    if chosen:
        words = {(one.attribute_id, one.code): one.label(locale) for one in Option.objects.filter(chosen)}
    return {**words, **_record_words(wanted, kinds, locale)}


def _record_words(wanted: Mapping[int, set[str]], kinds: Mapping[int, str], locale: str) -> OptionWords:
    if not kinds:
        return {}
    named = Q()
    for attribute_id, kind in kinds.items():
        named |= Q(record_type__code=kind, code__in=wanted[attribute_id])
    found = Record.objects.filter(named).select_related("record_type")
    labels = {(one.record_type.code, one.code): one.label(locale) for one in found}
    return {
        (attribute_id, code): labels[kind, code]
        for attribute_id, kind in kinds.items()
        for code in wanted[attribute_id]
        if (kind, code) in labels
    }


def short_lists(attributes: Iterable[Attribute], locale: str) -> dict[int, list[Choice]]:
    """The options of those attributes that have few, in their order."""
    ids = [attribute.pk for attribute in attributes if attribute.type in OPTIONED]
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(FIRST, [ids, SHORT + 1])
        found = [row[0] for row in cursor.fetchall()]
    lists: dict[int, list[Choice]] = {one: [] for one in ids}
    for option in Option.objects.filter(pk__in=found):
        lists[option.attribute_id].append(Choice(option.code, option.label(locale)))
    return {one: options for one, options in lists.items() if len(options) <= SHORT}


def find_options(attribute: Attribute, words: str, locale: str, *, but: Sequence[str] = ()) -> Choices:
    """Options or records whose code, label in any language or synonym has all the words; those that begin with them
    first. Retired ones are not offered.
    """
    rows: QuerySet[Any]
    if attribute.type == AttributeType.RECORD:
        kind = attribute.validation.get("record_type", "")
        rows, order = Record.objects.filter(record_type__code=kind).saying(words), ["code"]
    else:
        rows, order = Option.objects.filter(attribute=attribute).saying(words), ["position", "code"]
    rows = rows.filter(is_retired=False).exclude(code__in=but)
    if words:
        begins = Q(code__istartswith=words) | Q(**{f"labels__{locale}__istartswith": words})
        rows = rows.annotate(rank=Case(When(begins, then=Value(0)), default=Value(1), output_field=IntegerField()))
        order = ["rank", *order]
    rows = rows.order_by(*order)
    found = [Choice(one.code, one.label(locale)) for one in rows[: FOUND + 1]]
    return Choices(found[:FOUND], len(found) > FOUND)
