"""Feeds to a marketplace that is a process of its own: nothing twice, nothing missed, every complaint traced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from associations.services.bindings import bind_asset
from foundation.core import moment
from foundation.core.moment import frozen
from foundation.events.models import Event
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from foundation.markets.services import define_channel
from foundation.workflow.models import WorkItem
from pim.models import Product
from pim.services import set_values, withdraw_product
from syndication.models import Feed, FeedCursor, FeedMessage, Rejection, RemoteCopy
from syndication.services import feeds as sending
from syndication.services.feeds import start_due_feeds, start_feed
from syndication.services.profiles import set_channel_key

from . import factories as make
from .marketplace import KEY, Marketplace, running_marketplace


@pytest.fixture
def bazaar(tmp_path: Path, settings: Any) -> Iterator[Marketplace]:
    settings.OUTGOING_HOSTS = ["127.0.0.1"]
    with running_marketplace(tmp_path) as marketplace:
        yield marketplace


@pytest.fixture
def market(coat: SimpleNamespace, bazaar: Marketplace) -> SimpleNamespace:
    """The coat, ready to be sent to the marketplace; its picture is rendered as far as anybody asks."""
    connect(bazaar.url)
    return SimpleNamespace(**vars(coat), bazaar=bazaar)


def connect(url: str) -> None:
    define_channel(code="bazaar", name="Bazaar", kind="marketplace", actor=make.HOUSE, endpoint=url)
    set_channel_key(channel="bazaar", token=KEY, actor=make.HOUSE)


def send(**options: Any) -> Job:
    """Send what there is to send, now."""
    make.settle()
    job = start_feed(channel="bazaar", actor=make.HOUSE, **options)
    run_due_jobs()
    make.settle()
    job.refresh_from_db()
    return job


def rename(product: Product, name: str | None) -> None:
    set_values(product, values={"name": name}, locale="en-GB", actor=make.HOUSE)


def add_coats(*skus: str) -> None:
    for sku in skus:
        make.place(make.make_coat(sku), "bazaar/GB")


def types() -> list[str]:
    found = Event.objects.filter(type__startswith="syndication.feed") | Event.objects.filter(
        type__startswith="syndication.rejection"
    )
    return list(found.order_by("position").values_list("type", flat=True))


def test_a_feed_is_sent_settled_and_told(market):
    job = send()
    assert job.result == {"feeds": 1}
    listing = make.listing("COAT-red-s", "bazaar/GB/en-GB")
    there = market.bazaar.listings()["COAT-red-s"]
    assert there["productType"] == "COAT"
    assert there["attributes"]["title"] == [{"value": "Wool coat", "language_tag": "en_GB", "marketplace_id": "GB"}]
    assert there["attributes"]["main_image"] == [
        {"media_location": json.loads(listing.body)["media"][0]["url"], "marketplace_id": "GB"}
    ]
    feed = Feed.objects.get()
    assert (feed.state, feed.to_revision) == ("done", listing.revision)
    assert json.loads(feed.body)["header"] == {"sellerId": "HARROW", "version": "2.0", "issueLocale": "en_GB"}
    message = FeedMessage.objects.get()
    assert (message.sku, message.operation, message.outcome, message.revision) == (
        "COAT-red-s", "UPDATE", "accepted", listing.revision,
    )  # fmt: skip
    assert FeedCursor.objects.get().acknowledged == listing.revision
    assert types() == ["syndication.feed.sent", "syndication.feed.accepted"]
    assert KEY not in json.dumps(list(Event.objects.values_list("data", flat=True)))


def test_what_was_answered_is_not_sent_again(market):
    send()
    assert send().result == {"feeds": 0}
    assert market.bazaar.stats()["received"] == {"COAT-red-s": 1}


def test_only_what_changed_travels(market):
    add_coats("TWO", "THREE")
    send()
    rename(make.product("TWO"), "Another coat")
    send()
    assert market.bazaar.stats()["received"] == {"COAT-red-s": 1, "TWO-red-s": 2, "THREE-red-s": 1}
    assert market.bazaar.listings()["TWO-red-s"]["attributes"]["title"][0]["value"] == "Another coat"


def test_a_withdrawn_product_is_taken_down(market):
    send()
    withdraw_product(market.model, channel="bazaar", market="GB", actor=make.HOUSE, reason="no")
    send()
    assert market.bazaar.listings() == {}
    assert RemoteCopy.objects.get().sku == ""


def test_what_never_arrived_is_not_taken_down(market):
    withdraw_product(market.model, channel="bazaar", market="GB", actor=make.HOUSE, reason="no")
    send()
    assert not Feed.objects.exists()
    assert market.bazaar.stats()["feeds"] == 0
    assert FeedCursor.objects.get().acknowledged == 2


def test_a_renamed_sku_leaves_no_orphan_there(market):
    send()
    Product.objects.filter(pk=market.red.pk).update(sku="COAT-NEW")
    send()
    assert list(market.bazaar.listings()) == ["COAT-NEW"]


def test_several_markets_of_a_channel_are_one_message(market, monkeypatch):
    """Also where the product's listings lie in different parts of the delta."""
    from foundation.markets.services import define_scope

    monkeypatch.setattr(sending, "MAX_MESSAGES", 1)
    define_scope(channel="bazaar", market="DACH", locale="de-DE", actor=make.HOUSE)
    make.place(market.model, "bazaar/DACH")
    send()
    title = market.bazaar.listings()["COAT-red-s"]["attributes"]["title"]
    assert {one["marketplace_id"]: one["value"] for one in title} == {"DACH": "Wollmantel", "GB": "Wool coat"}
    assert market.bazaar.stats()["received"] == {"COAT-red-s": 1}


