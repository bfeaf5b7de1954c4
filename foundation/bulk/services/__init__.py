"""The only writers of bulk changes."""

from foundation.bulk.services.changes import (
    apply_bulk_change,
    change_at_once,
    discard_bulk_change,
    leave_out_row,
    open_bulk_change,
    preview_bulk_change,
    start_bulk_change,
    stop_bulk_change,
    undo_bulk_change,
)
from foundation.bulk.services.showing import note_rows_shown

__all__ = [
    "apply_bulk_change",
    "change_at_once",
    "discard_bulk_change",
    "leave_out_row",
    "note_rows_shown",
    "open_bulk_change",
    "preview_bulk_change",
    "start_bulk_change",
    "stop_bulk_change",
    "undo_bulk_change",
]
