"""What listens: consumers of events, projections of dirty subjects, and chores that recur."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foundation.events.models import Event

Handler = Callable[["Event"], None]
CONSUMERS: dict[str, Consumer] = {}
PROJECTIONS: dict[str, Projection] = {}
CHORES: dict[str, Chore] = {}


@dataclass(frozen=True)
class Consumer:
    """A reaction to some types of event: at least once, in order per subject."""

    name: str
    types: frozenset[str]
    handle: Handler


@dataclass(frozen=True)
class Projection:
    """Derived data of numbered subjects.

    `refresh` brings the given subjects up to date from truth; `subjects` lists all there are, so that a
    rebuild can visit each; `tables` are the derived tables, by which a rebuild is compared.
    """

    name: str
    refresh: Callable[[list[int]], None]
    subjects: Callable[[], Iterable[int]]
    tables: tuple[str, ...]
    after: tuple[str, ...] = ()
    batch: int = 200


@dataclass(frozen=True)
class Chore:
    """Something the sequencer does every so many seconds, in a transaction of its own."""

    name: str
    seconds: float
    run: Callable[[], None]


def consumer(name: str, *types: object) -> Callable[[Handler], Handler]:
    """Register the function as the consumer `name` of the given event types."""

    def register(handle: Handler) -> Handler:
        CONSUMERS[name] = Consumer(name, frozenset(map(str, types)), handle)
        return handle

    return register


def register_projection(projection: Projection) -> None:
    PROJECTIONS[projection.name] = projection


def chore(name: str, seconds: float) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register the function as a recurring chore of the sequencer."""

    def register(run: Callable[[], None]) -> Callable[[], None]:
        CHORES[name] = Chore(name, seconds, run)
        return run

    return register


def ordered_projections() -> list[Projection]:
    """Each projection after those it reads from."""
    done: dict[str, Projection] = {}

    def visit(projection: Projection) -> None:
        for name in projection.after:
            visit(PROJECTIONS[name])
        done.setdefault(projection.name, projection)

    for projection in PROJECTIONS.values():
        visit(projection)
    return list(done.values())
