"""kill -9 of a worker during an import: the next one finishes it, and no row lands twice. Fault 1."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from foundation.events.models import Event
from foundation.events.sequencing import drain
from foundation.jobs.models import Job
from foundation.jobs.running import run_job
from pim.models import Identifier, ImportRowError, Product, ProductImport
from pim.services import start_import

from .factories import HOUSE, make_gtin, make_model

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kills]
ROWS = 800
WORKER = """
import sys, django
django.setup()
from foundation.jobs.running import run_job
run_job(int(sys.argv[1]))
"""


def test_an_import_survives_its_worker(tmp_path: Path) -> None:
    make_model()
    path = tmp_path / "many.csv"
    lines = [f"CUP-{at},cups,Cup {at},{make_gtin(at) if at % 10 else '12'}" for at in range(ROWS)]
    path.write_text("\n".join(["sku,family,name@en-GB,gtin", *lines]))
    made = start_import(path, filename=path.name, actor=HOUSE)
    job = Job.objects.get(uid=made.job_uid)
    environment = {**os.environ, "DATABASE_URL": _database_url()}
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(job.pk)], env=environment)
    try:
        _wait(lambda: Product.objects.count() >= 180)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert 0 < Product.objects.count() < ROWS * 9 // 10
    _wait(lambda: run_job(job.pk))
    made = ProductImport.objects.get(pk=made.pk)
    assert (made.state, made.rows, made.created, made.failed) == ("done", ROWS, ROWS * 9 // 10, ROWS // 10)
    assert Product.objects.count() == Identifier.objects.count() == ROWS * 9 // 10
    assert ImportRowError.objects.count() == ROWS // 10
    drain()
    created = Event.objects.filter(type="pim.product.created")
    assert created.count() == created.values("subject").distinct().count() == ROWS * 9 // 10
    assert Event.objects.filter(type="pim.import.finished").count() == 1


def _database_url() -> str:
    """The test's own database, as a process outside sees it."""
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return f"{base}/{connection.settings_dict['NAME']}"


def _wait(ready) -> None:
    deadline = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.02)
