"""How many products there are of each answer of a list: kept where nothing is asked, counted where something is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.db import connection
from django.db.models import QuerySet

from foundation.core.actors import CATEGORY, Actor
from foundation.core.errors import Invalid
from pim.checks.conditions import LISTS
from pim.choices import AttributeType
from pim.errors import UnknownAttribute
from pim.models import Attribute, Option, ProductFacets, Record
from pim.queries.book import rule_of
from pim.queries.facets import Markets, Search, facet_rows, markets_for, markets_of, seen_anywhere

SHOWN, MAX_FACETS = 50, 20
# Where products are filtered, that many of them are counted at most: a page has 150 ms for it.
COUNTED = 20_000
# Each answer that there may be of some attributes, and the facets that stand for it.
ANSWERS = """
answers AS (
    SELECT listed.attribute, listed.answer, pim_facet(listed.attribute, asked.market, listed.answer, true) AS facet
      FROM (SELECT a.code AS attribute, o.code AS answer
              FROM pim_option o JOIN pim_attribute a ON a.id = o.attribute_id
            UNION ALL
            SELECT a.code, r.code FROM pim_attribute a
              JOIN pim_recordtype t ON a.type = 'record' AND t.code = a.validation ->> 'record_type'
              JOIN pim_record r ON r.record_type_id = t.id
            UNION ALL
            SELECT a.code, truth FROM pim_attribute a CROSS JOIN (VALUES ('true'), ('false')) AS of_boolean(truth)
             WHERE a.type = 'boolean') AS listed
      JOIN unnest(%s::text[], %s::text[]) AS asked(attribute, market) ON asked.attribute = listed.attribute
)
"""
KEPT = f"""
WITH {ANSWERS}
SELECT attribute, answer, c.{{number}}, 0 FROM answers JOIN pim_facetcount c USING (facet) WHERE c.{{number}} > 0
"""  # noqa: S608  constants
COUNT = f"""
WITH {ANSWERS}, picked(one, facets) AS ({{rows}}), has(facet, number) AS (
    SELECT facet, count(*) FROM picked CROSS JOIN LATERAL unnest(facets) AS facet
     WHERE facet & 1 = 1 GROUP BY facet
)
SELECT attribute, answer, number, (SELECT count(*) FROM picked) FROM has JOIN answers USING (facet)
"""  # noqa: S608  constants
# Of trees, and where a market's own answer and the one for all are the same: each counts once.
COUNT_ONCE = f"""
WITH {ANSWERS}, picked(one, facets) AS ({{rows}})
SELECT attribute, answer, count(DISTINCT one), (SELECT count(*) FROM picked)
  FROM picked CROSS JOIN LATERAL unnest(facets) AS has(facet) JOIN answers USING (facet)
 WHERE has.facet & 1 = 1
 GROUP BY attribute, answer
