"""Approving, retiring, new versions: what may go out of an asset."""

from __future__ import annotations

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from dam.choices import FULL_SIZE, RenditionState
from dam.queries.assets import get_asset
from dam.queries.renditions import find_rendition
from dam.services import (
    add_version,
    approve_asset,
    request_full_size,
    request_rendition,
    restore_asset,
    retire_asset,
    store_upload,
    withdraw_approval,
)
from delivery.services.links import preview_urls
from foundation.core.errors import Invalid, Missing, TandemError
from workspace.queries.pictures import LARGE
from workspace.views.assets import show_part, show_stage, undo_address
from workspace.views.pages import PageRequest, page

MEGABYTE = 1024 * 1024
LARGEST = 500 * MEGABYTE


@require_POST
@page("dam.approve")
def asset_approve(request: PageRequest, uid: UUID) -> HttpResponse:
    """The newest version, or the one that the page showed as the newest."""
    number = _number(request.POST.get("number", ""))
    asset = approve_asset(get_asset(uid, actor=request.actor), number=number, actor=request.actor)
    version = asset.current_version.number if asset.current_version else 0
    undo = undo_address(request, "asset_withdraw_approval", uid, number=version)
    return show_part(request, uid, "", f"Version {version} approved: it may go out", undo_url=undo)


@require_POST
@page("dam.approve")
def asset_withdraw_approval(request: PageRequest, uid: UUID) -> HttpResponse:
    number = _number(request.GET.get("number", "") or request.POST.get("number", ""))
    if number is None:
        raise Invalid("Say which version is withdrawn", path="number")
    withdraw_approval(get_asset(uid, actor=request.actor), number=number, actor=request.actor)
    return show_part(request, uid, "", f"Version {number} waits for approval again")


@require_POST
@page("dam.approve")
def asset_retire(request: PageRequest, uid: UUID) -> HttpResponse:
    retire_asset(get_asset(uid, actor=request.actor), actor=request.actor)
    undo = undo_address(request, "asset_restore", uid)
    return show_part(request, uid, "", "Retired: it goes out no more", undo_url=undo)


@require_POST
@page("dam.approve")
def asset_restore(request: PageRequest, uid: UUID) -> HttpResponse:
    restore_asset(get_asset(uid, actor=request.actor), actor=request.actor)
    undo = undo_address(request, "asset_retire", uid)
    return show_part(request, uid, "", "Back from retirement, as it was", undo_url=undo)


@require_http_methods(["GET", "HEAD", "POST"])
@page("dam.ingest")
def asset_new_version(request: PageRequest, uid: UUID) -> HttpResponse:
    """The form for another file of the same work; afterwards the two beside each other."""
    asset, refusal = get_asset(uid, actor=request.actor), ""
    if request.method == "POST":
        try:
            file = _file(request)
            stored = store_upload(file, actor=request.actor)
            version = add_version(asset, sha256=stored.pk, filename=file.name or "unnamed", actor=request.actor)
            current = asset.current_version.number if asset.current_version else version.number
            return redirect(f"{reverse('asset_compare', args=[uid])}?left={current}&right={version.number}")
        except Missing:
            raise
        except TandemError as error:
            refusal = error.detail
    context = {"uid": uid, "name": asset.title, "form_error": refusal}
    return render(request, "workspace/asset_new_version.html", context, status=422 if refusal else 200)


@require_POST
@page("dam.view")
def asset_make_rendition(request: PageRequest, uid: UUID) -> HttpResponse:
    """Have a preset's rendition of the current version made, the large one unless another is named."""
    asset = get_asset(uid, actor=request.actor)
    if asset.current_version is None:
        raise Missing("The asset has no version yet", path="asset")
    preset = request.POST.get("preset") or LARGE
    request_rendition(asset.current_version, preset=preset, actor=request.actor)
    if request.htmx and request.htmx.target == "stage":
        return show_stage(request, uid)
    return show_part(request, uid, "files", "It is being made", target="#files")


@require_http_methods(["GET", "HEAD", "POST"])
@page("dam.view")
def asset_full_size(request: PageRequest, uid: UUID) -> JsonResponse:
    """For looking closely. POST: have the picture made in its own size. GET: its address, once it is there."""
    asset = get_asset(uid, actor=request.actor)
    if asset.current_version is None:
        raise Missing("The asset has no version yet", path="asset")
    if request.method == "POST":
        request_full_size(asset.current_version, actor=request.actor)
    made = find_rendition(asset.current_version, FULL_SIZE)
    if made is None or made.state != RenditionState.DONE:
        return JsonResponse({"url": "", "is_failed": made is not None and made.state == RenditionState.FAILED})
    return JsonResponse({"url": preview_urls([asset], preset=FULL_SIZE, actor=request.actor)[asset.pk]})


def _file(request: PageRequest) -> UploadedFile:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("Choose a file first", path="file")
    if (file.size or 0) > LARGEST:
        raise Invalid(
            "The file is larger than 500 MB; upload it in the library, which goes on after a break", path="file"
        )
    return file


def _number(text: str) -> int | None:
    """The number of a version; None where none was named."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Invalid("The number of a version is a whole number", path="number")
    return int(text)
