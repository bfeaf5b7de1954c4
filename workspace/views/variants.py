"""The matrix of a model's variants: what is missing is ticked, told with its SKUs, and made; Undo takes it back."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from foundation.core.errors import Denied, Missing, Problems, TandemError
from pim.services import create_variants, preview_variants, take_back_variants
from workspace.queries.placements import get_visible_product
from workspace.queries.variant_grid import (
    SHOW,
    PlanShown,
    VariantGrid,
    plan_refused,
    plan_shown,
    read_combination,
    variant_grid,
)
from workspace.views.pages import PageRequest, page
from workspace.views.undoing import read_undo, undo_address, undone

LONGEST = 300


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.view")
def variants(request: PageRequest, uid: UUID) -> HttpResponse:
    """The matrix; a POST tells what would be made of what is ticked, or makes it."""
    product = get_visible_product(uid, actor=request.actor)
    asked = {name: [one.replace("\0", "") for one in request.GET.getlist(name)] for name in request.GET}
    grid = variant_grid(
        product, actor=request.actor, asked=asked, ticked=set(request.POST.getlist("create")),
        patterns=_texts(request, "pattern"),
    )  # fmt: skip
    if grid is None:
        return redirect("product", uid=uid)
    if request.method != "POST":
        return _show(request, grid)
    request.actor.require("pim.edit")
    return _create(request, grid) if request.POST.get("do") == "create" else _show(request, grid, _plan(request, grid))


@require_POST
@page("pim.edit")
def variants_undo(request: PageRequest, uid: UUID) -> HttpResponse:
    """Take back what was made, unless somebody said something of it."""
    product = get_visible_product(uid, actor=request.actor)
    told = read_undo(request, "product_variants_undo", str(uid))
    take_back_variants(product, made_at=datetime.fromisoformat(told["made_at"]), actor=request.actor)
    return undone(request, reverse("product_variants", args=[uid]))


def _create(request: PageRequest, grid: VariantGrid) -> HttpResponse:
    try:
        made = create_variants(
            grid.product, combinations=_chosen(request, grid), patterns=_texts(request, "pattern"),
            seen=request.POST.get("seen"), actor=request.actor,
        )  # fmt: skip
    except (Denied, Missing):
        raise
    except TandemError as error:
        told = "" if isinstance(error, Problems) else error.detail
        return _show(
            request, grid, _plan(request, grid), error=told or "Some of it cannot be made", status=error.status
        )
    target = reverse("product_variants", args=[grid.product.uid])
    if made.made_at is None:
        messages.info(request, "Nothing was missing.")
    else:
        count = len(made.new)
        undo = undo_address("product_variants_undo", str(grid.product.uid), made_at=made.made_at.isoformat())
        text = f"{count} variant{'' if count == 1 else 's'} of {grid.product.sku} made"
        messages.success(request, text, extra_tags=undo)
    shown = urlencode([(SHOW, one) for one in grid.shown])
    return redirect(f"{target}?{shown}" if shown else target)


def _plan(request: PageRequest, grid: VariantGrid) -> PlanShown:
    try:
        plan = preview_variants(
            grid.product, combinations=_chosen(request, grid), patterns=_texts(request, "pattern"), actor=request.actor
        )
    except (Denied, Missing):
        raise
    except TandemError as error:
        return plan_refused(error)
    return plan_shown(plan, grid)


def _chosen(request: PageRequest, grid: VariantGrid) -> list[dict[str, str]]:
    if "all" in request.POST:
        return grid.combinations
    return [read_combination(one) for one in _texts(request, "create")]


def _texts(request: PageRequest, name: str) -> list[str]:
    return [one.replace("\0", "")[:LONGEST] for one in request.POST.getlist(name)]


def _show(
    request: PageRequest, grid: VariantGrid, plan: PlanShown | None = None, *, error: str = "", status: int = 200
) -> HttpResponse:
    context = {"grid": grid, "plan": plan, "error": error, "is_all": "all" in request.POST}
    if request.htmx and request.method == "POST":
        return render(request, "workspace/fragments/variant_plan.html", context)
    return render(request, "workspace/product_variants.html", context, status=status)
