"""Options of selects: what some are called, short lists whole, and long ones by their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from pim.choices import AttributeType
from pim.models import Attribute, Option

CHOOSING = (AttributeType.SELECT, AttributeType.MULTI_SELECT)
SHORT = 24  # more options than this are looked for by words
FOUND = 30
OptionWords = Mapping[tuple[int, str], str]

# One more than a short list of each attribute, by the index of codes: a list of 10,000 is not read to be left out.
FIRST = """
SELECT o.id FROM unnest(%s::bigint[]) AS wanted(id)
 CROSS JOIN LATERAL (SELECT id FROM pim_option WHERE attribute_id = wanted.id ORDER BY code LIMIT %s) AS o
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
    """What the options in some values are called: (attribute id, option code) to label. One query."""
    wanted: dict[int, set[str]] = defaultdict(set)
    for attribute, value in said:
        if attribute.type in CHOOSING and value is not None:
            wanted[attribute.pk] |= {str(one) for one in (value if isinstance(value, list) else [value])}
    if not wanted:
        return {}
    chosen = Q()
    for attribute_id, codes in wanted.items():
        chosen |= Q(attribute_id=attribute_id, code__in=codes)
    return {(one.attribute_id, one.code): one.label(locale) for one in Option.objects.filter(chosen)}


def short_lists(attributes: Iterable[Attribute], locale: str) -> dict[int, list[Choice]]:
    """The options of those attributes that have few, in their order."""
    ids = [attribute.pk for attribute in attributes if attribute.type in CHOOSING]
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
    """Options whose code, label in any language or synonym has all the words; those that begin with them first."""
    rows: QuerySet[Option] = Option.objects.filter(attribute=attribute).exclude(code__in=but)
    spoken = RawSQL(  # words alone, without the names of the languages
        "lower(code || ' ' || jsonb_path_query_array(labels, '$.*')::text || synonyms::text)", []
    )
    rows = rows.annotate(spoken=spoken)
    for word in words.lower().split()[:8]:
        rows = rows.filter(spoken__contains=word)
    if words:
        begins = Q(code__istartswith=words) | Q(**{f"labels__{locale}__istartswith": words})
        rows = rows.annotate(rank=Case(When(begins, then=Value(0)), default=Value(1), output_field=IntegerField()))
        rows = rows.order_by("rank", "position", "code")
    else:
        rows = rows.order_by("position", "code")
    found = [Choice(one.code, one.label(locale)) for one in rows[: FOUND + 1]]
    return Choices(found[:FOUND], len(found) > FOUND)
