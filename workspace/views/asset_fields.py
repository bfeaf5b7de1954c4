"""What people say of an asset, saved field by field. Who meets another's change is told, and keeps what they typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from dam.models import Asset
from dam.queries.assets import get_asset
from dam.services import edit_asset, undo_edit
from foundation.core.errors import Denied, Invalid, Missing, Stale, TandemError
from workspace.queries.asset_fields import (
    ALT_PREFIX,
    AssetField,
    asset_field,
    edits_since,
    field_names,
    overtaken,
    refused,
)
from workspace.views.assets import trail_query, undo_address
from workspace.views.pages import PageRequest, page, toast


@require_http_methods(["GET", "HEAD", "POST"])
@page("dam.edit")
def asset_edit(request: PageRequest, uid: UUID) -> HttpResponse:
    """GET: one field as it is saved. POST: change the fields that are sent; htmx sends one."""
    asset = get_asset(uid, actor=request.actor)
    if request.method != "POST":
        return _show(request, asset, asset_field(asset, _named(request, asset), actor=request.actor))
    if request.htmx:
        return _save_one(request, asset, _named(request, asset))
    names = field_names(asset) & request.POST.keys()
    if "markets" in field_names(asset) and "markets-shown" in request.POST:
        names |= {"markets"}
    expected = _edition(request.POST.get("edition", "")) or asset.edition
    saved = edit_asset(asset, changes=_changes(request, asset, names), actor=request.actor, expected=expected)
    undo = undo_address(request, "asset_undo_edit", uid, edition=saved.edition) if saved.edition != expected else ""
    messages.success(request, "Saved" if undo else "Nothing was changed", extra_tags=undo)
    return redirect(reverse("asset", args=[uid]) + trail_query(request))


@require_POST
@page("dam.edit")
def asset_undo_edit(request: PageRequest, uid: UUID) -> HttpResponse:
    """Put back what an edit changed. `field` says which field the page draws anew."""
    edition = _edition(request.GET.get("edition", ""))
    if edition is None:
        raise Invalid("Say which edit is undone", path="edition")
    asset = undo_edit(get_asset(uid, actor=request.actor), edition=edition, actor=request.actor)
    if not request.htmx:
        messages.success(request, "Undone")
        return redirect("asset", uid=uid)
    shown = asset_field(asset, _named(request, asset), actor=request.actor)
    return toast(_show(request, asset, shown), "Undone: it is as it was")


def _save_one(request: PageRequest, asset: Asset, name: str) -> HttpResponse:
    actor, expected = request.actor, _edition(request.POST.get("edition", "")) or asset.edition
    shown = asset_field(asset, name, actor=actor)
    typed = ", ".join(request.POST.getlist(name)) if name == "markets" else request.POST.get(name, "")
    try:
        saved = edit_asset(asset, changes=_changes(request, asset, {name}), actor=actor, expected=expected)
    except Stale:
        fresh = get_asset(asset.uid, actor=actor)
        news = edits_since(fresh, expected, but=actor)
        names = {one for event in news for one in event.names} & field_names(fresh) - {name}
        others = [asset_field(fresh, one, actor=actor) for one in sorted(names)]
        field = overtaken(asset_field(fresh, name, actor=actor), typed, news)
        return _show(request, fresh, field, others=others, status=412)
    except (Missing, Denied):
        raise
    except TandemError as error:
        return _show(request, asset, refused(shown, typed, error.detail), status=422)
    response = _show(request, saved, asset_field(saved, name, actor=actor))
    if saved.edition == asset.edition:
        return response
    undo = undo_address(request, "asset_undo_edit", saved.uid, edition=saved.edition, field=name)
    return toast(response, f"{shown.label} saved", undo_url=undo, target=f"#field-{name}")


def _show(
    request: PageRequest, asset: Asset, shown: AssetField, *, others: Sequence[AssetField] = (), status: int = 200
) -> HttpResponse:
    """The field, and out of band the edition, the heading, and other fields that are not as they were."""
    context = {"field": shown, "others": others, "asset": asset, "trail_query": trail_query(request)}
    return render(request, "workspace/fragments/asset_field.html", context, status=status)


def _named(request: PageRequest, asset: Asset) -> str:
    name = request.POST.get("field") or request.GET.get("field", "")
    if name not in field_names(asset):
        raise Invalid("An asset has no such field", path="field")
    return name


def _changes(request: PageRequest, asset: Asset, names: set[str]) -> dict[str, Any]:
    """The form's texts as the service takes them: nothing typed takes a value away."""
    alts = {name.removeprefix(ALT_PREFIX): request.POST.get(name, "") for name in names if name.startswith(ALT_PREFIX)}
    changes = {name: _value(request, name) for name in names if not name.startswith(ALT_PREFIX)}
    if alts:
        said = (asset.metadata.get("alt") or {}) | {locale: text.strip() for locale, text in alts.items()}
        changes["alt"] = {locale: text for locale, text in said.items() if text} or None
    return changes


def _value(request: PageRequest, name: str) -> Any:
    if name == "markets":
        return request.POST.getlist("markets")
    text = request.POST.get(name, "").replace("\r\n", "\n").strip()
    if name == "keywords":
        return [line for line in text.splitlines() if line.strip()] or None
    return text if name == "title" else text or None


def _edition(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Invalid("An edition is a whole number", path="edition")
    return int(text)
