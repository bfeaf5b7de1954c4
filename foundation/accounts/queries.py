"""From users and keys to actors."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from django.db.models import Q, QuerySet

from foundation.accounts.choices import PERMISSIONS, Dimension, Role
from foundation.accounts.errors import BadKey
from foundation.accounts.models import ApiKey, Grant, Membership, User
from foundation.core.actors import ANONYMOUS, Actor
from foundation.core.errors import Missing

SCHEME = "tk_"
WITH_GRANTS = ("grants", "memberships__group__grants")


def actor_of(user: User, *, key: ApiKey | None = None) -> Actor:
    """The actor that a user, or a key acting for them, is now.

    Permissions are those of all grants together, their own and their groups'. A dimension limits the actor only
    when no grant of the actor goes without it: a steward everywhere who is also a merchant in FR is not limited to FR.
    """
    if not user.is_active:
        return ANONYMOUS
    grants = grants_of(user)
    permissions = frozenset().union(*(PERMISSIONS[Role(grant.role)] for grant in grants))
    if user.is_superuser:
        permissions = frozenset({"*"})
    scopes: dict[str, frozenset[str]] = {}
    if not user.is_superuser and all(grant.dimension != Dimension.EVERYWHERE for grant in grants):
        for dimension in {grant.dimension for grant in grants}:
            scopes[dimension] = frozenset(grant.code for grant in grants if grant.dimension == dimension)
    actor = Actor(f"user:{user.username}", user.pk, str(user), permissions, scopes)
    return _narrowed(actor, user, key) if key else actor


def grants_of(user: User) -> list[Grant]:
    """Somebody's own grants and those of their groups: one question, or none with `WITH_GRANTS` prefetched."""
    known = getattr(user, "_prefetched_objects_cache", {})
    if not {"grants", "memberships"} <= known.keys():
        return list(Grant.objects.held_by(user.pk).select_related("group"))
    groups = {member.group_id: member.group for member in user.memberships.all()}
    return [*user.grants.all(), *(grant for group in groups.values() for grant in group.grants.all())]


def administrators() -> QuerySet[User]:
    """People who may do everything everywhere: superusers, and administrators by themselves or by a group."""
    given = Grant.objects.filter(role=Role.ADMINISTRATOR, dimension=Dimension.EVERYWHERE)
    by_group = Membership.objects.filter(group__in=given.exclude(group=None).values("group"))
    held = Q(is_superuser=True) | Q(pk__in=given.exclude(user=None).values("user")) | Q(pk__in=by_group.values("user"))
    return User.objects.filter(held, is_active=True, is_service=False)


def _narrowed(actor: Actor, user: User, key: ApiKey) -> Actor:
    """What the key may, of what its owner may now."""
    permissions, scopes = actor.permissions, dict(actor.scopes)
    if key.permissions:
        permissions = frozenset(one for one in key.permissions if actor.may(one))
    for dimension, codes in ((Dimension.MARKET, key.markets), (Dimension.CHANNEL, key.channels)):
        if codes:
            scopes[dimension] = frozenset(code for code in codes if actor.sees(dimension, code))
    return Actor(f"key:{user.username}/{key.prefix}", user.pk, str(user), permissions, scopes)


def owner_named(username: str, *, actor: Actor) -> User:
    """Whom a key is to act for: oneself, or for who manages accounts anybody; raises `Missing`."""
    known = User.objects.all() if actor.may("accounts.manage") else User.objects.filter(pk=actor.user_id or -1)
    known = known.filter(username=username) if username else known.filter(pk=actor.user_id or -1)
    user = known.first()
    if user is None:
        raise Missing("Nobody signs in by this name", path="user")
    return user


def digest_key(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def find_key(secret: str, *, at: datetime) -> ApiKey:
    """The key of `tk_<prefix>_<secret>`; raises `BadKey` without saying which of the reasons it is."""
    parts = secret.split("_", 2)
    key = None
    if len(parts) == 3 and secret.startswith(SCHEME):
        key = ApiKey.objects.select_related("user", "use").filter(prefix=parts[1]).first()
    known = key.digest if key else "0" * 64
    matches = hmac.compare_digest(known, digest_key(secret))
    if key is None or not matches or not key.is_in_force(at) or not key.user.is_active:
        raise BadKey("Send a valid key as `Authorization: Bearer tk_…`")
    return key
