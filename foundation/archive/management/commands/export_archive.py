"""`manage.py export_archive FOLDER`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.archive.services import export_everything
from foundation.audit.registry import ARCHIVE_EXPORTED
from foundation.audit.services import record_act
from foundation.core.actors import system
from foundation.core.errors import TandemError


class Command(BaseCommand):
    help = "Write all data, relations and media into a new folder, with checksums."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            manifest = export_everything(folder)
        except (TandemError, OSError) as error:
            raise CommandError(str(error)) from error
        record_act(
            ARCHIVE_EXPORTED, actor=system("export_archive"), subject_type="archive", subject=folder.resolve().name,
            tables=len(manifest["tables"]), blobs=manifest["blobs"],
        )  # fmt: skip
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(f"{rows} rows in {len(manifest['tables'])} tables, {manifest['blobs']} blobs")
