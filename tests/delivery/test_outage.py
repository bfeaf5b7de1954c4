"""Postgres or the store away, renditions that are late, floods of refusals: nothing is served that was not decided."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from pathlib import Path

import pytest

from delivery.asgi import Application
from delivery.asgi.ledger import Ledger
from delivery.services.refusals import Refused
from foundation.core import moment

from .conftest import BYTES, ask, make_asset
from .test_asgi import HOUSE, assert_refused, refusals

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dead_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def point_at(monkeypatch, port):
    """Delivery's own connections go elsewhere; Django's stay."""
    from delivery.asgi import pool

    options = pool.connection_options() | {"host": "127.0.0.1", "port": port}
    monkeypatch.setattr(pool, "connection_options", lambda: options)


def test_without_postgres_nothing_is_served(shelf, monkeypatch, dead_port):
    assert ask(shelf.url)[0].status_code == 200
    point_at(monkeypatch, dead_port)
    answer, forged = ask(shelf.url, shelf.url.replace("/m/L", "/m/G"))
    assert_refused(answer, 503, "undecidable")
    assert answer.headers["retry-after"] == "2"
    assert_refused(forged, 403, "bad-token")


def test_a_postgres_that_hangs_is_not_waited_for(shelf, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        point_at(monkeypatch, silent.getsockname()[1])
        started = time.monotonic()
        assert_refused(ask(shelf.url)[0], 503, "undecidable")
        assert time.monotonic() - started < 20


def test_connections_that_postgres_dropped_are_passed_over(shelf):
    from django.db import connection

    def drop() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE application_name = 'tandem-delivery' AND datname = current_database()"
            )
            assert cursor.fetchone()[0] >= 1

    before, after = ask(shelf.url, {"url": shelf.url, "before": drop})
    assert (before.status_code, after.status_code, after.content) == (200, 200, BYTES)


def test_a_broken_query_is_no_permission(shelf, monkeypatch):
    for sql in ("SELECT 1 / 0", "SELECT nothing FROM nowhere", "SELECT 1"):
        monkeypatch.setattr("delivery.asgi.origin.SQL", sql)
        assert_refused(ask(shelf.url)[0], 503, "undecidable")


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"short")])
def test_bytes_that_are_lost_or_cut_are_not_served(shelf, damage):
    from django.core.files.storage import default_storage

    from dam.models import Rendition
    from foundation.blobs.services import path_of

    path = Path(default_storage.path(path_of(Rendition.objects.get().sha256)))
    damage(path)
    try:
        for answer in ask(shelf.url, {"url": shelf.url, "headers": {"Range": "bytes=0-3"}}):
            assert_refused(answer, 503, "blob-damaged")
    finally:
        path.write_bytes(BYTES)


def test_bytes_from_a_bucket(shelf, monkeypatch):
    moto = pytest.importorskip("moto")
    from django.core.files.storage import default_storage

    from dam.models import Rendition
    from foundation.blobs.services import path_of
    from foundation.blobs.storage import BucketStorage

    key = path_of(Rendition.objects.get().sha256)
    with moto.mock_aws():
        bucket = BucketStorage(
            access_key="a", secret_key="b", bucket_name="media", region_name="eu-central-1", location="here"
        )
        bucket.connection.create_bucket(
            Bucket="media", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        with default_storage.open(key) as source:
            bucket.save(key, source)
        monkeypatch.setattr("delivery.asgi.bodies.default_storage", bucket)
        whole, part, head = ask(
            shelf.url, {"url": shelf.url, "headers": {"Range": "bytes=-10"}}, {"url": shelf.url, "method": "HEAD"}
        )
        assert (whole.status_code, whole.content) == (200, BYTES)
        assert (part.status_code, part.content) == (206, BYTES[-10:])
        assert (head.status_code, head.headers["content-length"]) == (200, str(len(BYTES)))
        bucket.connection.Object("media", f"here/{key}").put(Body=b"short")
        assert_refused(ask(shelf.url)[0], 503, "blob-damaged")
        bucket.connection.Object("media", f"here/{key}").delete()
        assert_refused(ask(shelf.url)[0], 503, "blob-damaged")


@pytest.fixture
def unrendered(shelf, monkeypatch):
    """A link to what nobody has rendered yet, and the calls that ask for it."""
    from dam.services.licences import assign_licence
    from delivery.asgi import origin
    from delivery.services.links import listing_url
    from delivery.services.publications import record_publication

    asset, version, preset = make_asset("Hat", b"a hat", rendered=None)
    assign_licence([asset], licence=shelf.licence, actor=HOUSE)
    record_publication(shelf.listing, channel="shop", market="DACH", asset_ids=[asset.pk])
    calls = []

    def asked(version_id, *, preset):
        calls.append((version_id, preset))
        asked.original(version_id, preset=preset)

    asked.original = origin.request_missing
    monkeypatch.setattr(origin, "request_missing", asked)
    url = listing_url(asset.uid, version_number=1, preset=preset, channel="shop", market="DACH", name="hat")
    return url, version, calls


def test_a_missing_rendition_is_asked_for_once_and_waited_for(unrendered):
    from django.db import connection

    from dam.models import Rendition

    url, version, calls = unrendered

    def make() -> None:
        time.sleep(0.5)
        row = Rendition.objects.filter(source_sha256=version.blob_id).get()
        from foundation.blobs.services import store_blob

        blob = store_blob(b"a hat, rendered", media_type="image/webp")
        Rendition.objects.filter(pk=row.pk).update(
            state="done", sha256=blob.pk, media_type="image/webp", bytes=blob.bytes
        )
        connection.close()

    async def both() -> list[int]:
        import httpx

        from .conftest import path_of

        application = Application()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://m.test") as client:
            answers = await asyncio.gather(client.get(path_of(url)), client.get(path_of(url)))
        await application.close()
        return [answer.content for answer in answers]

    maker = threading.Thread(target=make)
    maker.start()
    assert asyncio.run(both()) == [b"a hat, rendered"] * 2
    maker.join()
    assert calls == [(version.pk, "card")]


def test_one_that_stays_missing_is_not_waited_for_ever(unrendered, monkeypatch):
    monkeypatch.setattr("delivery.asgi.origin.PATIENCE", 0.3)
    url, _, calls = unrendered
    answer, again = ask(url, url)
    for one in (answer, again):
        assert_refused(one, 503, "not-ready")
        assert one.headers["retry-after"] == "2"
    assert refusals() == []
    monkeypatch.setattr("delivery.asgi.origin.WAITING", 0)
    calls.clear()
    assert_refused(ask(url)[0], 503, "not-ready")
    assert calls == []


def test_rights_are_asked_again_after_waiting(unrendered, shelf, monkeypatch):
    from dam.services.licences import revoke_licence

    from .conftest import make_rendition

    url, version, _ = unrendered

    def made(version_id, *, preset):
        from django.db import connection

        make_rendition(version, shelf.preset, b"late")
        revoke_licence(shelf.licence, actor=HOUSE)
        connection.close()

    monkeypatch.setattr("delivery.asgi.origin.request_missing", made)
    assert_refused(ask(url)[0], 410, "revoked")


def test_one_that_cannot_be_made_says_so(unrendered):
    from dam.models import Rendition

    url, version, calls = unrendered
    from dam.services.renditions import request_rendition

    request_rendition(version, preset="card", actor=HOUSE)
    Rendition.objects.filter(source_sha256=version.blob_id).update(state="failed")
    [answer] = ask(url)
    assert_refused(answer, 503, "not-ready")
    assert answer.headers["retry-after"] == "60"
    assert calls == []


def refused(number: int = 0) -> Refused:
    return Refused(moment.now(), "expired", 410, None, "shop", "DACH", "", str(number))


def test_refusals_outlive_an_outage_and_a_flood_has_a_bound(monkeypatch):
    monkeypatch.setattr("delivery.asgi.ledger.EVERY", 0.01)
    monkeypatch.setattr("delivery.asgi.ledger.AGAIN", 0.01)
    monkeypatch.setattr("delivery.asgi.ledger.BATCH", 2)
    written, outage = [], [OSError(), OSError()]

    async def write(rows):
        if outage:
            raise outage.pop()
        written.extend(row.detail for row in rows)

    async def run():
        ledger = Ledger(write, room=5)
        for number in range(7):
            ledger.note(refused(number))
        assert ledger.lost == 2
        await asyncio.sleep(0.3)
        ledger.note(refused(9))
        await ledger.close()

    asyncio.run(run())
    assert written == ["0", "1", "2", "3", "4", "9"]


def test_a_refusal_does_not_wait_for_its_row(shelf, monkeypatch):
    async def never(connection, *, rows):
        await asyncio.sleep(60)

    monkeypatch.setattr("delivery.asgi.origin.insert_refusals", never)
    application = Application()

    async def close_at_once():
        application._ledger._task.cancel()

    monkeypatch.setattr(application._ledger, "close", close_at_once)
    started = time.monotonic()
    assert_refused(ask(shelf.url + "/", app=application)[0], 404, "unknown-media")
    assert time.monotonic() - started < 20
