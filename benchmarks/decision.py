"""Media by link, rights asked at each request in Postgres, beside a bare ASGI application that answers the same bytes.

Both under Granian in a process of their own, asked by the same clients in turns. `python -m benchmarks.decision`
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.report import ROOT, latencies, row, write_report
from config.stack import EmbeddedPostgres
from config.stack.ports import free_port

BODY = bytes(range(256)) * 120  # 30 kB, a usual picture on a shop's page
CLIENTS, SECONDS, ROUNDS = 8, 1.5, 5


async def bare(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    """The limit: no token, no rights, no database, no file."""
    if scope["type"] == "http":
        headers = [(b"content-type", b"image/webp"), (b"content-length", str(len(BODY)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": BODY})


def make_link() -> str:
    """The path of a published picture in an empty house."""
    import django

    django.setup()
    from django.core.management import call_command

    from dam.services.licences import assign_licence, define_licence
    from dam.verdict import TermFacts
    from delivery.services.links import listing_url
    from delivery.services.publications import record_publication
    from foundation.core.actors import system
    from foundation.core.ids import uuid7
    from foundation.markets.services import define_channel, define_locale, define_market
    from tests.delivery.conftest import make_asset

    call_command("migrate", interactive=False, verbosity=0)
    actor = system("benchmark")
    define_locale(code="de", name="German", actor=actor)
    define_market(code="DACH", name="DACH", territories=["DE", "AT"], locales=["de"], currency="EUR", actor=actor)
    define_channel(code="shop", name="Shop", kind="d2c", actor=actor)
    asset, _, preset = make_asset("Coat", b"an original", rendered=BODY)
    terms = [TermFacts(territories=frozenset({one, "DE", "AT"}), uses=frozenset({"web"})) for one in ("CH", "FR")]
    assign_licence([asset], licence=define_licence(name="Shoot", terms=terms, actor=actor), actor=actor)
    record_publication(uuid7(), channel="shop", market="DACH", asset_ids=[asset.pk])
    url = listing_url(asset.uid, version_number=1, preset=preset, channel="shop", market="DACH", name="coat")
    return urlsplit(url).path


@contextmanager
def serving(target: str) -> Iterator[tuple[int, int]]:
    """Granian in front of an application: port and process id."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "--port",
        str(port),
        "--log-level",
        "error",
        target,
    ]
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        asyncio.run(until_it_answers(port))
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(20)


async def until_it_answers(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise RuntimeError("the server did not start")


async def ask(port: int, request: bytes, status: bytes, body: bytes, seconds: float) -> list[float]:
    """How long each answer took, of as many as these clients got. An answer that is not right ends the benchmark."""
    end, took = time.monotonic() + seconds, []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (start := time.monotonic()) < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 " + status), head
            assert await reader.readexactly(len(body)) == body
            took.append(time.monotonic() - start)
        writer.close()

    await asyncio.gather(*(one() for _ in range(CLIENTS)))
    return took


def get(path: str, *lines: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: media", *lines, "", ""]).encode()


def etag_of(body: bytes) -> str:
    from foundation.core.hashing import sha256_bytes

    return f'"{sha256_bytes(body)}"'


def measure(name: str, ours: int, limit: int, *, request: bytes, status: bytes, body: bytes) -> dict[str, Any]:
    """Both in turns, after a warm-up of each."""
    counts: tuple[list[float], list[float]] = ([], [])
    took: list[float] = []
    for round_ in range(ROUNDS + 1):
        mine = asyncio.run(ask(ours, request, status, body, SECONDS))
        other = asyncio.run(ask(limit, get("/"), b"200", BODY, SECONDS))
        if round_:
            counts[0].append(len(mine) / SECONDS)
            counts[1].append(len(other) / SECONDS)
            took += mine
    return row(name, "requests/s", *counts, **latencies(took))


def peak_rss_mb(pid: int) -> float:
    """Of the server and its workers."""
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines = [Path(f"/proc/{one}/status").read_text() for one in (str(pid), *workers)]
    return sum(int(text.split("VmHWM:")[1].split()[0]) for text in lines) / 1024


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tandem-bench-")))
        postgres = EmbeddedPostgres(folder / "postgres")
        stack.callback(postgres.stop)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": postgres.start(),
            "STORAGE_URL": (folder / "blobs").as_uri(),
            "SECRET_KEY": "for benchmarks only",
            "LINK_KEYS": f"bench:{'5a' * 32}",
        }
        path = make_link()
        ours, pid = stack.enter_context(serving("delivery.asgi:application"))
        limit, _ = stack.enter_context(serving("benchmarks.decision:bare"))
        known = get(path, f"If-None-Match: {etag_of(BODY)}")
        rows = [
            measure("served, 30 kB", ours, limit, request=get(path), status=b"200", body=BODY),
            measure("not modified", ours, limit, request=known, status=b"304", body=b""),
        ]
        write_report("decision", rows, packages=["granian", "psycopg", "django"], peak_rss_mb=peak_rss_mb(pid))


if __name__ == "__main__":
    main()
