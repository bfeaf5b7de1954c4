"""The real way through: a photograph comes in, is licensed, approved, published, rendered on demand, and looked at."""
# V1, V3

from __future__ import annotations

import io
import threading

import pytest
from PIL import Image

from foundation.core.ids import uuid7
from foundation.jobs.running import run_due_jobs

from .conftest import ask
from .test_asgi import assert_refused

pytestmark = pytest.mark.django_db(transaction=True)


def photograph() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((1600, 900)).convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def work() -> None:
    from django.db import connection

    try:
        for _ in range(50):
            if run_due_jobs():
                return
            threading.Event().wait(0.1)
    finally:
        connection.close()


def test_from_a_photograph_to_a_rendition(world, photographer, administrator, tmp_path):
    from dam.models import Asset, Rendition
    from dam.services.approvals import approve_asset
    from dam.services.ingests import ingest_folder
    from dam.services.licences import assign_licence, define_licence
    from dam.services.presets import define_preset
    from dam.verdict import TermFacts
    from delivery.services.links import listing_url, preview_urls
    from delivery.services.publications import record_publication

    (tmp_path / "coat.jpg").write_bytes(photograph())
    ingest_folder(tmp_path, actor=photographer)
    run_due_jobs()
    asset = Asset.objects.select_related("current_version").get()
    card = define_preset(
        code="card",
        label="Card",
        actor=administrator,
        body={"width": 320, "height": 320, "fit": "contain", "format": "jpeg"},
    )
    given = {"version_number": 1, "channel": "shop", "market": "DACH", "name": "Coat"}
    url = listing_url(asset.uid, preset=card, **given)
    assert_refused(ask(url)[0], 404, "unpublished")  # a draft
    preview = ask(preview_urls([asset], preset="preview", actor=photographer)[asset.pk])[0]
    assert (preview.status_code, preview.headers["content-type"]) == (200, "image/webp")

    approve_asset(asset, actor=photographer)
    record_publication(uuid7(), channel="shop", market="DACH", asset_ids=[asset.pk])
    assert_refused(ask(url)[0], 403, "no-licence")
    terms = [TermFacts(territories=frozenset({"DE", "AT"}))]
    assign_licence([asset], licence=define_licence(name="Shoot", terms=terms, actor=administrator), actor=administrator)

    assert not Rendition.objects.filter(recipe__body__width=320).exists()
    worker = threading.Thread(target=work)
    worker.start()
    [answer] = ask(url)
    worker.join()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.content != (tmp_path / "coat.jpg").read_bytes()
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (320, 180))
