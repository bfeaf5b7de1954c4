"""Change requests: listed, looked at, decided by somebody else than who asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from foundation.approval.models import ChangeRequest
from foundation.approval.services import approve_change_request, reject_change_request, withdraw_change_request
from foundation.core.errors import Invalid
from workspace.queries.change_requests import request_list, request_page
from workspace.views.pages import PageRequest, back_to, next_address, page

Decision = Callable[[UUID, PageRequest], ChangeRequest]


@require_safe
@page()
def change_requests(request: PageRequest) -> HttpResponse:
    """The open ones, or all."""
    asked = request.GET.get("state", "open")
    found = request_list(actor=request.actor, state=asked, cursor=request.GET.get("cursor", ""))
    context = {"rows": found.rows, "tabs": found.tabs, "next_url": next_address(request, found.next_cursor)}
    is_more = request.htmx and not request.htmx.history_restore_request and "cursor" in request.GET
    template = "fragments/change_request_rows" if is_more else "change_requests"
    return render(request, f"workspace/{template}.html", context)


@require_safe
@page()
def change_request(request: PageRequest, uid: UUID) -> HttpResponse:
    """What it would change, what it touches, and the decision."""
    return render(request, "workspace/change_request.html", {"page": request_page(uid, actor=request.actor)})


@require_POST
@page()
def change_request_decide(request: PageRequest, uid: UUID) -> HttpResponse:
    """Approve, reject or withdraw, named by `do`."""
    do = DECISIONS.get(request.POST.get("do") or request.GET.get("do", ""))
    if do is None:
        raise Invalid("Say what to do", path="do")
    decided = do(uid, request)
    messages.success(request, f"It is {decided.get_state_display()}")
    return back_to(request, "change_request", uid)


def _reason(request: PageRequest) -> str:
    return str(request.POST.get("reason", ""))


DECISIONS: Mapping[str, Decision] = {
    "approve": lambda uid, request: approve_change_request(uid=uid, reason=_reason(request), actor=request.actor),
    "reject": lambda uid, request: reject_change_request(uid=uid, reason=_reason(request), actor=request.actor),
    "withdraw": lambda uid, request: withdraw_change_request(uid=uid, actor=request.actor),
}
