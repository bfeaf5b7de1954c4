"""Make again what is missing of the renditions."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from dam.services.repairs import restore_renditions
from foundation.core.actors import system


class Command(BaseCommand):
    help = "Ask for every default rendition that is missing, failed, or has lost its bytes."

    def handle(self, *args: Any, **options: Any) -> None:
        asked = restore_renditions(actor=system("renditions"))
        self.stdout.write(f"{asked} renditions asked for")
