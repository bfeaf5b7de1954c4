"""The pictures of a product: sorting, binding, unbinding, roles, and taking any of it back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from associations.choices import Outcome
from associations.services import (
    BoundAssets,
    bind_assets,
    reorder_media,
    set_binding_role,
    unbind_asset,
    undo_binding_changes,
)
from pim.models import Product
from workspace.queries.binding import binding_menu
from workspace.queries.placements import get_visible_product
from workspace.queries.product_page import product_gallery
from workspace.queries.scopes import PARTS
from workspace.queries.words import phrase
from workspace.views.pages import PageRequest, page, toast

GALLERY = "#pictures"


@require_safe
@page("pim.view")
def pictures(request: PageRequest, uid: UUID) -> HttpResponse:
    """The gallery as it is now, for a page that saw another one."""
    if request.htmx:
        return _show(request, uid)
    get_visible_product(uid, actor=request.actor)
    return redirect(_product_page(request, uid))


@require_POST
@page("associations.decide")
def sort_pictures(request: PageRequest, uid: UUID) -> HttpResponse:
    """The order is on the screen already: nothing is drawn, a refusal says why."""
    product, change_set = get_visible_product(uid, actor=request.actor), str(uuid4())
    given = request.POST
    reorder_media(
        product=product,
        role=given.get("role", ""),
        uids=given.getlist("binding"),
        seen=given.getlist("seen") or None,
        actor=request.actor,
        change_set=change_set,
    )
    if not request.htmx:
        return redirect(_product_page(request, uid))
    return _undoable(request, HttpResponse(status=204), "Order saved", uid, change_set)


@require_POST
@page("associations.decide")
def bind_pictures(request: PageRequest, uid: UUID) -> HttpResponse:
    """What the picker chose. Those that were refused stay chosen there, each with its reason."""
    product = get_visible_product(uid, actor=request.actor)
    role = request.POST.get("role", "gallery")
    done = bind_assets(
        product=product,
        assets=request.POST.getlist("asset"),
        role=role,
        replace=bool(request.POST.get("replace")),
        actor=request.actor,
    )
    return answer_bound(request, done, product, _show(request, uid) if request.htmx else None)


def answer_bound(request: PageRequest, done: BoundAssets, product: Product, drawn: HttpResponse | None) -> HttpResponse:
    """Tell what became of each: a toast with Undo for those that were bound, and an event for the picker."""
    bound, refused = done.of(Outcome.BOUND), done.of(Outcome.REFUSED)
    many = f"{len(bound)} asset{'s' if len(bound) != 1 else ''}"
    text = f"Bound {many} to {product.sku}" if bound else "Nothing was bound"
    text += f"; {len(refused)} refused" if refused else ""
    if drawn is None:
        text += f": {refused[0].reason}" if refused else ""
        return _redirected(request, text, product.uid, done.change_set if bound else "", is_bad=not bound)
    outcome = {
        "bound": [one.asset for one in done.results if one.outcome != Outcome.REFUSED],
        "refused": [{"asset": one.asset, "name": one.title, "reason": one.reason} for one in refused],
    }
    trigger_client_event(drawn, "picked", outcome)
    if not bound:
        return toast(drawn, text, tone="bad" if refused else "ok")
    return toast(drawn, text, undo_url=undo_address(request, product.uid, done.change_set), target=GALLERY)


@require_POST
@page("associations.decide")
def undo_pictures(request: PageRequest, uid: UUID) -> HttpResponse:
    """Back to the pictures as they were before the change that the address names."""
    product = get_visible_product(uid, actor=request.actor)
    undo_binding_changes(product=product, change_set=request.GET.get("change", ""), actor=request.actor)
    if not request.htmx:
        return _redirected(request, "Undone", uid)
    return toast(_show(request, uid), "Undone")


@require_safe
@page("dam.view")
def binding(request: PageRequest, uid: UUID) -> HttpResponse:
    """What may be done with a picture: a menu for htmx, else a page."""
    found = binding_menu(uid, actor=request.actor)
    scope = {part: request.GET[part] for part in PARTS if part in request.GET}
    context = {"binding": found, "scope_query": f"?{urlencode(scope)}" if scope else ""}
    template = "fragments/binding_menu.html" if request.htmx else "binding.html"
    return render(request, f"workspace/{template}", context)


@require_POST
@page("associations.decide")
def change_role(request: PageRequest, uid: UUID) -> HttpResponse:
    """Another role; a single one is taken over where the menu said what that means."""
    role, change_set = request.POST.get("role", ""), str(uuid4())
    replace = bool(request.POST.get(f"replaces-{role}"))
    changed = set_binding_role(uid=uid, role=role, replace=replace, actor=request.actor, change_set=change_set)
    text = f"{changed.asset.title} is now {phrase(changed.get_role_display()).lower()}"
    return _answer(request, text, changed.product, change_set)


@require_POST
@page("associations.decide")
def unbind(request: PageRequest, uid: UUID) -> HttpResponse:
    change_set = str(uuid4())
    ended = unbind_asset(uid=uid, actor=request.actor, change_set=change_set)
    return _answer(request, f"Unbound {ended.asset.title}", ended.product, change_set)


def _answer(request: PageRequest, text: str, product: Product, change_set: str) -> HttpResponse:
    if not request.htmx:
        return _redirected(request, text, product.uid, change_set)
    return _undoable(request, _show(request, product.uid), text, product.uid, change_set)


def _show(request: PageRequest, uid: UUID) -> HttpResponse:
    found = product_gallery(uid, wanted=request.GET.dict(), actor=request.actor)
    return render(request, "workspace/fragments/gallery.html", {"gallery": found})


def _undoable(request: PageRequest, response: HttpResponse, text: str, uid: UUID, change_set: str) -> HttpResponse:
    return toast(response, text, undo_url=undo_address(request, uid, change_set), target=GALLERY)


def undo_address(request: PageRequest, uid: UUID, change_set: str) -> str:
    """Where the change of the product's pictures is taken back, in the scope of the page."""
    scope: dict[str, Any] = {part: request.GET[part] for part in PARTS if part in request.GET}
    return f"{reverse('pictures_undo', args=[uid])}?{urlencode({'change': change_set} | scope)}"


def _redirected(
    request: PageRequest, text: str, uid: UUID, change_set: str = "", *, is_bad: bool = False
) -> HttpResponse:
    undo_url = undo_address(request, uid, change_set) if change_set else ""
    messages.add_message(request, messages.ERROR if is_bad else messages.SUCCESS, text, extra_tags=undo_url)
    return redirect(_product_page(request, uid))


def _product_page(request: PageRequest, uid: UUID) -> str:
    scope = {part: request.GET[part] for part in PARTS if part in request.GET}
    return reverse("product", args=[uid]) + (f"?{urlencode(scope)}" if scope else "")
