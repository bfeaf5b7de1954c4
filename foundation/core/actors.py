"""Who acts. Accounts builds actors from users and API keys; the rooms below only read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from foundation.core.errors import Denied

EVERYTHING: frozenset[str] = frozenset({"*"})


@dataclass(frozen=True)
class Actor:
    """One acting party, resolved once per request.

    `label` is what history and events keep, for example `user:ada`, `key:webshop`, `system:sequencer`.
    `scopes` maps a dimension (`market`, `channel`, `queue`) to the codes the actor is limited to; a
    dimension that is not named is not limited. `closings` is how often the account was closed: what was minted for it
    before the last time stays dead.
    """

    label: str
    user_id: int | None = None
    name: str = ""
    permissions: frozenset[str] = frozenset()
    scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    closings: int = 0

    @property
    def is_key(self) -> bool:
        """A program that acts by an API key."""
        return self.label.startswith("key:")

    def may(self, permission: str) -> bool:
        return permission in self.permissions or "*" in self.permissions

    def require(self, permission: str) -> None:
        """Raise `Denied` unless the actor has the permission."""
        if not self.may(permission):
            raise Denied(f"{self.name or self.label} lacks the permission {permission!r}", permission=permission)

    def limits(self, dimension: str) -> frozenset[str] | None:
        """The codes the actor is limited to in a dimension, or None for no limit."""
        return self.scopes.get(dimension)

    def sees(self, dimension: str, code: str) -> bool:
        limits = self.limits(dimension)
        return limits is None or code in limits

    def to_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "user_id": self.user_id,
            "name": self.name,
            "permissions": sorted(self.permissions),
            "scopes": {dimension: sorted(codes) for dimension, codes in self.scopes.items()},
            "closings": self.closings,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Actor:
        scopes = {dimension: frozenset(codes) for dimension, codes in data["scopes"].items()}
        permissions, closings = frozenset(data["permissions"]), data.get("closings", 0)
        return cls(data["label"], data["user_id"], data["name"], permissions, scopes, closings)


def system(name: str) -> Actor:
    """The house itself: consumers, timers, rebuilds."""
    return Actor(label=f"system:{name}", name=name, permissions=EVERYTHING)


ANONYMOUS = Actor(label="anonymous", name="Anonymous")
