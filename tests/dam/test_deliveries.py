"""Many uploads into one ingest: opened, described, finished, cancelled, left behind, killed."""

from __future__ import annotations

import io
import subprocess
from datetime import timedelta

import boto3
import pytest
from django.core.files.storage import default_storage

from dam import services
from dam.models import Asset, AssetLicence, Ingest, IngestFile, Upload, UploadPart
from dam.services import collect_uploads, receiving
from dam.services.uploads import LIFETIME
from foundation.blobs.services import read_blob
from foundation.core import moment
from foundation.core.errors import Conflict, Denied, Invalid, Missing
from foundation.events.models import OutboxEvent
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from tests.cast import make_actor

from . import factories
from .test_killed_workers import finish, start_worker, wait_for

pytestmark = pytest.mark.django_db


def begin(ingest, actor, content: bytes, *, name: str = "a.jpg") -> Upload:
    return services.begin_upload(path=name, length=len(content), metadata="", ingest=ingest, actor=actor)


def send(ingest, actor, content: bytes, *, name: str = "a.jpg") -> Upload:
    upload = begin(ingest, actor, content, name=name)
    return services.receive_bytes(upload, source=io.BytesIO(content), offset=0, size=len(content), actor=actor)


def folder_is_there(upload: Upload) -> bool:
    return default_storage.exists(upload.folder)


def outcomes(ingest) -> dict[str, tuple[str, str]]:
    return {file.path: (file.state, file.code) for file in ingest.files.all()}


def test_many_files_are_one_ingest(photographer, world):
    licence = factories.make_licence()
    ingest = services.open_ingest(actor=photographer)
    assert ingest.state == "open"
    same = factories.jpeg(seed=1)
    send(ingest, photographer, same, name="one/a.jpg")
    send(ingest, photographer, same, name="two/a.jpg")
    services.describe_ingest(ingest, licence=licence, markets=["GB", "DACH"], actor=photographer)
    send(ingest, photographer, b"no picture", name="one/a.jpg")
    assert not Job.objects.exists()
    assert not OutboxEvent.objects.filter(type="dam.ingest.started").exists()

    services.finish_ingest(ingest, actor=photographer)
    run_due_jobs()
    assert outcomes(ingest) == {
        "one/a.jpg": ("ingested", ""),
        "two/a.jpg": ("duplicate", "same-bytes"),
        "one/a.jpg (2)": ("refused", "not-an-image"),
    }
    asset = Asset.objects.get()
    assert (asset.markets, AssetLicence.objects.get().asset) == (["DACH", "GB"], asset)
    assert read_blob(asset.first_sha256) == same
    assert Job.objects.get(kind="dam.ingest").result == {"ingested": 1, "duplicate": 1, "refused": 1}
    event = OutboxEvent.objects.get(type="dam.ingest.started")
    assert (event.subject, event.data["files"]) == (ingest.uid, 3)
    assert UploadPart.objects.count() == 0
    assert not any(folder_is_there(upload) for upload in Upload.objects.all())


def test_keywords_of_the_sender_are_beside_those_of_the_file(photographer):
    ingest = services.open_ingest(actor=photographer, keywords=["spring"])
    mine = [*(f"word {number}" for number in range(97)), "autumn"]
    services.describe_ingest(ingest, actor=photographer, keywords=[" autumn ", "", *mine])
    with_words = factories.with_xmp(factories.jpeg(seed=1), xmp={"Xmp.dc.subject": ["coat", "autumn", "wool", "felt"]})
    send(ingest, photographer, with_words, name="a.jpg")
    send(ingest, photographer, factories.jpeg(seed=2), name="b.jpg")
    services.finish_ingest(ingest, actor=photographer)
    run_due_jobs()
    given = ["autumn", *(f"word {number}" for number in range(97))]
    assert Asset.objects.get(title="b").metadata == {"keywords": given}
    described = Asset.objects.get(title="a")
    assert (described.metadata["keywords"], described.edition) == ([*given, "coat", "wool"], 1)


def test_keywords_that_are_none_are_refused(photographer):
    ingest = services.open_ingest(actor=photographer, keywords=["spring"])
    for words in (["x"] * 101, [1]):
        with pytest.raises(Invalid, match="keywords must be a list of at most 100 texts"):
            services.describe_ingest(ingest, actor=photographer, keywords=words)
        with pytest.raises(Invalid):
            services.open_ingest(actor=photographer, keywords=words)
    assert [one.keywords for one in Ingest.objects.all()] == [["spring"]]


