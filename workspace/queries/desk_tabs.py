"""The tabs of the binding desk, each with what waits there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from associations.queries import unbound_assets
from foundation.core.actors import Actor
from workspace.queries.counts import Capped, capped_count
from workspace.queries.facets import Rows
from workspace.queries.heroes import Place, heroless
from workspace.queries.proposals import open_proposals
from workspace.queries.shown import Tab

LABELS = {
    "proposals": "Proposals",
    "unbound_assets": "Unbound assets",
    "missing_heroes": "Products without a hero",
}


@dataclass(frozen=True)
class QueueCount:
    """How many wait in a queue, for the badge of its tab."""

    name: str
    total: Capped

    @property
    def badge(self) -> str:
        return badge_of(self.name)


def desk_tabs(current: str, *, total: Capped) -> list[Tab]:
    """Proposals, assets that show nothing, products without a hero; `current` is the page whose total is known.

    The others are counted by a request of their own, once the page is there: each looks through all that the house has.
    """
    return [
        Tab(label, reverse(name), name == current, count=total if name == current else "", count_id=badge_of(name))
        for name, label in LABELS.items()
    ]


def desk_counts(*, but: str, place: Place | None, actor: Actor) -> list[QueueCount]:
    """The queues besides the one that is open."""
    found: dict[str, Callable[[], Rows]] = {
        "proposals": lambda: open_proposals(actor),
        "unbound_assets": lambda: unbound_assets(actor),
        "missing_heroes": lambda: heroless(place, actor),
    }
    return [QueueCount(name, capped_count(rows())) for name, rows in found.items() if name != but]


def badge_of(name: str) -> str:
    return f"count-of-{name}"
