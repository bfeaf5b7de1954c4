"""Products by what is said of them: conditions on any attribute, and how many there are of each answer."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.markets.models import Locale, Market, Scope
from foundation.markets.queries import scope_chain
from pim.checks.attributes import AttributeRule
from pim.checks.conditions import Asked, Condition, read_condition
from pim.checks.refusals import Refusal
from pim.choices import ANY_LOCALE, AttributeType
from pim.errors import BadValue, UnknownAttribute
from pim.models import Attribute, Product, ProductFacets, ProductValues, UnitInUse
from pim.models.attributes import clearance_of
from pim.queries.book import rule_of
from pim.queries.classifications import grouped_by_reach
from pim.queries.products import id_lines
from pim.queries.values import resolve_values
from pim.resolution import Said, joined

PREFIX = "value."
MAX_CONDITIONS, MAX_ANSWERS = 20, 200
FEW = 5_000
NUMBERS = """
SELECT coalesce(array_agg(DISTINCT pim_facet(asked.code, market, k.key, k.is_counted)), '{}')
  FROM unnest(%(codes)s::text[], %(types)s::text[], %(values)s::text[]) AS asked(code, type, value)
 CROSS JOIN unnest(%(markets)s::text[]) AS market
 CROSS JOIN LATERAL pim_facet_keys(asked.type, asked.value::jsonb) AS k
"""
BY_KEY = """
SELECT coalesce(array_agg(pim_facet(%(code)s, market, key, false)), '{}')
  FROM unnest(%(keys)s::text[]) AS key CROSS JOIN unnest(%(markets)s::text[]) AS market
"""
# Of the steps of a range those in which there is something: an index is asked for each.
BY_STEP = """
SELECT coalesce(array_agg(facet), '{}')
  FROM unnest(%(keys)s::text[]) AS key CROSS JOIN unnest(%(markets)s::text[]) AS market
  JOIN pim_facetcount ON facet = pim_facet(%(code)s, market, key, true)
