"""`manage.py rebuild`: derived data from truth again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.archive.rebuilding import rebuild_all


class Command(BaseCommand):
    help = "Rebuild all derived data from truth; with --check fail unless it comes out the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        outcome = rebuild_all()
        for name, same in outcome.items():
            self.stdout.write(f"{'same' if same else 'changed':>7}  {name}")
        if check and not all(outcome.values()):
            raise CommandError("Derived data was not what truth gives")
