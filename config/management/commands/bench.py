"""`manage.py bench [NAME]`: run the committed benchmarks, or a group of them, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

NOT_BENCHMARKS = {"__init__", "crowd", "goals", "house", "paint", "report"}
GROUPS = {"pim": ["bulk-upsert", "completeness", "catalogue"]}


class Command(BaseCommand):
    help = "Run all benchmarks, or the one that is named; each prints a ratio against its limit in the same run."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?")

    def handle(self, *args: Any, name: str | None, **options: Any) -> None:
        known = {
            path.stem.replace("_", "-"): path.stem
            for path in sorted((settings.BASE_DIR / "benchmarks").glob("*.py"))
            if path.stem not in NOT_BENCHMARKS
        }
        if name and name not in known and name not in GROUPS:
            raise CommandError(f"There is no benchmark {name!r}; there are {', '.join([*known, *GROUPS])}")
        wanted = GROUPS.get(name, [name]) if name else known
        failed = [one for one in wanted if not self.run_one(known[one])]
        if failed:
            raise CommandError(f"did not do its work, or not right: {', '.join(failed)}")

    def run_one(self, module: str) -> bool:
        command = [sys.executable, "-m", f"benchmarks.{module}"]
        return subprocess.run(command, cwd=settings.BASE_DIR, check=False).returncode == 0
