"""Rules over several values: which do not hold for a product, at a write and in the whole catalogue. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product as pairs
from typing import Any

from foundation.markets.queries import ChainCell
from pim.checks.attributes import AttributeRule
from pim.checks.rules import ProductRule, value_for_rule
from pim.choices import ANY_LOCALE
from pim.resolution import Owner, Stored, resolve

Place = tuple[str, str]  # a market's code, empty for all, and a locale
Rows = Mapping[Place, Mapping[str, Any]]  # what one product says itself


@dataclass(frozen=True)
class Broken:
    """A rule that does not hold in a place."""

    rule: ProductRule
    market: str
    locale: str


def broken_rules(
    rules: Iterable[ProductRule],
    line: Sequence[Rows],
    attributes: Mapping[str, AttributeRule],
    touched: Iterable[Place] | None = None,
) -> Iterator[Broken]:
    """The rules that do not hold for `line[0]`, whose ancestors follow nearest first.

    Each is judged wherever something that it reads differs: in all markets and languages, and in those with values of
    their own. With `touched` only where a change of these places can be felt.
    """
    felt = None if touched is None else set(touched)
    for rule in rules:
        places = {place for rows in line for place, said in rows.items() if rule.inputs & said.keys()}
        markets, locales = {"", *(market for market, _ in places)}, {ANY_LOCALE, *(locale for _, locale in places)}
        for market, locale in sorted(pairs(markets, locales)):
            if felt is not None and not any(_feels(market, locale, place) for place in felt):
                continue
            if _is_broken(rule, line, attributes, market, locale):
                yield Broken(rule, market, locale)


def _feels(market: str, locale: str, place: Place) -> bool:
    return place[0] in ("", market) and place[1] in (ANY_LOCALE, locale)


def _is_broken(
    rule: ProductRule, line: Sequence[Rows], attributes: Mapping[str, AttributeRule], market: str, locale: str
) -> bool:
    """Told once, of the widest place in which it is so: one that reads nothing of this market says nothing of it."""
    chain = _chain(market, locale)
    stored = {
        (at, cell.cell_id): Stored({code: said[code] for code in rule.inputs & said.keys()})
        for at, rows in enumerate(line)
        for cell in chain
        if (said := rows.get((cell.market or "", cell.locale)))
    }
    owners = [Owner(at, "", len(line) - at) for at in range(len(line))]
    found = resolve(owners, chain, stored)
    if market and not any(one.market == market for one in found.values()):
        return False
    if locale != ANY_LOCALE and not any(one.locale == locale for one in found.values()):
        return False
    return not rule.holds({code: value_for_rule(attributes[code], one.value) for code, one in found.items()})


def _chain(market: str, locale: str) -> list[ChainCell]:
    """The market's own before the shared one, the language before none."""
    cells: list[ChainCell] = []
    for step, language in enumerate(dict.fromkeys((locale, ANY_LOCALE))):
        for rank, code in enumerate(dict.fromkeys((market, ""))):
            cells.append(ChainCell(len(cells), step, rank, code or None, language, True))
    return cells


def rules_of(rules: Iterable[ProductRule], family_id: int | None) -> list[ProductRule]:
    """Those that hold for a family."""
    return [rule for rule in rules if rule.family_id in (None, family_id)]


def rows_by_product(told: Iterable[tuple[int, str | None, str, dict[str, Any]]]) -> dict[int, dict[Place, Any]]:
    """From (product, market, locale, values)."""
    found: dict[int, dict[Place, Any]] = defaultdict(dict)
    for owner, market, locale, said in told:
        found[owner][market or "", locale] = said
    return found