def test_what_has_begun_takes_nothing_more(photographer):
    ingest = services.open_ingest(actor=photographer)
    with pytest.raises(Invalid, match="no file to take in"):
        services.finish_ingest(ingest, actor=photographer)
    send(ingest, photographer, factories.jpeg(seed=1))
    services.finish_ingest(ingest, actor=photographer)
    for attempt in (
        lambda: begin(ingest, photographer, b"x"),
        lambda: services.finish_ingest(ingest, actor=photographer),
        lambda: services.describe_ingest(ingest, actor=photographer, markets=[]),
    ):
        with pytest.raises(Conflict):
            attempt()
    assert (Job.objects.filter(kind="dam.ingest").count(), Upload.objects.count()) == (1, 1)


def test_what_is_on_its_way_is_waited_for_or_given_up(photographer):
    ingest = services.open_ingest(actor=photographer)
    send(ingest, photographer, factories.jpeg(seed=1))
    late = begin(ingest, photographer, b"12345", name="late.jpg")
    services.receive_bytes(late, source=io.BytesIO(b"123"), offset=0, size=3, actor=photographer)
    with pytest.raises(Conflict, match="1 files are still on their way"):
        services.finish_ingest(ingest, actor=photographer)
    assert Ingest.objects.get().state == "open"
    services.finish_ingest(ingest, without_unfinished=True, actor=photographer)
    assert not folder_is_there(late)
    with pytest.raises(Missing):
        services.receive_bytes(late, source=io.BytesIO(b"45"), offset=3, size=2, actor=photographer)
    run_due_jobs()
    assert outcomes(ingest) == {"a.jpg": ("ingested", "")}


def test_an_open_one_can_be_thrown_away(photographer):
    ingest = services.open_ingest(actor=photographer)
    uploads = [send(ingest, photographer, b"12345"), begin(ingest, photographer, b"12345")]
    services.cancel_ingest(ingest, actor=photographer)
    assert (Ingest.objects.get().state, Upload.objects.count(), IngestFile.objects.count()) == ("cancelled", 0, 0)
    assert not any(map(folder_is_there, uploads))
    with pytest.raises(Conflict):
        services.cancel_ingest(Ingest.objects.get(), actor=photographer)


def test_one_file_can_be_taken_out_again_until_it_begins(photographer):
    ingest = services.open_ingest(actor=photographer)
    first, second = (send(ingest, photographer, factories.jpeg(seed=seed), name=f"{seed}.jpg") for seed in (1, 2))
    services.end_upload(first, actor=photographer)
    assert not folder_is_there(first)
    services.finish_ingest(ingest, actor=photographer)
    services.end_upload(second, actor=photographer)
    run_due_jobs()
    assert outcomes(ingest) == {"2.jpg": ("ingested", "")}


def test_only_its_owner_goes_on_with_it(photographer, administrator, merchant, world):
    ingest = services.open_ingest(actor=photographer, markets=["GB"])
    for act in (services.finish_ingest, services.cancel_ingest, services.describe_ingest):
        with pytest.raises(Missing):
            act(ingest, actor=administrator)
        with pytest.raises(Denied):
            act(ingest, actor=merchant)
    with pytest.raises(Missing):
        begin(ingest, administrator, b"x")
    with pytest.raises(Denied):
        services.open_ingest(actor=merchant)
    assert Ingest.objects.get().state == "open"
    assert not Upload.objects.exists()


def test_limited_people_name_their_own_markets(world):
    local = make_actor("lou", "studio", market="US")
    integrator = make_actor("ina", "integrator")
    for foreign in ("GB", "NOWHERE"):
        with pytest.raises(Invalid, match=f"There is no market '{foreign}'"):
            services.open_ingest(actor=local, markets=[foreign])
    with pytest.raises(Denied):
        services.open_ingest(actor=integrator, licence=factories.make_licence())
    assert services.open_ingest(actor=local, markets=["US"]).markets == ["US"]
    assert Ingest.objects.visible_to(local).count() == 1
    services.open_ingest(actor=integrator)
    assert Ingest.objects.visible_to(local).count() == 1


def test_one_that_was_left_starts_with_what_arrived(photographer, house_actor):
    ingest, empty = (services.open_ingest(actor=photographer) for _ in range(2))
    done = send(ingest, photographer, factories.jpeg(seed=1))
    late = begin(ingest, photographer, b"12345", name="late.jpg")
    collect_uploads(actor=house_actor)
    assert Ingest.objects.still_open().count() == 2
    with moment.frozen(moment.now() + LIFETIME + timedelta(minutes=1)):
        collect_uploads(actor=house_actor)
        ingest.refresh_from_db()
        empty.refresh_from_db()
        assert (ingest.state, empty.state) == ("queued", "cancelled")
        assert Job.objects.get().owner_id == photographer.user_id
        assert folder_is_there(done), "the ingest still needs it"
        assert Upload.objects.get(pk=late.pk).state == "expired"
        run_due_jobs()
    assert outcomes(ingest) == {"a.jpg": ("ingested", "")}
    with moment.frozen(moment.now() + 2 * LIFETIME):
        collect_uploads(actor=house_actor)
    assert list(Upload.objects.values_list("path", "state")) == [("late.jpg", "expired")]


