"""What bulk changes are made to: what each is called, where it is listed, and how its list draws some of them anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.core.actors import Actor
from workspace.queries.assets import library_filters, tiles_of, trail_of
from workspace.queries.facets import wanted_of
from workspace.queries.inbox import Wish, inbox_part

Asked = Mapping[str, list[str]]
Redraw = Callable[[Sequence[int], Actor, Asked], dict[str, Any]]


@dataclass(frozen=True)
class Noun:
    """`page` and `list` are names of addresses. `redraw` gives `fragment` what it shows of some of them.

    `leaves_list`: a change takes them out of the list, so an undo brings back what is not there to be drawn.
    """

    singular: str
    plural: str
    page: str
    list: str
    fragment: str = ""
    redraw: Redraw | None = None
    leaves_list: bool = False


def _tiles(ids: Sequence[int], actor: Actor, asked: Asked) -> dict[str, Any]:
    trail = trail_of(wanted_of(asked, library_filters()))
    return {"tiles": tiles_of(list(ids), actor=actor, trail=trail)}


def _inbox(ids: Sequence[int], actor: Actor, asked: Asked) -> dict[str, Any]:
    return inbox_part(list(ids), actor=actor, wish=Wish.read({name: values[-1] for name, values in asked.items()}))


NOUNS = {
    "asset": Noun("asset", "assets", "asset", "asset_list", "asset_tiles", _tiles),
    "product": Noun("product", "products", "product", "product_list"),
    "work_item": Noun(
        "work item", "work items", "work_item", "work_items", "work_items_changed", _inbox, leaves_list=True
    ),
}
