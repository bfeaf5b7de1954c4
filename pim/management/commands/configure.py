"""`manage.py configure model.json`: apply a product model."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.core.actors import system
from foundation.core.errors import TandemError
from pim.services import apply_model


class Command(BaseCommand):
    help = "Define locales, markets, channels, attributes and families from a file; applying it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            counts = apply_model(json.loads(file.read_text(encoding="utf-8")), actor=system("configure"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{file}: {error}") from error
        except TandemError as error:
            raise CommandError(f"{error.path or file}: {error.detail}") from error
        self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))
