from __future__ import annotations

import csv
import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from pim.models import Product, ProductImport

from . import factories

GOOD = ["CUP1,cups,A cup", "CUP2,cups,Another cup"]
BAD = "CUP3,nonsense,A cup of no family"


@pytest.fixture(autouse=True)
def _goods(world: Any) -> None:
    factories.define_goods()


def sheet(*rows: str, name: str = "cups.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join(["sku,family,name@en-GB", *rows]).encode())


def upload(client: Any, *rows: str) -> ProductImport:
    answer = client.post("/imports/", {"file": sheet(*rows)})
    found = ProductImport.objects.latest("pk")
    assert answer["Location"] == f"/imports/{found.uid}/"
    return found


def test_a_file_comes_in_and_is_watched(steward: Any, browser_of: Any) -> None:
    client, watching = browser_of(steward), browser_of(steward, htmx=True)
    row = upload(client, *GOOD)
    text = client.get(f"/imports/{row.uid}/").content.decode()
    assert 'hx-trigger="every 1s"' in text
    assert "Stop the import" in text
    run_due_jobs()
    fragment = watching.get(f"/imports/{row.uid}/")
    text = fragment.content.decode()
    assert "<html" not in text
    assert "hx-trigger" not in text, "it stops asking"
    assert "Every row is in" in text
    assert {one.label: one.value for one in fragment.context["job"].counts}["created"] == 2
    assert set(Product.objects.values_list("sku", flat=True)) == {"CUP1", "CUP2"}
    assert "cups.csv" in client.get("/imports/").content.decode()


def test_refused_rows_come_back_as_a_file(steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    row = upload(client, *GOOD, BAD)
    run_due_jobs()
    answer = client.get(f"/imports/{row.uid}/")
    assert [(one.row, one.column) for one in answer.context["errors"]] == [(4, "family")]
    text = answer.content.decode()
    assert "Mend them in the downloaded file" in text
    file = client.get(answer.context["job"].error_file_url)
    assert file["Content-Disposition"] == 'attachment; filename="cups-refused.csv"'
    table = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
    assert any("CUP3" in line for line in table[1:])
    assert not any("CUP1" in line for line in table)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "Choose a file first"),
        ({"file": SimpleUploadedFile("cups.exe", b"MZ")}, "Only XLSX and CSV files are read"),
        ({"file": sheet(), "mapping": SimpleUploadedFile("m.json", b"{")}, "The mapping is not JSON"),
        ({"file": sheet(), "mapping": SimpleUploadedFile("m.json", b"[]")}, "must be one JSON object"),
        ({"file": sheet(), "mapping": SimpleUploadedFile("m.json", b'{"x": 1}')}, "unknown parts"),
    ],
)
def test_what_is_no_sheet_is_refused_in_words(steward: Any, browser_of: Any, files: dict[str, Any], words: str) -> None:
    answer = browser_of(steward).post("/imports/", files)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ProductImport.objects.exists()


def test_an_import_can_be_stopped(steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    row = upload(client, *GOOD)
    assert client.post(f"/imports/{row.uid}/cancel/")["Location"] == f"/imports/{row.uid}/"
    assert Job.objects.get(uid=row.job_uid).state == Job.State.CANCELLED
    run_due_jobs()
    assert not Product.objects.exists()
    text = client.get(f"/imports/{row.uid}/").content.decode()
    assert "Cancelled" in text
    assert "every 1s" not in text
    again = client.post(f"/imports/{row.uid}/cancel/")
    assert again.status_code == 409


def test_who_may_import(
    steward: Any, administrator: Any, merchant: Any, photographer: Any, outsider: Any, browser_of: Any
) -> None:
    row = upload(browser_of(steward), *GOOD)
    for actor in (merchant, photographer):
        assert browser_of(actor).get("/imports/").status_code == 403
        assert browser_of(actor).post("/imports/", {"file": sheet()}).status_code == 403
        assert browser_of(actor).get(f"/imports/{row.uid}/").status_code == 403
    for verb in ("", "refused-rows/"):
        assert browser_of(outsider).get(f"/imports/{row.uid}/{verb}").status_code == 404
    assert browser_of(outsider).post(f"/imports/{row.uid}/cancel/").status_code == 404
    assert browser_of(administrator).get(f"/imports/{row.uid}/").status_code == 200
    assert browser_of(steward).get(f"/imports/{uuid4()}/").status_code == 404
    assert browser_of(steward).get(f"/imports/{row.uid}/refused-rows/").status_code == 404, "nothing was refused"


def test_nothing_yet(steward: Any, browser_of: Any) -> None:
    text = browser_of(steward).get("/imports/").content.decode()
    assert "Nothing imported yet" in text
    assert "same file twice changes nothing" in text
