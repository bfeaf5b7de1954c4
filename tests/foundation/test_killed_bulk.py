"""kill -9 of a worker in the middle of a bulk change: the next one ends it, and no row is done twice or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from dam.models import Asset
from foundation.bulk.models import BulkChange
from foundation.bulk.services import apply_bulk_change, start_bulk_change, undo_bulk_change
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs

from .test_bulk import WORDS, make_assets

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kills, pytest.mark.timeout(300)]
ROWS = 500
WORKER = "import django; django.setup(); from foundation.jobs.running import run_job; run_job({job})"


def killed_after(change: BulkChange, ready: Callable[[], bool]) -> None:
    """A worker takes the job and is killed when some of it is committed; its lease is over at once."""
    job = Job.objects.get(uid=BulkChange.objects.get(pk=change.pk).job_uid)
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER.format(job=job.pk)],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    try:
        while not ready():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.005)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert Job.objects.get(pk=job.pk).state == "running"
    Job.objects.filter(pk=job.pk).update(lease_until=None)


def said() -> int:
    return Asset.objects.filter(metadata__keywords=["sale"]).count()


def test_a_bulk_change_survives_its_workers(photographer: Any) -> None:
    make_assets(ROWS)
    change = start_bulk_change(verb="dam.keywords", parameters=WORDS, filter="", actor=photographer)
    killed_after(change, lambda: BulkChange.objects.get(pk=change.pk).changed >= 100)
    assert (0 < change.rows.count() < ROWS, said()) == (True, 0)
    run_due_jobs()
    change.refresh_from_db()
    assert (change.state, change.changed, change.rows.count(), said()) == ("previewed", ROWS, ROWS, 0)

    apply_bulk_change(change, actor=photographer)
    killed_after(change, lambda: said() >= 100)
    assert 0 < said() < ROWS
    run_due_jobs()
    change.refresh_from_db()
    assert (change.state, change.changed, change.stopped, said()) == ("applied", ROWS, 0, ROWS)
    assert Revision.objects.filter(change_set=str(change.uid), table_name="dam_asset").count() == ROWS
    events = OutboxEvent.objects.filter(type="dam.asset.changed")
    assert events.count() == events.values("subject").distinct().count() == ROWS
    assert set(Asset.objects.values_list("edition", flat=True)) == {2}

    undo_bulk_change(change, actor=photographer)
    killed_after(change, lambda: said() <= ROWS - 100)
    run_due_jobs()
    change.refresh_from_db()
    assert (change.state, change.undone, change.kept, said()) == ("undone", ROWS, 0, 0)
    assert set(Asset.objects.values_list("edition", flat=True)) == {3}
