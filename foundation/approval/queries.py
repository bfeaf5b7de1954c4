"""Finding change requests, and whether they still stand on what they stood on."""

from __future__ import annotations

from uuid import UUID

from foundation.approval.choices import RequestState
from foundation.approval.models import ChangeRequest
from foundation.approval.registry import TOUCHED, Kind, Parameters, kind_named
from foundation.core.actors import Actor
from foundation.core.errors import Missing, TandemError


def get_change_request(uid: UUID, *, actor: Actor) -> ChangeRequest:
    """The request, if it is the actor's business; raises `Missing`."""
    found = ChangeRequest.objects.visible_to(actor).select_related("proposed_by", "decided_by").filter(uid=uid).first()
    if found is None:
        raise Missing("There is no such change request", path="uid")
    return found


def stands_still(request: ChangeRequest) -> bool:
    """Whether what an open request stands on is as it was."""
    try:
        return bool(kind_named(request.kind).ground(request.parameters) == request.ground)
    except TandemError:
        return False


def may_decide(request: ChangeRequest, *, actor: Actor) -> bool:
    """Whether it waits for somebody such as the actor: with the right, and not who asked."""
    able = actor.may(kind_named(request.kind).deciding) and actor.user_id is not None
    return request.state == RequestState.OPEN and able and actor.user_id != request.proposed_by_id


def impact_of(kind: Kind, parameters: Parameters) -> dict[str, int]:
    """How much else a change touches, by a plural word."""
    keys = kind.branches(parameters)
    return {noun: count(keys) if keys else 0 for noun, count in TOUCHED.items()}
