"""A product's past: the story, two moments compared, one brought back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from foundation.core.errors import Missing
from pim.errors import StaleValues
from pim.models import Product
from pim.queries.history import NOW, START
from pim.services import note_values_read, preview_restore, restore_product
from workspace.queries.placements import get_visible_product
from workspace.queries.product_history import comparison_view, history_view, restore_view
from workspace.views.pages import PageRequest, next_address, page

MAX_DIGITS = 18


@require_safe
@page("pim.view")
def history(request: PageRequest, uid: UUID) -> HttpResponse:
    """The story; by htmx the next entries of it."""
    product = get_visible_product(uid, actor=request.actor)
    attribute = request.GET.get("attribute", "")
    found = history_view(
        product, actor=request.actor, cursor=request.GET.get("cursor", ""), attribute=attribute[:200].replace("\0", "")
    )
    note_values_read(product, codes=found.codes, actor=request.actor)
    context = {
        "product": product,
        "entries": found.entries,
        "attribute": attribute,
        "can_edit": request.actor.may("pim.edit"),
        "next_url": next_address(request, found.next_cursor),
    }
    if request.htmx and "cursor" in request.GET and not request.htmx.history_restore_request:
        return render(request, "workspace/fragments/history_rows.html", context)
    return render(request, "workspace/product_history.html", context)


@require_safe
@page("pim.view")
def compare(request: PageRequest, uid: UUID) -> HttpResponse:
    """Two moments; the address names them, so that it may be sent to somebody."""
    product = get_visible_product(uid, actor=request.actor)
    start, end = request.GET.get("from") or START, request.GET.get("to") or NOW
    found = comparison_view(product, start=start, end=end, actor=request.actor)
    note_values_read(product, codes=found.codes, actor=request.actor)
    context = {"product": product, "can_edit": request.actor.may("pim.edit"), **vars(found)}
    return render(request, "workspace/product_compare.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.edit")
def restore(request: PageRequest, uid: UUID) -> HttpResponse:
    """What would change, to choose from; by POST it is done, unless somebody wrote meanwhile."""
    product = get_visible_product(uid, actor=request.actor)
    wanted = request.POST.get("change") or request.GET.get("change", "")
    if not wanted:
        return redirect("product_history", uid=uid)
    change = _number(wanted, "change")
    if request.method != "POST":
        return _preview(request, product, change)
    try:
        done = restore_product(
            product, change=change, only=request.POST.getlist("only"), reason=request.POST.get("reason", ""),
            latest=_number(request.POST.get("latest", ""), "latest"), actor=request.actor,
        )  # fmt: skip
    except StaleValues as error:
        return _preview(request, product, change, overtaken=error.detail)
    note_values_read(product, codes=done.codes, actor=request.actor)
    count = len(done.changes)
    messages.success(request, f"{product.sku}: {count} change{'' if count == 1 else 's'} brought back")
    return redirect(reverse("product_history", args=[uid]))


def _preview(request: PageRequest, product: Product, change: int, *, overtaken: str = "") -> HttpResponse:
    found = preview_restore(product, change=change, actor=request.actor)
    note_values_read(product, codes=found.codes, actor=request.actor)
    chosen = request.POST.getlist("only") if overtaken else None
    context = {
        "product": product,
        "reason": request.POST.get("reason", ""),
        "overtaken": overtaken,
        "chosen": chosen,
        **vars(restore_view(found)),
    }
    return render(request, "workspace/product_restore.html", context, status=409 if overtaken else 200)


def _number(text: str, path: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
        raise Missing("There is no such change", path=path)
    return int(text)
