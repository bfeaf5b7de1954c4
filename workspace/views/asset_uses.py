"""What an asset shows, and where it is out."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from associations.choices import BindingRole
from associations.models import Binding
from associations.queries import get_binding
from associations.services import (
    bind_asset,
    confirm_proposal,
    rebind_asset,
    reject_proposal,
    unbind_asset,
    undo_decision,
)
from dam.queries.assets import get_asset
from foundation.core.errors import Invalid, Missing
from pim.models import Product
from workspace.queries.asset_uses import ROLES, listings_with, product_choices, products_shown
from workspace.views.assets import show_part, trail_query, undo_address
from workspace.views.pages import PageRequest, next_address, page

USES = "#uses"


@require_safe
@page("dam.view")
def asset_products(request: PageRequest, uid: UUID) -> HttpResponse:
    """All products that it shows or may show, a page at a time."""
    asset = get_asset(uid, actor=request.actor)
    found = products_shown(asset, actor=request.actor, cursor=request.GET.get("cursor", ""))
    context = {
        "uid": uid,
        "name": asset.title,
        "bindings": found.rows,
        "next_url": next_address(request, found.next_cursor),
        "may_decide": request.actor.may("associations.decide"),
    }
    return _rows(request, "asset_products", "binding_rows", context)


@require_safe
@page("syndication.view")
def asset_listings(request: PageRequest, uid: UUID) -> HttpResponse:
    """All live listings that carry it, a page at a time."""
    asset = get_asset(uid, actor=request.actor)
    found = listings_with(asset, actor=request.actor, cursor=request.GET.get("cursor", ""))
    context = {
        "uid": uid,
        "name": asset.title,
        "listings": found.rows,
        "next_url": next_address(request, found.next_cursor),
    }
    return _rows(request, "asset_listings", "live_listing_rows", context)


@require_safe
@page("associations.decide")
def asset_bind_choices(request: PageRequest, uid: UUID) -> HttpResponse:
    """Products to bind it to, by words."""
    asset, words = get_asset(uid, actor=request.actor), request.GET.get("words", "")
    context = {
        "uid": uid,
        "name": asset.title,
        "words": words,
        "choices": product_choices(asset, words, actor=request.actor),
        "roles": ROLES,
        "role": request.GET.get("role", BindingRole.GALLERY.value),
        "query": trail_query(request),
    }
    is_whole = not request.htmx or request.htmx.history_restore_request
    template = "workspace/asset_bind.html" if is_whole else "workspace/fragments/product_choices.html"
    return render(request, template, context)


@require_POST
@page("associations.decide")
def asset_bind(request: PageRequest, uid: UUID) -> HttpResponse:
    """Bind it; `replace` sends the present holder of a single role to the gallery."""
    product = Product.objects.visible_to(request.actor).filter(uid=_of(request)).first()
    if product is None:
        raise Missing("There is no such product, or you may not see it", path="of")
    binding = bind_asset(
        product=product,
        asset=get_asset(uid, actor=request.actor),
        role=request.POST.get("role", ""),
        replace=bool(request.POST.get("replace")),
        actor=request.actor,
    )
    undo = undo_address(request, "asset_unbind", uid, of=binding.uid)
    return show_part(request, uid, "uses", f"It shows {product.sku} now", undo_url=undo, target=USES)


@require_POST
@page("associations.decide")
def asset_unbind(request: PageRequest, uid: UUID) -> HttpResponse:
    binding = unbind_asset(uid=_binding(request, uid).uid, actor=request.actor)
    undo = undo_address(request, "asset_rebind", uid, of=binding.uid)
    text = f"It shows {binding.product.sku} no more"
    return show_part(request, uid, "uses", text, undo_url=undo, target=USES)


@require_POST
@page("associations.decide")
def asset_rebind(request: PageRequest, uid: UUID) -> HttpResponse:
    """Take an unbinding back."""
    binding = rebind_asset(uid=_binding(request, uid).uid, actor=request.actor)
    undo = undo_address(request, "asset_unbind", uid, of=binding.uid)
    return show_part(request, uid, "uses", f"It shows {binding.product.sku} again", undo_url=undo, target=USES)


@require_POST
@page("associations.decide")
def asset_confirm(request: PageRequest, uid: UUID) -> HttpResponse:
    """Yes to a proposal."""
    binding = confirm_proposal(uid=_binding(request, uid).uid, actor=request.actor)
    undo = undo_address(request, "asset_undo_decision", uid, of=binding.uid)
    text = f"Confirmed: it shows {binding.product.sku}"
    return show_part(request, uid, "uses", text, undo_url=undo, target=USES)


@require_POST
@page("associations.decide")
def asset_reject(request: PageRequest, uid: UUID) -> HttpResponse:
    """No to a proposal."""
    binding = reject_proposal(uid=_binding(request, uid).uid, actor=request.actor)
    undo = undo_address(request, "asset_undo_decision", uid, of=binding.uid)
    text = f"Rejected: it does not show {binding.product.sku}"
    return show_part(request, uid, "uses", text, undo_url=undo, target=USES)


@require_POST
@page("associations.decide")
def asset_undo_decision(request: PageRequest, uid: UUID) -> HttpResponse:
    undo_decision(uid=_binding(request, uid).uid, actor=request.actor)
    return show_part(request, uid, "uses", "Undone: it waits again", target=USES)


def _rows(request: PageRequest, whole: str, rows: str, context: dict[str, object]) -> HttpResponse:
    is_whole = not request.htmx or request.htmx.history_restore_request
    return render(request, f"workspace/{whole}.html" if is_whole else f"workspace/fragments/{rows}.html", context)


def _of(request: PageRequest) -> UUID:
    try:
        return UUID(request.POST.get("of") or request.GET.get("of", ""))
    except ValueError:
        raise Invalid("Say which one, by its uid", path="of") from None


def _binding(request: PageRequest, uid: UUID) -> Binding:
    """The binding that is named, if it is one of this asset."""
    binding = get_binding(_of(request), actor=request.actor)
    if binding.asset.uid != uid:
        raise Missing("There is no such binding of this asset", path="of")
    return binding
