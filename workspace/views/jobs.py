from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from foundation.jobs.services import cancel_job, resume_job
from workspace.queries.jobs import WATCHED, JobRow, job_list, job_page, job_tray
from workspace.views.pages import PageRequest, next_address, page, toast

TRAY = "#job-tray-body"
ENDS = {"Done": "is done", "Failed": "failed", "Cancelled": "was cancelled"}


@require_safe
@page()
def jobs(request: PageRequest) -> HttpResponse:
    found = job_list(actor=request.actor, state=request.GET.get("state", ""), cursor=request.GET.get("cursor", ""))
    context = vars(found) | {"next_url": next_address(request, found.next_cursor)}
    if request.htmx and "cursor" in request.GET and not request.htmx.history_restore_request:
        return render(request, "workspace/fragments/job_rows.html", context)
    return render(request, "workspace/job_list.html", context)


@require_safe
@page()
def job(request: PageRequest, uid: UUID) -> HttpResponse:
    """One job, asked for again each second while it runs."""
    found = job_page(uid, actor=request.actor, cursor=request.GET.get("cursor", ""))
    context = vars(found) | {"next_url": next_address(request, found.next_cursor)}
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "workspace/job.html", context)
    part = "job_result_rows" if "cursor" in request.GET else "job_progress"
    return render(request, f"workspace/fragments/{part}.html", context)


@require_safe
@page()
def tray(request: PageRequest) -> HttpResponse:
    """What the header shows of one's jobs. Those that were running when it was last drawn, and are not, get a toast."""
    return _tray(request, _watched(request.GET.get("was", "")))


@require_POST
@page()
def cancel(request: PageRequest, uid: UUID) -> HttpResponse:
    """Stop it; what is done stays done, and it can go on."""
    cancel_job(uid=uid, actor=request.actor)
    return _answer(request, uid, "Stopped: what is done stays done", reverse("job_resume", args=[uid]))


@require_POST
@page()
def resume(request: PageRequest, uid: UUID) -> HttpResponse:
    """Go on where it stopped."""
    resume_job(uid=uid, actor=request.actor)
    return _answer(request, uid, "It goes on where it stopped", reverse("job_cancel", args=[uid]))


def _answer(request: PageRequest, uid: UUID, text: str, undo_url: str) -> HttpResponse:
    """The tray again where it was asked from there, else the job's page."""
    if request.htmx:
        return toast(_tray(request), text, undo_url=undo_url, target=TRAY)
    messages.success(request, text, extra_tags=undo_url)
    return redirect("job", uid=uid)


def _tray(request: PageRequest, watched: Sequence[UUID] = ()) -> HttpResponse:
    found = job_tray(request.actor, watched=watched)
    response = render(request, "workspace/fragments/job_tray.html", vars(found) | {"is_answer": True})
    here = request.htmx.current_url_abs_path if request.htmx else None
    news = [one for one in found.ended if here not in {one.url, one.own_url}]
    return _tell(response, news) if news else response


def _tell(response: HttpResponse, ended: Sequence[JobRow]) -> HttpResponse:
    """One toast, however many ended at once."""
    tone = "bad" if any(one.reason for one in ended) else "ok"
    if len(ended) > 1:
        return toast(response, f"{len(ended)} jobs ended", tone=tone, link=reverse("job_list"))
    one = ended[0]
    return toast(response, f"{one.title} {ENDS.get(one.state.label, 'ended')}", tone=tone, link=one.url)


def _watched(text: str) -> list[UUID]:
    found = []
    for one in text.split(",")[:WATCHED]:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found
