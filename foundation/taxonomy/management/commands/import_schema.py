"""`manage.py import_schema taxonomy-with-ids.en-GB.txt --code google --format google --locale en-GB`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.core.actors import system
from foundation.core.errors import TandemError
from foundation.taxonomy.choices import SchemaFormat
from foundation.taxonomy.services import import_schema


class Command(BaseCommand):
    help = "Bring in a published tree: a schema, its next version, or another language of its latest one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--code", required=True)
        parser.add_argument("--format", required=True, choices=SchemaFormat.values)
        parser.add_argument("--locale", required=True)
        parser.add_argument("--name", default="")
        parser.add_argument("--release", default="", help="Its version, where the file does not say it")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        given = {name: options[name] for name in ("code", "locale", "name")}
        try:
            made = import_schema(
                file, form=options["format"], version=options["release"], actor=system("import_schema"), **given
            )
        except OSError as error:
            raise CommandError(f"{file}: {error}") from error
        except TandemError as error:
            raise CommandError(f"{file}: {error.detail}") from error
        told = ", ".join(f"{number:,} {kind}" for kind, number in made.counts.items())
        self.stdout.write(f"{made}: {made.nodes:,} nodes ({told})")
