"""Real workers, really killed: what they leave behind is whole, and who comes after finishes it once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from dam import services
from dam.imaging.limits import CHILD_MEMORY
from dam.imaging.sandbox import Refusal, Sandbox
from dam.models import Asset, AssetVersion, IngestFile, Rendition
from dam.queries.renditions import find_rendition
from foundation.blobs.services import read_blob
from foundation.core.hashing import sha256_bytes
from foundation.events.models import OutboxEvent
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs

from . import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kills]
WORKER = "import django; django.setup(); from foundation.jobs.running import run_job; run_job({job})"


def start_worker(job_id: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER.format(job=job_id)],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def finish(job_id: int) -> Job:
    """What the sweep and another worker do, without waiting for the dead worker's lease."""
    Job.objects.filter(pk=job_id).update(lease_until=None)
    run_due_jobs()
    return Job.objects.get(pk=job_id)


def test_an_ingest_killed_twice_ends_the_same(tmp_path, photographer):
    files = {f"{number:02}.jpg": factories.jpeg(factories.quarters(1500, 1000, seed=number)) for number in range(1, 25)}
    files |= {"copy.jpg": files["01.jpg"], "notes.jpg": b"no picture"}
    ingest = services.ingest_folder(factories.write_files(tmp_path, files), actor=photographer)
    for goal in (5, 15):
        worker = start_worker(ingest.job_id)
        wait_for(lambda goal=goal: Asset.objects.count() >= goal)
        decoders = children_of(worker.pid)
        assert decoders
        for child in decoders:
            os.kill(child, signal.SIGSTOP)  # in the middle of something: it cannot see that its parent is gone
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        wait_for(lambda decoders=decoders: not any(is_running(child) for child in decoders), 5)
        assert Asset.objects.count() < len(files) - 2
        Job.objects.filter(pk=ingest.job_id).update(lease_until=None)
    job = finish(ingest.job_id)
    assert (job.state, job.attempt, job.done, job.total) == ("done", 3, 26, 26)
    assert job.result == {"ingested": 24, "duplicate": 1, "refused": 1}
    assert (Asset.objects.count(), AssetVersion.objects.count()) == (24, 24)
    assert IngestFile.objects.filter(ingest=ingest).count() == 26
    assert OutboxEvent.objects.filter(type="dam.asset.ingested").count() == 24
    assert Rendition.objects.done().count() == Rendition.objects.count() == 48


def test_a_rendition_killed_on_the_way_is_made_once_and_whole():
    asset = factories.make_asset(factories.jpeg(factories.quarters(5000, 4000)))
    services.define_preset(
        code="heavy", label="Heavy", body={"width": 2000, "height": 2000, "format": "avif"}, actor=factories.HOUSE
    )
    row = services.request_rendition(asset.current_version, preset="heavy", actor=factories.HOUSE)
    worker = start_worker(row.held_by)
    wait_for(lambda: Rendition.objects.get(pk=row.pk).attempt == 1)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    row.refresh_from_db()
    assert (row.state, row.sha256) == ("waiting", None)
    assert finish(row.held_by).result == {"made": 1, "failed": 0}
    row = find_rendition(asset.current_version, "heavy")
    assert (row.state, row.attempt) == ("done", 2)
    assert sha256_bytes(read_blob(row.sha256)) == row.sha256
    assert Rendition.objects.filter(key=row.key).count() == 1


def test_memory_has_a_ceiling(tmp_path):
    import resource

    path = tmp_path / "large.png"
    path.write_bytes(factories.png(factories.quarters(9000, 9000)))
    child = Sandbox()
    try:
        assert child.ask({"do": "inspect", "path": str(path)}, seconds=60)["width"] == 9000
        assert resource.prlimit(child.process.pid, resource.RLIMIT_AS)[0] == CHILD_MEMORY
        used = int(Path(f"/proc/{child.process.pid}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.prlimit(child.process.pid, resource.RLIMIT_AS, (used + 2**22, used + 2**22))
        request = {"do": "render", "path": str(path), "media_type": "image/png", "folder": str(tmp_path)}
        recipe = {"width": 8000, "height": 8000, "fit": "contain", "format": "png", "quality": 80}
        with pytest.raises(Refusal) as refusal:
            child.ask(request | {"recipes": {"a": recipe | {"background": None, "max_bytes": None}}}, seconds=60)
        assert refusal.value.code == "too-much-memory"
    finally:
        child.close()
