"""Each check finds what was broken on purpose, and nothing in a sound house."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from dam import fsck, services
from dam.models import Asset, Rendition
from dam.queries.renditions import find_rendition
from foundation.archive.registry import CHECKS
from foundation.blobs.services import path_of
from foundation.core import moment
from foundation.events.sequencing import drain
from foundation.jobs.models import Timer
from foundation.jobs.running import run_due_jobs

from . import factories

pytestmark = pytest.mark.django_db
OURS = [
    fsck.versions_have_bytes,
    fsck.renditions_have_bytes,
    fsck.current_version_is_right,
    fsck.boundaries_have_timers,
    fsck.uploads_have_parts,
]


def complaints() -> list[str]:
    return [line for check in OURS for line in check()]


@pytest.fixture
def asset(photographer):
    found = services.approve_asset(factories.make_asset(), actor=photographer)
    licence = factories.make_licence(ends_at=moment.now() + timedelta(days=9))
    services.assign_licence([found], licence=licence, actor=photographer)
    return found


def test_a_sound_house(asset, photographer):
    factories.ingest_files({"a.jpg": b"no", "b.jpg": factories.jpeg()}, actor=photographer)
    services.define_preset(code="x", label="X", body={"width": 9, "height": 9}, actor=photographer)
    services.edit_asset(asset, changes={"title": "Other"}, actor=photographer)
    drain()
    assert complaints() == []
    assert list(CHECKS["no change without an event"].find()) == []


def test_lost_bytes_are_found(asset):
    default_storage.delete(path_of(asset.first_sha256))
    assert len(complaints()) == 1
    assert asset.first_sha256 in complaints()[0]


def test_a_lost_rendition_is_found_and_made_again(asset, capsys):
    row = find_rendition(asset.current_version, "preview")
    default_storage.delete(path_of(row.sha256))
    assert complaints() == [f"rendition {row.key} is done and has no bytes; `manage.py renditions` makes it again"]
    call_command("renditions")
    assert capsys.readouterr().out == "1 renditions asked for\n"
    run_due_jobs()
    assert complaints() == []
    assert Rendition.objects.get(pk=row.pk).sha256 == row.sha256


def test_a_wrong_current_version_is_found(asset, photographer):
    asset.versions.update(state="draft", approved_at=None)
    assert complaints() == [f"asset {asset.uid} (approved) has the wrong current version"]
    Asset.objects.update(current_version=None, state="draft")
    assert complaints() == [f"asset {asset.uid} (draft) has the wrong current version"]


def test_a_missing_timer_is_found(asset):
    Timer.objects.all().delete()
    assert len(complaints()) == 1
    assert "no timer" in complaints()[0]


def test_the_ingest_command(tmp_path, capsys):
    factories.write_files(tmp_path, {"a.jpg": factories.jpeg(seed=1)})
    call_command("ingest", str(tmp_path))
    run_due_jobs()
    assert capsys.readouterr().out.strip()
    assert Asset.objects.get().title == "a"


def test_a_lost_part_of_an_upload_is_found(photographer):
    upload = services.begin_upload(path="a.jpg", length=9, metadata="", actor=photographer)
    services.receive_bytes(upload, source=io.BytesIO(b"12345"), offset=0, size=5, actor=photographer)
    assert complaints() == []
    part = upload.parts.get()
    default_storage.delete(part.name)
    (line,) = complaints()
    assert part.name in line
