"""`manage.py verify_audit`: is the chain whole, and is it the one whose heads are outside?"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.audit.queries.chain import last_batch
from foundation.audit.services import verify_chain


class Command(BaseCommand):
    help = "Verify the audit chain against every row and against its heads; name what is wrong and exit with 1."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--head", type=Path, help="A file of heads in place of the deployment's own")
        parser.add_argument("--most", type=int, default=100, help="How many faults to name")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["head"] and not options["head"].is_file():
            raise CommandError(f"There is no file {options['head']}")
        self.told = self.begun = time.monotonic()
        found = 0
        for fault in verify_chain(heads=options["head"], progress=self.progress):
            found += 1
            self.stdout.write(self.style.ERROR(fault))
            if found == options["most"]:
                raise CommandError(f"{found} faults, and there may be more")
        if found:
            raise CommandError(f"{found} faults")
        end = last_batch()
        links, batches = (end.last, end.number) if end else (0, 0)
        head = bytes(end.hash).hex() if end else "none"
        self.stdout.write(f"The chain is whole: {links} links in {batches} batches, head {head}")

    def progress(self, done: int, of: int) -> None:
        """On stderr, once a second."""
        if time.monotonic() - self.told >= 1:
            self.told = time.monotonic()
            self.stderr.write(f"{done} of {of} links, {done / (self.told - self.begun):,.0f} a second")
