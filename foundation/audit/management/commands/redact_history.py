"""`manage.py redact_history TABLE KEY COLUMN…`: erase what must not be kept, with the chain still whole."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.audit.services import redact
from foundation.core.actors import system
from foundation.core.errors import TandemError


class Command(BaseCommand):
    help = "Erase columns of one row from its images in history; the audit says that it was done, by whom and why."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("table", help="Such as accounts_user")
        parser.add_argument("key", help="The row's key")
        parser.add_argument("columns", nargs="+")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--by", required=True, help="Who does it, by name")

    def handle(self, *args: Any, **options: Any) -> None:
        given = {name: options[name] for name in ("table", "key", "columns", "reason", "by")}
        try:
            count = redact(**given, actor=system("redact_history"))
        except TandemError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} images have it no more")
