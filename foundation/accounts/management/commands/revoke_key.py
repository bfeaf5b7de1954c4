"""`manage.py revoke_key PREFIX`: end an API key at once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.accounts.models import ApiKey
from foundation.accounts.services import revoke_api_key
from foundation.core.actors import system


class Command(BaseCommand):
    help = "End an API key; its prefix stands between `tk_` and the next `_`, and in the admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prefix")

    def handle(self, *args: Any, prefix: str, **options: Any) -> None:
        key = ApiKey.objects.filter(prefix=prefix).first()
        if key is None:
            raise CommandError(f"There is no key with the prefix {prefix!r}")
        revoke_api_key(prefix=key.prefix, actor=system("revoke_key"))
        self.stdout.write(f"{key} is revoked")
