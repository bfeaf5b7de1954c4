"""The same over real HTTP: Granian in a process of its own, as the stack starts it."""  # V1

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from config.stack.ports import free_port
from foundation.core import moment

from .conftest import BYTES, path_of
from .test_asgi import HOUSE, change_terms, refusals

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def origin() -> Iterator[httpx.Client]:
    port = free_port()
    command = ["--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), "--workers-kill-timeout", "3"]
    server = subprocess.Popen([sys.executable, "-m", "granian", *command, "delivery.asgi:application"], cwd=ROOT)
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)
    client.stop = lambda: (server.terminate(), server.wait(20))
    try:
        wait_for(client, server)
        yield client
    finally:
        client.close()
        client.stop()


def wait_for(client: httpx.Client, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None
        try:
            assert client.get("/healthz").text == "ok"
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the media origin did not start")


def test_over_the_wire(shelf, origin):
    path = path_of(shelf.url)
    whole, head = origin.get(path), origin.head(path)
    assert (whole.status_code, whole.content) == (200, BYTES)
    assert whole.headers["cache-control"] == "private, no-cache"
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(BYTES)))
    known = origin.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    part = origin.get(path, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, BYTES[5:10])
    assert origin.post(path).status_code == 405

    end = moment.now() + timedelta(seconds=1.5)
    change_terms(shelf, ends_at=end)
    assert origin.get(path).content == BYTES
    time.sleep(max(0, (end - moment.now()).total_seconds()))
    late = origin.get(path)
    assert (late.status_code, late.json()["code"], late.headers["cache-control"]) == (410, "expired", "no-store")
    change_terms(shelf, territories=frozenset({"US"}))
    assert origin.get(path).status_code == 451


SPELLINGS = (
    "/m/{0}//{1}", "/m/./{0}/{1}", "/m/x/../{0}/{1}", "//m/{0}/{1}", "/m/{0}/{1}?w=9", "/m/{0}/%63oat.webp",
    "/m%2F{0}/{1}", "/m/{0}/{1}%00", "/m/{0}/{1}/", "/m/{0}/{1};x",
)  # fmt: skip


def test_other_spellings_over_the_wire(shelf, origin):
    """As bytes on a socket: clients would tidy them up."""
    _, _, token, name = path_of(shelf.url).split("/")
    for spelling in ("/m/{0}/{1}", *SPELLINGS):
        target = spelling.format(token, name)
        with socket.create_connection((origin.base_url.host, origin.base_url.port), 5) as connection:
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        is_served = spelling == "/m/{0}/{1}"
        assert answer.startswith(b"HTTP/1.1 200 " if is_served else b"HTTP/1.1 404 "), target
        assert (BYTES[:64] in answer) is is_served


def test_refusals_in_hand_are_kept_when_the_origin_stops(shelf, origin):
    from dam.services.licences import revoke_licence

    revoke_licence(shelf.licence, actor=HOUSE)
    assert origin.get(path_of(shelf.url)).status_code == 410
    origin.stop()
    assert refusals() == [(410, "revoked", shelf.asset.uid, "shop", "DACH")]
