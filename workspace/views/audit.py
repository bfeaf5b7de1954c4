"""The audit: who did what, and whether anybody altered it afterwards."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from foundation.audit.queries.files import KINDS, lines_of, read_asked
from foundation.audit.services import note_exported, note_looked, note_opened, start_verification
from workspace.queries.audit import audit_page, opened_row
from workspace.views.pages import PageRequest, next_address, page

FIELDS = ("who", "what", "action", "since", "until", "request", "words")


@require_safe
@page("audit.view")
def audit(request: PageRequest) -> HttpResponse:
    """What is found; by htmx the next rows of it."""
    asked = read_asked(request.GET)
    found = audit_page(asked, actor=request.actor, cursor=request.GET.get("cursor", ""))
    note_looked(asked, actor=request.actor)
    given = {name: request.GET.get(name, "") for name in FIELDS}
    context = vars(found) | {
        "given": given,
        "is_filtered": any(given.values()),
        "next_url": next_address(request, found.next_cursor),
        "query": request.GET.urlencode(),
    }
    if request.htmx and "cursor" in request.GET and not request.htmx.history_restore_request:
        return render(request, "workspace/fragments/audit_rows.html", context)
    return render(request, "workspace/audit.html", context)


@require_safe
@page("audit.view")
def record(request: PageRequest, position: str) -> HttpResponse:
    """One record with what it changed."""
    found = opened_row(position, actor=request.actor)
    note_opened(found.position, actor=request.actor)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "workspace/fragments/audit_lines.html", vars(found))
    return render(request, "workspace/audit_record.html", vars(found))


@require_safe
@page("audit.view")
def export(request: PageRequest) -> StreamingHttpResponse:
    """What is found, as a file."""
    asked, form = read_asked(request.GET), request.GET.get("as", "csv")
    lines = lines_of(asked, form, actor=request.actor)
    note_exported(asked, form=form, actor=request.actor)
    response = StreamingHttpResponse(lines, content_type=KINDS[form])
    response["Content-Disposition"] = f'attachment; filename="audit.{form}"'
    return response


@require_POST
@page("audit.view")
def verify(request: PageRequest) -> HttpResponse:
    """Verify the chain as a job, and watch it."""
    return redirect("job", uid=start_verification(actor=request.actor).uid)
