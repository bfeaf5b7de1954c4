from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from foundation.accounts.choices import Dimension, Source
from foundation.core.actors import ALL, Actor
from foundation.core.ids import uuid7


class User(AbstractUser):
    """A person, or a service account that only API keys act for."""

    last_login = None  # Django would change this truth row at each sign-in; sessions know when
    uid = models.UUIDField(default=uuid7, unique=True)
    is_service = models.BooleanField(default=False)
    closings = models.IntegerField(default=0, help_text="How often the account was closed")

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class RoleQuerySet(models.QuerySet["RoleDefinition"]):
    def visible_to(self, actor: Actor) -> RoleQuerySet:
        """What a role may is nobody's secret; who has it is asked of grants."""
        return self

    def carrying(self, permission: str) -> RoleQuerySet:
        return self.filter(permissions__overlap=[permission, ALL])


class RoleDefinition(models.Model):
    """What a role may. The roles that a house begins with stay; administrators may everything."""

    uid = models.UUIDField(default=uuid7, unique=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    sentence = models.TextField(blank=True, help_text="What the role is for")
    permissions = ArrayField(models.TextField(), default=list, blank=True)
    requires_factor = models.BooleanField(default=False, help_text="Whoever has it signs in with a second factor")
    is_first = models.BooleanField(default=False, help_text="One that the house began with")

    objects = RoleQuerySet.as_manager()

    class Meta:
        ordering = ["-is_first", "pk"]

    def __str__(self) -> str:
        return self.name


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, actor: Actor) -> GroupQuerySet:
        return self if actor.may("accounts.manage") else self.none()


class Group(models.Model):
    """People who are given roles together. `source` says who keeps it: people by hand, or a directory by SCIM."""

    uid = models.UUIDField(default=uuid7, unique=True)
    name = models.TextField()
    external_id = models.TextField(blank=True)
    source = models.TextField(default=Source.HAND)

    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="group_named_once")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """Somebody is in a group, by the word of one source: `hand`, `scim`, or the code of a sign-in provider.

    Each source has a row of its own, so that none takes away what another said.
    """

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    source = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group", "source"], name="member_once_by_source")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id} by {self.source}"


class GrantQuerySet(models.QuerySet["Grant"]):
    def held_by(self, user_id: int | None) -> GrantQuerySet:
        """Somebody's own, and those of their groups."""
        groups = Membership.objects.filter(user_id=user_id or -1).values("group")
        return self.filter(models.Q(user_id=user_id or -1) | models.Q(group__in=groups))


class GrantManager(models.Manager["Grant"]):
    """Grants with what their role says, read along."""

    def get_queryset(self) -> GrantQuerySet:
        role = RoleDefinition.objects.filter(code=models.OuterRef("role")).order_by()
        return GrantQuerySet(self.model, using=self._db).annotate(
            permissions=models.Subquery(role.values("permissions")),
            requires_factor=models.Subquery(role.values("requires_factor")),
        )

    def held_by(self, user_id: int | None) -> GrantQuerySet:
        return self.get_queryset().held_by(user_id)


