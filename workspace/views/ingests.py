from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dam.services import cancel_ingest, finish_ingest
from workspace.queries.ingests import get_ingest, ingest_list, ingest_page
from workspace.views.pages import PageRequest, next_address, page


@require_safe
@page("dam.ingest")
def ingests(request: PageRequest) -> HttpResponse:
    found = ingest_list(actor=request.actor, cursor=request.GET.get("cursor", ""))
    context = {"ingests": found.ingests, "next_url": next_address(request, found.next_cursor)}
    is_more = request.htmx and "cursor" in request.GET and not request.htmx.history_restore_request
    return render(request, f"workspace/{'fragments/ingest_rows' if is_more else 'ingest_list'}.html", context)


@require_safe
@page("dam.ingest")
def ingest(request: PageRequest, uid: UUID) -> HttpResponse:
    """Progress, asked for again each second while it runs, and the files; at the end these are asked for once more."""
    found = ingest_page(
        uid, actor=request.actor, state=request.GET.get("state", ""), cursor=request.GET.get("cursor", "")
    )
    context = vars(found) | {"next_url": next_address(request, found.next_cursor)}
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "workspace/ingest.html", context)
    if request.htmx.target == "progress":
        return render(request, "workspace/fragments/ingest_progress.html", context)
    part = "ingest_file_rows" if "cursor" in request.GET else "ingest_files"
    return render(request, f"workspace/fragments/{part}.html", context)


@require_POST
@page("dam.ingest")
def ingest_finish(request: PageRequest, uid: UUID) -> HttpResponse:
    """Take in what has arrived; what has not is given up."""
    finish_ingest(get_ingest(uid, actor=request.actor), actor=request.actor, without_unfinished=True)
    return redirect("ingest", uid=uid)


@require_POST
@page("dam.ingest")
def ingest_cancel(request: PageRequest, uid: UUID) -> HttpResponse:
    """Throw an open one away, or stop it at its next file; files that are in stay in."""
    cancel_ingest(get_ingest(uid, actor=request.actor), actor=request.actor)
    return redirect("ingest", uid=uid)
