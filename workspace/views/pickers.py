"""What dialogs let people choose from. Each answers with a part of a page."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pim.models import Product
from workspace.queries.asset_picker import asset_choices
from workspace.queries.product_picker import product_choices
from workspace.queries.scopes import PARTS
from workspace.views.assets import FACETS
from workspace.views.pages import PageRequest, next_address, page, wanted

RESULTS = "picker-results"


@require_safe
@page("dam.view")
def asset_picker(request: PageRequest) -> HttpResponse:
    """Filters with the first assets; for a filter the results alone, for the end of the list the next ones."""
    product, asked = _product(request), wanted(request, FACETS)
    found = asset_choices(asked, product=product, scope=request.GET.dict(), actor=request.actor)
    context = {
        "q": asked.q,
        "facets": found.facets,
        "choices": found.choices,
        "total": found.total,
        "next_url": found.next_cursor and request.path + next_address(request, found.next_cursor),
        "product": product,
        "carried": _carried(request),
        "kind": "radio" if request.GET.get("one") else "checkbox",
    }
    part = "asset_picker"
    if "cursor" in request.GET:
        part = "asset_choice_tiles"
    elif request.htmx.target == RESULTS:
        part = "asset_choices"
    return render(request, f"workspace/fragments/{part}.html", context)


@require_safe
@page("pim.view")
def product_picker(request: PageRequest) -> HttpResponse:
    """The options of a product picker for what is typed."""
    q = request.GET.get("q") or request.GET.get("product", "")
    return render(request, "workspace/fragments/product_options.html", vars(product_choices(q, actor=request.actor)))


def _carried(request: PageRequest) -> str:
    """What the filters must not lose: for whom, how many, and where rights are asked."""
    kept = {name: request.GET[name] for name in ("for", "one", *PARTS) if name in request.GET}
    return f"?{urlencode(kept)}" if kept else ""


def _product(request: PageRequest) -> Product | None:
    """For which the assets are, where the address names one: those that it has are marked."""
    try:
        uid = UUID(request.GET.get("for", ""))
    except ValueError:
        return None
    return Product.objects.visible_to(request.actor).filter(uid=uid).first()
