"""Who acts. Accounts builds actors from users and API keys; the rooms below only read them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q

from foundation.core.errors import Denied

ALL = "*"
AS = " as "  # no sign-in name has a space
# Codes of this dimension lie within each other, and what is in one is in all above it. Which do, is known where the
# tree is. A limit may join several by AND: what it admits lies in each of them.
CATEGORY, AND = "category", "&"
Limits = Mapping[str, frozenset[str]]
Place = str | Collection[str]
# A field to compare with the codes, or what makes a condition of them.
Lookup = str | Callable[[frozenset[str]], Q]


@dataclass(frozen=True)
class Reach:
    """Permissions that hold together within limits.

    `limits` maps a dimension (`market`, `channel`, `queue`, `category`) to codes; a dimension that is not named is not
    limited. A category stands for its whole branch.
    """

    permissions: frozenset[str]
    limits: Limits = field(default_factory=dict)

    def __str__(self) -> str:
        return " and ".join(f"{name} {', '.join(sorted(codes))}" for name, codes in self.limits.items())

    def carries(self, permission: str) -> bool:
        return permission in self.permissions or ALL in self.permissions

    def admits(self, places: Mapping[str, Place]) -> bool:
        """Whether it leaves these in; of a category its line, the codes of those above it and its own."""
        return all(_is_in(place, self.limits[name]) for name, place in places.items() if name in self.limits)

    def covers(self, other: Reach) -> bool:
        """Whether its limits leave out nothing of the other's, as far as one can tell without knowing the tree."""
        return all(
            name in other.limits and all(_is_in(one.split(AND), codes) for one in other.limits[name])
            if name == CATEGORY
            else name in other.limits and other.limits[name] <= codes
            for name, codes in self.limits.items()
        )

    def cut_to(self, limits: Limits) -> Reach | None:
        """The same permissions within these limits too; None where nothing is left."""
        cut = dict(self.limits) | {name: _both(name, self.limits.get(name), codes) for name, codes in limits.items()}
        return Reach(self.permissions, cut) if all(cut.values()) else None

    def left_of(self, dimensions: Collection[str]) -> Limits:
        """Its limits in these dimensions."""
        return {name: codes for name, codes in self.limits.items() if name in dimensions}

    def of(self, permissions: Iterable[str]) -> Reach:
        """No more than these permissions."""
        return Reach(frozenset(one for one in permissions if self.carries(one)), self.limits)


def _is_in(place: Place, codes: frozenset[str]) -> bool:
    if isinstance(place, str):
        return place in codes
    return any(set(one.split(AND)) <= set(place) for one in codes)


def _both(name: str, some: frozenset[str] | None, others: frozenset[str]) -> frozenset[str]:
    """What lies in one of some and in one of the others. Of categories the tree decides; here they are only joined."""
    if some is None or some == others:
        return others
    if name != CATEGORY:
        return some & others
    joined = {frozenset((*one.split(AND), *other.split(AND))) for one in some for other in others}
    return frozenset(AND.join(sorted(one)) for one in joined if not any(wider < one for wider in joined))


EVERYTHING = Reach(frozenset({ALL}))


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
        return AS in self.label

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

    def is_limited(self, *dimensions: str) -> bool:
        """Whether each reach ends in one of these dimensions."""
        return all(one.left_of(dimensions) for one in self.reaches)

    def is_anywhere_limited(self, dimension: str) -> bool:
        """Whether some reach ends in the dimension, so that one has to ask where a thing is."""
        return any(dimension in one.limits for one in self.reaches)

    def cuts(self, *dimensions: str) -> list[Limits]:
        """What each reach leaves of these dimensions, once: a row is within reach if one of them admits it.

        Just `[{}]` where one of them leaves all, none where there is no reach.
        """
        left = [one.left_of(dimensions) for one in self.reaches]
        if not all(left):
            return [{}]
        found: list[Limits] = []
        for one in left:
            for place, known in enumerate(found):
                if len(one) == 1 and known.keys() == one.keys():  # either of one dimension's codes will do
                    found[place] = {name: known[name] | codes for name, codes in one.items()}
                    break
            else:
                found += [one] if one not in found else []
        return found

    def sees(self, dimension: str, code: Place) -> bool:
        return self.admits(**{dimension: code})

    def admits(self, **places: Place) -> bool:
        """Whether one reach admits all of them: `admits(market="FR", channel="shop")`."""
        return any(one.admits(places) for one in self.reaches)

    def at(self, **places: Place) -> Actor:
        """The actor as far as their reaches admit all of the places."""
        return replace(self, reaches=tuple(one for one in self.reaches if one.admits(places)))

    def beyond(self, *dimensions: str) -> Actor:
        """The actor as far as they are not limited in these dimensions."""
        return replace(self, reaches=tuple(one for one in self.reaches if not one.left_of(dimensions)))

    def where(self, **lookups: Lookup) -> Q:
        """Rows that the actor's reaches admit, by dimension: `where(market="scope__market__code__in", …)`."""
        found = Q(pk__in=[])
        for cut in self.cuts(*lookups):
            condition = Q()
            for name, codes in cut.items():
                lookup = lookups[name]
                condition &= Q(**{lookup: sorted(codes)}) if isinstance(lookup, str) else lookup(codes)
            if not cut:
                return Q()
            found |= condition
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


@dataclass(frozen=True)
class Parties:
    """Who acted, and on whose behalf (empty: their own), as a label says it."""

    actor: str
    behalf: str = ""


def parties(label: str) -> Parties:
    """`user:ada as user:bo` is Ada on Bo's behalf; `key:ada/1f2e` is a key on its owner's."""
    actor, _, behalf = label.partition(AS)
    if not behalf and actor.startswith("key:") and "/" in actor:
        behalf = f"user:{actor.removeprefix('key:').rpartition('/')[0]}"
    return Parties(actor, behalf)


def system(name: str) -> Actor:
    """The house itself: consumers, timers, rebuilds."""
    return Actor(label=f"system:{name}", name=name, reaches=(EVERYTHING,))


ANONYMOUS = Actor(label="anonymous", name="Anonymous")
