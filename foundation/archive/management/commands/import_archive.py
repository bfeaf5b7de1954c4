"""`manage.py import_archive FOLDER`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.archive.services import import_everything
from foundation.core.errors import TandemError


class Command(BaseCommand):
    help = "Load an export into this empty instance and rebuild what is derived."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            manifest = import_everything(folder)
        except (TandemError, OSError) as error:
            raise CommandError(str(error)) from error
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(f"{rows} rows in {len(manifest['tables'])} tables, {manifest['blobs']} blobs")
