"""The channel desk: how things stand on each channel, and sending to marketplaces."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import retarget

from foundation.core.errors import Missing
from syndication.queries.channels import channel_standing, get_visible_channel
from syndication.services.feeds import cancel_feed, start_feed
from workspace.queries.assortment import assortment_page
from workspace.queries.channels import Sending, channel_list, channel_page
from workspace.queries.channels import sending as sending_state
from workspace.queries.feeds import feed_page
from workspace.views.pages import PageRequest, next_address, page, toast, wanted


@require_safe
@page("syndication.view")
def channels(request: PageRequest) -> HttpResponse:
    return render(request, "workspace/channel_list.html", {"channels": channel_list(actor=request.actor)})


@require_safe
@page("syndication.view")
def channel(request: PageRequest, code: str) -> HttpResponse:
    found = channel_page(code, actor=request.actor, cursor=request.GET.get("cursor", ""))
    address = request.build_absolute_uri(found.api_path)
    context = vars(found) | {"next_url": next_address(request, found.next_cursor), "api_url": address}
    is_page = not request.htmx or request.htmx.history_restore_request
    return render(request, "workspace/channel.html" if is_page else "workspace/fragments/feed_rows.html", context)


@require_safe
@page("syndication.view")
def assortment(request: PageRequest, code: str) -> HttpResponse:
    """What is placed on the channel, where and by whom."""
    asked = wanted(request, ("market", "state"))
    found = assortment_page(code, asked, actor=request.actor)
    context = vars(found) | {"next_url": next_address(request, found.next_cursor), "q": asked.q}
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "workspace/assortment.html", context)
    part = "assortment_rows" if "cursor" in request.GET else "assortment_results"
    return render(request, f"workspace/fragments/{part}.html", context)


@require_safe
@page("syndication.view")
def sending(request: PageRequest, code: str) -> HttpResponse:
    """Progress, asked for again each second while a feed is on its way."""
    state = _state(request, code, job=request.GET.get("job", ""), total=request.GET.get("total", ""))
    if not request.htmx:
        return redirect("channel", code=code)
    context = {"code": code, "sending": state}
    if state.is_sending and state.is_stopping == bool(request.GET.get("stopping")):
        return render(request, "workspace/fragments/sending_progress.html", context)
    return retarget(render(request, "workspace/fragments/sending.html", context), "#sending")


@require_POST
@page("syndication.publish")
def send(request: PageRequest, code: str) -> HttpResponse:
    """Start to send. A second click finds the job of the first."""
    full = request.POST.get("what") == "everything"
    row = get_visible_channel(code, actor=request.actor)
    job = start_feed(channel=row, actor=request.actor, full=full)
    if not request.htmx:
        messages.success(request, "The feed is on its way")
        return redirect("channel", code=code)
    return _sending(request, code, job=str(job.uid))


@require_POST
@page("syndication.publish")
def cancel(request: PageRequest, code: str) -> HttpResponse:
    """Ask the job to stop after the feed at hand."""
    job = cancel_feed(channel=get_visible_channel(code, actor=request.actor), actor=request.actor)
    if not request.htmx:
        return redirect("channel", code=code)
    return toast(_sending(request, code, job=str(job.uid)), "It stops after the feed at hand")


@require_safe
@page("syndication.view")
def feed(request: PageRequest, uid: UUID) -> HttpResponse:
    found = feed_page(
        uid, actor=request.actor, outcome=request.GET.get("outcome", ""), cursor=request.GET.get("cursor", "")
    )
    context = vars(found) | {"next_url": next_address(request, found.next_cursor)}
    is_page = not request.htmx or request.htmx.history_restore_request
    return render(request, "workspace/feed.html" if is_page else "workspace/fragments/feed_message_rows.html", context)


def _sending(request: PageRequest, code: str, *, job: str) -> HttpResponse:
    context = {"code": code, "sending": _state(request, code, job=job)}
    return render(request, "workspace/fragments/sending.html", context)


def _state(request: PageRequest, code: str, *, job: str, total: str = "") -> Sending:
    row = get_visible_channel(code, actor=request.actor)
    known = int(total) if total.isascii() and total.isdecimal() and len(total) < 9 else 0
    standing = channel_standing(row, actor=request.actor)
    if standing.waiting is None:
        raise Missing("Feeds speak of all of a channel's markets; you see some of them", path="channel")
    return sending_state(row, standing, actor=request.actor, job=_uid(job), total=known)


def _uid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
