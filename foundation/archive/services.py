"""Everything into a folder, and everything out of one into an empty instance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction

from foundation.archive.registry import EXPORTERS
from foundation.blobs.models import Blob
from foundation.blobs.services import open_blob, path_of
from foundation.core.errors import Conflict, Invalid
from foundation.core.hashing import CHUNK, sha256_stream
from foundation.events.models import Cursor, Event, OutboxEvent
from foundation.events.registry import CONSUMERS, PROJECTIONS
from foundation.events.sequencing import SHARDS, drain
from foundation.events.services import mark_dirty

FORMAT = 1
BATCH = 500


def export_everything(folder: Path) -> dict[str, Any]:
    """Write `data/<table>.jsonl`, `blobs/<sha256>` and `manifest.json`; returns the manifest.

    All tables are read in one snapshot. The manifest holds rows, bytes and SHA-256 of each file.
    """
    (folder / "data").mkdir(parents=True, exist_ok=False)
    (folder / "blobs").mkdir()
    if OutboxEvent.objects.exists():
        drain()
    manifest: dict[str, Any] = {"format": FORMAT, "tables": {}, "blobs": 0}
    with transaction.atomic():
        if not connection.savepoint_ids:
            _one_snapshot()
        for table in tables():
            manifest["tables"][table] = _export_table(table, folder / "data" / f"{table}.jsonl")
        for sha256 in Blob.objects.order_by("pk").values_list("pk", flat=True).iterator():
            _export_blob(sha256, folder / "blobs" / sha256)
            manifest["blobs"] += 1
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True))
    return manifest


def import_everything(folder: Path) -> dict[str, Any]:
    """Load an export into an empty instance, then rebuild what is derived. Nothing is kept if anything fails.

    Raises `Invalid` when a file does not match its checksum, `Conflict` when the instance is not empty.
    """
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    if manifest.get("format") != FORMAT:
        raise Invalid(f"This export has format {manifest.get('format')!r}; {FORMAT} is understood", path="format")
    _verify(folder, manifest)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('tandem.importing', 'on', true)")
        _require_empty()
        for path in sorted((folder / "blobs").iterdir()):
            _import_blob(path)
        for table in tables():
            _import_table(table, folder / "data" / f"{table}.jsonl")
        _consider_told()
        _count_anew()
    with transaction.atomic():
        for projection in PROJECTIONS.values():
            mark_dirty(projection.name, projection.subjects())
    drain()
    return manifest


def tables() -> list[str]:
    """Every table that is truth, in the order of registration."""
    return [table for exporter in EXPORTERS.values() for table in exporter.tables]


def _one_snapshot() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _export_table(table: str, path: Path) -> dict[str, Any]:
    rows = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for line in _lines(table):
            out.write(line + "\n")
            rows += 1
    with path.open("rb") as stream:
        sha256, length = sha256_stream(stream)
    return {"rows": rows, "sha256": sha256, "bytes": length}


def _lines(table: str) -> Iterator[str]:
    """Each row as one line of JSON, by primary key, streamed from the server."""
    name = connection.ops.quote_name(table)
    key = ", ".join(connection.ops.quote_name(column) for column in _primary_key(table))
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {name} t ORDER BY {key}")  # noqa: S608  a table of ours
        for row in cursor:
            yield row[0]


def _primary_key(table: str) -> list[str]:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_primary_key_columns(cursor, table)
    return columns or ["id"]


def _export_blob(sha256: str, path: Path) -> None:
    with open_blob(sha256) as source, path.open("wb") as out:
        while chunk := source.read(CHUNK):
            out.write(chunk)


def _verify(folder: Path, manifest: dict[str, Any]) -> None:
    for table, expected in manifest["tables"].items():
        with (folder / "data" / f"{table}.jsonl").open("rb") as stream:
            if sha256_stream(stream)[0] != expected["sha256"]:
                raise Invalid(f"data/{table}.jsonl was changed after the export", path=table)
    for path in (folder / "blobs").iterdir():
        with path.open("rb") as stream:
            if sha256_stream(stream)[0] != path.name:
                raise Invalid(f"blobs/{path.name} does not match its name", path=path.name)


def _require_empty() -> None:
    if Event.objects.exists() or Blob.objects.exists():
        raise Conflict("This instance is not empty; import into a fresh one")
    with connection.cursor() as cursor:
        names = ", ".join(connection.ops.quote_name(table) for table in tables())
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"TRUNCATE {names} CASCADE")  # what migrations put there comes with the export


def _import_blob(path: Path) -> None:
    if not default_storage.exists(path_of(path.name)):
        with path.open("rb") as stream:
            default_storage.save(path_of(path.name), File(stream))


def _import_table(table: str, path: Path) -> None:
    name = connection.ops.quote_name(table)
    load = f"INSERT INTO {name} SELECT * FROM jsonb_populate_recordset(NULL::{name}, %s::jsonb)"  # noqa: S608
    with connection.cursor() as cursor, path.open(encoding="utf-8") as lines:
        batch: list[str] = []
        for line in lines:
            batch.append(line)
            if len(batch) == BATCH:
                cursor.execute(load, [f"[{','.join(batch)}]"])
                batch = []
        if batch:
            cursor.execute(load, [f"[{','.join(batch)}]"])
        _continue_numbers(cursor, table)


def _continue_numbers(cursor: Any, table: str) -> None:
    """Let the table's identity go on after the highest number that came in."""
    cursor.execute(
        "SELECT a.attname, pg_get_serial_sequence(%s, a.attname) FROM pg_attribute a "
        "WHERE a.attrelid = %s::regclass AND a.attidentity <> ''",
        [connection.ops.quote_name(table), table],
    )
    for column, sequence in cursor.fetchall():
        cursor.execute(
            f"SELECT setval(%s, coalesce((SELECT max({connection.ops.quote_name(column)}) "  # noqa: S608
            f"FROM {connection.ops.quote_name(table)}), 0) + 1, false)",
            [sequence],
        )


def _count_anew() -> None:
    """Tell the planner of what is there now; it would take the tables for empty until PostgreSQL looks by itself."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(connection.ops.quote_name(table) for table in tables())}")


def _consider_told() -> None:
    """What came in was handled where it came from: consumers start at its end."""
    end = Event.objects.order_by("-position").values_list("position", flat=True).first() or 0
    Cursor.objects.all().delete()
    Cursor.objects.bulk_create(
        Cursor(consumer=name, shard=shard, position=end) for name in CONSUMERS for shard in range(SHARDS)
    )