def test_a_long_delta_goes_in_parts_and_each_product_once(market, monkeypatch):
    monkeypatch.setattr(sending, "MAX_MESSAGES", 2)
    add_coats("A", "B", "C", "D")
    assert send().result == {"feeds": 3}
    assert set(market.bazaar.stats()["received"].values()) == {1}
    assert len(market.bazaar.listings()) == 5


def test_a_feed_keeps_within_the_bytes(market, monkeypatch):
    add_coats("A", "B", "C")
    make.settle()
    monkeypatch.setattr(sending, "MAX_BYTES", 1500)
    send()
    assert Feed.objects.count() > 1
    assert all(len(feed.body.encode()) <= 1500 for feed in Feed.objects.all())
    assert len(market.bazaar.listings()) == 4


def test_everything_or_some_again_on_demand(market):
    add_coats("TWO")
    send()
    send(full=True)
    assert market.bazaar.stats()["received"] == {"COAT-red-s": 2, "TWO-red-s": 2}
    send(skus=["TWO-red-s"])
    assert market.bazaar.stats()["received"] == {"COAT-red-s": 2, "TWO-red-s": 3}


class Crash(BaseException):
    """As if the worker were killed here."""


@pytest.mark.parametrize("point", ["after the answer", "after the report"])
def test_a_crash_after_it_was_received_has_no_second_effect(market, monkeypatch, point):
    """The same key and the same bytes go out again, though the product changed in between."""

    def crash(*_: object, **__: object) -> None:
        raise Crash

    make.settle()
    start_feed(channel="bazaar", actor=make.HOUSE)
    with monkeypatch.context() as patch:
        patch.setattr(sending, "_mark_sent" if point == "after the answer" else "settle_feed", crash)
        with pytest.raises(Crash):
            run_due_jobs()
    feed = Feed.objects.get()
    body = feed.body
    rename(market.model, "Changed meanwhile")
    make.settle()
    with frozen(moment.now() + timedelta(seconds=10)):
        Job.objects.filter(kind="syndication.send_feed").update(lease_until=None)
        run_due_jobs()
    feed.refresh_from_db()
    assert (feed.state, feed.body) == ("done", body)
    stats = market.bazaar.stats()
    assert stats["feeds"] == 2
    assert stats["duplicates"] == (1 if point == "after the answer" else 0)
    assert (stats["mismatches"], stats["received"]) == (0, {"COAT-red-s": 2})
    assert market.bazaar.listings()["COAT-red-s"]["attributes"]["title"][0]["value"] == "Changed meanwhile"


