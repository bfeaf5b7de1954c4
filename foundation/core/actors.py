"""Who acts. Accounts builds actors from users and API keys; the rooms below only read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q

from foundation.core.errors import Denied

ALL = "*"
AS = " as "  # no sign-in name has a space
Limits = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Reach:
    """Permissions that hold together within limits.

    `limits` maps a dimension (`market`, `channel`, `queue`) to codes; a dimension that is not named is not limited.
    """

    permissions: frozenset[str]
    limits: Limits = field(default_factory=dict)

    def __str__(self) -> str:
        return " and ".join(f"{name} {', '.join(sorted(codes))}" for name, codes in self.limits.items())

    def carries(self, permission: str) -> bool:
        return permission in self.permissions or ALL in self.permissions

    def admits(self, codes: Mapping[str, str]) -> bool:
        return all(code in self.limits[name] for name, code in codes.items() if name in self.limits)

    def covers(self, other: Reach) -> bool:
        """Whether its limits leave out nothing of the other's."""
        return all(name in other.limits and other.limits[name] <= codes for name, codes in self.limits.items())

    def cut_to(self, limits: Limits) -> Reach | None:
        """The same permissions within these limits too; None where nothing is left."""
        cut = dict(self.limits) | {name: self.limits.get(name, codes) & codes for name, codes in limits.items()}
        return Reach(self.permissions, cut) if all(cut.values()) else None

    def of(self, permissions: Iterable[str]) -> Reach:
        """No more than these permissions."""
        return Reach(frozenset(one for one in permissions if self.carries(one)), self.limits)


EVERYTHING = Reach(frozenset({ALL}))


def acting_for(label: str) -> tuple[str, str]:
    """Who acted by this label, and on whose behalf: `user:ada as user:bo` is `user:ada` and `user:bo`.

    On nobody's behalf but their own, the second is empty.
    """
    who, _, whom = label.partition(AS)
    return who, whom


@dataclass(frozen=True)
class Actor:
    """One acting party, resolved once per request.

    `label` is what history and events keep, for example `user:ada`, `key:webshop`, `system:sequencer`; `user:ada as
    user:bo` is Ada who views as Bo: with Bo's reaches, and writing nothing (`recorded` refuses it).
    Each permission holds where the reaches that carry it hold; several unite. `closings` is how often the account was
    closed: what was minted for it before the last time stays dead.
    """

    label: str
    user_id: int | None = None
    name: str = ""
    reaches: tuple[Reach, ...] = ()
    closings: int = 0
    # one of their roles is for people with a second factor alone
    requires_factor: bool = field(default=False, compare=False)
    # who was narrowed, by `within`
    whole: Actor | None = field(default=None, compare=False, repr=False)

    @property
    def is_key(self) -> bool:
        """A program that acts by an API key."""
        return self.label.startswith("key:")

    @property
    def is_viewing(self) -> bool:
        """Somebody who looks on as somebody else."""
        return bool(acting_for(self.label)[1])

    def viewed_by(self, viewer: Actor) -> Actor:
        """The same eyes, in somebody else's head."""
        return replace(self, label=f"{viewer.label}{AS}{self.label}")

    @property
    def permissions(self) -> frozenset[str]:
        return frozenset().union(*(one.permissions for one in self.reaches))

    def may(self, permission: str) -> bool:
        """Whether the permission holds anywhere."""
        return any(one.carries(permission) for one in self.reaches)

    def within(self, permission: str) -> Actor:
        """The actor where the permission holds: what they see and may afterwards ends there."""
        carriers = [one for one in self.reaches if one.carries(permission)]
        if len(carriers) == len(self.reaches):
            return self
        found: list[Reach] = []
        for reach in self.reaches:
            cuts = (reach.cut_to(carrier.limits) for carrier in carriers)
            found += [one for one in cuts if one and one not in found]
        return replace(self, reaches=tuple(found), whole=self.whole or self)

    def require(self, permission: str) -> Actor:
        """The actor within the permission; raises `Denied` where it holds nowhere. What follows uses the answer."""
        if not self.may(permission):
            raise Denied(f"{self.name or self.label} lacks the permission {permission!r}", permission=permission)
        return self.within(permission)

    def holds_throughout(self, permission: str, *, wherever: str) -> bool:
        """Whether the permission holds in every place where the other one does."""
        carriers = [one for one in self.reaches if one.carries(permission)]
        return bool(carriers) and all(
            any(carrier.covers(one) for carrier in carriers) for one in self.reaches if one.carries(wherever)
        )

    def covers(self, other: Actor) -> bool:
        """Whether it may all that the other may, wherever the other may it."""
        return all(
            any(mine.carries(permission) and mine.covers(reach) for mine in self.reaches)
            for reach in other.reaches
            for permission in reach.permissions
        )

    def limits(self, dimension: str) -> frozenset[str] | None:
        """The codes the actor is limited to in a dimension, or None for no limit."""
        codes: frozenset[str] = frozenset()
        for reach in self.reaches:
            if dimension not in reach.limits:
                return None
            codes |= reach.limits[dimension]
        return codes

    def sees(self, dimension: str, code: str) -> bool:
        return self.admits(**{dimension: code})

    def admits(self, **codes: str) -> bool:
        """Whether one reach admits all of them: `admits(market="FR", channel="shop")`."""
        return any(one.admits(codes) for one in self.reaches)

    def at(self, **codes: str) -> Actor:
        """The actor as far as their reaches admit all of the codes."""
        return replace(self, reaches=tuple(one for one in self.reaches if one.admits(codes)))

    def beyond(self, dimension: str) -> Actor:
        """The actor as far as they are not limited in the dimension."""
        return replace(self, reaches=tuple(one for one in self.reaches if dimension not in one.limits))

    def where(self, **lookups: str) -> Q:
        """Rows that the actor's reaches admit, by dimension: `where(market="scope__market__code__in", …)`."""
        found = Q(pk__in=[])
        for reach in self.reaches:
            cut = {lookup: sorted(reach.limits[name]) for name, lookup in lookups.items() if name in reach.limits}
            if not cut:
                return Q()
            found |= Q(**cut)
        return found

    def cut_to(self, limits: Limits) -> Actor:
        """The actor within these limits too."""
        return replace(self, reaches=tuple(cut for one in self.reaches if (cut := one.cut_to(limits))))

    def elsewhere(self, doing: str, thing: str) -> Denied:
        """The refusal for a thing that one sees and may not change: it says where one may."""
        where = " or ".join(sorted({str(one) for one in self.reaches if one.limits})) or "no place"
        return Denied(f"You may {doing} in {where}; {thing} is not there")

    def to_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "user_id": self.user_id,
            "name": self.name,
            "reaches": [
                {
                    "permissions": sorted(one.permissions),
                    "limits": {name: sorted(codes) for name, codes in one.limits.items()},
                }
                for one in self.reaches
            ],
            "closings": self.closings,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Actor:
        """Also of what jobs kept before permissions had limits of their own."""
        kept = (
            data["reaches"] if "reaches" in data else [{"permissions": data["permissions"], "limits": data["scopes"]}]
        )
        reaches = [
            Reach(frozenset(one["permissions"]), {name: frozenset(codes) for name, codes in one["limits"].items()})
            for one in kept
        ]
        return cls(data["label"], data["user_id"], data["name"], tuple(reaches), data.get("closings", 0))


def system(name: str) -> Actor:
    """The house itself: consumers, timers, rebuilds."""
    return Actor(label=f"system:{name}", name=name, reaches=(EVERYTHING,))


ANONYMOUS = Actor(label="anonymous", name="Anonymous")
