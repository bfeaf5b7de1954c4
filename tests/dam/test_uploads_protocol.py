"""tus 1.0.0, as its text has it, against a real server: https://tus.io/protocols/resumable-upload"""

from __future__ import annotations

import errno
import random
import threading
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory

from dam.models import Asset, Ingest, IngestFile, Upload, UploadPart
from dam.services import collect_uploads, receiving
from foundation.blobs.services import read_blob
from foundation.core import moment
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs

from . import factories
from .tus import CHUNK, Tus, checksum, metadata

pytestmark = pytest.mark.django_db(transaction=True)
PART = receiving.PART


def noise(length: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(length)


def secret_of(actor) -> str:
    from foundation.accounts.models import User
    from foundation.accounts.services import create_api_key
    from foundation.core.actors import system

    return create_api_key(user=User.objects.get(pk=actor.user_id), name="tus", actor=system("tests"))[1]


@pytest.fixture
def tus(live_server, photographer) -> Tus:
    return Tus(live_server.url, secret_of(photographer))


def upload_at(where: str) -> Upload:
    return Upload.objects.get(uid=where.rpartition("/")[2])


def kept(where: str) -> bytes:
    """The bytes that an upload has, as they were joined."""
    run_due_jobs()
    upload = upload_at(where)
    assert upload.file is not None
    return read_blob(upload.file.sha256)


def files_in_store(where: str) -> list[str]:
    try:
        return sorted(default_storage.listdir(upload_at(where).folder)[1])
    except FileNotFoundError:
        return []


def test_the_server_says_what_it_speaks(tus):
    answer = tus.send("OPTIONS", "/api/v1/uploads", tus_resumable="")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    extensions = set(answer.headers["Tus-Extension"].split(","))
    assert extensions == {"creation", "creation-with-upload", "expiration", "checksum", "termination"}
    assert answer.headers["Tus-Max-Size"] == str(2 * 1024**3)
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_a_file_comes_in_by_two_requests(tus):
    content = factories.jpeg(seed=1)
    told = metadata(filename="shoot/ridge.jpg", filetype="image/jpeg")
    created = tus.create(len(content), told=told)
    assert (created.status, created.body, created.offset) == (201, b"", 0)
    where = created.headers["Location"]
    assert parsedate_to_datetime(created.headers["Upload-Expires"]) > moment.now() + timedelta(days=2)

    first = tus.patch(where, content[:1000], 0)
    assert (first.status, first.offset, first.body) == (204, 1000, b"")
    head = tus.send("HEAD", where)
    assert (head.status, head.offset, head.headers["Upload-Length"]) == (200, 1000, str(len(content)))
    assert head.headers["Upload-Metadata"] == told
    assert head.headers["Cache-Control"] == "no-store"
    assert IngestFile.objects.count() == 0

    last = tus.patch(where, content[1000:], 1000)
    assert (last.status, last.offset) == (204, len(content))
    assert kept(where) == content
    file = IngestFile.objects.get()
    assert (file.path, file.state) == ("shoot/ridge.jpg", "ingested")
    assert files_in_store(where) == []
    assert tus.offset(where) == len(content), "its sender may still ask"
    assert tus.patch(where, b"", len(content)).status == 204


def test_bytes_may_come_with_the_creation(tus):
    content = noise(5000)
    answer = tus.create(len(content), body=content[:3000], told=metadata(filename="a.bin"))
    assert (answer.status, answer.offset) == (201, 3000)
    assert tus.patch(answer.headers["Location"], content[3000:], 3000).offset == 5000
    assert kept(answer.headers["Location"]) == content


def test_many_small_requests_make_few_parts(tus):
    content = noise(PART * 2 + 700_000)
    where, at = tus.begin(len(content)), 0
    while at < len(content):
        at = tus.patch(where, content[at : at + 1_900_000], at).offset
    assert [part.length for part in UploadPart.objects.order_by("number")] == [PART, PART, 700_000]
    assert len(files_in_store(where)) == 3, "what was replaced is gone"
    assert kept(where) == content


def test_what_arrived_of_a_broken_request_stays(tus):
    content = noise(PART + 2_000_000)
    where = tus.begin(len(content))
    tus.break_off(where, content[: PART + 1_000_000], 0, announced=len(content))
    tus.wait_for(where, PART + 1_000_000)
    assert tus.patch(where, content[PART + 1_000_000 :], PART + 1_000_000).status == 204
    assert kept(where) == content


def test_a_broken_request_with_a_checksum_keeps_nothing(tus):
    content = noise(PART + 1000)
    where = tus.begin(len(content))
    tus.break_off(where, content[:-500], 0, announced=len(content), upload_checksum=checksum(content))
    wait_until(where, held=False)
    assert tus.offset(where) == 0
    assert files_in_store(where) == []
    assert tus.patch(where, content, 0, upload_checksum=checksum(content, "sha1")).status == 204
    assert kept(where) == content


def wait_until(where: str, *, held: bool, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while (upload_at(where).holder is not None) != held:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_wrong_checksum_keeps_nothing_of_that_request(tus):
    content = noise(PART * 2)
    where = tus.begin(len(content))
    assert tus.patch(where, content[:1000], 0, upload_checksum=checksum(content[:1000])).status == 204
    wrong = tus.patch(where, content[1000:], 1000, upload_checksum=checksum(b"something else"))
    assert wrong.status == 460
    assert tus.offset(where) == 1000
    assert len(files_in_store(where)) == 1
    for bad in ("md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1", "sha1 !!", "sha256 AAAA", ""):
        answer = tus.send(
            "PATCH", where, content[1000:], content_type=CHUNK, upload_offset="1000", upload_checksum=bad or " "
        )
        assert (answer.status, tus.offset(where)) == (400, 1000), bad


def test_refusals_have_the_codes_of_the_protocol(tus):
    where = tus.begin(10)
    assert tus.patch(where, b"x", 3).status == 409
    assert tus.patch(where, b"x" * 11, 0).status == 413
    assert tus.patch(where, b"x", 0, content_type="image/jpeg").status == 415
    old = tus.patch(where, b"x", 0, tus_resumable="0.2.2")
    assert (old.status, old.headers["Tus-Version"]) == (412, "1.0.0")
    assert tus.send("HEAD", where, tus_resumable="").status == 412
    for offset in ("", "-1", "1.5", "x", "9" * 40, "٣".encode().decode("latin-1")):
        assert tus.patch(where, b"x", 0, upload_offset=offset).status == 400, offset
    assert tus.create(2 * 1024**3 + 1).status == 413
    for length in ("", "-1", "x", "9" * 40):
        assert tus.send("POST", "/api/v1/uploads", upload_length=length).status == 400, length
    assert tus.create(1, told="filename not base64").status == 400
    assert tus.create(1, told=metadata(filename="a") + "," + metadata(filename="b")).status == 400
    assert tus.send("POST", "/api/v1/uploads", b"{}", upload_length="2", content_type="application/json").status == 415
    assert tus.offset(where) == 0
    assert Upload.objects.count() == 1


def test_a_body_of_unknown_length_is_not_read(tus):
    where = tus.begin(10)
    answer = tus.patch(where, iter([b"12345", b"67890"]), 0)  # type: ignore[arg-type]
    assert (answer.status, tus.offset(where)) == (411, 0)


def test_methods_may_be_overridden(tus):
    where = tus.begin(3)
    answer = tus.send("POST", where, b"abc", content_type=CHUNK, upload_offset="0", x_http_method_override="PATCH")
    assert (answer.status, answer.offset) == (204, 3)
    assert tus.send("POST", where, b"abc", content_type=CHUNK, upload_offset="0").status == 405


def test_one_that_expired_is_gone(tus, house_actor):
    where = tus.begin(10)
    tus.patch(where, b"abc", 0)
    assert len(files_in_store(where)) == 1
    Upload.objects.update(expires_at=moment.now() - timedelta(seconds=1))
    assert tus.send("HEAD", where).status == 410
    assert tus.patch(where, b"d", 3).status == 410
    collect_uploads(actor=house_actor)
    assert files_in_store(where) == []
    assert UploadPart.objects.count() == 0
    assert tus.send("HEAD", where).status == 410, "it is remembered"
    Upload.objects.update(expires_at=moment.now() - timedelta(seconds=1))
    collect_uploads(actor=house_actor)
    assert tus.send("HEAD", where).status == 404
    assert Upload.objects.count() == 0


def test_each_part_puts_the_end_off(tus):
    where = tus.begin(10)
    soon = moment.now() + timedelta(minutes=5)
    Upload.objects.update(expires_at=soon)
    tus.patch(where, b"abc", 0)
    assert upload_at(where).expires_at > soon + timedelta(days=2)


def test_one_that_is_given_up_is_gone(tus):
    where = tus.begin(10)
    tus.patch(where, b"abc", 0)
    folder = upload_at(where).folder
    assert tus.send("DELETE", where).status == 204
    assert tus.send("HEAD", where).status == 404
    assert tus.send("DELETE", where).status == 404
    assert not default_storage.exists(folder)
    assert Upload.objects.count() == UploadPart.objects.count() == IngestFile.objects.count() == 0


def test_nobody_else_knows_of_it(tus, live_server, administrator, merchant):
    where = tus.begin(10)
    boss, seller = (Tus(live_server.url, secret_of(actor)) for actor in (administrator, merchant))
    for method in ("HEAD", "DELETE"):
        assert boss.send(method, where).status == 404
        assert seller.send(method, where).status == 403
    assert boss.patch(where, b"x", 0).status == 404
    assert boss.send("GET", where).body.replace(where[-36:].encode(), b"") == boss.send(
        "GET", f"/api/v1/uploads/{uuid4()}"
    ).body.replace(where[-36:].encode(), b"")
    assert seller.create(5).status == 403
    assert Tus(live_server.url, "tk_no_key").create(5).status == 401
    assert Upload.objects.get().offset == 0
    mine = Ingest.objects.get()
    for uid in (str(mine.uid), str(uuid4()), "x", "\0"):
        assert boss.create(5, told=metadata(filename="a", ingest=uid)).status == (404 if uid != "\0" else 201), uid
    assert Upload.objects.filter(ingest=mine).count() == 1


def test_two_requests_at_once_do_not_mix(tus):
    content = noise(PART + 500_000)
    where = tus.begin(len(content))
    line = tus.hang(where, content[:PART], 0, announced=len(content))
    tus.wait_for(where, PART)  # it is being received
    second = tus.patch(where, content[PART:], PART)
    assert second.status == 423
    line.sendall(content[PART:])
    tus.wait_for(where, len(content))
    line.close()
    assert kept(where) == content


def test_a_dead_line_is_taken_over_and_counts_no_more(tus):
    """Its lease has ended; what it still brings goes nowhere, whatever it is."""
    content = noise(PART * 2)
    where = tus.begin(len(content))
    line = tus.hang(where, noise(PART, seed=2)[:1000], 0, announced=len(content))
    wait_until(where, held=True)
    Upload.objects.update(held_until=moment.now() - timedelta(seconds=1))
    assert tus.patch(where, content[:5000], 0).offset == 5000
    line.sendall(noise(PART * 2, seed=2)[1000:])
    assert b" 423 " in line.recv(200)
    line.close()
    assert tus.offset(where) == 5000
    assert tus.patch(where, content[5000:], 5000).status == 204
    assert len(files_in_store(where)) == 2
    assert kept(where) == content


def test_many_senders_of_one_upload_at_once(tus):
    """Whoever wins, the bytes are the file's: no offset is counted twice."""
    content = noise(600_000)
    where, statuses = tus.begin(len(content)), []

    def push() -> None:
        at = 0
        while at < len(content):
            answer = tus.patch(where, content[at : at + 50_000], at)
            statuses.append(answer.status)
            at = answer.offset if answer.status == 204 else tus.offset(where)

    threads = [threading.Thread(target=push) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {204, 409, 423}
    assert statuses.count(204) == 12
    assert kept(where) == content


def test_a_file_of_no_bytes_is_up_at_once_and_refused(tus):
    where = tus.begin(0, filename="empty.jpg")
    assert tus.offset(where) == 0
    run_due_jobs()
    file = IngestFile.objects.get()
    assert (file.path, file.state, file.code) == ("empty.jpg", "refused", "empty")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/abs/olute.jpg", "abs/olute.jpg"),
        ("a\x00b\x1b[31m\r\n.jpg", "ab[31m.jpg"),
        ("cod\u202egpj.exe", "codgpj.exe"),
        ("  \u2028 ", "unnamed"),
        ("..", "unnamed"),
        ("<img src=x onerror=alert(1)>.jpg", "<img src=x onerror=alert(1)>.jpg"),
        (b"\xff\xfe.jpg", "��.jpg"),
        ("コート.jpg", "コート.jpg"),
        ("n" * 4096 + ".tiff", "n" * 495 + ".tiff"),
    ],
)
def test_names_of_strangers_are_made_harmless(tus, name, path):
    where = tus.begin(5, filename=name)
    assert upload_at(where).path == path
    assert tus.patch(where, b"12345", 0).status == 204
    assert IngestFile.objects.get().path == path
    assert tus.send("GET", where).status == 200


def test_a_header_without_end_is_refused(tus):
    assert tus.create(5, told=metadata(filename="n" * 20_000)).status == 400
    assert Upload.objects.count() == 0


def test_a_full_store_loses_nothing(tus, monkeypatch):
    content = noise(PART + 1_000_000)
    where = tus.begin(len(content))
    assert tus.patch(where, content[:1000], 0).status == 204
    save = default_storage.save  # the live server runs in this process

    def full(name, body, **options):
        if "/00001-" in name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return save(name, body, **options)

    monkeypatch.setattr(default_storage._wrapped, "save", full)
    answer = tus.patch(where, content[1000:], 1000)
    assert answer.status == 507
    assert b"no-room" in answer.body
    assert tus.offset(where) == PART, "the first part had its place"
    monkeypatch.undo()
    assert tus.patch(where, content[PART:], PART).status == 204
    assert kept(where) == content


def test_the_list_tells_what_is_on_its_way(tus, client_of, photographer, administrator):
    tus.begin(10, filename="a.jpg", fingerprint="a.jpg|10|5")
    found = client_of(photographer).get("/api/v1/uploads").json()["results"]
    assert [(row["path"], row["fingerprint"], row["length"], row["offset"], row["state"]) for row in found] == [
        ("a.jpg", "a.jpg|10|5", 10, 0, "receiving")
    ]
    assert client_of(administrator).get("/api/v1/uploads").json()["results"] == []


def test_a_session_needs_its_token(photographer, settings):
    from foundation.accounts.models import User

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(pk=photographer.user_id))
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    assert strict.post("/api/v1/uploads", headers=headers).status_code == 403
    assert not Upload.objects.exists()
    request = RequestFactory().get("/")
    headers["X-CSRFToken"] = get_token(request)
    strict.cookies[settings.CSRF_COOKIE_NAME] = request.META["CSRF_COOKIE"]
    begun = strict.generic("POST", "/api/v1/uploads", b"12", content_type=CHUNK, headers=headers)
    assert (begun.status_code, begun["Upload-Offset"]) == (201, "2")


def test_assets_are_made_once(tus):
    content = factories.jpeg(seed=3)
    for _ in range(2):
        tus.patch(tus.begin(len(content)), content, 0)
    run_due_jobs()
    assert Asset.objects.count() == 1
    assert sorted(IngestFile.objects.values_list("state", "code")) == [("duplicate", "same-bytes"), ("ingested", "")]
    assert Job.objects.filter(kind="dam.ingest", state="done").count() == 2
