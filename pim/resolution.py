"""Which value holds: inheritance, market override and locale fallback. Pure; its twin in SQL is in queries.values.

For each locale in the scope's chain, then `*`: from the product upwards to its root: the market's value, then the
shared one. At one place a typed value beats a computed one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

from foundation.markets.queries import ChainCell

Kind = Literal["own", "computed"]


@dataclass(frozen=True)
class Owner:
    """A product in a line of inheritance."""

    product_id: int
    sku: str
    level: int


@dataclass(frozen=True)
class Stored:
    """What one product says in one cell."""

    vals: Mapping[str, Any]
    computed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Resolved:
    """A value and where it comes from."""

    value: Any
    level: int
    sku: str
    market: str | None
    locale: str
    is_inherited: bool
    is_fallback: bool
    counts: bool
    kind: Kind
    cell_id: int


@dataclass(frozen=True)
class Step:
    """One place where a value is looked for, and what is there; `value` is None where there is nothing."""

    owner: Owner
    cell: ChainCell
    value: Any = None
    kind: Kind = "own"


def trail(
    code: str, line: Sequence[Owner], chain: Sequence[ChainCell], stored: Mapping[tuple[int, int], Stored]
) -> list[Step]:
    """Every place where one attribute is looked for, in order; the first that holds something wins."""
    steps = []
    for owner, cell in places(line, chain):
        here = stored.get((owner.product_id, cell.cell_id), Stored({}))
        found = [Step(owner, cell, values[code], kind) for kind, values in _kinds(here) if code in values]
        steps += found or [Step(owner, cell)]
    return steps


def resolve(
    line: Sequence[Owner], chain: Sequence[ChainCell], stored: Mapping[tuple[int, int], Stored]
) -> dict[str, Resolved]:
    """The values of `line[0]`, whose ancestors follow nearest first, in the scope that has this chain."""
    found: dict[str, Resolved] = {}
    for owner, cell in places(line, chain):
        here = stored.get((owner.product_id, cell.cell_id))
        if here is None:
            continue
        for kind, values in _kinds(here):
            for code, value in values.items():
                if code not in found:
                    found[code] = _resolved(value, kind, owner, line[0], cell)
    return found


def places(line: Sequence[Owner], chain: Sequence[ChainCell]) -> Iterator[tuple[Owner, ChainCell]]:
    """Where a value is looked for, in order."""
    for _, step in groupby(sorted(chain, key=lambda cell: (cell.step, cell.rank)), key=lambda cell: cell.step):
        cells = list(step)
        for owner in line:
            for cell in cells:
                yield owner, cell


def _kinds(here: Stored) -> tuple[tuple[Kind, Mapping[str, Any]], tuple[Kind, Mapping[str, Any]]]:
    return ("own", here.vals), ("computed", here.computed)


def _resolved(value: Any, kind: Kind, owner: Owner, asked: Owner, cell: ChainCell) -> Resolved:
    return Resolved(
        value=value,
        level=owner.level,
        sku=owner.sku,
        market=cell.market,
        locale=cell.locale,
        is_inherited=owner.product_id != asked.product_id,
        is_fallback=cell.step > 0 and cell.locale != "*",
        counts=cell.counts,
        kind=kind,
        cell_id=cell.cell_id,
    )


Place = tuple[str | None, str]  # market and locale
Said = Mapping[Place, Any]  # of one attribute


def joined(above: Said, own: Said) -> dict[Place, Any]:
    """What a product says of an attribute together with what is above it, as its own: the answer is the same in every
    scope. In a locale where it has a shared value of its own, nothing from above was ever heard.
    """
    deaf = {locale for market, locale in own if market is None}
    return {place: value for place, value in above.items() if place[1] not in deaf} | dict(own)


def left_of(above: Said, own: Said) -> tuple[dict[Place, Any], dict[Place, Any]]:
    """What a product must go on saying so that below `above` it answers as `own` alone did, and what it cannot keep
    out: values from above where it had none.
    """
    kept: dict[Place, Any] = {}
    heard: dict[Place, Any] = {}
    for locale in sorted({place[1] for place in (*above, *own)}):
        theirs, mine = _in_locale(above, locale), _in_locale(own, locale)
        if mine == theirs:
            continue
        kept |= mine
        if (None, locale) not in mine:
            heard |= {place: value for place, value in theirs.items() if place not in mine}
    return kept, heard


def _in_locale(said: Said, locale: str) -> dict[Place, Any]:
    return {place: value for place, value in said.items() if place[1] == locale}
