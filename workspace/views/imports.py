from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.blobs.services import open_blob
from foundation.core.errors import Invalid, Missing, TandemError
from foundation.jobs.services import cancel_job
from pim.services import start_import
from workspace.queries.imports import get_import, import_list, import_page
from workspace.views.pages import PageRequest, next_address, page

MEGABYTE = 1024 * 1024
LARGEST = 200 * MEGABYTE


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.import")
def imports(request: PageRequest) -> HttpResponse:
    """The imports so far, and the form that starts one."""
    refusal = ""
    if request.method == "POST":
        try:
            started = _start(request)
            return redirect("import", uid=started.uid)
        except TandemError as error:
            refusal = error.detail
    context = {"form_error": refusal, "imports": import_list(actor=request.actor), "can_import": True}
    return render(request, "workspace/import_list.html", context, status=422 if refusal else 200)


def _start(request: PageRequest) -> Any:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("Choose a file first", path="file")
    if not (file.name or "").lower().endswith((".xlsx", ".csv")):
        raise Invalid("Only XLSX and CSV files are read; save the sheet as one of these", path="file")
    if (file.size or 0) > LARGEST:
        raise Invalid("The file is larger than 200 MB; split it", path="file")
    mapping = _mapping(request.FILES.get("mapping"))
    return start_import(file, filename=file.name or "upload", mapping=mapping, actor=request.actor)


def _mapping(file: UploadedFile | None) -> dict[str, Any]:
    """The optional JSON file that says which column means what."""
    if file is None:
        return {}
    try:
        found = json.loads(file.read(MEGABYTE))
    except (ValueError, UnicodeDecodeError):
        raise Invalid("The mapping is not JSON", path="mapping") from None
    if not isinstance(found, dict):
        raise Invalid("The mapping must be one JSON object: header to attribute", path="mapping")
    return found


@require_safe
@page("pim.import")
def import_(request: PageRequest, uid: UUID) -> HttpResponse:
    """Progress, asked for again each second while it runs; then the refused rows."""
    found = import_page(uid, actor=request.actor, cursor=request.GET.get("cursor", ""))
    context = {"job": found.job, "errors": found.errors, "next_url": next_address(request, found.next_cursor)}
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "workspace/import.html", context)
    part = "import_error_rows" if "cursor" in request.GET else "import_progress"
    return render(request, f"workspace/fragments/{part}.html", context)


@require_safe
@page("pim.import")
def import_errors(request: PageRequest, uid: UUID) -> FileResponse:
    """The refused rows as a file to mend and upload again."""
    found = get_import(uid, actor=request.actor)
    if found.error_file is None:
        raise Missing("No row was refused, so there is no file", path="uid")
    stem = found.filename.rpartition(".")[0] or found.filename
    ending = "csv" if "csv" in found.error_file.media_type else "xlsx"
    return FileResponse(
        open_blob(found.error_file.sha256), as_attachment=True, filename=f"{stem}-refused.{ending}",
        content_type=found.error_file.media_type,
    )  # fmt: skip


@require_POST
@page("pim.import")
def import_cancel(request: PageRequest, uid: UUID) -> HttpResponse:
    """Ask the job to stop; rows that are in stay in."""
    found = get_import(uid, actor=request.actor)
    if found.job_uid is None:
        raise Missing("This import has no job any more", path="uid")
    cancel_job(uid=found.job_uid, actor=request.actor)
    return redirect("import", uid=uid)
