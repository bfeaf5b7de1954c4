"""Viewing as somebody else: begun with a reason, ended by hand, by time, or by what makes it wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from foundation.accounts import events
from foundation.accounts.models import User, Viewing
from foundation.accounts.queries import why_not_viewed
from foundation.core import moment
from foundation.core.actors import Actor, system
from foundation.core.errors import Denied, Invalid
from foundation.events.services import append_event
from foundation.history.services import recorded

LASTS = timedelta(minutes=30)
LONGEST_REASON = 300


def start_viewing(*, whom: User, reason: str, actor: Actor) -> Viewing:
    """Begin to see what somebody else sees, for half an hour at the longest.

    Raises `Denied` for who may not, and for those whom nobody, or not this actor, views as.
    """
    actor = actor.require("accounts.manage")
    if actor.is_key or actor.user_id is None:
        raise Denied("People view as others, signed in; a key cannot", permission="accounts.manage")
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise Invalid(f"Say why, in at most {LONGEST_REASON} characters: it is kept", path="reason")
    with recorded(actor):
        whom = User.objects.select_for_update().get(pk=whom.pk)
        if refusal := why_not_viewed(whom, actor=actor):
            raise Denied(refusal)
        at = moment.now()
        viewer = User.objects.get(pk=actor.user_id)
        made = Viewing.objects.create(
            viewer=viewer, whom=whom, reason=reason.strip(), began_at=at, ends_at=at + LASTS
        )  # fmt: skip
        told = {"username": viewer.username, "whom": whom.username, "reason": made.reason}
        append_event(events.VIEWING_STARTED, made.uid, **told)
    return made


def end_viewing(*, viewing: Viewing, end: Viewing.End, actor: Actor) -> Viewing:
    """Stop it; what has ended stays as it ended."""
    if actor.user_id != viewing.viewer_id:
        actor = actor.require("accounts.manage")
    with recorded(actor):
        row = Viewing.objects.select_for_update(of=("self",)).select_related("viewer", "whom").get(pk=viewing.pk)
        if row.ended_at is None:
            row.ended_at, row.end = moment.now(), end
            row.save(update_fields=["ended_at", "end"])
            told = {"username": row.viewer.username, "whom": row.whom.username, "reason": row.reason}
            append_event(events.VIEWING_ENDED, row.uid, **told, end=end.value)
    return row


def end_viewings_of(*, user: User, actor: Actor) -> None:
    """Somebody leaves: they view as nobody, and nobody as them."""
    for one in Viewing.objects.going_on().filter(Q(viewer=user) | Q(whom=user)).order_by("pk"):
        end_viewing(viewing=one, end=Viewing.End.CLOSED, actor=actor)


def end_viewings_over(*, at: datetime) -> int:
    """End those whose time is over, also where no browser asks again; how many."""
    found = list(Viewing.objects.going_on().filter(ends_at__lte=at).order_by("pk"))
    for one in found:
        end_viewing(viewing=one, end=Viewing.End.OVER, actor=system("viewing"))
    return len(found)
