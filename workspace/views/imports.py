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
from pim.services import (
    import_checked_file,
    map_columns,
    note_import_rows_read,
    note_refused_rows_read,
    start_import,
)
from workspace.queries.import_columns import LEAVE_OUT, SHOWN
from workspace.queries.import_rows import row_list
from workspace.queries.imports import get_import, import_list, import_page
from workspace.views.pages import PageRequest, next_address, page

MEGABYTE = 1024 * 1024
LARGEST = 200 * MEGABYTE


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.import")
def imports(request: PageRequest) -> HttpResponse:
    """The imports so far, and the form that has a file checked."""
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
    return start_import(file, filename=file.name or "upload", mapping=mapping, actor=request.actor, dry_run=True)


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
    """Progress, asked for again each second while it runs; then the report, of a check or of what came in."""
    return _show(request, uid)


def _show(request: PageRequest, uid: UUID, mapping_error: str = "") -> HttpResponse:
    found = import_page(uid, actor=request.actor, cursor=request.GET.get("cursor", ""))
    note_import_rows_read(found.shown, actor=request.actor)
    context = vars(found) | {
        "next_url": next_address(request, found.next_cursor),
        "mapping_error": mapping_error,
    }
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "workspace/import.html", context, status=422 if mapping_error else 200)
    part = "import_error_rows" if "cursor" in request.GET else "import_progress"
    return render(request, f"workspace/fragments/{part}.html", context)


@require_POST
@page("pim.import")
def import_run(request: PageRequest, uid: UUID) -> HttpResponse:
    """Import the file that was checked; it is not sent again."""
    import_checked_file(uid=uid, actor=request.actor)
    return redirect("import", uid=uid)


@require_POST
@page("pim.import")
def import_mapping(request: PageRequest, uid: UUID) -> HttpResponse:
    """What headers mean, and the check anew."""
    try:
        map_columns(uid=uid, columns=_columns(request), actor=request.actor)
    except Invalid as error:
        return _show(request, uid, mapping_error=error.detail)
    return redirect("import", uid=uid)


def _columns(request: PageRequest) -> dict[str, str | None]:
    """Header to target, for the headers for which something was chosen."""
    found: dict[str, str | None] = {}
    for at in range(SHOWN):
        header, target, place = (request.POST.get(f"{name}-{at}", "") for name in ("header", "target", "place"))
        if header and target:
            found[header] = None if target == LEAVE_OUT else f"{target}@{place}" if place else target
    if not found:
        raise Invalid("Choose what at least one of the columns means, or leave it out", path="columns")
    return found


@require_safe
@page("pim.import")
def import_rows(request: PageRequest, uid: UUID) -> HttpResponse:
    """What became of each row, or what would."""
    record = get_import(uid, actor=request.actor)
    cursor = request.GET.get("cursor", "")
    found = row_list(record, actor=request.actor, outcome=request.GET.get("outcome", ""), cursor=cursor)
    note_import_rows_read(found.shown, actor=request.actor)
    context = vars(found) | {
        "record": record,
        "next_url": next_address(request, found.next_cursor),
    }
    more = request.htmx and cursor and not request.htmx.history_restore_request
    return render(request, f"workspace/{'fragments/import_row_rows' if more else 'import_rows'}.html", context)


@require_safe
@page("pim.import")
def import_errors(request: PageRequest, uid: UUID) -> FileResponse:
    """The refused rows as a file to mend and upload again."""
    found = get_import(uid, actor=request.actor)
    if found.error_file is None:
        raise Missing("No row was refused, so there is no file", path="uid")
    note_refused_rows_read(found, actor=request.actor)
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