class Grant(models.Model):
    """A role given to a user or to a group, everywhere or within one code of a dimension (`market`: `FR`)."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="grants")
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="grants")
    role = models.TextField(help_text="Code of a role")
    dimension = models.TextField(
        choices=[(dimension.value, dimension.name.lower()) for dimension in Dimension], default=Dimension.EVERYWHERE
    )
    code = models.TextField(blank=True)

    objects = GrantManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "dimension", "code"], name="granted_once"),
            models.UniqueConstraint(fields=["group", "role", "dimension", "code"], name="granted_to_group_once"),
            models.CheckConstraint(
                condition=models.Q(user=None, group__isnull=False) | models.Q(user__isnull=False, group=None),
                name="granted_to_user_or_group",
            ),
            models.CheckConstraint(
                condition=models.Q(dimension="*", code="") | (~models.Q(dimension="*") & ~models.Q(code="")),
                name="grant_code_goes_with_dimension",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.group}: {self.role}" + (f" for {self.dimension} {self.code}" if self.code else "")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, actor: Actor) -> ApiKeyQuerySet:
        return self if actor.may("accounts.manage") else self.filter(user_id=actor.user_id or -1)


class ApiKey(models.Model):
    """A secret for programs. Only its digest is kept; the prefix finds it and may be shown.

    Of what its owner may it may what `permissions`, `markets`, `channels` and `categories` (`tree/code`) name; an empty
    list means all of it.
    `per_minute` and `per_day` are requests, null the house's own limit.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.TextField()
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    permissions = ArrayField(models.TextField(), default=list, blank=True)
    markets = ArrayField(models.TextField(), default=list, blank=True)
    channels = ArrayField(models.TextField(), default=list, blank=True)
    categories = ArrayField(models.TextField(), default=list, blank=True)
    per_minute = models.IntegerField(null=True, blank=True)
    per_day = models.IntegerField(null=True, blank=True)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="successors")

    objects = ApiKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_in_force(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class ProviderQuerySet(models.QuerySet["Provider"]):
    def visible_to(self, actor: Actor) -> ProviderQuerySet:
        return self if actor.may("accounts.manage") else self.none()


class Provider(models.Model):
    """An identity provider that people come from. `code` and `issuer` stay for ever: people are linked by them.

    `metadata` is what its own document said: endpoints and certificates of SAML, scopes of OpenID Connect.
    """

    class Kind(models.TextChoices):
        OPENID = "openid_connect", "OpenID Connect"
        SAML = "saml", "SAML 2.0"

    uid = models.UUIDField(default=uuid7, unique=True)
    code = models.TextField(unique=True)
    kind = models.TextField(choices=Kind.choices)
    name = models.TextField()
    issuer = models.TextField(unique=True)
    client_id = models.TextField(blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    subject_claim = models.TextField(blank=True)
    groups_claim = models.TextField(blank=True)
    may_create = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = ProviderQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class ProviderSecret(models.Model):
    """By what the house is known to a provider, sealed; apart from the provider, so that no history has it."""

    provider = models.OneToOneField(Provider, on_delete=models.CASCADE, related_name="secret")
    sealed = models.TextField()

    def __str__(self) -> str:
        return f"secret of {self.provider_id}"


class ViewingQuerySet(models.QuerySet["Viewing"]):
    def visible_to(self, actor: Actor) -> ViewingQuerySet:
        return self if actor.may("accounts.manage") else self.filter(viewer_id=actor.user_id or -1)

    def going_on(self) -> ViewingQuerySet:
        return self.filter(ended_at=None)


class Viewing(models.Model):
    """Once that somebody saw the pages as somebody else does: who, whom, why, and until when at the latest."""

    class End(models.TextChoices):
        STOPPED = "stopped", "stopped by hand"
        OVER = "over", "the time was over"
        SIGNED_OUT = "signed out", "signed out"
        CLOSED = "closed", "an account was closed"
        NOT_ALLOWED = "not allowed", "not allowed any more"

    uid = models.UUIDField(default=uuid7, unique=True)
    viewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="viewings")
    whom = models.ForeignKey(User, on_delete=models.PROTECT, related_name="viewed")
    reason = models.TextField()
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.TextField(choices=End.choices, blank=True)

    objects = ViewingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["ends_at"], condition=models.Q(ended_at=None), name="viewing_going_on"),
        ]

    def __str__(self) -> str:
        return f"{self.viewer} as {self.whom}"


class ApiKeyUse(models.Model):
    """When a key was last used, to the minute: traffic, kept apart from the key's own truth and history."""

    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, related_name="use")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key_id} at {self.at:%Y-%m-%d %H:%M}"


class KeptAnswer(models.Model):
    """What a write with an `Idempotency-Key` was answered, committed together with what it did. Kept for a day.

    `fingerprint` is the SHA-256 of the request: the same key with another one is a mistake of the client.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.TextField()
    fingerprint = models.BinaryField()
    status = models.SmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.key}"