def run_later(seconds: int) -> None:
    with frozen(moment.now() + timedelta(seconds=seconds)):
        run_due_jobs()


def test_an_answer_that_is_lost_is_asked_for_again_under_the_same_key(market):
    market.bazaar.set_faults(drop=1)
    job = send()
    assert job.state == "queued"
    assert "RemoteProtocolError" in Feed.objects.get().error
    run_later(2)
    assert Feed.objects.get().state == "done"
    stats = market.bazaar.stats()
    assert (stats["feeds"], stats["duplicates"], stats["received"]) == (1, 1, {"COAT-red-s": 1})


def test_errors_there_are_met_with_patience_and_then_with_a_work_item(market):
    market.bazaar.set_faults(error=5)
    job = send()
    for seconds in (2, 5, 10, 20):
        run_later(seconds)
    job.refresh_from_db()
    assert job.state == "failed"
    assert Feed.objects.get().state == "prepared"
    item = WorkItem.objects.unfinished().get(cause_key="feed:bazaar")
    assert "answered 500" in item.title
    assert not start_due_feeds(actor=make.HOUSE)
    with frozen(moment.now() + timedelta(minutes=20)):
        assert len(start_due_feeds(actor=make.HOUSE)) == 1
        run_due_jobs()
    assert Feed.objects.get().state == "done"
    assert not WorkItem.objects.unfinished().filter(cause_key="feed:bazaar").exists()
    assert market.bazaar.stats()["received"] == {"COAT-red-s": 1}


def test_a_feed_that_is_refused_is_given_up_and_its_listings_go_in_the_next(market):
    set_channel_key(channel="bazaar", token="wrong", actor=make.HOUSE)
    job = send()
    assert (job.state, Feed.objects.get().state) == ("done", "failed")
    assert "answered 401" in job.result["error"]
    assert WorkItem.objects.unfinished().get().cause_key == "feed:bazaar"
    assert types() == ["syndication.feed.failed"]
    assert not start_due_feeds(actor=make.HOUSE)
    set_channel_key(channel="bazaar", token=KEY, actor=make.HOUSE)
    with frozen(moment.now() + timedelta(minutes=5)):
        start_due_feeds(actor=make.HOUSE)
        run_due_jobs()
    assert list(market.bazaar.listings()) == ["COAT-red-s"]
    assert not WorkItem.objects.unfinished().exists()


def test_nothing_is_called_that_the_deployment_does_not_list(market, settings):
    settings.OUTGOING_HOSTS = []
    assert "OUTGOING_HOSTS" in send().result["error"]
    assert market.bazaar.stats()["feeds"] == 0


def test_a_rejection_comes_back_to_the_product_and_attribute_that_caused_it(market, steward, outsider):
    add_coats("TWO")
    rename(market.model, "A coat for FREE")
    send()
    row = Rejection.objects.get()
    assert (row.sku, row.attribute, row.target, row.code) == ("COAT-red-s", "name", "title", "TITLE_PROMOTIONAL")
    item = WorkItem.objects.unfinished().get(kind="rejection")
    listing = make.listing("COAT-red-s", "bazaar/GB/en-GB")
    assert item.cause_key == f"rejection:{listing.uid}:name"
    assert (item.queue.code, item.subject, item.detail["attribute"]) == ("rejections", market.red.uid, "name")
    assert item.market == "GB"
    assert WorkItem.objects.visible_to(steward).filter(pk=item.pk).exists()
    assert not WorkItem.objects.visible_to(outsider).filter(pk=item.pk).exists()
    assert list(market.bazaar.listings()) == ["TWO-red-s"]
    rename(market.model, "A good coat")
    send()
    assert market.bazaar.stats()["received"] == {"COAT-red-s": 2, "TWO-red-s": 1}
    row.refresh_from_db()
    assert (row.outcome, row.closed_at is not None) == ("accepted", True)
    assert not WorkItem.objects.unfinished().exists()
    assert types()[-2:] == ["syndication.rejection.closed", "syndication.feed.accepted"] or types()[-2:] == [
        "syndication.feed.accepted", "syndication.rejection.closed",
    ]  # fmt: skip


