from __future__ import annotations

import csv
import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation.events.models import OutboxEvent
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from foundation.workflow.models import WorkItem
from pim.models import ColumnMapping, Product, ProductImport
from pim.services import create_product, set_values

from . import factories
from .factories import HOUSE, product

GOOD = ["CUP1,cups,A cup", "CUP2,cups,Another cup"]
BAD = "CUP3,nonsense,A cup of no family"


@pytest.fixture(autouse=True)
def _goods(world: Any) -> None:
    factories.define_goods()


HEADER = "sku,family,name@en-GB"


def sheet(*rows: str, name: str = "cups.csv", header: str = HEADER) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([header, *rows]).encode())


def check(client: Any, *rows: str, header: str = HEADER) -> ProductImport:
    """Sent, and checked; nothing is written."""
    answer = client.post("/imports/", {"file": sheet(*rows, header=header)})
    found = ProductImport.objects.latest("pk")
    assert answer["Location"] == f"/imports/{found.uid}/"
    run_due_jobs()
    return found


def upload(client: Any, *rows: str) -> ProductImport:
    """Checked, and told to come in."""
    found = check(client, *rows)
    assert client.post(f"/imports/{found.uid}/run/")["Location"] == f"/imports/{found.uid}/"
    found.refresh_from_db()
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
    assert {one.label: one.value for one in fragment.context["job"].counts}["new"] == 2
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


