"""What the company's directory asked for."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workspace.queries.provisioning import exchange_list
from workspace.views.pages import PageRequest, next_address, page


@require_safe
@page("accounts.manage")
def exchanges(request: PageRequest) -> HttpResponse:
    q, refused = request.GET.get("q", "").strip(), request.GET.get("refused") == "1"
    found = exchange_list(request.actor, q=q, refused=refused, cursor=request.GET.get("cursor", ""))
    context = {
        "rows": found.rows,
        "q": q,
        "refused": refused,
        "address": request.build_absolute_uri("/scim/v2"),
        "next_url": next_address(request, found.next_cursor),
    }
    return render(request, "workspace/provisioning.html", context)
