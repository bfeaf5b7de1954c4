"""Take in a folder of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dam.services import ingest_folder
from foundation.core.actors import system


class Command(BaseCommand):
    help = "Take in all files below a folder, by a job of the media workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        ingest = ingest_folder(options["folder"], actor=system("ingest"))
        self.stdout.write(f"{ingest.uid}")
