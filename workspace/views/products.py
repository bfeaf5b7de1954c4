from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from pim.services import note_counts_read, note_sensitive_read
from workspace.queries.attribute_facets import NAME as ATTRIBUTES
from workspace.queries.bulk_changes import bulk_bar
from workspace.queries.product_page import product_page
from workspace.queries.products import SORTS, product_list
from workspace.views.pages import PageRequest, next_address, page, show_list, wanted

FACETS = ("family", "category", "complete", "scope", "unplaced", ATTRIBUTES)


@require_safe
@page("pim.view")
def products(request: PageRequest) -> HttpResponse:
    request.GET = _without_dropped(request.GET)  # type: ignore[assignment]
    asked = wanted(request, FACETS)
    found = product_list(asked, actor=request.actor, by=request.GET.getlist("by"))
    note_counts_read(found.more.codes, actor=request.actor)
    context = {
        "total": found.total,
        "q": request.GET.get("q", ""),
        "facets": found.facets,
        "more": found.more,
        "sorts": [(value, label) for value, (label, _) in SORTS.items()],
        "sort": asked.sort,
        "products": found.products,
        "next_url": next_address(request, found.next_cursor),
        "has_any": found.has_any,
        "bulk": bulk_bar("product", actor=request.actor),
        "can_import": request.actor.may("pim.import"),
    }
    response = show_list(request, "product", context, more="product_rows")
    if request.htmx and "cursor" not in request.GET:
        push_url(response, f"{request.path}?{request.GET.urlencode()}")
    return response


def _without_dropped(given: QueryDict) -> QueryDict:
    """The parameters without what is filtered by no longer, and without a choice that was not made."""
    found = given.copy()
    for code in found.pop("drop", []):
        found.pop(f"{ATTRIBUTES}{code}", None)
        found.setlist("by", [one for one in found.getlist("by") if one != code])
    found.setlist("by", list(dict.fromkeys(one for one in found.getlist("by") if one)))
    if not found.getlist("by"):
        found.pop("by")
    return found


@require_safe
@page("pim.view")
def product(request: PageRequest, uid: UUID) -> HttpResponse:
    found = product_page(uid, wanted=request.GET.dict(), actor=request.actor)
    note_sensitive_read(found.bench.product, codes=found.bench.sensitive, actor=request.actor)
    return render(request, "workspace/product.html", vars(found))
