"""Why listings are held or rejected, as kinds that one mends one after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import Count, Q

from syndication.choices import ListingState
from syndication.models import Rejection
from workspace.queries.facets import Rows
from workspace.queries.problems import kind_label
from workspace.queries.words import phrase

# The facet looks at no more held listings than these, and tells of no more kinds.
LOOKED_AT, SHOWN = 2_000, 20


def narrow_reason(rows: Rows, values: Sequence[str]) -> Rows:
    """Held for one of these: `code:origin`, as `missing:description` or `hero-refused:media:hero`."""
    wanted = Q(pk__in=[])
    for value in values:
        code, _, origin = value.partition(":")
        wanted |= Q(problems__contains=[{"code": code, "origin": origin, "blocks": True}])
    return rows.filter(wanted, state=ListingState.HELD)


def by_reason(rows: Rows) -> Iterable[tuple[str, str, int]]:
    """The most frequent first."""
    held = rows.filter(state=ListingState.HELD).order_by().values_list("problems", flat=True)[:LOOKED_AT]
    counts: Counter[tuple[str, str]] = Counter()
    for problems in held:
        counts.update({(one["code"], one["origin"]) for one in problems if one["blocks"]})
    return [
        (f"{code}:{origin}", kind_label(code, origin), count) for (code, origin), count in counts.most_common(SHOWN)
    ]


def narrow_rejected(rows: Rows, values: Sequence[str]) -> Rows:
    """Refused by a channel with one of these codes."""
    open_ones = Rejection.objects.unresolved().filter(code__in=values)
    return rows.filter(pk__in=open_ones.values("listing_id"))


def by_rejection(rows: Rows) -> Iterable[tuple[str, str, int]]:
    open_ones = Rejection.objects.unresolved().filter(listing__in=rows.order_by().values("pk"))
    kinds = open_ones.order_by("code").values_list("code").annotate(Count("listing_id", distinct=True))
    return [(code, phrase(code.lower()), count) for code, count in kinds]
