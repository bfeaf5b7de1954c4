"""The only writers of media truth, by noun."""

from dam.services.approvals import approve_asset, approve_assets, restore_asset, retire_asset, withdraw_approval
from dam.services.assets import delete_asset, edit_asset, undo_edit
from dam.services.deliveries import cancel_ingest, describe_ingest, finish_ingest, open_ingest
from dam.services.ingests import UploadedFile, ingest_folder, start_ingest, store_upload
from dam.services.licences import (
    assign_licence,
    change_terms,
    define_licence,
    revoke_licence,
    unassign_licence,
    undo_terms,
)
from dam.services.presets import define_preset
from dam.services.receiving import Checksum, receive_bytes
from dam.services.renditions import request_full_size, request_rendition, request_renditions
from dam.services.uploads import begin_upload, collect_uploads, end_upload
from dam.services.versions import add_version

__all__ = [
    "Checksum",
    "UploadedFile",
    "add_version",
    "approve_asset",
    "approve_assets",
    "assign_licence",
    "begin_upload",
    "cancel_ingest",
    "change_terms",
    "collect_uploads",
    "define_licence",
    "define_preset",
    "delete_asset",
    "describe_ingest",
    "edit_asset",
    "end_upload",
    "finish_ingest",
    "ingest_folder",
    "open_ingest",
    "receive_bytes",
    "request_full_size",
    "request_rendition",
    "request_renditions",
    "restore_asset",
    "retire_asset",
    "revoke_licence",
    "start_ingest",
    "store_upload",
    "unassign_licence",
    "undo_edit",
    "undo_terms",
    "withdraw_approval",
]
