from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workspace.queries.asset_page import asset_page
from workspace.queries.assets import asset_list
from workspace.queries.bulk_changes import bulk_bar
from workspace.views.pages import PageRequest, next_address, page, show_list, wanted

FACETS = ("state", "kind", "binding", "licence")


@require_safe
@page("dam.view")
def assets(request: PageRequest) -> HttpResponse:
    found = asset_list(wanted(request, FACETS), actor=request.actor)
    context = {
        "total": found.total,
        "q": request.GET.get("q", ""),
        "facets": found.facets,
        "tiles": found.tiles,
        "next_url": next_address(request, found.next_cursor),
        "has_any": found.has_any,
        "bulk": bulk_bar("asset", actor=request.actor),
    }
    return show_list(request, "asset", context, more="asset_tiles")


@require_safe
@page("dam.view")
def asset(request: PageRequest, uid: UUID) -> HttpResponse:
    found = asset_page(uid, actor=request.actor)
    return render(request, "workspace/asset.html", vars(found))