def test_a_file_is_checked_before_it_writes(steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    create_product(sku="CUP1", family="cups", actor=HOUSE)
    set_values(product("CUP1"), values={"name": "Mug"}, locale="en-GB", actor=HOUSE)
    events = OutboxEvent.objects.count()
    row = check(client, *GOOD, BAD)
    answer = client.get(f"/imports/{row.uid}/")
    text = answer.content.decode()
    assert "Nothing is written yet." in text
    assert "CSV in UTF-8, separated by commas, 3 columns" in text
    assert {one.label: (one.value, one.url) for one in answer.context["job"].counts} == {
        "new": (1, f"/imports/{row.uid}/rows/?outcome=created"),
        "changed": (1, f"/imports/{row.uid}/rows/?outcome=changed"),
        "the same": (0, ""),
        "refused": (1, f"/imports/{row.uid}/rows/?outcome=failed"),
    }
    (difference,) = answer.context["differences"]
    assert (difference.sku, [(one.label, one.where, one.before, one.after) for one in difference.changes]) == (
        "CUP1", [("Name", "en-GB", "Mug", "A cup")],
    )  # fmt: skip
    (error,) = answer.context["errors"]
    assert (error.row, error.column, error.value, error.advice) == (
        4,
        "family",
        "nonsense",
        "Use one of the families named.",
    )
    assert Product.objects.count() == 1
    assert OutboxEvent.objects.count() == events
    assert not WorkItem.objects.exists()
    client.post(f"/imports/{row.uid}/run/")
    assert client.post(f"/imports/{row.uid}/run/").status_code == 409, "once"
    run_due_jobs()
    assert set(Product.objects.values_list("sku", flat=True)) == {"CUP1", "CUP2"}
    assert client.post(f"/imports/{row.uid}/run/").status_code == 409
    assert "Checked" not in client.get(f"/imports/{row.uid}/").content.decode()


def test_row_by_row(steward: Any, outsider: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    row = check(client, *(f"C{number:02},cups,Cup" for number in range(60)), BAD)
    whole = client.get(f"/imports/{row.uid}/rows/")
    assert [(tab.label, tab.count) for tab in whole.context["outcomes"]] == [
        ("All", 61), ("New", 60), ("Changed", 0), ("The same", 0), ("Refused", 1),
    ]  # fmt: skip
    assert len(whole.context["rows"]) == 50
    more = browser_of(steward, htmx=True).get(f"/imports/{row.uid}/rows/{whole.context['next_url']}")
    assert [one.row for one in more.context["rows"]] == list(range(52, 63))
    assert "<html" not in more.content.decode()
    (refused,) = client.get(f"/imports/{row.uid}/rows/?outcome=failed").context["rows"]
    assert (refused.sku, refused.errors[0].column) == ("CUP3", "family")
    assert "No such row" in client.get(f"/imports/{row.uid}/rows/?outcome=changed").content.decode()
    assert browser_of(outsider).get(f"/imports/{row.uid}/rows/").status_code == 404
    assert client.get(f"/imports/{row.uid}/rows/?cursor=x").status_code in (400, 422)


def test_columns_that_nobody_knows_are_mapped(steward: Any, outsider: Any, merchant: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    header = "sku,family,NAME,Rabatt"
    row = check(client, "CUP1,cups,A cup,3", header=header)
    answer = client.get(f"/imports/{row.uid}/")
    found = answer.context["mapper"]
    assert [(one.header, one.suggestion) for one in found.unmapped] == [("NAME", "name"), ("Rabatt", "")]
    assert [(one.header, one.target) for one in found.mapped] == [("sku", "sku"), ("family", "family")]
    assert "2 columns nobody knows" in answer.content.decode()
    address = f"/imports/{row.uid}/mapping/"
    for body, words in (
        ({}, "at least one of the columns"),
        ({"header-0": "NAME", "target-0": "nonsense"}, "is no attribute"),
        ({"header-0": "weight", "target-0": "weight"}, "has no column"),
    ):
        refused = client.post(address, body)
        assert refused.status_code == 422
        assert words in refused.content.decode()
    assert not ColumnMapping.objects.exists()
    chosen = {"header-0": "NAME", "target-0": "name", "place-0": "de-DE", "header-1": "Rabatt", "target-1": "-"}
    assert browser_of(outsider).post(address, chosen).status_code == 404
    assert browser_of(merchant).post(address, chosen).status_code == 403
    assert client.post(address, chosen)["Location"] == f"/imports/{row.uid}/"
    run_due_jobs()
    again = client.get(f"/imports/{row.uid}/").context["mapper"]
    assert (again.unmapped, again.left_out) == ([], ["Rabatt"])
    assert [(one.header, one.target) for one in again.mapped][2] == ("NAME", "name@de-DE")
    assert not Product.objects.exists()
    next_file = check(client, "CUP2,cups,B cup,4", header=header)
    assert client.get(f"/imports/{next_file.uid}/").context["mapper"].unmapped == []


def test_without_a_sku_it_cannot_come_in(steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    row = check(client, "CUP1,cups", header="Artikel,family")
    text = client.get(f"/imports/{row.uid}/").content.decode()
    assert "It cannot be imported so." in text
    assert "Import now" not in text
    assert client.post(f"/imports/{row.uid}/run/").status_code == 409
    client.post(f"/imports/{row.uid}/mapping/", {"header-0": "Artikel", "target-0": "sku"})
    run_due_jobs()
    assert "Import now" in client.get(f"/imports/{row.uid}/").content.decode()


def test_a_mended_file_leads_to_the_one_it_continues(steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    first = upload(client, BAD)
    run_due_jobs()
    second = check(client, f"{first.uid}#2,CUP3,cups,A cup", header=f"! row,{HEADER}")
    text = client.get(f"/imports/{second.uid}/").content.decode()
    assert "Continues" in text
    assert f"/imports/{first.uid}/" in text


def test_programs_check_first_as_well(steward: Any, outsider: Any, client_of: Any) -> None:
    client = client_of(steward)
    body = {"file": sheet("CUP1,cups,A cup,3", header=f"{HEADER},Rabatt"), "dry_run": "true"}
    made = client.post("/api/v1/imports", body, format="multipart").json()
    assert (made["dry_run"], made["state"], list(made["reading"]["unmapped"])) == (True, "waiting", ["Rabatt"])
    run_due_jobs()
    address = f"/api/v1/imports/{made['uid']}"
    assert client.get(address).json()["created"] == 1
    (row,) = client.get(f"{address}/rows?outcome=created").json()["results"]
    assert row["changes"] == [{"attribute": "name", "cell": "*/en-GB", "before": None, "after": "A cup"}]
    assert not Product.objects.exists()
    wrong = client.post("/api/v1/imports", {"file": sheet(*GOOD), "dry_run": "maybe"}, format="multipart")
    assert wrong.status_code == 422
    for verb, sent in (("mapping", {"columns": {"Rabatt": None}}), ("run", {})):
        assert client_of(outsider).post(f"{address}/{verb}", sent, format="json").status_code == 404
    assert client.post(f"{address}/mapping", {"columns": {"Rabatt": None}}, format="json").status_code == 202
    run_due_jobs()
    assert client.post(f"{address}/run").status_code == 202
    run_due_jobs()
    assert Product.objects.get().sku == "CUP1"
    assert client.post(f"{address}/run").status_code == 409
