"""What can be asked for, and what it would touch, as the rooms say in their `ready()`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from foundation.core.actors import Actor
from foundation.core.errors import Invalid

Parameters = Mapping[str, Any]
Image = dict[str, str]  # what a change touches, in words
KINDS: dict[str, Kind] = {}
# What else lies in branches of categories: a plural word, and from their keys to how many.
TOUCHED: dict[str, Callable[[list[str]], int]] = {}


class Kind(ABC):
    """One way to change something, which one asks for and another decides."""

    name: ClassVar[str]
    label: ClassVar[str]
    deciding: ClassVar[str]  # the permission of who decides

    @abstractmethod
    def check(self, given: Parameters) -> dict[str, Any]:
        """The parameters as they are kept; raises for what names nothing."""

    @abstractmethod
    def concerns(self, parameters: Parameters) -> str:
        """What it is about, by its key."""

    @abstractmethod
    def hold(self, parameters: Parameters) -> None:
        """Lock what it stands on until the transaction ends."""

    @abstractmethod
    def ground(self, parameters: Parameters) -> Any:
        """All that the change stands on, in JSON: what differs later was changed meanwhile."""

    @abstractmethod
    def image(self, parameters: Parameters) -> Image:
        """What it touches, as it is now."""

    @abstractmethod
    def branches(self, parameters: Parameters) -> list[str]:
        """Keys of the categories whose branches it touches."""

    @abstractmethod
    def carry_out(self, parameters: Parameters, *, actor: Actor, request: UUID, reason: str = "") -> None:
        """Change it, by the service that changes it by hand."""


def register_kind(kind: Kind) -> None:
    """Let a change be asked for."""
    KINDS[kind.name] = kind


def register_touched(noun: str, count: Callable[[list[str]], int]) -> None:
    """Count what else a change of a branch touches."""
    TOUCHED[noun] = count


def kind_named(name: str) -> Kind:
    """The kind of that name; raises `Invalid`."""
    if name not in KINDS:
        raise Invalid(f"One can ask for: {', '.join(sorted(KINDS))}", path="kind")
    return KINDS[name]
