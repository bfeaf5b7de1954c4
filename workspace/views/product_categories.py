"""In which categories a product lies: put in and taken out, each with its way back."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from foundation.core.errors import Missing
from pim.models import Product
from pim.queries.classifications import categories_of
from pim.services import classify_product, set_categories, unclassify_product
from workspace.queries.placements import get_visible_product
from workspace.queries.product_categories import category_card
from workspace.views.pages import PageRequest, page, toast

PANEL = "#categories"


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.view")
def product_categories(request: PageRequest, uid: UUID) -> HttpResponse:
    """The card; `q` finds what the product may be put into. A POST says `put`, `take`, or `exactly` for an undo."""
    product = get_visible_product(uid, actor=request.actor)
    if request.method == "POST":
        return _changed(request, product)
    if not request.htmx:
        query = urlencode({"categories": request.GET.get("q", "")})
        return redirect(f"{reverse('product', args=[uid])}?{query}#categories-title")
    return _panel(request, product)


def _changed(request: PageRequest, product: Product) -> HttpResponse:
    asked = {name: request.POST.get(name) or request.GET.get(name, "") for name in ("put", "take")}
    before = _keys(product)
    if asked["put"]:
        classify_product(product, category=asked["put"], actor=request.actor)
        text = f"{product.sku} is in {asked['put']}"
    elif asked["take"]:
        unclassify_product(product, category=asked["take"], actor=request.actor)
        text = f"{product.sku} is out of {asked['take']}"
    else:
        wanted, left = (_listed(request.GET.get(name, "")) for name in ("exactly", "left"))
        set_categories(product, categories=wanted, expected=left, actor=request.actor)
        text = f"{product.sku} is in {', '.join(wanted) or 'no category'} again"
    back = urlencode({"exactly": ",".join(before), "left": ",".join(_keys(product))})
    undo_url = f"{reverse('product_categories', args=[product.uid])}?{back}"
    try:
        get_visible_product(product.uid, actor=request.actor)
    except Missing:
        messages.success(request, f"{text}. It is in none of your branches any more.")
        return redirect("product_list")
    if not request.htmx:
        messages.success(request, text, extra_tags=undo_url)
        return redirect(reverse("product", args=[product.uid]) + "#categories-title")
    return toast(_panel(request, product), text, undo_url=undo_url, target=PANEL)


def _panel(request: PageRequest, product: Product) -> HttpResponse:
    q = "" if request.method == "POST" else request.GET.get("q", "").strip().replace("\0", "")[:200]
    card = category_card(product, actor=request.actor, q=q)
    return render(request, "workspace/product_parts/categories.html", {"categories": card})


def _keys(product: Product) -> Sequence[str]:
    return [one.key for one in categories_of([product.root_id]).get(product.root_id, [])]


def _listed(text: str) -> list[str]:
    return [one for one in text.split(",") if one]
