from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workspace.queries.findings import finding_list
from workspace.views.pages import PageRequest, next_address, page


@require_safe
@page("pim.view")
def findings(request: PageRequest) -> HttpResponse:
    """Products of which a rule does not hold."""
    asked = {name: request.GET.get(name, "")[:500].replace("\0", "") for name in ("rule", "cursor")}
    found = finding_list(request.actor, **asked)
    context = {"rows": found.rows, "tabs": found.tabs, "next_url": next_address(request, found.next_cursor)}
    is_more = request.htmx and asked["cursor"] and not request.htmx.history_restore_request
    name = "workspace/fragments/finding_rows.html" if is_more else "workspace/finding_list.html"
    return render(request, name, context)