def test_bytes_of_a_stopped_ingest_are_collected(photographer, house_actor):
    ingest = services.open_ingest(actor=photographer)
    upload = send(ingest, photographer, factories.jpeg(seed=1))
    ingest = services.finish_ingest(ingest, actor=photographer)
    services.cancel_ingest(ingest, actor=photographer)
    assert Job.objects.get().state == "cancelled"
    assert folder_is_there(upload)
    with moment.frozen(moment.now() + LIFETIME + timedelta(minutes=1)):
        collect_uploads(actor=house_actor)
    assert not folder_is_there(upload)
    assert (Upload.objects.count(), Asset.objects.count()) == (0, 0)


@pytest.mark.kills
@pytest.mark.django_db(transaction=True)
def test_uploads_killed_on_their_way_in_are_taken_in_once(photographer):
    contents = [factories.jpeg(factories.quarters(1500, 1000, seed=seed)) for seed in range(1, 13)]
    ingest = services.open_ingest(actor=photographer)
    for number, content in enumerate([*contents, contents[0]]):
        send(ingest, photographer, content, name=f"{number:02}.jpg")
    ingest = services.finish_ingest(ingest, actor=photographer)
    worker: subprocess.Popen[bytes] = start_worker(ingest.job_id)
    wait_for(lambda: Asset.objects.count() >= 4)
    worker.kill()
    worker.wait()
    assert Asset.objects.count() < 12
    assert finish(ingest.job_id).result == {"ingested": 12, "duplicate": 1, "refused": 0}
    assert Asset.objects.count() == 12
    assert UploadPart.objects.count() == 0
    assert not any(folder_is_there(upload) for upload in Upload.objects.all())


def test_parts_may_lie_in_a_bucket(bucket, photographer, monkeypatch):
    monkeypatch.setattr(receiving, "PART", 5000)
    content = factories.jpeg(factories.quarters(1500, 1000, seed=7))
    upload = begin(services.open_ingest(actor=photographer), photographer, content)
    for at, end in ((0, 7000), (7000, 7001), (7001, len(content))):
        piece = io.BytesIO(content[at:end])
        upload = services.receive_bytes(upload, source=piece, offset=at, size=end - at, actor=photographer)
    raw = boto3.client(
        "s3", endpoint_url=bucket, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
    )
    assert raw.list_objects_v2(Bucket="tandem", Prefix="uploads/")["KeyCount"] == -(-len(content) // 5000)
    services.finish_ingest(upload.ingest, actor=photographer)
    run_due_jobs()
    assert read_blob(Asset.objects.get().first_sha256) == content
    assert raw.list_objects_v2(Bucket="tandem", Prefix="uploads/")["KeyCount"] == 0


def test_by_the_api(photographer, administrator, merchant, client_of, world):
    licence = factories.make_licence()
    client = client_of(photographer)
    made = client.post("/api/v1/ingests", {"markets": ["GB"], "keywords": ["red"]}, format="json")
    assert (made.status_code, made.json()["state"], made.json()["markets"]) == (201, "open", ["GB"])
    address = f"/api/v1/ingests/{made.json()['uid']}"
    changed = client.patch(address, {"licence": str(licence.uid)}, format="json")
    kept = (changed.status_code, changed.json()["markets"], changed.json()["keywords"])
    assert kept == (200, ["GB"], ["red"]), "what is left out stays"
    refused = client.patch(address, {"keywords": ["x"] * 101}, format="json")
    assert (refused.status_code, refused.json()["path"]) == (422, "keywords")
    ingest = Ingest.objects.get()
    assert ingest.licence == licence
    assert client.patch(address, {"licence": None, "markets": [], "keywords": []}, format="json").status_code == 200
    ingest.refresh_from_db()
    assert (ingest.licence, ingest.markets, ingest.keywords) == (None, [], [])
    upload = send(ingest, photographer, factories.jpeg(seed=1))
    late = begin(ingest, photographer, b"123")
    assert client.post(f"{address}/finish", {}, format="json").status_code == 409
    for other, status in ((administrator, 404), (merchant, 404)):
        assert client_of(other).post(f"{address}/finish", {}, format="json").status_code == status
        assert client_of(other).post(f"{address}/cancel").status_code == status
    answer = client.post(f"{address}/finish", {"without_unfinished": True}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert not Upload.objects.filter(pk=late.pk).exists()
    run_due_jobs()
    (row,) = client.get(f"{address}/files").json()["results"]
    assert (row["state"], row["asset"], row["upload"]) == ("ingested", str(Asset.objects.get().uid), str(upload.uid))
    assert client_of(administrator).get(f"{address}/files").json()["results"][0]["upload"] is None
    assert client.post(f"{address}/cancel").status_code == 409
