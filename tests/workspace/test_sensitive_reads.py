"""Who was shown what is not public, who came, who was refused: entered before the answer leaves."""

from __future__ import annotations

from typing import Any

from django.db import Error
from django.test import Client

from foundation.audit.models import Entry
from foundation.audit.services import entries as writing
from foundation.bulk.services import start_bulk_change
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.history.services import on_request
from foundation.jobs.registry import JOB_KINDS
from foundation.jobs.running import run_due_jobs
from foundation.jobs.services import start_job
from pim.models import Attribute, ProductImport
from pim.services import start_import
from tests.cast import PASSWORD, make_actor

from . import factories

GB = "?channel=shop&market=GB&locale=en-GB"


def entered(action: str) -> list[Entry]:
    return list(Entry.objects.filter(action=action).order_by("id"))


def test_who_sees_a_restricted_price_on_a_page_is_entered(window: Any, steward: Any, browser_of: Any) -> None:
    reason = "price check – März".encode().decode("latin-1")  # as a server hands bytes on
    answer = browser_of(steward).get(f"/products/{window.ridge.uid}/{GB}", headers={"X-Reason": reason})
    (entry,) = entered("pim.values.read")
    assert (entry.actor, entry.subject_type, entry.subject) == ("user:stella", "product", str(window.ridge.uid))
    assert entry.detail == {"sku": "RIDGE", "attributes": ["price"]}
    assert entry.request == answer["X-Request-Id"]
    assert entry.reason == "price check – März"


def test_each_answer_is_one_entry_whatever_it_asked(window: Any, steward: Any, browser_of: Any) -> None:
    address = f"/products/{window.ridge.uid}/values/{GB}&attribute=price"
    asked = {"amount": "10", "currency": "EUR", "attribute": "price", "expected": '{"EUR":"1299.00"}'}
    answer = browser_of(steward, htmx=True).post(address, asked)
    assert answer.status_code == 200, answer.content.decode()
    assert [one.detail["attributes"] for one in entered("pim.values.read")] == [["price"]]


def test_who_sees_public_values_alone_is_not(window: Any, photographer: Any, browser_of: Any) -> None:
    assert browser_of(photographer).get(f"/products/{window.ridge.uid}/{GB}").status_code == 200
    assert browser_of(photographer).get("/products/").status_code == 200
    assert not Entry.objects.exists()


def test_a_key_reads_on_behalf_of_its_owner(window: Any, steward: Any, photographer: Any, client_of: Any) -> None:
    answer = client_of(steward).get("/api/v1/products/RIDGE?scope=shop/GB/en-GB")
    assert answer.json()["resolved"]["price"]["value"] == {"EUR": "1299.00"}
    (entry,) = entered("pim.values.read")
    assert entry.actor.startswith("key:stella/")
    assert entry.detail["attributes"] == ["price"]
    client_of(photographer).get("/api/v1/products/RIDGE?scope=shop/GB/en-GB")
    assert len(entered("pim.values.read")) == 1


def test_what_cannot_be_entered_is_not_shown(
    window: Any, steward: Any, browser_of: Any, client_of: Any, monkeypatch: Any
) -> None:
    def away(*args: Any, **more: Any) -> None:
        raise Error("no room")

    pages, api = browser_of(steward), client_of(steward)
    monkeypatch.setattr(writing, "_record", away)
    answer = pages.get(f"/products/{window.ridge.uid}/{GB}")
    assert (answer.status_code, b"1,299" in answer.content) == (503, False)
    answer = api.get("/api/v1/products/RIDGE")
    assert (answer.status_code, answer.json()["code"]) == (503, "audit-away")
    assert pages.get("/products/").status_code == 200, "what is public needs no entry"


def test_refused_rows_leave_with_an_entry(steward: Any, browser_of: Any, client_of: Any, tmp_path: Any) -> None:
    factories.define_goods(channels=False)
    file = tmp_path / "supplier.csv"
    file.write_text("sku,family,material\nA-1,no-such-family,wool\n")
    start_import(file, filename="supplier.csv", actor=steward)
    run_due_jobs()
    client, made = browser_of(steward), ProductImport.objects.get()
    for answer in (
        client.get(f"/imports/{made.uid}/refused-rows/"),
        client_of(steward).get(f"/api/v1/imports/{made.uid}/error-file"),
    ):
        assert answer.status_code == 200
        assert b"no-such-family" in answer.getvalue()
    told = [(one.actor.split("/")[0], one.subject, one.detail) for one in entered("pim.import.downloaded")]
    assert told == [
        ("user:stella", str(made.uid), {"file": "supplier.csv"}),
        ("key:stella", str(made.uid), {"file": "supplier.csv"}),
    ]


def test_coming_going_and_not_coming_in_are_entered(steward: Any) -> None:
    client = Client()
    for name, password in (("stella", "wrong-wrong-wrong"), ("my-password-by-mistake", "x"), ("stella", PASSWORD)):
        client.post("/login/", {"login": name, "password": password})
    client.post("/logout/")
    told = [(one.action, one.actor, one.subject, one.detail) for one in Entry.objects.order_by("id")]
    refused = {"why": "credentials", "address": "127.0.0.1"}
    assert told == [
        ("accounts.sign_in.refused", "anonymous", "stella", refused),
        ("accounts.sign_in.refused", "anonymous", "", refused),
        ("accounts.user.came", "user:stella", "stella", {"method": "password", "address": "127.0.0.1"}),
        ("accounts.user.went", "user:stella", "stella", {}),
    ]


