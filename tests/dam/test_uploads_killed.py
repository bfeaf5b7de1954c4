"""The web server that we ship, really killed in the middle of an upload."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from dam.models import IngestFile, Upload
from dam.services import receiving
from foundation.blobs.services import read_blob
from foundation.jobs.running import run_due_jobs

from .test_killed_workers import wait_for
from .test_uploads_protocol import files_in_store, noise, secret_of
from .tus import Tus

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kills]
PART = receiving.PART


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def serve() -> Iterator[Callable[[int], subprocess.Popen[bytes]]]:
    """Starts the web server at a port; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(port: int) -> subprocess.Popen[bytes]:
        command = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "config.wsgi:application"]
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port), "--log-level", "error"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        started.append(process)
        wait_for(lambda: answers(port), 60)
        return process

    yield start
    for process in started:
        kill(process)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def kill(process: subprocess.Popen[bytes]) -> None:
    """The server with its workers: they are one group."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_killed_web_server_loses_what_it_had_not_kept(serve, photographer):
    content, port = noise(PART * 2 + 1000), free_port()
    tus = Tus(f"http://127.0.0.1:{port}", secret_of(photographer))
    first = serve(port)
    where = tus.begin(len(content))
    refused = tus.patch(where, content, 7)
    assert refused.status == 409, "an answer comes back, however long the body"
    line = tus.hang(where, content[: PART + 5000], 0, announced=len(content))
    tus.wait_for(where, PART)
    kill(first)
    wait_for(lambda: not answers(port))  # its worker goes a moment later
    line.close()

    serve(port)
    assert tus.offset(where) == PART
    held = tus.patch(where, content[PART:], PART)
    assert held.status in {204, 423}, "the dead one's lease may not be over yet"
    if held.status == 423:
        Upload.objects.update(held_until=None)  # ten seconds later
        assert tus.patch(where, content[PART:], PART).status == 204
    run_due_jobs()
    file = IngestFile.objects.get()
    assert read_blob(file.sha256) == content
    assert files_in_store(where) == []


def test_the_web_server_keeps_what_arrived_of_a_broken_line(serve, photographer):
    content, port = noise(PART + 50_000), free_port()
    tus = Tus(f"http://127.0.0.1:{port}", secret_of(photographer))
    serve(port)
    where = tus.begin(len(content))
    tus.break_off(where, content[: PART + 20_000], 0, announced=len(content))
    tus.wait_for(where, PART + 20_000)
    assert tus.patch(where, content[PART + 20_000 :], PART + 20_000).status == 204
    run_due_jobs()
    assert read_blob(IngestFile.objects.get().sha256) == content
