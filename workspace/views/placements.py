"""Where a product is sold: placed and withdrawn cell by cell, each with its way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, retarget

from foundation.core.errors import Missing
from pim.models import Product
from pim.services import forget_placement, place_product, withdraw_product
from workspace.queries.placements import catching_up, get_visible_product, own_place, placement_panel
from workspace.views.pages import PageRequest, page, toast

PANEL = "#placements"
REASON = "By hand on the product page"


@require_safe
@page("pim.view")
def placements(request: PageRequest, uid: UUID) -> HttpResponse:
    """The card as it is now; it asks again until the listings have caught up."""
    product = get_visible_product(uid, actor=request.actor)
    if not request.htmx:
        return redirect(reverse("product", args=[uid]) + "#placements-title")
    wait, is_stuck = catching_up(product, _waited(request))
    if wait and is_stuck == bool(request.GET.get("stuck")):
        # nothing to see yet: the question alone is asked anew, so that no switch is drawn under somebody's finger
        context = {"uid": uid, "wait": wait, "is_stuck": is_stuck}
        return render(request, "workspace/product_parts/placements_watch.html", context)
    return retarget(_panel(request, product), PANEL)


@require_POST
@page("pim.place")
def place(request: PageRequest, uid: UUID) -> HttpResponse:
    return _decide(request, uid, _with_reason(place_product), "{sku} is placed on {channel} in {market}")


@require_POST
@page("pim.place")
def withdraw(request: PageRequest, uid: UUID) -> HttpResponse:
    return _decide(request, uid, _with_reason(withdraw_product), "{sku} is withdrawn from {channel} in {market}")


@require_POST
@page("pim.place")
def forget(request: PageRequest, uid: UUID) -> HttpResponse:
    """Back to what the model says, or to nothing."""
    return _decide(request, uid, forget_placement, "{sku} has no word of its own on {channel} in {market} any more")


def _with_reason(service: Callable[..., Any]) -> Callable[..., Any]:
    return lambda product, **place: service(product, reason=REASON, **place)


def _decide(request: PageRequest, uid: UUID, service: Callable[..., Any], words: str) -> HttpResponse:
    """Decide and show the card anew, with the address that brings back what was."""
    product = get_visible_product(uid, actor=request.actor)
    where = {name: request.GET.get(name, "") for name in ("channel", "market")}
    before = own_place(product, **where)
    service(product, actor=request.actor, **where)
    text = words.format(sku=product.sku, **where)
    undo_url = _address(uid, before, where)
    try:
        get_visible_product(uid, actor=request.actor)
    except Missing:
        return _gone(request, f"{text}. It is in none of your markets any more.")
    if not request.htmx:
        messages.success(request, text, extra_tags=undo_url)
        return redirect(reverse("product", args=[uid]) + "#placements-title")
    return toast(_panel(request, product), text, undo_url=undo_url, target=PANEL)


def _address(uid: UUID, state: str, where: dict[str, str]) -> str:
    """Where a POST says again what the product itself said: placed, withdrawn or nothing."""
    name = {"placed": "product_place", "withdrawn": "product_withdraw"}.get(state, "product_forget")
    return f"{reverse(name, args=[uid])}?{urlencode(where)}"


def _gone(request: PageRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    return HttpResponseClientRedirect(reverse("product_list")) if request.htmx else redirect("product_list")


def _waited(request: PageRequest) -> int:
    waited = request.GET.get("waited", "")
    return int(waited) if waited.isascii() and waited.isdecimal() and len(waited) < 6 else 0


def _panel(request: PageRequest, product: Product) -> HttpResponse:
    panel = placement_panel(product, actor=request.actor, waited=_waited(request))
    return render(request, "workspace/product_parts/placements.html", {"placements": panel})