def test_each_attribute_has_its_own_item_and_closes_alone(market):
    model = make.make_coat("TWO", "blue-s")
    make.place(model, "bazaar/GB")
    rename(model, "FREE " + "wool " * 12)
    send()
    found = sorted(Rejection.objects.unresolved().values_list("attribute", "code"))
    assert found == [("colour", "COLOUR_UNKNOWN"), ("name", "TITLE_PROMOTIONAL"), ("name", "TITLE_TOO_LONG")]
    assert WorkItem.objects.unfinished().count() == 2
    rename(model, "wool " * 12)
    send()
    assert sorted(Rejection.objects.unresolved().values_list("attribute", "code")) == [
        ("colour", "COLOUR_UNKNOWN"), ("name", "TITLE_TOO_LONG"),
    ]  # fmt: skip
    rename(model, "Blue coat")
    send()
    assert [item.detail["attribute"] for item in WorkItem.objects.unfinished()] == ["colour"]


def test_a_rejection_of_what_is_withdrawn_closes(market):
    rename(market.model, "FREE")
    send()
    assert WorkItem.objects.unfinished().count() == 1
    withdraw_product(market.model, channel="bazaar", market="GB", actor=make.HOUSE, reason="no")
    make.settle()
    assert Rejection.objects.get().outcome == "withdrawn"
    assert not WorkItem.objects.unfinished().exists()


def test_a_complaint_about_an_unknown_field_is_not_dropped(coat, tmp_path, settings):
    settings.OUTGOING_HOSTS = ["127.0.0.1"]
    from .marketplace import RULES

    rules = {**RULES, "rules": [{"attribute": "warranty", "kind": "required", "code": "REQUIRED"}]}
    with running_marketplace(tmp_path, rules) as marketplace:
        connect(marketplace.url)
        send()
    assert Rejection.objects.get().attribute == "field:warranty"
    assert "warranty" in WorkItem.objects.unfinished().get().title


def test_what_the_other_side_says_of_the_feed_as_a_whole_is_asked_about(market, monkeypatch):
    """And a message without a number is found by its SKU."""
    issues = [
        {"code": "X1", "severity": "ERROR", "message": "Late."},
        {"code": "X2", "severity": "ERROR", "message": "No.", "sku": "COAT-red-s"},
        {"code": "X3", "severity": "WARNING", "message": "Hm.", "messageId": 1},
    ]
    monkeypatch.setattr(sending, "await_report", lambda feed: {"issues": issues})
    send()
    assert sorted(WorkItem.objects.unfinished().values_list("kind", flat=True)) == ["feed", "rejection"]
    assert Rejection.objects.get().attribute == "channel:X2"


def test_a_report_that_is_not_ready_is_fetched_by_a_later_job(market, monkeypatch):
    make.settle()
    with monkeypatch.context() as patch:
        patch.setattr(sending, "await_report", lambda feed: None)
        assert "waiting" in send().result
    assert Feed.objects.get().state == "sent"
    assert not start_due_feeds(actor=make.HOUSE)
    with frozen(moment.now() + timedelta(seconds=4)):
        assert start_due_feeds(actor=make.HOUSE)
        run_due_jobs()
    assert Feed.objects.get().state == "done"
    assert market.bazaar.stats()["duplicates"] == 0


