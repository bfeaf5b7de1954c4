from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workspace.queries.completeness import Asked, completeness_page
from workspace.views.pages import PageRequest, next_address, page


@require_safe
@page("pim.view")
def completeness(request: PageRequest) -> HttpResponse:
    """The whole page; for htmx the part below the filters, or the next products of the list."""
    found = completeness_page(Asked.read(request.GET.dict()), actor=request.actor)
    more = next_address(request, found.lacking.next_cursor) if found.lacking else ""
    context = vars(found) | {"next_url": more, "can_import": request.actor.may("pim.import")}
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "workspace/completeness.html", context)
    part = "lacking_rows" if "cursor" in request.GET else "completeness_results"
    return render(request, f"workspace/fragments/{part}.html", context)
