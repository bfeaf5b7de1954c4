"""The end of an import: the error file, the work item, and earlier errors that this file has put right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from foundation.blobs.services import local_copy, store_blob
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.jobs.running import JobRun
from foundation.workflow.services import close_work_items, open_work_item
from pim import events
from pim.choices import ImportState
from pim.models import ImportRowError, ProductImport
from pim.services.error_files import Reason, write_error_file
from pim.services.imports import MEDIA_TYPES
from pim.services.tables import sniff_table

QUEUE, KIND = "imports", "import-errors"


def finish_import(record: ProductImport, *, run: JobRun, actor: Actor) -> None:
    """Write the error file, open or close work items, tell. Called twice it does the same once."""
    record.refresh_from_db()
    reasons = _reasons(record)
    error_file = None
    if reasons:
        with local_copy(record.source_id) as path:
            form = sniff_table(path, mapping=record.mapping)
            with write_error_file(path, form=form, uid=str(record.uid), reasons=reasons) as written:
                error_file = store_blob(written, media_type=MEDIA_TYPES[form.kind])
    with recorded(actor):
        ProductImport.objects.filter(pk=record.pk).update(
            state=ImportState.DONE, error_file=error_file, finished_at=moment.now()
        )
        _supersede(record, actor)
        if reasons:
            open_work_item(
                queue=QUEUE,
                kind=KIND,
                cause_key=_cause(record.uid),
                subject_type="import",
                subject=record.uid,
                title=f"{len(reasons)} rows of {record.filename} stayed out",
                detail={"rows": len(reasons), "filename": record.filename},
                actor=actor,
            )
        append_event(
            events.IMPORT_FINISHED,
            record.uid,
            filename=record.filename,
            **{name: getattr(record, name) for name in ("rows", "created", "changed", "unchanged", "failed")},
        )
        run.advance(record.rows, total=record.rows, note=record.filename)


def fix_rows(record: ProductImport, *, skus: Sequence[str], notes: Sequence[str], actor: Actor) -> None:
    """Rows that came in now resolve earlier errors of theirs: by our note of the row, or by their SKU.

    A row that repeated another one's SKU is told by its note alone. Items whose rows are all in close themselves.
    """
    others = ImportRowError.objects.unresolved().exclude(product_import=record)
    matches = Q(sku__in=[sku for sku in skus if sku]) & ~Q(code="duplicate-sku")
    by_import: dict[str, list[int]] = defaultdict(list)
    for note in notes:
        uid, _, row = note.partition("#")
        if row.isdecimal() and len(row) < 9 and _is_uuid(uid):
            by_import[uid].append(int(row))
    for uid, rows in by_import.items():
        earlier = ProductImport.objects.visible_to(actor).filter(uid=uid).first()
        if earlier is not None:
            matches |= Q(product_import__source_id=earlier.source_id, row__in=rows)
    fixed = list(others.filter(matches).values_list("pk", "product_import_id"))
    if not fixed:
        return
    ImportRowError.objects.filter(pk__in=[pk for pk, _ in fixed]).update(resolved_at=moment.now())
    _close_if_done({number for _, number in fixed}, actor)


def _close_if_done(import_ids: set[int], actor: Actor) -> None:
    unfinished = ImportRowError.objects.unresolved().filter(product_import_id__in=import_ids)
    still = set(unfinished.values_list("product_import_id", flat=True))
    for uid in ProductImport.objects.filter(pk__in=import_ids - still).order_by("pk").values_list("uid", flat=True):
        close_work_items(cause_key=_cause(uid), actor=actor, outcome="all rows are in")


def _supersede(record: ProductImport, actor: Actor) -> None:
    """The same file with the same mapping tells its errors anew: those told before are answered by these."""
    earlier = ProductImport.objects.filter(
        source_id=record.source_id, mapping=record.mapping, pk__lt=record.pk, dry_run=False
    )
    open_errors = ImportRowError.objects.unresolved().filter(product_import__in=earlier)
    ids = set(open_errors.values_list("product_import_id", flat=True))
    if ids:
        open_errors.update(resolved_at=moment.now())
        _close_if_done(ids, actor)


def _reasons(record: ProductImport) -> dict[int, list[Reason]]:
    found: dict[int, list[Reason]] = defaultdict(list)
    for error in record.errors.order_by("row", "pk"):
        found[error.row].append(Reason(error.column, error.detail))
    return dict(found)


def _cause(uid: UUID) -> str:
    return f"import:{uid}"


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
