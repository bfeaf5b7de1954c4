"""Where a product stands: a variant becomes a product of its own, and back. Told first, done as told, undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from foundation.core.errors import Denied, Missing, TandemError
from pim.models import FamilyAxis, Product
from pim.queries.products import get_product
from pim.services import attach_variant, detach_variant, preview_attach, preview_detach
from pim.services.variants import VariantMove
from workspace.queries.moves import axis_fields, may_move, own_options, simple_families
from workspace.queries.placements import get_visible_product
from workspace.queries.product_picker import product_named
from workspace.views.moving import asked_by, attempt, consent, told
from workspace.views.pages import PageRequest, page
from workspace.views.undoing import read_undo, require_same, undo_address, undone

AXIS = "axis-"
FOR_ALL = "This moves values of all markets and branches: it is for who edits products in all of them"


@dataclass(frozen=True)
class Step:
    """A move that a page asks for: what says so, how it goes back, and what carries it out."""

    words: str
    back: dict[str, Any]
    service: Callable[..., VariantMove]


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.edit")
def detach(request: PageRequest, uid: UUID) -> HttpResponse:
    """What a variant would take along as a product of its own; a POST makes it one."""
    product = get_visible_product(uid, actor=request.actor)
    if product.parent_id is None:
        return redirect("product", uid=uid)
    _require_all(product, request)
    given = asked_by(request)
    family = given.get("family", "").replace("\0", "")
    context: dict[str, Any] = {
        "product": product, "families": simple_families(), "family": family, "fields": [("family", family)],
    }  # fmt: skip
    if family:
        back = {"parent": product.parent.sku if product.parent else "", "axes": _axes_of(product)}
        step = Step(f"{product.sku} is a product of its own", back, partial(detach_variant, product, family=family))
        if (answer := _carried_out(request, product, step, context)) is not None:
            return answer
        context["move"] = told(request, lambda: preview_detach(product, family=family, actor=request.actor))
    return render(request, "workspace/product_detach.html", context, status=422 if "error" in context else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.edit")
def attach(request: PageRequest, uid: UUID) -> HttpResponse:
    """What a simple product would keep and lose as a variant of a model; a POST makes it one."""
    product = get_visible_product(uid, actor=request.actor)
    if product.parent_id is not None or product.family.depth:
        return redirect("product", uid=uid)
    _require_all(product, request)
    given = asked_by(request)
    context: dict[str, Any] = {"product": product, "typed": given.get("product", "").replace("\0", "")}
    parent = _parent(request, context)
    if parent is not None:
        rows = FamilyAxis.objects.filter(family_id=parent.family_id, level=parent.level + 1)
        attributes = [row.attribute for row in rows.select_related("attribute").order_by("position")]
        axes = {one.code: given.get(f"{AXIS}{one.code}", "").strip().replace("\0", "") for one in attributes}
        axes = {code: option for code, option in axes.items() if option}
        asked: dict[str, Any] = {"parent": parent, "axes": axes}
        context |= {
            "parent": parent,
            "axes": axis_fields(attributes, own_options(product, attributes) | axes),
            "fields": [("product", parent.sku), *((f"{AXIS}{code}", option) for code, option in axes.items())],
        }
        words, back = f"{product.sku} is a variant of {parent.sku}", {"family": product.family.code}
        step = Step(words, back, partial(attach_variant, product, **asked))
        if (answer := _carried_out(request, product, step, context)) is not None:
            return answer
        context["move"] = told(request, lambda: preview_attach(product, **asked, actor=request.actor))
    return render(request, "workspace/product_attach.html", context, status=422 if "error" in context else 200)


@require_POST
@page("pim.edit")
def product_move_undo(request: PageRequest, uid: UUID) -> HttpResponse:
    """Back to where it stood, if nobody changed it since; refused where that would lose anything."""
    product = get_visible_product(uid, actor=request.actor)
    said = read_undo(request, "product_move_undo", str(uid))
    require_same(product.version, said["version"])
    back = said["back"]
    if "family" in back:
        detach_variant(product, family=back["family"], actor=request.actor)
    else:
        parent = get_product(back["parent"], actor=request.actor)
        attach_variant(product, parent=parent, axes=back["axes"], actor=request.actor)
    return undone(request, reverse("product", args=[uid]))


def _parent(request: PageRequest, context: dict[str, Any]) -> Product | None:
    if not context["typed"]:
        return None
    try:
        return product_named(context["typed"], actor=request.actor)
    except Missing as error:
        context["error"] = error.detail
        return None


def _axes_of(product: Product) -> dict[str, str]:
    """What tells it from its siblings."""
    return dict(pair.split("=", 1) for pair in product.axis_key.split("&"))


def _require_all(product: Product, request: PageRequest) -> None:
    if not may_move(product, request.actor):
        raise Denied(FOR_ALL)


def _carried_out(request: PageRequest, product: Product, step: Step, context: dict[str, Any]) -> HttpResponse | None:
    """On a POST: done, or the context knows why not. Undo is offered where moving back leaves everything as it was."""
    if request.method != "POST":
        return None
    done = attempt(lambda: step.service(**consent(request)))
    if isinstance(done, TandemError):
        context["error"] = done.detail
        return None
    undo = ""
    if not done.losses and not done.gains and ("parent" in step.back or not done.categories[0]):
        version = Product.objects.get(pk=product.pk).version
        undo = undo_address("product_move_undo", str(product.uid), version=version, back=step.back)
    messages.success(request, step.words, extra_tags=undo)
    return redirect("product", uid=product.uid)
