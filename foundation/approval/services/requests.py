"""Change requests: asked for by one, approved or rejected by another, withdrawn by who asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from foundation.approval import events
from foundation.approval.choices import ASK, ITEM, QUEUE, RequestState
from foundation.approval.models import ChangeRequest
from foundation.approval.queries import impact_of
from foundation.approval.registry import Image, Kind, Parameters, kind_named
from foundation.core import moment
from foundation.core.actors import Actor, system
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Stale
from foundation.core.ids import uuid7
from foundation.events.catalogue import EventType
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.workflow.services import close_work_items, open_work_item

LONGEST = 1000


class _Rehearsed(Exception):
    """Ends a rehearsal, so that nothing of it stays."""


def propose_change(*, kind: str, parameters: Parameters, reason: str, actor: Actor) -> ChangeRequest:
    """Ask for a change. What could not be carried out now is refused at once, as it would be by hand."""
    asked = kind_named(kind)
    actor = actor.require(asked.deciding if actor.may(asked.deciding) else ASK)
    if actor.user_id is None:
        raise Invalid("Only somebody with an account can ask for a change", path="actor")
    because = _text(reason, "reason")
    with recorded(actor, reason=because):
        checked = asked.check(parameters)
        asked.hold(checked)
        before, after = _rehearse(asked, checked)
        if before == after:
            raise Invalid("It is so already", path="parameters")
        request = ChangeRequest.objects.create(
            kind=kind, concerns=asked.concerns(checked), parameters=checked, ground=asked.ground(checked),
            before=before, after=after, impact=impact_of(asked, checked), reason=because,
            proposed_by_id=actor.user_id, proposed_at=moment.now(),
        )  # fmt: skip
        _tell(events.REQUEST_OPENED, request)
        open_work_item(
            queue=QUEUE, kind=ITEM, cause_key=request.cause_key, subject_type="change_request", subject=request.uid,
            title=f"{asked.label}: {request.concerns}", detail={"sentence": because}, actor=actor,
        )  # fmt: skip
    return request


def approve_change_request(*, uid: UUID, actor: Actor, reason: str = "") -> ChangeRequest:
    """Carry it out, all or nothing, in the approver's name and for the proposer's reason.

    Raises `Denied` for who asked for it, `Stale` where what it stands on has changed since.
    """
    with recorded(actor):
        request, kind, decider = _decidable(uid, actor)
        kind.hold(request.parameters)
        if kind.ground(request.parameters) != request.ground:
            raise Stale("What it stands on has changed since it was asked for: it is asked for anew", path="uid")
        with recorded(decider, reason=request.reason):
            kind.carry_out(request.parameters, actor=decider, request=request.uid, reason=request.reason)
        _decide(request, RequestState.APPROVED, decider, reason.strip()[:LONGEST])
        _tell(events.REQUEST_APPROVED, request)
    return request


def reject_change_request(*, uid: UUID, actor: Actor, reason: str) -> ChangeRequest:
    """Say no, and why. Nothing changes."""
    because = _text(reason, "reason")
    with recorded(actor, reason=because):
        request, _, decider = _decidable(uid, actor)
        _decide(request, RequestState.REJECTED, decider, because)
        _tell(events.REQUEST_REJECTED, request)
    return request


def withdraw_change_request(*, uid: UUID, actor: Actor) -> ChangeRequest:
    """Ask for it no longer: for who asked."""
    with recorded(actor):
        request = _lock(uid, actor)
        if request.proposed_by_id is None or request.proposed_by_id != actor.user_id:
            raise Denied("Only who asked for it withdraws it", path="uid")
        _decide(request, RequestState.WITHDRAWN, actor, "")
        _tell(events.REQUEST_WITHDRAWN, request)
    return request


def _rehearse(kind: Kind, parameters: Parameters) -> tuple[Image, Image]:
    """What it touches before and after, with nothing written in the end."""
    before, after = kind.image(parameters), {}
    try:
        with recorded(system("approval.rehearsal")):
            kind.carry_out(parameters, actor=system("approval.rehearsal"), request=uuid7())
            after = kind.image(parameters)
            raise _Rehearsed
    except _Rehearsed:
        return before, after


def _decidable(uid: UUID, actor: Actor) -> tuple[ChangeRequest, Kind, Actor]:
    request = _lock(uid, actor)
    kind = kind_named(request.kind)
    decider = actor.require(kind.deciding)
    if decider.user_id is None:
        raise Invalid("Only somebody with an account can decide", path="actor")
    if decider.user_id == request.proposed_by_id:
        raise Denied("Somebody else decides what you ask for", path="uid")
    return request, kind, decider


def _lock(uid: UUID, actor: Actor) -> ChangeRequest:
    """An open one, which nobody else decides meanwhile."""
    found = ChangeRequest.objects.visible_to(actor).select_for_update().filter(uid=uid).first()
    if found is None:
        raise Missing("There is no such change request", path="uid")
    if found.state != RequestState.OPEN:
        raise Conflict(f"It is {found.state} already", path="uid")
    return found


def _decide(request: ChangeRequest, state: RequestState, actor: Actor, decision: str) -> None:
    request.state, request.decision = state, decision
    request.decided_by_id, request.decided_at = actor.user_id, moment.now()
    request.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    close_work_items(cause_key=request.cause_key, actor=actor, outcome=str(state))


def _tell(event: EventType, request: ChangeRequest) -> None:
    append_event(event, request.uid, kind=request.kind, concerns=request.concerns)


def _text(text: Any, path: str) -> str:
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST or "\0" in text:
        raise Invalid(f"Say why, in at most {LONGEST:,} characters", path=path)
    return text.strip()
