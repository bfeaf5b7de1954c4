"""A shelf with one published picture, and a browser that asks the media origin for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
BYTES = bytes(range(256)) * 1200  # more than one chunk


@pytest.fixture
def shelf(transactional_db: None, world: Any, steward: Any, administrator: Any) -> SimpleNamespace:
    """An approved asset with a licence for Germany and Austria, rendered, and used by a listing of the shop."""
    from dam.services.licences import assign_licence, define_licence
    from dam.verdict import TermFacts
    from delivery.services.links import listing_url
    from delivery.services.publications import record_publication
    from foundation.core.ids import uuid7

    asset, version, preset = make_asset("Wool coat", b"an original")
    term = TermFacts(territories=frozenset({"DE", "AT"}), uses=frozenset({"web"}))
    licence = define_licence(name="Shoot", terms=[term], actor=administrator)
    assign_licence([asset], licence=licence, actor=administrator)
    listing = uuid7()
    record_publication(listing, channel="shop", market="DACH", asset_ids=[asset.pk])
    url = listing_url(asset.uid, version_number=1, preset=preset, channel="shop", market="DACH", name="Wool coat")
    return SimpleNamespace(
        asset=asset,
        version=version,
        preset=preset,
        licence=licence,
        term=term,
        listing=listing,
        url=url,
        steward=steward,
    )


def make_asset(
    title: str, original: bytes, *, rendered: bytes | None = BYTES, state: str = "approved"
) -> tuple[Any, ...]:
    """Rows as ingest, approval and rendering leave them."""
    from dam.models import Asset, AssetVersion
    from dam.services.presets import define_preset
    from foundation.blobs.services import store_blob
    from foundation.core.actors import system

    body = {"width": 400, "height": 400, "fit": "contain", "format": "webp"}
    preset = define_preset(code="card", label="Card", body=body, actor=system("tests"))
    blob = store_blob(original, media_type="image/jpeg")
    asset = Asset.objects.create(kind="image", title=title, first_sha256=blob.pk, state=state, created_at=CREATED)
    approved = {"state": "approved", "approved_at": CREATED} if state == "approved" else {}
    version = AssetVersion.objects.create(
        asset=asset, number=1, blob=blob, filename="a.jpg", media_type="image/jpeg", width=1200, height=600,
        created_at=CREATED, **approved,
    )  # fmt: skip
    asset.current_version = version
    asset.save()
    if rendered is not None:
        make_rendition(version, preset, rendered)
    return asset, version, preset


def make_rendition(version: Any, preset: Any, rendered: bytes) -> Any:
    from dam.models import Recipe, Rendition
    from dam.queries.renditions import rendition_key
    from dam.recipes import complete_recipe, engine, hash_recipe
    from foundation.blobs.services import store_blob

    recipe = complete_recipe(preset.body)
    row, _ = Recipe.objects.get_or_create(hash=hash_recipe(recipe), defaults={"body": recipe})
    blob = store_blob(rendered, media_type="image/webp")
    return Rendition.objects.create(
        key=rendition_key(version, preset), source_sha256=version.blob_id, recipe=row, engine=engine(), sha256=blob.pk,
        state="done", media_type="image/webp", bytes=blob.bytes, created_at=CREATED,
    )  # fmt: skip


def path_of(url: str) -> str:
    return urlsplit(url).path


def ask(*wishes: str | dict[str, Any], app: Any = None) -> list[httpx.Response]:
    """The answers of the application, in process, to links or `{"url": …, "method": …, "headers": …}`."""
    from delivery.asgi import Application

    async def run() -> list[httpx.Response]:
        application = app or Application()
        transport = httpx.ASGITransport(app=application)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://media.test") as client:
                return [await _one(client, {"url": wish} if isinstance(wish, str) else wish) for wish in wishes]
        finally:
            await application.close()

    return asyncio.run(run())


def _in_thread(work: Callable[[], Any]) -> None:
    from django.db import connection

    try:
        work()
    finally:
        connection.close()


async def _one(client: httpx.AsyncClient, wish: dict[str, Any]) -> httpx.Response:
    if callable(before := wish.get("before")):
        await asyncio.to_thread(_in_thread, before)
    return await client.request(
        wish.get("method", "GET"), path_of(wish["url"]) if "/m/" in wish["url"] else wish["url"],
        headers=wish.get("headers"), params=wish.get("params"),
    )  # fmt: skip
