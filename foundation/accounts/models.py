from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models

from foundation.accounts.choices import Dimension
from foundation.core.actors import ALL, Actor
from foundation.core.ids import uuid7


class User(AbstractUser):
    """A person, or a service account that only API keys act for."""

    last_login = None  # Django would change this truth row at each sign-in; sessions know when
    uid = models.UUIDField(default=uuid7, unique=True)
    is_service = models.BooleanField(default=False)

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
    is_first = models.BooleanField(default=False, help_text="One that the house began with")

    objects = RoleQuerySet.as_manager()

    class Meta:
        ordering = ["-is_first", "pk"]

    def __str__(self) -> str:
        return self.name


class GrantManager(models.Manager["Grant"]):
    """Grants with the permissions of their role, read along."""

    def get_queryset(self) -> models.QuerySet[Grant]:
        role = RoleDefinition.objects.filter(code=models.OuterRef("role")).order_by()
        return super().get_queryset().annotate(permissions=models.Subquery(role.values("permissions")))


class Grant(models.Model):
    """A role given to a user, everywhere or within one code of a dimension (`market`: `FR`)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.TextField(help_text="Code of a role")
    dimension = models.TextField(
        choices=[(dimension.value, dimension.name.lower()) for dimension in Dimension], default=Dimension.EVERYWHERE
    )
    code = models.TextField(blank=True)

    objects = GrantManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "dimension", "code"], name="granted_once"),
            models.CheckConstraint(
                condition=models.Q(dimension="*", code="") | (~models.Q(dimension="*") & ~models.Q(code="")),
                name="grant_code_goes_with_dimension",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}" + (f" for {self.dimension} {self.code}" if self.code else "")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, actor: Actor) -> ApiKeyQuerySet:
        return self if actor.may("accounts.manage") else self.filter(user_id=actor.user_id or -1)


class ApiKey(models.Model):
    """A secret for programs. Only its digest is kept; the prefix finds it and may be shown.

    Of what its owner may it may what `permissions`, `markets` and `channels` name; an empty list means all of it.
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
    per_minute = models.IntegerField(null=True, blank=True)
    per_day = models.IntegerField(null=True, blank=True)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="successors")

    objects = ApiKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_in_force(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class ApiKeyUse(models.Model):
    """When a key was last used, to the minute: traffic, kept apart from the key's own truth and history."""

    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, related_name="use")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key_id} at {self.at:%Y-%m-%d %H:%M}"
