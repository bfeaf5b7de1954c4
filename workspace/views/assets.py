from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from dam.queries.assets import get_asset
from workspace.queries.asset_files import comparison, stage
from workspace.queries.asset_page import asset_page
from workspace.queries.assets import asset_list, trail_of
from workspace.queries.bulk_changes import bulk_bar
from workspace.queries.uploads import upload_tray
from workspace.views.pages import PageRequest, next_address, page, show_list, toast, wanted

FACETS = ("state", "kind", "binding", "licence")
WHOLE = "#asset"


@require_safe
@page("dam.view")
def assets(request: PageRequest) -> HttpResponse:
    found = asset_list(wanted(request, FACETS), actor=request.actor)
    context = {
        "total": found.total,
        "q": request.GET.get("q", ""),
        "facets": found.facets,
        "tiles": found.tiles,
        "next_url": next_address(request, found.next_cursor),
        "has_any": found.has_any,
        "tray": SimpleLazyObject(partial(upload_tray, actor=request.actor)),  # fragments do not draw it
        "bulk": bulk_bar("asset", actor=request.actor),
    }
    return show_list(request, "asset", context, more="asset_tiles")


@require_safe
@page("dam.view")
def asset(request: PageRequest, uid: UUID) -> HttpResponse:
    """The page; its address carries the filters of the list that one came from. For htmx what is inside it."""
    return show_asset(request, uid)


@require_safe
@page("dam.view")
def asset_stage(request: PageRequest, uid: UUID) -> HttpResponse:
    """The picture alone, asked for again while it is being made."""
    if request.htmx:
        return show_stage(request, uid)
    return redirect("asset", uid=get_asset(uid, actor=request.actor).uid)


@require_safe
@page("dam.view")
def asset_compare(request: PageRequest, uid: UUID) -> HttpResponse:
    """Two versions beside each other, or one over the other."""
    asked = request.GET.get("left", ""), request.GET.get("right", "")
    found = comparison(uid, *asked, actor=request.actor)
    is_slider = found.can_slide and request.GET.get("view") == "slider"
    context = vars(found) | {"can_slide": found.can_slide, "is_slider": is_slider}
    return render(request, "workspace/asset_compare.html", context)


def show_asset(request: PageRequest, uid: UUID) -> HttpResponse:
    """The asset as it is now: the whole page, or for htmx what is inside it."""
    found = asset_page(uid, wanted(request, FACETS), actor=request.actor)
    is_whole = not request.htmx or request.htmx.history_restore_request
    template = "workspace/asset.html" if is_whole else "workspace/fragments/asset_body.html"
    return render(request, template, vars(found))


def show_stage(request: PageRequest, uid: UUID) -> HttpResponse:
    """The picture, or what keeps it from being shown."""
    shown = stage(get_asset(uid, actor=request.actor), actor=request.actor)
    return render(request, "workspace/asset_parts/stage.html", {"stage": shown})


def trail_query(request: PageRequest) -> str:
    """The filters that the address carries."""
    return trail_of(wanted(request, FACETS))


def undo_address(request: PageRequest, name: str, uid: UUID, **more: object) -> str:
    """Where a toast's Undo goes, with what it needs and the filters of the list."""
    query = trail_query(request).removeprefix("?")
    pairs = [f"{key}={value}" for key, value in more.items()] + ([query] if query else [])
    address = reverse(name, args=[uid])
    return f"{address}?{'&'.join(pairs)}" if pairs else address


def show_part(
    request: PageRequest, uid: UUID, part: str, text: str, *, undo_url: str = "", target: str = WHOLE
) -> HttpResponse:
    """After a write: the part of the page as it is now, with a toast; without scripts the page with a message."""
    if not request.htmx:
        messages.success(request, text, extra_tags=undo_url)
        return redirect(reverse("asset", args=[uid]) + trail_query(request))
    if target == WHOLE:
        response = show_asset(request, uid)
    else:
        found = asset_page(uid, wanted(request, FACETS), actor=request.actor)
        response = render(request, f"workspace/asset_parts/{part}.html", vars(found) | {"is_part": True})
    return toast(response, text, undo_url=undo_url, target=target)
