"""From users and keys to actors."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from foundation.accounts.choices import Dimension, Role
from foundation.accounts.errors import BadKey
from foundation.accounts.lookups import Held, held_by, key_of
from foundation.accounts.models import ApiKey, Grant, Membership, RoleDefinition, User, Viewing
from foundation.core.actors import ANONYMOUS, EVERYTHING, Actor, Reach
from foundation.core.errors import Missing
from foundation.core.permissions import shared_permissions

SCHEME = "tk_"
WITH_GRANTS = ("grants", "memberships__group__grants")


def actor_of(user: User, *, key: ApiKey | None = None) -> Actor:
    """The actor that a user, or a key acting for them, is now."""
    if not user.is_active:
        return ANONYMOUS
    if user.is_superuser:
        reaches: tuple[Reach, ...] = (EVERYTHING,)
        requires = RoleDefinition.objects.filter(code=Role.ADMINISTRATOR, requires_factor=True).exists()
    else:
        grants = grants_of(user) if _is_prefetched(user) else held_by(user.pk)
        reaches = _reaches_by_source(grants)
        requires = any(getattr(one, "requires_factor", False) for one in grants)
    actor = Actor(f"user:{user.username}", user.pk, str(user), reaches, user.closings, requires_factor=requires)
    return _narrowed(actor, user, key) if key else actor


def _reaches_by_source(grants: Iterable[Grant | Held]) -> tuple[Reach, ...]:
    """Their own grants and those of each group for themselves: what one gives, another cannot narrow."""
    sources: dict[int, list[Grant | Held]] = {}
    for grant in grants:
        sources.setdefault(grant.group_id or 0, []).append(grant)
    found = [reach for _, some in sorted(sources.items()) for reach in reaches_of(some)]
    return tuple(reach for place, reach in enumerate(found) if reach not in found[:place])


def reaches_of(grants: Iterable[Grant | Held]) -> tuple[Reach, ...]:
    """One reach for each role. Its grants combine: several codes of a dimension are either, several dimensions are
    all of them; a grant that holds everywhere makes the others void.
    """
    limits: dict[str, dict[str, set[str]]] = {}
    permissions: dict[str, frozenset[str]] = {}
    everywhere = set()
    for grant in grants:
        codes = limits.setdefault(grant.role, {})
        permissions[grant.role] = frozenset(getattr(grant, "permissions", None) or ())
        if grant.dimension == Dimension.EVERYWHERE:
            everywhere.add(grant.role)
        else:
            codes.setdefault(grant.dimension, set()).add(grant.code)
    return tuple(_reach(permissions[role], {} if role in everywhere else cut) for role, cut in sorted(limits.items()))


def _reach(permissions: frozenset[str], codes: dict[str, set[str]]) -> Reach:
    whole = Reach(permissions)
    if not codes:
        return whole
    shared = whole.of(shared_permissions()).permissions
    return Reach(shared, {name: frozenset(one) for name, one in codes.items()})


def grants_of(user: User) -> list[Grant]:
    """Somebody's own grants and those of their groups: one question, or none with `WITH_GRANTS` prefetched."""
    if not _is_prefetched(user):
        return list(Grant.objects.held_by(user.pk).select_related("group"))
    groups = {member.group_id: member.group for member in user.memberships.all()}
    return [*user.grants.all(), *(grant for group in groups.values() for grant in group.grants.all())]


def _is_prefetched(user: User) -> bool:
    return {"grants", "memberships"} <= getattr(user, "_prefetched_objects_cache", {}).keys()


def administrators() -> QuerySet[User]:
    """People who may do everything everywhere: superusers, and administrators by themselves or by a group."""
    given = Grant.objects.filter(role=Role.ADMINISTRATOR, dimension=Dimension.EVERYWHERE)
    by_group = Membership.objects.filter(group__in=given.exclude(group=None).values("group"))
    held = Q(is_superuser=True) | Q(pk__in=given.exclude(user=None).values("user")) | Q(pk__in=by_group.values("user"))
    return User.objects.filter(held, is_active=True, is_service=False)


def _narrowed(actor: Actor, user: User, key: ApiKey) -> Actor:
    """What the key may, of what its owner may now."""
    named = {
        Dimension.MARKET.value: key.markets,
        Dimension.CHANNEL.value: key.channels,
        Dimension.CATEGORY.value: key.categories,
    }
    cut = actor.cut_to({name: frozenset(codes) for name, codes in named.items() if codes})
    reaches = tuple(one.of(key.permissions) for one in cut.reaches) if key.permissions else cut.reaches
    return Actor(f"key:{user.username}/{key.prefix}", user.pk, str(user), reaches, user.closings)


def owner_named(username: str, *, actor: Actor) -> User:
    """Somebody by name: oneself, also for an empty one, or for who manages accounts anybody; raises `Missing`."""
    known = User.objects.all() if actor.may("accounts.manage") else User.objects.filter(pk=actor.user_id or -1)
    known = known.filter(username=username) if username else known.filter(pk=actor.user_id or -1)
    user = known.first()
    if user is None:
        raise Missing("Nobody signs in by this name", path="user")
    return user


def factors_of(user: User) -> QuerySet[Authenticator]:
    """Their second factors, apps and passkeys; recovery codes only stand in for one."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=user)
    return found.exclude(type=Authenticator.Type.RECOVERY_CODES)


def why_not_viewed(whom: User, *, actor: Actor) -> str:
    """Why the actor may not view as somebody; empty where they may.

    Nobody reads by it what they may not read as themselves, and nobody looks over the shoulder of who guards the house.
    """
    if whom.pk == actor.user_id:
        return "You see the pages as yourself already"
    if not whom.is_active:
        return f"The account of {whom} is closed"
    if whom.is_service:
        return f"{whom} is a program, and sees no pages"
    theirs = actor_of(whom)
    if theirs.may("accounts.manage"):
        return f"{whom} looks after accounts; nobody views as them"
    if not actor.covers(theirs):
        return f"{whom} may see what you may not"
    return ""


def find_viewing(uid: str, *, viewer: User) -> Viewing | None:
    """The viewing of this person by its uid, gone on or ended."""
    rows = Viewing.objects.select_related("viewer", "whom")
    return rows.filter(uid=uid, viewer=viewer).first()


def why_over(viewing: Viewing, *, actor: Actor, at: datetime) -> str:
    """What ends it now, as one of `Viewing.End`; empty while it holds. The actor is the viewer."""
    if viewing.ended_at is not None:
        return viewing.end
    if viewing.ends_at <= at:
        return Viewing.End.OVER
    if not viewing.whom.is_active:
        return Viewing.End.CLOSED
    if not actor.may("accounts.manage") or why_not_viewed(viewing.whom, actor=actor):
        return Viewing.End.NOT_ALLOWED
    return ""


def digest_key(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def find_key(secret: str, *, at: datetime) -> ApiKey:
    """The key of `tk_<prefix>_<secret>`; raises `BadKey` without saying which of the reasons it is."""
    parts = secret.split("_", 2)
    key = None
    if len(parts) == 3 and secret.startswith(SCHEME):
        key = key_of(parts[1])
    known = key.digest if key else "0" * 64
    matches = hmac.compare_digest(known, digest_key(secret))
    if key is None or not matches or not key.is_in_force(at) or not key.user.is_active:
        raise BadKey("Send a valid key as `Authorization: Bearer tk_…`")
    return key