"""
Parameters = Mapping[str, Sequence[str]]
Markets = Sequence[str | None]  # None: said for all


@dataclass(frozen=True)
class Search:
    """Conditions, all of which a product meets: by what holds in the scope, or without one by what is said in any
    language and market that the actor sees.
    """

    conditions: tuple[Condition, ...] = ()
    scope: Scope | None = None

    @property
    def codes(self) -> set[str]:
        return {one.rule.code for one in self.conditions}


def read_search(given: Parameters, *, actor: Actor, scope: Scope | None = None) -> Search:
    """From parameters such as `value.colour=red`, `value.weight.max=2 kg`, `value.brand.is=empty`.

    Raises `UnknownAttribute`, also for one above the actor's clearance, or `Invalid`.
    """
    asked: dict[str, Asked] = defaultdict(Asked)
    for name, values in given.items():
        if name.startswith(PREFIX):
            _note(asked, name, values)
    if len(asked) > MAX_CONDITIONS:
        raise Invalid(f"{len(asked)} attributes are too many to ask of at once; {MAX_CONDITIONS} are the most", path="")
    known = {one.code: one for one in Attribute.objects.visible_to(actor).filter(code__in=asked)}
    return Search(tuple(_condition(known.get(code), code, one) for code, one in asked.items()), scope)


def _note(asked: dict[str, Asked], name: str, values: Sequence[str]) -> None:
    code, _, test = name.removeprefix(PREFIX).partition(".")
    if test not in {"", "min", "max", "is"}:
        raise Invalid(f"{name!r} ends in none of .min, .max and .is", path=name)
    if not test:
        if len(values) > MAX_ANSWERS:
            raise Invalid(f"{len(values)} answers are too many; {MAX_ANSWERS} are the most", path=name)
        asked[code].equal += values
    elif len(values) > 1:
        raise Invalid(f"{name!r} is asked once", path=name)
    else:
        setattr(asked[code], {"min": "least", "max": "most", "is": "presence"}[test], values[0])


def _condition(attribute: Attribute | None, code: str, asked: Asked) -> Condition:
    if attribute is None:
        raise UnknownAttribute(f"There is no attribute {code!r}", path=f"{PREFIX}{code}")
    try:
        return read_condition(_rule(attribute, asked.equal), asked)
    except Refusal as refusal:
        raise BadValue(refusal.detail, path=f"{PREFIX}{code}", reason=refusal.code, attribute=code) from None


def _rule(attribute: Attribute, named: Collection[str]) -> AttributeRule:
    """With no more options than are named: there may be ten thousand."""
    if attribute.type not in {AttributeType.SELECT, AttributeType.MULTI_SELECT}:
        return rule_of(attribute, [])
    options = list(attribute.options.filter(code__in=[one for one in named if "\0" not in one]))
    for code in sorted({*named} - {one.code for one in options}):
        raise Refusal("unknown-option", f"{code[:60]!r} is not the code of an option of {attribute.code}")
    return rule_of(attribute, options)


def found_by(products: QuerySet[Product], search: Search, *, actor: Actor) -> QuerySet[Product]:
    """Products that may meet the conditions, by index; `meeting` says which of a page do."""
    if search.conditions:
        products = products.filter(pk__in=_candidates(search, actor))
    markets = markets_for(search, seen_anywhere(actor))
    for one in search.conditions:
        if one.is_filled is False and search.scope is not None:
            products = _without(products, one, search.scope, markets)
    return products


def _candidates(search: Search, actor: Actor) -> list[int] | QuerySet[ProductFacets, Any]:
    """A few by their numbers. Of many, products in order meet one soon, and are better asked one by one: no planner
    knows which of the two it is, since answers go together.
    """
    rows = facet_rows(search, actor=actor).values_list("product_id", flat=True)
    few = list(rows[: FEW + 1])
    return few if len(few) <= FEW else rows


def facet_rows(search: Search, *, actor: Actor) -> QuerySet[ProductFacets]:
    """Facets of products that may meet all conditions, whoever may see the products."""
    markets = markets_for(search, seen_anywhere(actor))
    rows = ProductFacets.objects.order_by()
    for one in search.conditions:
        for facets in _facets_of(one, search.scope, markets):
            rows = rows.filter(facets__overlap=facets)
    return rows


def _facets_of(one: Condition, scope: Scope | None, markets: Markets) -> Iterable[list[int]]:
    """Lists of facets of each of which it has one."""
    where = markets_of(one.rule, markets)
    if one.equal:
        spelled = [one.equal] if one.rule.type == AttributeType.MULTI_SELECT else one.equal
        yield _numbers([(one.rule, value) for value in spelled], where)
    if one.is_ranged:
        units = UnitInUse.objects.filter(attribute=one.rule.code).values_list("unit", flat=True)
        yield _by_keys(one.rule, one.keys(sorted(units)), where, statement=BY_STEP)
    if one.is_filled:
        yield _by_keys(one.rule, _presence(one.rule, scope), where)
    if one.is_filled is False and scope is None:
        yield _by_keys(one.rule, ["!"], [None])


def _without(products: QuerySet[Product], one: Condition, scope: Scope, markets: Markets) -> QuerySet[Product]:
    """Those of a family that has the attribute, and in no language of the scope a value."""
    where = markets_of(one.rule, markets)
    there = ProductFacets.objects.filter(facets__overlap=_by_keys(one.rule, _presence(one.rule, scope), where))
    products = products.filter(family__members__attribute=one.rule.id, family__members__is_active=True)
    return products.exclude(pk__in=there.order_by().values("product_id"))


def markets_of(rule: AttributeRule, markets: Markets) -> Markets:
    """Those of the markets in which there may be values of its own."""
    return markets if rule.is_market_overridable else [None]


def _presence(rule: AttributeRule, scope: Scope | None) -> list[str]:
    if not rule.is_localizable:
        return [f"@{ANY_LOCALE}"]
    if scope is not None:
        return [f"@{locale}" for locale in sorted({cell.locale for cell in scope_chain(scope.pk)})]
    return [f"@{locale}" for locale in (ANY_LOCALE, *Locale.objects.order_by("pk").values_list("pk", flat=True))]


def _numbers(asked: Sequence[tuple[AttributeRule, Any]], markets: Markets) -> list[int]:
    spelled = {
        "codes": [rule.code for rule, _ in asked],
        "types": [rule.type for rule, _ in asked],
        "values": [json.dumps(value) for _, value in asked],
    }
    return _array(NUMBERS, spelled | {"markets": markets})


def _by_keys(
    rule: AttributeRule, keys: Iterable[str], markets: Markets, *, statement: str = BY_KEY
) -> list[int]:  # fmt: skip
    return _array(statement, {"code": rule.code, "keys": list(keys), "markets": markets})


def _array(statement: str, parameters: Mapping[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchone()[0])


def seen_anywhere(actor: Actor) -> Markets:
    """All markets whose values the actor sees of some product, and None for what is said for all."""
    limits = actor.within("pim.view").limits("market")
    codes = Market.objects.order_by("code").values_list("code", flat=True) if limits is None else sorted(limits)
    return [None, *codes]


def markets_for(search: Search, seen: Markets) -> Markets:
    """Those of the markets whose values are asked of."""
    return seen if search.scope is None else [one for one in seen if one in {None, search.scope.market.code}]


def meeting(products: Sequence[Product], search: Search, *, actor: Actor) -> list[Product]:
    """Of these products those that meet every condition where they lie, for who asks."""
    if not search.conditions:
        return list(products)
    kept: set[int] = set()
    for there, group in grouped_by_reach(products, actor):
        said = _held(group, search, search.scope, there) if search.scope else _said(group, search, there)
        kept.update(pk for pk, values in said.items() if _all_hold(search, values))
    return [one for one in products if one.pk in kept]


def _all_hold(search: Search, values: Mapping[str, Collection[Any]]) -> bool:
    return all(one.holds(values.get(one.rule.code, ())) for one in search.conditions)


def _held(products: Sequence[Product], search: Search, scope: Scope, actor: Actor) -> dict[int, dict[str, list[Any]]]:
    """What holds in the scope; nothing where the actor does not reach it."""
    if not actor.within("pim.view").admits(market=scope.market.code, channel=scope.channel.code):
        return {}
    found = resolve_values([one.pk for one in products], scope, max_sensitivity=clearance_of(actor))
    return {pk: {code: [values[code].value] for code in search.codes if code in values} for pk, values in found.items()}


def _said(products: Sequence[Product], search: Search, actor: Actor) -> dict[int, dict[str, list[Any]]]:
    """All that is heard of each product in any language, for all markets or one that the actor sees there."""
    lines = id_lines([one.pk for one in products])
    places = _places({pk for line in lines.values() for pk in line.ids}, search.codes, actor)
    found: dict[int, dict[str, list[Any]]] = {}
    for pk, line in lines.items():
        found[pk] = {}
        for code in search.codes:
            said: Said = {}
            for owner in reversed(line.ids):
                said = joined(said, places[owner, code])
            found[pk][code] = list(said.values())
    return found


def _places(owners: Collection[int], codes: Collection[str], actor: Actor) -> Mapping[tuple[int, str], dict[Any, Any]]:
    seen = set(seen_anywhere(actor))
    rows = ProductValues.objects.filter(product_id__in=owners)
    places: dict[tuple[int, str], dict[Any, Any]] = defaultdict(dict)
    for owner, market, locale, vals, computed in rows.values_list(
        "product_id", "cell__market__code", "cell__locale", "vals", "computed"
    ):
        if market in seen:
            for code in codes:
                if code in vals or code in computed:
                    places[owner, code][market, locale] = vals.get(code, computed.get(code))
    return places
