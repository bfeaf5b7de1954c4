from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url

from associations.queries import get_binding
from associations.services import confirm_proposal, reject_proposal, undo_decision
from foundation.core.errors import Conflict
from workspace.queries.proposals import Desk, address, desk
from workspace.views.desk import DESK, show_desk
from workspace.views.pages import PageRequest, page, toast


@require_safe
@page("dam.view")
def proposals(request: PageRequest) -> HttpResponse:
    return _show(request, desk(actor=request.actor, uid=request.GET.get("proposal", "")))


@require_POST
@page("associations.decide")
def confirm(request: PageRequest, uid: UUID) -> HttpResponse:
    return _decide(request, uid, confirm_proposal, "Confirmed: it shows {sku}")


@require_POST
@page("associations.decide")
def reject(request: PageRequest, uid: UUID) -> HttpResponse:
    return _decide(request, uid, reject_proposal, "Rejected: it does not show {sku}")


@require_POST
@page("associations.decide")
def undo(request: PageRequest, uid: UUID) -> HttpResponse:
    """Back to the proposal as it was, on the desk again."""
    undo_decision(uid=uid, actor=request.actor)
    if not request.htmx:
        return redirect(address(uid))
    response = _show(request, desk(actor=request.actor, uid=str(uid)))
    return toast(push_url(response, address(uid)), "Undone: it waits again")


def _decide(request: PageRequest, uid: UUID, service: Callable[..., Any], words: str) -> HttpResponse:
    """Decide and go on to the next. After a refusal it stays on the desk if it still waits, else a word says why."""
    binding = get_binding(uid, actor=request.actor)
    text, tone, undo_url = words.format(sku=binding.product.sku), "ok", reverse("proposal_undo", args=[uid])
    try:
        service(uid=uid, actor=request.actor)
    except Conflict as error:
        text, tone, undo_url = error.detail, "bad", ""
    following = desk(actor=request.actor, uid=str(uid), after=binding.pk)
    onward = address(following.proposal.uid) if following.proposal else reverse("proposals")
    if not request.htmx:
        level = messages.SUCCESS if tone == "ok" else messages.ERROR
        messages.add_message(request, level, text, extra_tags=undo_url)
        return redirect(onward)
    response = push_url(_show(request, following), onward)
    return toast(response, text, tone=tone, undo_url=undo_url, target=DESK)


def _show(request: PageRequest, found: Desk) -> HttpResponse:
    return show_desk(request, "proposals", vars(found))
