"""`manage.py fsck`: recompute every invariant and name what is wrong."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.archive.registry import CHECKS


class Command(BaseCommand):
    help = "Check every invariant of the house; exit with 1 and say what is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for check in CHECKS.values():
            began = time.monotonic()
            found = list(check.find())
            wrong += len(found)
            verdict = self.style.ERROR("wrong") if found else self.style.SUCCESS("ok")
            self.stdout.write(f"{verdict:>5}  {check.name} ({time.monotonic() - began:.2f} s)")
            for sentence in found:
                self.stdout.write(f"       {sentence}")
        if wrong:
            raise CommandError(f"{wrong} things are wrong")