def test_a_refusal_is_entered_with_the_permission_that_was_missing(
    photographer: Any, browser_of: Any, client_of: Any
) -> None:
    before = Revision.objects.count(), OutboxEvent.objects.count()
    page = browser_of(photographer).get("/settings/people/")
    api = client_of(photographer)
    made = Revision.objects.count(), OutboxEvent.objects.count()
    answer = api.post("/api/v1/products/bulk", [{"sku": "A", "family": "x"}], format="json")
    assert (page.status_code, answer.status_code) == (403, 403)
    told = [(one.subject, one.detail, one.request) for one in entered("access.refused")]
    assert told == [
        ("/settings/people/", {"method": "GET", "permission": "accounts.manage"}, page["X-Request-Id"]),
        ("/api/v1/products/bulk", {"method": "POST", "permission": "pim.edit"}, answer["X-Request-Id"]),
    ]
    assert (Revision.objects.count(), OutboxEvent.objects.count()) == made
    assert made[0] == before[0] + 1, "the key"


def test_strangers_fill_no_audit(db: None) -> None:
    client = Client()
    assert client.get("/settings/people/").status_code == 302
    assert client.get("/api/v1/products").status_code in {401, 403}
    assert not Entry.objects.exists()


def test_a_job_writes_for_the_request_that_asked_for_it(db: None) -> None:
    JOB_KINDS["tests.make"] = lambda run: factories.define_goods(channels=False)
    try:
        with on_request("r-5", "a new season"):
            start_job(kind="tests.make", queue="bulk", payload={}, actor=make_actor("jo", "steward"))
        run_due_jobs()
    finally:
        del JOB_KINDS["tests.make"]
    told = set(Revision.objects.filter(table_name="pim_family").values_list("request", "reason"))
    assert told == {("r-5", "a new season")}


def test_the_preview_of_a_bulk_change_is_a_read(window: Any, steward: Any, browser_of: Any, client_of: Any) -> None:
    pages = browser_of(steward)
    things = [window.ridge.uid, window.cup.uid]
    for parameters in (
        {"attribute": "material", "mode": "append", "value": ["silk"]},
        {"attribute": "price", "mode": "set", "value": {"EUR": "10"}},
    ):
        change = start_bulk_change(verb="pim.value", parameters=parameters, uids=things, actor=steward)
        assert entered("pim.values.read") == []
        assert "RIDGE" in pages.get(f"/bulk/{change.uid}/").content.decode()
    both = [(str(window.cup.uid), "CUP"), (str(window.ridge.uid), "RIDGE")]
    assert [(one.subject, one.detail["sku"]) for one in entered("pim.values.read")] == both
    assert {tuple(one.detail["attributes"]) for one in entered("pim.values.read")} == {("price",)}
    rows = client_of(steward).get(f"/api/v1/bulk-changes/{change.uid}/rows").json()["results"]
    assert rows[0]["before"] == {"value": {"EUR": "1299.00"}}
    assert len(entered("pim.values.read")) == 4


def test_who_lost_the_clearance_is_shown_nothing_of_it(
    window: Any, steward: Any, browser_of: Any, client_of: Any
) -> None:
    change = start_bulk_change(
        verb="pim.value", parameters={"attribute": "price", "mode": "clear"}, uids=[window.ridge.uid], actor=steward
    )
    client = client_of(steward)
    Attribute.objects.filter(code="price").update(sensitivity="secret")
    (row,) = client.get(f"/api/v1/bulk-changes/{change.uid}/rows").json()["results"]
    assert (row["label"], row["before"], row["after"]) == ("", None, None)
    assert "1,299" not in browser_of(steward).get(f"/bulk/{change.uid}/").content.decode()
    assert entered("pim.values.read") == []


def test_what_a_file_would_change_is_a_read(
    window: Any, steward: Any, browser_of: Any, client_of: Any, tmp_path: Any
) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("sku,family,price,material\nRIDGE,coats,99 EUR,\nMAC,coats,,silk\nNEW-1,cups,5 EUR,\n")
    made = start_import(file, filename="prices.csv", actor=steward, dry_run=True)
    run_due_jobs()
    pages, api = browser_of(steward), client_of(steward)
    for address in (
        f"/imports/{made.uid}/",
        f"/imports/{made.uid}/rows/",
        f"/imports/{made.uid}/rows/?outcome=changed",
    ):
        assert "1,299" in pages.get(address).content.decode(), address
    assert [(one.subject, one.detail) for one in entered("pim.values.read")] == [
        (str(window.ridge.uid), {"sku": "RIDGE", "attributes": ["price"]})
    ] * 3
    rows = api.get(f"/api/v1/imports/{made.uid}/rows").json()["results"]
    assert [change["attribute"] for row in rows for change in row["changes"]].count("price") == 2
    assert len(entered("pim.values.read")) == 4
    Attribute.objects.filter(code="price").update(sensitivity="secret")
    rows = api.get(f"/api/v1/imports/{made.uid}/rows").json()["results"]
    assert "price" not in [change["attribute"] for row in rows for change in row["changes"]]
    assert "1,299" not in pages.get(f"/imports/{made.uid}/rows/").content.decode()
    assert len(entered("pim.values.read")) == 4
