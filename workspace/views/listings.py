from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workspace.queries.listing_page import listing_page
from workspace.queries.listings import listing_list
from workspace.views.pages import PageRequest, next_address, page, show_list, wanted

FACETS = ("state", "channel", "market", "rejected")


@require_safe
@page("syndication.view")
def listings(request: PageRequest) -> HttpResponse:
    found = listing_list(wanted(request, FACETS), actor=request.actor)
    context = {
        "total": found.total,
        "q": request.GET.get("q", ""),
        "facets": found.facets,
        "listings": found.listings,
        "next_url": next_address(request, found.next_cursor),
    }
    return show_list(request, "listing", context, more="listing_rows")


@require_safe
@page("syndication.view")
def listing(request: PageRequest, uid: UUID) -> HttpResponse:
    found = listing_page(uid, actor=request.actor)
    return render(request, "workspace/listing.html", vars(found))
