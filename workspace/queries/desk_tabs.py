"""The tabs of the binding desk, each with what waits there."""

from __future__ import annotations

from django.urls import reverse

from associations.queries import unbound_assets
from foundation.core.actors import Actor
from workspace.queries.counts import Capped, capped_count
from workspace.queries.heroes import Place, heroless
from workspace.queries.proposals import open_proposals
from workspace.queries.shown import Tab


def desk_tabs(current: str, *, total: Capped, place: Place | None, actor: Actor) -> list[Tab]:
    """Proposals, assets that show nothing, products without a hero; `current` is the page whose total is known."""
    queues = [
        ("proposals", "Proposals", open_proposals(actor)),
        ("unbound_assets", "Unbound assets", unbound_assets(actor)),
        ("missing_heroes", "Products without a hero", heroless(place, actor)),
    ]
    return [
        Tab(
            label,
            reverse(name),
            name == current,
            count=total if name == current else capped_count(rows),
            count_id=f"count-of-{name}",
        )
        for name, label, rows in queues
    ]