"""  # noqa: S608  constants


@dataclass(frozen=True)
class Answer:
    """One that products have, how many, and whether it is asked for."""

    value: str
    label: str
    products: int
    is_asked: bool


@dataclass(frozen=True)
class AttributeFacet:
    """The answers that most products have; `others` counts those that are not among them.

    `is_whole` is False where so many products are left that not all were counted.
    """

    attribute: Attribute
    answers: list[Answer]
    others: int
    is_whole: bool


@dataclass(frozen=True)
class Among:
    """What is counted: products by `product_id`, or trees by `root_id`, of which something has the answer.

    `ids` are those in question, as a query; `is_narrowed` unless they are all that there are.
    """

    unit: Literal["product_id", "root_id"]
    ids: QuerySet[Any, Any]
    is_narrowed: bool


def read_countable(codes: Sequence[str], *, actor: Actor) -> list[Attribute]:
    """Attributes whose answers can be counted, in the order given. Raises `UnknownAttribute` or `Invalid`."""
    if len(codes) > MAX_FACETS:
        raise Invalid(f"{len(codes)} facets are too many for one request; {MAX_FACETS} are the most", path="attributes")
    known = {one.code: one for one in Attribute.objects.visible_to(actor).filter(code__in=codes)}
    for code in codes:
        if code not in known:
            raise UnknownAttribute(f"There is no attribute {code!r}", path="attributes")
        if known[code].type not in LISTS:
            raise Invalid(f"{code!r} is not an attribute of a list of answers", path="attributes")
    return [known[code] for code in codes]


def facets_of(
    attributes: Sequence[Attribute], among: Among, search: Search, *, actor: Actor, locale: str = ""
) -> list[AttributeFacet]:
    """Each counted among the products that meet all conditions but its own: so a second answer in it adds.

    Counts trust the facets, which are as old as what is derived; values of a market are counted for who sees it
    wherever they see products.
    """
    markets = markets_for(search, _seen_everywhere(actor))
    groups: dict[tuple[str, ...], list[Attribute]] = defaultdict(list)
    for one in attributes:
        groups[tuple(sorted(search.codes - {one.code}))].append(one)
    found: dict[str, AttributeFacet] = {}
    for codes, group in groups.items():
        others = replace(search, conditions=tuple(one for one in search.conditions if one.rule.code in codes))
        limited = among.is_narrowed or bool(codes) or actor.within("pim.view").is_limited("market", CATEGORY)
        kept = [one for one in group if not limited and not one.is_market_overridable]
        rest = [one for one in group if one not in kept]
        found |= _facets(kept, _kept(kept, among), search, locale)
        if rest:
            rows = facet_rows(others, actor=actor).filter(**{f"{among.unit}__in": among.ids})
            found |= _facets(rest, _counts(rest, rows, among, markets), search, locale)
    return [found[one.code] for one in attributes]


Counts = tuple[dict[str, dict[str, int]], bool]


def _kept(attributes: Sequence[Attribute], among: Among) -> Counts:
    number = "products" if among.unit == "product_id" else "trees"
    return _grouped(KEPT.replace("{number}", number), _asked(attributes, [None]))


def _counts(attributes: Sequence[Attribute], rows: QuerySet[ProductFacets], among: Among, markets: Markets) -> Counts:
    some = rows.values_list(among.unit, "facets")[: COUNTED + 1]
    statement, parameters = some.query.sql_with_params()
    asked = _asked(attributes, markets)
    counting = COUNT if among.unit == "product_id" and len(asked[0]) == len(attributes) else COUNT_ONCE
    return _grouped(counting.replace("{rows}", statement), asked, parameters)


def _asked(attributes: Sequence[Attribute], markets: Markets) -> tuple[list[str], list[str | None]]:
    pairs = [(one.code, market) for one in attributes for market in markets_of(rule_of(one, []), markets)]
    return [code for code, _ in pairs], [market for _, market in pairs]


def _grouped(
    statement: str, asked: tuple[list[str], list[str | None]], parameters: Sequence[Any] = ()
) -> Counts:  # fmt: skip
    """Attribute and answer to how many, and whether all rows were counted."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    rows = 0
    if asked[0]:
        with connection.cursor() as cursor:
            cursor.execute(statement, [*asked, *parameters])
            for attribute, answer, number, total in cursor.fetchall():
                found[attribute][answer], rows = number, total
    return found, rows <= COUNTED


def _facets(attributes: Sequence[Attribute], counts: Counts, search: Search, locale: str) -> dict[str, AttributeFacet]:
    found = {}
    for one in attributes:
        equal = (each.equal for each in search.conditions if each.rule.code == one.code)
        asked = {str(value).lower() if isinstance(value, bool) else str(value) for some in equal for value in some}
        numbers = counts[0].get(one.code, {})
        most = sorted(numbers, key=lambda value: (-numbers[value], value))
        shown = most[:SHOWN] + sorted(value for value in asked if value not in most[:SHOWN])
        labels = _labels(one, shown, locale)
        answers = [Answer(value, labels.get(value) or value, numbers.get(value, 0), value in asked) for value in shown]
        found[one.code] = AttributeFacet(one, answers, max(len(most) - SHOWN, 0), counts[1])
    return found


def _labels(attribute: Attribute, codes: Collection[str], locale: str) -> dict[str, str]:
    if attribute.type == AttributeType.BOOLEAN:
        return {"true": "yes", "false": "no"}
    if attribute.type == AttributeType.RECORD:
        of_type = attribute.validation.get("record_type", "")
        records = Record.objects.filter(record_type__code=of_type, code__in=codes)
        return {one.code: one.label(locale) for one in records}
    options = Option.objects.filter(attribute=attribute, code__in=codes)
    return {one.code: one.label(locale) for one in options}


def _seen_everywhere(actor: Actor) -> Markets:
    """Markets whose values the actor sees wherever they see products: what is counted tells no more."""
    reaches = actor.within("pim.view").reaches
    return [one for one in seen_anywhere(actor) if one is None or all(each.admits({"market": one}) for each in reaches)]
