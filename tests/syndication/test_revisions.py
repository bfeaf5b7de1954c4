"""What was published is had again: kept once, when it goes out, and told to who may know it today."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import InternalError, connection
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from foundation.accounts.queries import actor_of
from foundation.accounts.services import create_user, define_role, grant_role
from foundation.archive.rebuilding import rebuild_all
from foundation.audit.models import Entry
from foundation.core.hashing import canonical_json, sha256_bytes
from foundation.core.moment import frozen
from foundation.events.models import Event
from foundation.history.models import Revision
from foundation.history.services import recorded
from foundation.markets.models import Channel
from foundation.markets.services import define_channel
from pim.services import define_attribute, set_values, withdraw_product
from syndication.models import Listing, PublishedRevision
from syndication.services import listings as projecting
from syndication.services.profiles import define_profile
from tests.cast import PASSWORD

from . import factories as make

GB = "shop/GB/en-GB"
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def reader(coat: SimpleNamespace, client_of: Any, merchant: Any) -> Any:
    return client_of(merchant)


def address(*parts: object, where: str = GB) -> str:
    return "/".join([f"/api/v1/listings/{make.listing('COAT-red-s', where).uid}/revisions", *map(str, parts)])


def call_it(coat: SimpleNamespace, name: str | None, locale: str = "en-GB") -> None:
    set_values(coat.model, values={"name": name}, locale=locale, actor=make.HOUSE)
    make.settle()


def rows(where: str = GB) -> list[tuple[int, str, str, str]]:
    """Revision, hash, and which text moved there."""
    found = PublishedRevision.objects.filter(listing=make.listing("COAT-red-s", where)).order_by("revision")
    return list(found.values_list("revision", "hash", "replaced_hash", "replaced"))


def uncleared_reader() -> Any:
    """Who reads listings, and products as far as they are public."""
    define_role(code="reader", permissions=["pim.view", "syndication.view"], actor=make.HOUSE)
    user = create_user(username="una", password=PASSWORD, actor=make.HOUSE)
    grant_role(holder=user, role="reader", actor=make.HOUSE)
    return actor_of(user)


# --- keeping -------------------------------------------------------------------------------------------


def test_the_first_publication_keeps_a_row_and_no_second_text(coat):
    for row in Listing.objects.all():
        (kept,) = PublishedRevision.objects.filter(listing=row)
        assert (kept.revision, kept.hash, kept.mapping_version, kept.at) == (row.revision, row.hash, 1, row.changed_at)
        assert (kept.replaced_hash, kept.replaced) == ("", "")
    assert PublishedRevision.objects.count() == Listing.objects.count() == 4


def test_what_is_replaced_moves_into_the_row_that_replaces_it(coat):
    first = make.listing("COAT-red-s")
    elsewhere = rows("shop/DACH/de-DE")
    with frozen(AT):
        call_it(coat, "Warm coat")
    second = make.listing("COAT-red-s")
    assert rows() == [
        (first.revision, first.hash, "", ""), (second.revision, second.hash, first.hash, first.body),
    ]  # fmt: skip
    assert PublishedRevision.objects.get(revision=second.revision, listing=second).at == AT
    assert rows("shop/DACH/de-DE") == elsewhere, "nothing changed there"


def test_what_comes_again_is_kept_once(coat):
    """Wool, warm, nothing, wool, warm: two texts in five revisions."""
    wool = make.listing("COAT-red-s")
    call_it(coat, "Warm coat")
    warm = make.listing("COAT-red-s")
    withdraw_product(coat.model, channel="shop", market="GB", actor=make.HOUSE, reason="sold out")
    make.settle()
    make.place(coat.model, "shop/GB")
    call_it(coat, "Wool coat")
    call_it(coat, "Warm coat")
    assert [(digest, moved) for _, digest, moved, _ in rows()] == [
        (wool.hash, ""), (warm.hash, wool.hash), ("", warm.hash), (wool.hash, ""), (warm.hash, ""),
    ]  # fmt: skip


def test_what_is_unchanged_writes_nothing(coat):
    before = list(PublishedRevision.objects.order_by("pk").values())
    with recorded(make.HOUSE):
        projecting.refresh_listings([coat.model.pk])
    set_values(coat.model, values={"cost": {"EUR": "30.00"}}, actor=make.HOUSE)  # leaves by no channel
    define_profile(channel="shop", body={**make.SHOP, "seller": "us"}, actor=make.HOUSE)  # stands in no document
    make.settle()
    assert make.listing("COAT-red-s").mapping_version == 2
    assert list(PublishedRevision.objects.order_by("pk").values()) == before


def test_a_rebuild_publishes_nothing(coat):
    call_it(coat, "Warm coat")
    before = list(PublishedRevision.objects.order_by("pk").values())
    counted = dict(Channel.objects.values_list("code", "last_revision"))
    assert set(rebuild_all().values()) == {True}
    assert list(PublishedRevision.objects.order_by("pk").values()) == before
    assert dict(Channel.objects.values_list("code", "last_revision")) == counted


def test_what_was_only_held_is_no_revision(catalogue, client_of, merchant):
    model = make.make_coat()
    set_values(model, values={"name": None}, locale="en-GB", actor=make.HOUSE)
    make.place(model, "shop/GB")
    make.settle()
    assert Listing.objects.get().state == "held"
    assert not PublishedRevision.objects.exists()
    assert client_of(merchant).get(address()).json() == {"next": None, "results": []}


def test_the_number_of_queries_does_not_grow_with_what_is_published(catalogue):
    def queries(name: str, *skus: str) -> int:
        for sku in skus:
            set_values(make.product(sku), values={"name": name}, locale="en-GB", actor=make.HOUSE)
        with recorded(make.HOUSE), CaptureQueriesContext(connection) as seen:
            projecting.refresh_listings([make.product(sku).pk for sku in skus])
        return sum("syndication_publishedrevision" in one["sql"] for one in seen.captured_queries)

    skus = [f"C{number}" for number in range(5)]
    for sku in skus:
        make.place(make.make_coat(sku, "red-s", "blue-m"), "shop/GB")
    make.settle()
    assert (queries("One", *skus[:1]), queries("Many", *skus)) == (2, 2)
    assert PublishedRevision.objects.exclude(replaced="").count() == 12


def test_rows_only_grow(coat):
    row = PublishedRevision.objects.earliest("pk")
    for refused in (
        lambda: PublishedRevision.objects.filter(pk=row.pk).update(hash="0" * 64),
        lambda: PublishedRevision.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises((InternalError, IntegrityError), match="only grows"), recorded(make.HOUSE):
            refused()
    assert PublishedRevision.objects.get(pk=row.pk).hash == row.hash


@pytest.mark.django_db(transaction=True)
def test_publishing_at_once_leaves_no_gap(catalogue):
    roots = []
    for sku in ("ONE", "TWO", "THREE"):
        model = make.make_coat(sku, "red-s", "blue-m")
        make.place(model, "shop/GB")
        roots.append(model.pk)
    start, errors = threading.Barrier(3), []

    def project(root: int) -> None:
        try:
            start.wait(20)
            with recorded(make.HOUSE):
                projecting.refresh_listings([root])
        except Exception as error:  # noqa: BLE001  told by the other thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=project, args=(root,)) for root in roots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not errors
    found = PublishedRevision.objects.order_by("revision").values_list("revision", "listing__revision")
    assert list(found) == [(number, number) for number in range(1, 7)]
    assert Channel.objects.get(code="shop").last_revision == 6


# --- reading -------------------------------------------------------------------------------------------


def test_the_list_is_newest_first_with_what_changed(coat, reader):
    first = make.listing("COAT-red-s")
    with frozen(AT):
        call_it(coat, "Warm coat")
    second = make.listing("COAT-red-s")
    withdraw_product(coat.model, channel="shop", market="GB", actor=make.HOUSE, reason="sold out")
    make.settle()
    third = make.listing("COAT-red-s")
    answer = reader.get(address()).json()
    assert answer["next"] is None
    told = [
        (one["revision"], one["state"], one["hash"], one["profile_version"], one["changes"])
        for one in answer["results"]
    ]
    assert told == [
        (third.revision, "withdrawn", "", 1, []),
        (second.revision, "live", second.hash, 1, [{"path": "fields.title", "kind": "changed"}]),
        (first.revision, "live", first.hash, 1, []),
    ]
    assert answer["results"][1]["at"] == "2026-06-01T12:00:00Z"
    assert "Warm" not in json.dumps(answer), "no document"
    events = Event.objects.filter(subject=first.uid).order_by("-position")
    assert [(one["event"], one["actor"]) for one in answer["results"]] == [
        (event.position, event.actor) for event in events if event.type != "syndication.listing.held"
    ]


def test_pages_go_by_key(coat, reader):
    for number in range(4):
        call_it(coat, f"Coat {number}")
    known = [one["revision"] for one in reader.get(address()).json()["results"]]
    assert known == sorted(known, reverse=True)
    assert len(known) == 5
    first = reader.get(address(), {"limit": 2}).json()
    call_it(coat, "Newer")
    second = reader.get(first["next"]).json()
    third = reader.get(second["next"]).json()
    pages = [[one["revision"] for one in page["results"]] for page in (first, second, third)]
    assert pages == [known[:2], known[2:4], known[4:]]
    assert third["next"] is None
    assert first["results"][1]["changes"] == [{"path": "fields.title", "kind": "changed"}], "across the page's end"
    for query in ("cursor=x", "limit=0", "limit=201"):
        assert reader.get(f"{address()}?{query}").status_code == 422


def test_each_document_is_had_byte_for_byte(coat, reader):
    said = []
    for name in ("Wool coat", "Warm coat", "Wool coat", "Ünïcode ×"):
        call_it(coat, name)
        said.append(make.listing("COAT-red-s"))
    withdraw_product(coat.model, channel="shop", market="GB", actor=make.HOUSE, reason="no")
    make.settle()
    for row in said:
        answer = reader.get(address(row.revision))
        assert (answer.status_code, answer.content.decode()) == (200, row.body)
        assert (answer["ETag"], answer["Content-Type"]) == (f'"{row.hash}"', "application/json")
        assert sha256_bytes(answer.content) == row.hash
    assert "private" in answer["Cache-Control"]
    last = make.listing("COAT-red-s")
    assert last.state == "tombstone"
    gone = reader.get(address(last.revision))
    assert (gone.status_code, gone.json()["code"]) == (404, "missing")


def test_an_etag_that_is_known_is_answered_without_a_document_or_an_entry(coat, reader):
    row = make.listing("COAT-red-s")
    call_it(coat, "Warm coat")
    etag = reader.get(address(row.revision))["ETag"]
    assert Entry.objects.filter(action="syndication.listings.read").count() == 1
    again = reader.get(address(row.revision), HTTP_IF_NONE_MATCH=f'"x", W/{etag}')
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert reader.get(address(row.revision), HTTP_IF_NONE_MATCH='"x"').status_code == 200
    entries = Entry.objects.filter(action="syndication.listings.read").order_by("pk")
    assert [(one.subject, one.detail) for one in entries] == [(str(row.uid), {"revision": row.revision})] * 2


def test_what_is_public_alone_is_not_entered(coat, reader):
    row = make.listing("COAT-red-s", "bazaar/GB/en-GB")
    assert reader.get(address(row.revision, where="bazaar/GB/en-GB")).status_code == 200
    assert not Entry.objects.filter(action="syndication.listings.read").exists()


def test_two_revisions_are_compared(coat, reader):
    first = make.listing("COAT-red-s")
    hero = json.loads(first.body)["media"]
    set_values(coat.model, values={"name": "Warm coat", "description": None}, locale="en-GB", actor=make.HOUSE)
    make.settle()
    second = make.listing("COAT-red-s")
    profile = {**make.SHOP, "media": [], "fields": [*make.SHOP["fields"], {"target": "id", "source": "sku"}]}
    define_profile(channel="shop", body=profile, actor=make.HOUSE)
    make.settle()
    third = make.listing("COAT-red-s")
    named = [
        {"path": "fields.description", "kind": "removed", "before": "Warm.", "after": None},
        {"path": "fields.title", "kind": "changed", "before": "Wool coat", "after": "Warm coat"},
    ]
    ruled = [
        {"path": "fields.id", "kind": "added", "before": None, "after": "COAT-red-s"},
        {"path": "media.main_image", "kind": "removed", "before": hero, "after": None},
    ]
    before = reader.get(address(second.revision, "comparison")).json()
    assert before == {"against": first.revision, "revision": second.revision, "differences": named}
    whole = reader.get(address(third.revision, "comparison"), {"against": first.revision}).json()
    assert whole["differences"] == sorted([*named, *ruled], key=lambda one: one["path"])
    back = reader.get(address(first.revision, "comparison"), {"against": second.revision}).json()
    assert [(one["path"], one["kind"]) for one in back["differences"]] == [
        ("fields.description", "added"), ("fields.title", "changed"),
    ]  # fmt: skip
    same = reader.get(address(first.revision, "comparison"), {"against": first.revision}).json()
    assert same["differences"] == []
    begun = reader.get(address(first.revision, "comparison")).json()
    assert begun["against"] is None
    assert {one["kind"] for one in begun["differences"]} == {"added"}
    assert len(begun["differences"]) == len(json.loads(first.body)) - 2 + len(json.loads(first.body)["fields"]) + 1


def test_what_there_is_not_is_missing(coat, reader):
    row = make.listing("COAT-red-s")
    elsewhere = make.listing("COAT-red-s", "shop/DACH/de-DE").revision
    for path in (
        address(elsewhere), address(0), address(10**30),
        f"{address(row.revision, 'comparison')}?against={elsewhere}",
        "/api/v1/listings/00000000-0000-7000-8000-000000000000/revisions",
    ):  # fmt: skip
        assert (reader.get(path).status_code, path) == (404, path)
    for against in ("x", "-1", "9" * 30):
        assert reader.get(f"{address(row.revision, 'comparison')}?against={against}").status_code == 422


# --- who may know --------------------------------------------------------------------------------------


def test_a_market_that_is_hidden_is_not_there(coat, client_of, outsider, photographer):
    make.place(coat.model, "shop/US")
    make.settle()
    here, there = make.listing("COAT-red-s"), make.listing("COAT-red-s", "shop/US/en-US")
    client, stranger = client_of(outsider), client_of(photographer)
    for listing, status in ((there, 200), (here, 404)):
        base = f"/api/v1/listings/{listing.uid}/revisions"
        assert client.get(base).status_code == status
        assert client.get(f"{base}/{listing.revision}").status_code == status
        assert client.get(f"{base}/{listing.revision}/comparison?against={listing.revision}").status_code == status
        assert stranger.get(base).status_code == 404
        assert stranger.get(f"{base}/{listing.revision}").status_code == 404
    assert not Entry.objects.filter(action="syndication.listings.read").exclude(subject=str(there.uid)).exists()


def test_of_a_product_that_left_the_market_the_revisions_are_told_and_no_document(coat, client_of, outsider, merchant):
    make.place(coat.model, "shop/US")
    make.settle()
    row = make.listing("COAT-red-s", "shop/US/en-US")
    withdraw_product(coat.model, channel="shop", market="US", actor=make.HOUSE, reason="sold elsewhere")
    make.settle()
    path = f"/api/v1/listings/{row.uid}/revisions"
    limited, whole = client_of(outsider), client_of(merchant)
    told = limited.get(path).json()["results"]
    assert [(one["revision"], one["state"], one["hash"]) for one in told] == [
        (row.revision + 1, "withdrawn", ""), (row.revision, "live", ""),
    ]  # fmt: skip
    assert limited.get(f"{path}/{row.revision}").status_code == 404
    assert limited.get(f"{path}/{row.revision + 1}/comparison").status_code == 404
    assert whole.get(f"{path}/{row.revision}").content.decode() == row.body


@pytest.mark.parametrize("sensitivity", ["restricted", "secret"])
def test_what_would_not_leave_any_more_is_told_to_the_cleared_alone(coat, client_of, sensitivity, administrator):
    """The title of the past, of an attribute that has been closed since."""
    bazaar = "bazaar/GB/en-GB"
    first = make.listing("COAT-red-s", bazaar)
    call_it(coat, "Warm coat")
    second = make.listing("COAT-red-s", bazaar)
    define_attribute(
        code="name", type="text", is_localizable=True, is_market_overridable=True, sensitivity=sensitivity,
        actor=make.HOUSE,
    )  # fmt: skip
    make.settle()
    uncleared, cleared = client_of(uncleared_reader()), client_of(administrator)
    path = address(where=bazaar)
    answers = [path, f"{path}/{first.revision}", f"{path}/{second.revision}", f"{path}/{second.revision}/comparison"]
    texts = [uncleared.get(one).content.decode() for one in answers]
    assert not [
        text for text in texts for word in ("title", "Wool", "Warm coat", first.hash, second.hash) if word in text
    ]
    cut = json.loads(first.body)
    del cut["fields"]["title"]
    answer = uncleared.get(f"{path}/{first.revision}")
    assert answer.content.decode() == canonical_json(cut)
    assert answer["ETag"] == f'"{sha256_bytes(answer.content)}"'
    assert uncleared.get(f"{path}/{second.revision}/comparison").json()["differences"] == []
    assert not Entry.objects.filter(action="syndication.listings.read").exists(), "what was shown is public"
    assert cleared.get(f"{path}/{first.revision}").content.decode() == first.body
    (difference,) = cleared.get(f"{path}/{second.revision}/comparison").json()["differences"]
    assert (difference["before"], difference["after"]) == ("Wool coat", "Warm coat")
    assert Entry.objects.filter(action="syndication.listings.read", actor__contains="ada").count() == 2


def test_a_channel_that_asks_for_less_now_tells_less_of_its_past(coat, client_of):
    row = make.listing("COAT-red-s")
    assert '"119.00"' in row.body
    define_channel(code="shop", name="Web shop", kind="d2c", actor=make.HOUSE, asks_restricted=False)
    make.settle()
    client = client_of(uncleared_reader())
    answer = client.get(address(row.revision))
    told = json.loads(answer.content)
    assert "price" not in told["fields"]
    assert told["fields"]["title"] == "Wool coat"
    assert [one["changes"] for one in client.get(address()).json()["results"]] == [[], []], "nor that it went"


def test_rules_that_nobody_knows_any_more_tell_nothing_to_the_uncleared(coat, client_of, administrator):
    row = make.listing("COAT-red-s")
    define_profile(channel="shop", body={**make.SHOP, "seller": "us"}, actor=make.HOUSE)
    call_it(coat, "Warm coat")
    uncleared, cleared = client_of(uncleared_reader()), client_of(administrator)
    assert uncleared.get(address(row.revision)).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tandem.retiring', 'on', true)")
    Revision.objects.filter(table_name="syndication_channelprofile").delete()
    assert uncleared.get(address(row.revision)).status_code == 404
    assert uncleared.get(address(make.listing("COAT-red-s").revision)).status_code == 200
    assert cleared.get(address(row.revision)).content.decode() == row.body
