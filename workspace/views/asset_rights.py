"""Which licences hold for an asset, and links to what is made of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dam.models import Licence
from dam.queries.assets import get_asset
from dam.services import assign_licence, unassign_licence
from delivery.decision import PREVIEW
from delivery.services.links import mint_link
from foundation.core import moment
from foundation.core.errors import Invalid, Missing
from workspace.queries.asset_rights import licence_choices
from workspace.queries.licences import get_licence
from workspace.views.assets import show_part, trail_query, undo_address
from workspace.views.pages import PageRequest, page

RIGHTS = "#rights"
LONGEST = 1440


@require_safe
@page("dam.edit")
def asset_licences(request: PageRequest, uid: UUID) -> HttpResponse:
    """Licences that may be added, by words."""
    asset, words = get_asset(uid, actor=request.actor), request.GET.get("words", "")
    choices = licence_choices(asset, words, actor=request.actor)
    context = {"uid": uid, "name": asset.title, "words": words, "choices": choices, "query": trail_query(request)}
    is_whole = not request.htmx or request.htmx.history_restore_request
    template = "workspace/asset_licences.html" if is_whole else "workspace/fragments/licence_choices.html"
    return render(request, template, context)


@require_POST
@page("dam.edit")
def asset_licence_add(request: PageRequest, uid: UUID) -> HttpResponse:
    licence = _licence(request)
    assign_licence([get_asset(uid, actor=request.actor)], licence=licence, actor=request.actor)
    undo = undo_address(request, "asset_licence_remove", uid, of=licence.uid)
    return show_part(request, uid, "rights", f"{licence.name} holds for it now", undo_url=undo, target=RIGHTS)


@require_POST
@page("dam.edit")
def asset_licence_remove(request: PageRequest, uid: UUID) -> HttpResponse:
    licence = _licence(request)
    unassign_licence([get_asset(uid, actor=request.actor)], licence=licence, actor=request.actor)
    undo = undo_address(request, "asset_licence_add", uid, of=licence.uid)
    return show_part(request, uid, "rights", f"{licence.name} holds for it no more", undo_url=undo, target=RIGHTS)


@require_http_methods(["GET", "HEAD", "POST"])
@page("delivery.mint")
def asset_link(request: PageRequest, uid: UUID) -> HttpResponse:
    """The form for a link to a rendition, and the link that was made."""
    asset = get_asset(uid, actor=request.actor)
    asked = request.POST if request.method == "POST" else request.GET
    preset, use = asked.get("preset", ""), asked.get("use", PREVIEW)
    context: dict[str, Any] = {"uid": uid, "name": asset.title, "preset": preset, "use": use, "minutes": 60}
    if request.method == "POST":
        minutes = context["minutes"] = _minutes(asked.get("minutes", ""))
        link = mint_link(uid, preset=preset, use=use, minutes=minutes, actor=request.actor, at=moment.now())
        context["link"] = link
    template = "workspace/fragments/asset_link.html" if request.htmx else "workspace/asset_link.html"
    return render(request, template, context)


def _licence(request: PageRequest) -> Licence:
    try:
        uid = UUID(request.POST.get("of") or request.GET.get("of", ""))
    except ValueError:
        raise Missing("There is no such licence", path="of") from None
    return get_licence(uid, actor=request.actor)


def _minutes(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= LONGEST):
        raise Invalid(f"A link holds for 1 to {LONGEST} minutes", path="minutes")
    return int(text)