def test_a_feed_goes_out_by_itself_when_all_is_quiet_and_the_pictures_are_there(market):
    from dam.models import Rendition

    assert not start_due_feeds(actor=make.HOUSE)  # the hero is still being made
    Rendition.objects.update(state="failed")
    rename(market.model, "Changed")
    assert not start_due_feeds(actor=make.HOUSE)  # a change is still being projected
    make.settle()
    (job,) = start_due_feeds(actor=make.HOUSE)
    assert start_due_feeds(actor=make.HOUSE) == [job]
    run_due_jobs()
    assert not start_due_feeds(actor=make.HOUSE)
    assert market.bazaar.stats()["received"] == {"COAT-red-s": 1}


def test_pictures_are_not_waited_for_for_ever(market):
    later = make.make_asset("Later")
    make.license_asset(later)
    bind_asset(product=market.model, asset=later, role="hero", actor=make.HOUSE, replace=False, locale="en-GB")
    make.settle()
    assert not start_due_feeds(actor=make.HOUSE)
    with frozen(moment.now() + timedelta(seconds=90)):
        assert start_due_feeds(actor=make.HOUSE)


def test_the_api_sends_shows_and_refuses(market, client_of, merchant, photographer, outsider):
    make.settle()
    client = client_of(merchant)
    rename(market.model, "FREE")
    make.settle()
    answer = client.post("/api/v1/channels/bazaar/feeds", {}, format="json")
    assert answer.status_code == 202
    assert Job.objects.get(uid=answer.json()["job"]).kind == "syndication.send_feed"
    run_due_jobs()
    (feed,) = client.get("/api/v1/channels/bazaar/feeds").json()["results"]
    assert (feed["state"], feed["messages"], feed["accepted"], feed["rejected"]) == ("done", 1, 0, 1)
    (row,) = client.get("/api/v1/rejections", {"channel": "bazaar"}).json()["results"]
    assert (row["sku"], row["attribute"], row["market"]) == ("COAT-red-s", "name", "GB")
    assert client.post("/api/v1/channels/shop/feeds", {}, format="json").json()["code"] == "no-feed"
    assert client.post("/api/v1/channels/nowhere/feeds", {}, format="json").status_code == 404
    missing = client.post("/api/v1/channels/bazaar/feeds", {"skus": ["NO"]}, format="json")
    assert (missing.status_code, missing.json()["path"]) == (404, "skus")
    jobs = Job.objects.count()
    for stranger in (photographer, outsider):
        assert client_of(stranger).post("/api/v1/channels/bazaar/feeds", {}, format="json").status_code in {403, 404}
        assert client_of(stranger).get("/api/v1/rejections").json()["results"] == []
    assert Job.objects.count() == jobs


def test_what_was_published_and_answered_survives_a_move(market, tmp_path):
    """Everything out and into an empty instance: the same listings and revisions, nothing is sent again."""
    from delivery.models import Publication
    from foundation.archive.services import export_everything, import_everything
    from tests.foundation.test_archive import empty

    rename(market.model, "A coat for FREE")
    send()
    uses = sorted(Publication.objects.values_list("listing", "asset_id"))
    first = export_everything(tmp_path / "first")
    empty()
    Publication.objects.all().delete()
    import_everything(tmp_path / "first")
    make.settle()
    second = export_everything(tmp_path / "second")
    for table in ("listing", "feed", "feedmessage", "feedcursor", "remotecopy", "rejection", "channelprofile"):
        name = f"syndication_{table}"
        assert second["tables"][name] == first["tables"][name], name
        assert first["tables"][name]["rows"] > 0
    assert sorted(Publication.objects.values_list("listing", "asset_id")) == uses
    assert KEY not in "".join(path.read_text() for path in (tmp_path / "first" / "data").iterdir())
    set_channel_key(channel="bazaar", token=KEY, actor=make.HOUSE)
    assert send().result == {"feeds": 0}
