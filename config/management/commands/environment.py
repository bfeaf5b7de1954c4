"""`manage.py environment`: every variable that is read, with type, default and meaning."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config.env import REGISTRY


class Command(BaseCommand):
    help = "List every environment variable that settings read."

    def handle(self, *args: Any, **options: Any) -> None:
        width = max(map(len, REGISTRY))
        for variable in REGISTRY.values():
            default = f" [{variable.default}]" if variable.default and "KEY" not in variable.name else ""
            self.stdout.write(f"{variable.name:<{width}}  {variable.kind:<8} {variable.meaning}{default}")
