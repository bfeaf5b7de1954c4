from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.approval.choices import ASK, RequestState
from foundation.approval.registry import KINDS
from foundation.core.actors import Actor
from foundation.core.ids import uuid7


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    def visible_to(self, actor: Actor) -> ChangeRequestQuerySet:
        """For who may ask, and who may decide."""
        return self if may_look(actor) else self.none()


def may_look(actor: Actor) -> bool:
    """Whether change requests are their business."""
    return actor.may(ASK) or any(actor.may(kind.deciding) for kind in KINDS.values())


class ChangeRequest(models.Model):
    """A change that somebody asks for. Somebody else approves it, and it is carried out, or rejects it.

    `ground` is what it stands on as it was when it was asked for; `before` and `after` say what it changes in words;
    `impact` how much else it touches.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    kind = models.TextField()
    concerns = models.TextField(help_text="The key of what it is about")
    parameters = models.JSONField()
    ground = models.JSONField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    impact = models.JSONField(default=dict)
    reason = models.TextField()
    state = models.TextField(choices=RequestState, default=RequestState.OPEN)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True, help_text="Why it was decided so")

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "-id"], name="requests_by_state")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="request_state_known"),
            models.CheckConstraint(
                condition=Q(state=RequestState.OPEN, decided_at=None)
                | ~Q(state=RequestState.OPEN) & ~Q(decided_at=None),
                name="request_decided_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RequestState.APPROVED, RequestState.REJECTED])
                | Q(decided_by=None)
                | ~Q(decided_by=models.F("proposed_by")),
                name="request_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.concerns}"

    @property
    def cause_key(self) -> str:
        """Of the work item for who decides."""
        return f"change-request:{self.uid}"
