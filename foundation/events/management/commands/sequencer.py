"""`manage.py sequencer`: one at a time holds the lock and works, a standby waits for it."""

from __future__ import annotations

import logging
import signal
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connection, transaction

from foundation.core.locks import try_hold_for_session
from foundation.events import sequencing
from foundation.events.registry import CHORES
from foundation.events.services import CHANNEL

log = logging.getLogger("sequencer")
SWEEP_SECONDS = 1.0


class Command(BaseCommand):
    help = "Give events their positions, run consumers, refresh derived data, fire timers, sweep jobs."

    def handle(self, *args: Any, **options: Any) -> None:
        self.running = True
        self.next_run: dict[str, float] = {}
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        while self.running:
            try:
                self.work()
            except Error:
                log.exception("The database did not answer; trying again in a second")
                connection.close()
                time.sleep(SWEEP_SECONDS)

    def stop(self, *_: object) -> None:
        self.running = False

    def work(self) -> None:
        """Hold the lock and the ear on one connection until told to stop or the connection breaks."""
        if not try_hold_for_session("sequencer"):
            time.sleep(0.5)
            return
        log.info("sequencing")
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        while self.running:
            self.do_chores()
            if sequencing.step() == 0:
                self.listen()

    def listen(self) -> None:
        """Sleep until somebody commits or the sweep is due."""
        for _ in connection.connection.notifies(timeout=self.patience(), stop_after=1):
            pass

    def patience(self) -> float:
        soonest = min(self.next_run.values(), default=SWEEP_SECONDS) - time.monotonic()
        return max(0.01, min(SWEEP_SECONDS, soonest))

    def do_chores(self) -> None:
        for chore in CHORES.values():
            if time.monotonic() < self.next_run.get(chore.name, 0):
                continue
            try:
                with transaction.atomic():
                    chore.run()
            except Error:
                raise
            except Exception:
                log.exception("chore %s failed", chore.name)
            self.next_run[chore.name] = time.monotonic() + chore.seconds
