"""The binding desk: assets that show nothing, and products without a hero. Proposals have a module of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url, trigger_client_event

from associations.services import bind_asset, set_hero, undo_binding_changes
from dam.models import Asset
from dam.queries.assets import get_asset
from pim.models import Product
from workspace.queries.desk_tabs import desk_counts as count_desk
from workspace.queries.desk_tabs import desk_tabs
from workspace.queries.heroes import Place, chosen_place, hero_address, hero_desk
from workspace.queries.placements import get_visible_product
from workspace.queries.product_picker import product_named
from workspace.queries.unbound import unbound_address, unbound_desk
from workspace.queries.words import phrase
from workspace.views.pages import PageRequest, page, toast, uid_in

DESK = "#desk"


def show_desk(request: PageRequest, name: str, context: dict[str, Any], place: Place | None = None) -> HttpResponse:
    """One tab of the desk: the whole page with its tabs, or for htmx what lies on it."""
    part = f"workspace/fragments/{name}.html"
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, part, context)
    counts = {"but": name, **(place.query if place else {})}
    context |= {"desk_tabs": desk_tabs(name, total=context["total"]), "counts_query": urlencode(counts), "part": part}
    return render(request, "workspace/desk.html", context)


@require_safe
@page("dam.view")
def desk_counts(request: PageRequest) -> HttpResponse:
    """What waits behind the other tabs, for their badges."""
    where = chosen_place(request.GET.dict(), request.actor)
    counts = count_desk(but=request.GET.get("but", ""), place=where, actor=request.actor)
    return render(request, "workspace/fragments/desk_counts.html", {"counts": counts})


@require_safe
@page("dam.view")
def unbound_assets(request: PageRequest) -> HttpResponse:
    return show_desk(
        request, "unbound_assets", vars(unbound_desk(actor=request.actor, uid=request.GET.get("asset", "")))
    )


@require_POST
@page("associations.decide")
def bind_unbound(request: PageRequest) -> HttpResponse:
    """Bind, and go on to the next."""
    given, change_set = request.POST, str(uuid4())
    asset = _asset(given.get("asset", ""), request)
    product = product_named(given.get("product", ""), actor=request.actor)
    bound = bind_asset(
        product=product,
        asset=asset,
        role=given.get("role", ""),
        axis=given.get("axis", ""),
        replace=bool(given.get("replace")),
        actor=request.actor,
        change_set=change_set,
    )
    text = f"{asset.title} shows {product.sku} as {phrase(bound.get_role_display()).lower()}"
    undo = {"asset": asset.uid, "product": product.uid, "change": change_set}
    undo_url = f"{reverse('unbound_undo')}?{urlencode(undo)}"
    following = unbound_desk(actor=request.actor, after=asset.pk)
    onward = unbound_address(following.asset.uid if following.asset else None) or reverse("unbound_assets")
    return _go_on(request, text, undo_url, onward, lambda: show_desk(request, "unbound_assets", vars(following)))


@require_POST
@page("associations.decide")
def undo_unbound(request: PageRequest) -> HttpResponse:
    """The asset shows nothing again, and is on the desk again."""
    asset = _asset(request.GET.get("asset", ""), request)
    _undo(request)
    onward = unbound_address(asset.uid)
    drawn = unbound_desk(actor=request.actor, uid=str(asset.uid))
    return _go_on(request, "Undone", "", onward, lambda: show_desk(request, "unbound_assets", vars(drawn)))


@require_safe
@page("dam.view")
def missing_heroes(request: PageRequest) -> HttpResponse:
    wanted = request.GET.dict()
    found = hero_desk(wanted=wanted, actor=request.actor, uid=wanted.get("product", ""))
    return show_desk(request, "missing_heroes", vars(found), found.place)


@require_POST
@page("associations.decide")
def choose_hero(request: PageRequest) -> HttpResponse:
    """Let the asset be the hero, and go on to the next product that has none."""
    given, change_set = request.POST, str(uuid4())
    product = _product(given.get("product", ""), request)
    asset = _asset(given.get("asset", ""), request)
    bound = set_hero(product=product, asset=asset, actor=request.actor, change_set=change_set)
    following = hero_desk(wanted=request.GET.dict(), actor=request.actor, after=product.sku)
    place = following.place.query if following.place else {}
    undo = {"product": product.uid, "bound": bound.product.uid, "change": change_set, **place}
    onward = hero_address(following.product.uid if following.product else None, following.place)

    def draw() -> HttpResponse:
        drawn = show_desk(request, "missing_heroes", vars(following), following.place)
        return trigger_client_event(drawn, "picked", {"bound": [str(asset.uid)], "refused": []})

    return _go_on(
        request,
        f"{asset.title} is the hero of {bound.product.sku}",
        f"{reverse('hero_undo')}?{urlencode(undo)}",
        onward or f"{reverse('missing_heroes')}?{following.place_query}",
        draw,
    )


@require_POST
@page("associations.decide")
def undo_hero(request: PageRequest) -> HttpResponse:
    """No hero any more; the product is on the desk again."""
    product, wanted = _product(request.GET.get("product", ""), request), request.GET.dict()
    _undo(request, "bound")
    drawn = hero_desk(wanted=wanted, actor=request.actor, uid=str(product.uid))
    onward = hero_address(product.uid, drawn.place)
    return _go_on(request, "Undone", "", onward, lambda: show_desk(request, "missing_heroes", vars(drawn), drawn.place))


def _undo(request: PageRequest, name: str = "product") -> None:
    product = _product(request.GET.get(name, ""), request)
    undo_binding_changes(product=product, change_set=request.GET.get("change", ""), actor=request.actor)


def _go_on(
    request: PageRequest, text: str, undo_url: str, onward: str, draw: Callable[[], HttpResponse]
) -> HttpResponse:
    if not request.htmx:
        messages.add_message(request, messages.SUCCESS, text, extra_tags=undo_url)
        return redirect(onward)
    return toast(push_url(draw(), onward), text, undo_url=undo_url, target=DESK)


def _asset(text: str, request: PageRequest) -> Asset:
    return get_asset(uid_in(text, "asset"), actor=request.actor)


def _product(text: str, request: PageRequest) -> Product:
    return get_visible_product(uid_in(text, "product"), actor=request.actor)
