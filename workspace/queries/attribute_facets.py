"""The list of products by what is said of them: any attribute of a list of answers may be a facet.

A tree is found where one product of it meets all conditions, so that red and M finds what comes in red and M.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from pim.checks.conditions import LISTS, Condition
from pim.models import Attribute
from pim.queries.facet_counts import MAX_FACETS, SHOWN, Among, AttributeFacet, facets_of
from pim.queries.facets import PREFIX, Search, facet_rows, read_search
from workspace.queries.facets import Filter, Rows, Wanted
from workspace.queries.shown import LOCALE, FacetOption

NAME = PREFIX
MOST_NAMED = 500


@dataclass(frozen=True)
class ChosenFacet:
    label: str
    code: str
    name: str
    options: list[FacetOption]
    others: int
    is_whole: bool


@dataclass(frozen=True)
class AttributeFacets:
    """Those that are shown, and code and label of others that might be."""

    facets: list[ChosenFacet]
    others: list[tuple[str, str]]

    @property
    def codes(self) -> set[str]:
        return {one.code for one in self.facets}


def is_attribute(name: str) -> bool:
    return name.startswith(PREFIX)


def attribute_filter(actor: Actor) -> Filter:
    """For rows that have a root; all attributes at once."""

    def narrow(rows: Rows, values: Sequence[str]) -> Rows:
        found = facet_rows(_search(values, actor), actor=actor)
        return rows.filter(root_id__in=found.values("root_id"))

    return Filter(NAME, "", narrow, count=lambda _: ())


def _search(values: Sequence[str], actor: Actor) -> Search:
    """Of attributes of lists; what a page does not understand it passes over."""
    asked: dict[str, list[str]] = {}
    for code, _, answer in (value.partition(":") for value in values):
        asked.setdefault(code, []).append(answer)
    found = []
    for code, answers in list(asked.items())[:MAX_FACETS]:
        whole = _conditions(code, answers, actor)
        each = [whole] if whole else [_conditions(code, [one], actor) for one in answers[:SHOWN]]
        known = [condition for some in each for condition in some]
        if known:
            found.append(replace(known[0], equal=tuple(value for one in known for value in one.equal)))
    return Search(tuple(found))


def _conditions(code: str, answers: list[str], actor: Actor) -> list[Condition]:
    try:
        found = read_search({f"{PREFIX}{code}": answers}, actor=actor).conditions
    except Invalid:
        return []
    return [one for one in found if one.rule.type in LISTS]


def attribute_facets(
    entries: Callable[[], Rows], wanted: Wanted, *, by: Sequence[str], is_narrowed: bool, actor: Actor
) -> AttributeFacets:
    """`entries` gives those that are narrowed by everything but attributes."""
    search = _search(wanted.of(NAME), actor)
    lists = Attribute.objects.visible_to(actor).filter(type__in=LISTS)
    known = {one.code: one for one in lists[:MOST_NAMED]}
    wished = [*dict.fromkeys([*by, *sorted(search.codes)])][:MAX_FACETS]
    if unnamed := [code for code in wished if code not in known and "\0" not in code]:
        known |= {one.code: one for one in lists.filter(code__in=unnamed)}
    shown = [known[code] for code in wished if code in known]
    others = [(code, one.label(LOCALE)) for code, one in known.items() if one not in shown]
    found = AttributeFacets([], sorted(others, key=lambda one: one[1].casefold()))
    if shown:
        among = Among("root_id", entries().order_by().values("root_id"), is_narrowed)
        found.facets.extend(map(_chosen, facets_of(shown, among, search, actor=actor, locale=LOCALE)))
    return found


def _chosen(facet: AttributeFacet) -> ChosenFacet:
    options = [FacetOption(one.label, one.value, one.products, one.is_asked) for one in facet.answers]
    code = facet.attribute.code
    return ChosenFacet(facet.attribute.label(LOCALE), code, f"{PREFIX}{code}", options, facet.others, facet.is_whole)
