"""Change requests as pages show them: what was asked for, what it changes and touches, who decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from foundation.approval.choices import RequestState
from foundation.approval.models import ChangeRequest
from foundation.approval.queries import get_change_request, may_decide, stands_still
from foundation.approval.registry import KINDS
from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from workspace.queries.shown import State, Tab

PAGE = 50
STATES = {
    RequestState.OPEN: State("Waits for a decision", "blue"),
    RequestState.APPROVED: State("Approved", "ok"),
    RequestState.REJECTED: State("Rejected", "bad"),
    RequestState.WITHDRAWN: State("Withdrawn"),
}
SHOWN: Sequence[tuple[str, str]] = (("open", "Open"), ("", "All"))


@dataclass(frozen=True)
class RequestRow:
    uid: UUID
    url: str
    title: str
    reason: str
    who: str
    at: datetime
    state: State


@dataclass(frozen=True)
class RequestList:
    rows: list[RequestRow]
    tabs: list[Tab]
    next_cursor: str


@dataclass(frozen=True)
class Difference:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RequestPage:
    row: RequestRow
    differences: list[Difference]
    impact: list[tuple[int, str]]
    is_open: bool
    is_current: bool
    may_decide: bool
    is_own: bool
    decided_by: str
    decided_at: datetime | None
    decision: str


def request_list(*, actor: Actor, state: str, cursor: str) -> RequestList:
    """A page of them, newest first."""
    rows = ChangeRequest.objects.visible_to(actor).select_related("proposed_by")
    chosen = state if state in RequestState.values else ""
    if chosen:
        rows = rows.filter(state=chosen)
    page = keyset_page(rows, order=("-id",), cursor=cursor, limit=PAGE)
    root = reverse("change_request_list")
    tabs = [Tab(label, f"{root}?state={code}", is_current=code == chosen) for code, label in SHOWN]
    return RequestList([_row(one) for one in page.rows], tabs, page.next_cursor)


def request_page(uid: UUID, *, actor: Actor) -> RequestPage:
    """One of them, with what became of it."""
    one = get_change_request(uid, actor=actor)
    is_open = one.state == RequestState.OPEN
    names = [*one.before, *(name for name in one.after if name not in one.before)]
    told = [Difference(name, one.before.get(name, ""), one.after.get(name, "")) for name in names]
    return RequestPage(
        row=_row(one),
        differences=[difference for difference in told if difference.before != difference.after],
        impact=[(number, noun) for noun, number in sorted(one.impact.items())],
        is_open=is_open,
        is_current=is_open and stands_still(one),
        may_decide=may_decide(one, actor=actor),
        is_own=is_open and one.proposed_by_id is not None and one.proposed_by_id == actor.user_id,
        decided_by=str(one.decided_by) if one.decided_by else "",
        decided_at=one.decided_at,
        decision=one.decision,
    )


def _row(one: ChangeRequest) -> RequestRow:
    label = KINDS[one.kind].label if one.kind in KINDS else one.kind
    return RequestRow(
        uid=one.uid,
        url=reverse("change_request", args=[one.uid]),
        title=f"{label}: {one.concerns}",
        reason=one.reason,
        who=str(one.proposed_by) if one.proposed_by else "Somebody",
        at=one.proposed_at,
        state=STATES[RequestState(one.state)],
    )
