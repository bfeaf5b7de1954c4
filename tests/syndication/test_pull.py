"""Reading by cursor: everything once, in order, nothing skipped, and no bytes made anew."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from foundation.events.models import Sequence
from foundation.history.services import recorded
from pim.services import set_values, withdraw_product
from syndication.models import Listing
from syndication.services import listings as projecting

from . import factories as make

URL = "/api/v1/channels/shop/listings"


@pytest.fixture
def reader(coat: SimpleNamespace, client_of: Any, merchant: Any) -> Any:
    return client_of(merchant)


def read_all(client: Any, *, limit: int, cursor: str = "0") -> tuple[list[dict[str, Any]], str]:
    found: list[dict[str, Any]] = []
    while True:
        page = client.get(URL, {"cursor": cursor, "limit": limit}).json()
        found += page["listings"]
        cursor = page["next"]
        if not page["has_more"]:
            return found, cursor


def test_pages_go_through_everything_in_revision_order(coat, reader):
    make.place(make.make_coat("TWO", "red-s", "blue-m"))
    make.settle()
    found, cursor = read_all(reader, limit=2)
    expected = Listing.objects.filter(channel=coat.world.shop).order_by("revision")
    assert [one["revision"] for one in found] == list(expected.values_list("revision", flat=True))
    assert len(found) == 9
    assert cursor == str(found[-1]["revision"])
    assert read_all(reader, limit=2, cursor=cursor) == ([], cursor)


def test_a_cursor_shows_only_what_changed_since_with_tombstones(coat, reader):
    _, cursor = read_all(reader, limit=100)
    set_values(coat.model, values={"name": "Neu"}, locale="de-DE", actor=make.HOUSE)
    withdraw_product(coat.model, channel="shop", market="GB", actor=make.HOUSE, reason="no")
    make.settle()
    found, _ = read_all(reader, limit=100, cursor=cursor)
    assert [(one["market"], one["locale"], one["state"]) for one in found] == [
        ("DACH", "de-DE", "live"), ("DACH", "de-AT", "live"), ("GB", "en-GB", "withdrawn"),
    ]  # fmt: skip
    assert found[2]["document"] is None
    assert found[0]["document"]["fields"]["title"] == "Neu"


def test_documents_are_the_stored_text(coat, reader):
    row = make.listing("COAT-red-s")
    # a body that no serializer would write like this
    Listing.objects.filter(pk=row.pk).update(body='{ "as":  "it is", "ß":1.50 }')
    answer = reader.get(URL)
    assert '"document":{ "as":  "it is", "ß":1.50 }' in answer.content.decode()
    answer = reader.get(f"/api/v1/listings/{row.uid}")
    assert answer.content.decode() == '{ "as":  "it is", "ß":1.50 }'
    assert answer["Content-Type"] == "application/json"


def test_etags(coat, reader):
    first = reader.get(URL)
    assert reader.get(URL, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    assert reader.get(URL, HTTP_IF_NONE_MATCH=f'"other", W/{first["ETag"]}').status_code == 304
    row = make.listing("COAT-red-s")
    one = reader.get(f"/api/v1/listings/{row.uid}")
    assert one["ETag"] == f'"{row.hash}"'
    known = {"HTTP_IF_NONE_MATCH": one["ETag"]}
    again = reader.get(f"/api/v1/listings/{row.uid}", **known)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", one["ETag"])
    set_values(coat.model, values={"name": "New"}, locale="en-GB", actor=make.HOUSE)
    make.settle()
    assert reader.get(f"/api/v1/listings/{row.uid}", **known).status_code == 200
    assert reader.get(URL, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_the_next_page_is_linked(coat, reader):
    answer = reader.get(URL, {"limit": 1})
    assert answer["Link"] == f'<http://testserver{URL}?cursor=1&limit=1>; rel="next"'
    assert "Link" not in reader.get(URL)


def test_a_restored_house_says_so(coat, reader):
    before = reader.get(URL)
    Sequence.objects.update_or_create(id=1, defaults={"epoch": 2})
    after = reader.get(URL, HTTP_IF_NONE_MATCH=before["ETag"])
    assert (before.json()["epoch"], after.json()["epoch"]) == (1, 2)


@pytest.mark.parametrize(
    "query", ["cursor=-1", "cursor=x", "cursor=99999999999999999999", "limit=0", "limit=501", "limit=²"]
)
def test_bad_cursors_and_limits_are_refused(coat, reader, query):
    answer = reader.get(f"{URL}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_who_is_limited_to_a_market_sees_that_market_only(coat, client_of, outsider, photographer):
    make.place(coat.model, "shop/US")
    make.settle()
    client = client_of(outsider)
    assert [one["market"] for one in client.get(URL).json()["listings"]] == ["US"]
    there = make.listing("COAT-red-s", "shop/US/en-US")
    assert client.get(f"/api/v1/listings/{there.uid}").status_code == 200
    elsewhere = make.listing("COAT-red-s")
    for path in (f"/api/v1/listings/{elsewhere.uid}", f"/api/v1/listings/{elsewhere.uid}/explanation"):
        assert client.get(path).status_code == 404
    stranger = client_of(photographer)
    assert stranger.get(URL).status_code == 404
    assert stranger.get(f"/api/v1/listings/{there.uid}").status_code == 404


def test_what_is_withdrawn_is_no_document(coat, reader):
    row = make.listing("COAT-red-s")
    withdraw_product(coat.model, channel="shop", market="GB", actor=make.HOUSE, reason="no")
    make.settle()
    assert reader.get(f"/api/v1/listings/{row.uid}").status_code == 404


def test_what_was_only_held_back_is_nobodys_business(catalogue, client_of, merchant):
    model = make.make_coat()
    set_values(model, values={"name": None}, locale="en-GB", actor=make.HOUSE)
    make.place(model, "shop/GB")
    make.settle()
    assert Listing.objects.get().state == "held"
    assert client_of(merchant).get(URL).json()["listings"] == []


def test_every_field_is_explained(coat, reader):
    row = make.listing("COAT-red-s", "shop/DACH/de-AT")
    found = {one["target"]: one for one in reader.get(f"/api/v1/listings/{row.uid}/explanation").json()["fields"]}
    title, description = found["title"], found["description"]
    assert (title["source"], title["sku"], title["locale"], title["is_inherited"]) == ("name", "COAT", "de-DE", True)
    assert (description["locale"], description["is_fallback"]) == ("en-GB", True)
    assert found["weight"]["transform"] == "in kg or lb"
    assert found["main_image"]["value"] == str(coat.hero.uid)
    assert found["gtin"]["source"] == "identifier:gtin"


@pytest.mark.django_db(transaction=True)
def test_a_cursor_never_skips_under_concurrent_projectors(catalogue, client_of, merchant, monkeypatch):
    """The first projector takes its revisions and does not commit yet; the second has to wait for it, and a reader
    that comes meanwhile must not see the second's revisions before the first's.
    """
    roots = []
    for name in ("SLOW", "FAST"):
        model = make.make_coat(name)
        make.place(model, "shop/GB")
        roots.append(model.pk)
    holds, may_commit, fast_done = threading.Event(), threading.Event(), threading.Event()
    errors: list[Exception] = []

    def project(root: int, *, slowly: bool) -> None:
        try:
            with recorded(make.HOUSE):
                projecting.refresh_listings([root])
                if slowly:
                    holds.set()
                    assert may_commit.wait(20)
        except Exception as error:  # noqa: BLE001  told by the other thread
            errors.append(error)
        finally:
            connection.close()

    def fast() -> None:
        project(roots[1], slowly=False)
        fast_done.set()

    client = client_of(merchant)
    slow = threading.Thread(target=project, args=(roots[0],), kwargs={"slowly": True})
    threads = [slow, threading.Thread(target=fast)]
    threads[0].start()
    assert holds.wait(20)
    threads[1].start()
    assert not fast_done.wait(1)
    page = client.get(URL).json()
    assert page["listings"] == []
    may_commit.set()
    for thread in threads:
        thread.join(20)
    assert not errors
    later = client.get(URL, {"cursor": page["next"]}).json()
    assert [(one["sku"], one["revision"]) for one in later["listings"]] == [("SLOW-red-s", 1), ("FAST-red-s", 2)]


@pytest.mark.django_db(transaction=True)
def test_two_projectors_of_the_same_model_leave_the_newest(catalogue, monkeypatch):
    """The first has read and not written yet: the second waits before it reads, so that old never comes after new."""
    model = make.make_coat()
    make.place(model, "shop/GB")
    set_values(model, values={"name": "Old"}, locale="en-GB", actor=make.HOUSE)
    has_read, may_write = threading.Event(), threading.Event()
    give = projecting._give_revisions

    def give_late(listings: list[Listing]) -> None:
        if threading.current_thread() is first:
            has_read.set()
            may_write.wait(20)
        give(listings)

    def project() -> None:
        with recorded(make.HOUSE):
            projecting.refresh_listings([model.pk])
        connection.close()

    monkeypatch.setattr(projecting, "_give_revisions", give_late)
    first = threading.Thread(target=project)
    first.start()
    assert has_read.wait(20)
    set_values(model, values={"name": "New"}, locale="en-GB", actor=make.HOUSE)
    second = threading.Thread(target=project)
    second.start()
    second.join(1)
    may_write.set()
    first.join(20)
    second.join(20)
    assert make.document("COAT-red-s")["fields"]["title"] == "New"
