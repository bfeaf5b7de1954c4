"""The channel desk: counts, rules in words, feeds and sending."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from dam.services.presets import ensure_default_presets
from foundation.events.models import Event
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from foundation.markets.services import define_channel
from syndication.choices import FEED_JOB
from syndication.models import Feed
from syndication.services.profiles import set_channel_key
from tests.syndication import factories as make
from tests.syndication.marketplace import KEY, running_marketplace


@pytest.fixture
def goods(world: Any) -> SimpleNamespace:
    """A coat that is live on the shop and on the marketplace, in GB and in DACH."""
    ensure_default_presets()
    make.make_model()
    make.make_profiles()
    coat = make.make_coat()
    make.make_picture(coat)
    make.place(coat)
    make.settle()
    return SimpleNamespace(world=world, coat=coat)


@pytest.fixture
def bazaar(goods: SimpleNamespace, tmp_path: Path, settings: Any) -> Any:
    settings.OUTGOING_HOSTS = ["127.0.0.1"]
    with running_marketplace(tmp_path) as marketplace:
        define_channel(code="bazaar", name="Bazaar", kind="marketplace", actor=make.HOUSE, endpoint=marketplace.url)
        set_channel_key(channel="bazaar", token=KEY, actor=make.HOUSE)
        goods.marketplace = marketplace
        yield goods


def amounts(rows: list[Any]) -> dict[str, list[str]]:
    return {row.locale: [one.text for one in (row.live, row.held, row.rejected, row.withdrawn)] for row in rows}


def test_counts_by_market(goods: Any, merchant: Any, browser_of: Any) -> None:
    client = browser_of(merchant)
    shop, bazaar = sorted(client.get("/channels/").context["channels"], key=lambda one: one.code, reverse=True)
    assert amounts(shop.rows) == {
        "de-AT": ["1", "0", "0", "0"], "de-DE": ["1", "0", "0", "0"], "en-GB": ["1", "0", "0", "0"],
        "en-US": ["0", "0", "0", "0"],
    }  # fmt: skip
    assert (bazaar.kind, bazaar.is_sent, amounts(bazaar.rows)) == (
        "Marketplace",
        False,
        {"en-GB": ["1", "0", "0", "0"]},
    )
    live = next(row.live for row in shop.rows if row.locale == "en-GB")
    assert live.url == "/listings/?state=live&channel=shop&market=GB&locale=en-GB"
    assert client.get(live.url).context["total"] == 1


def test_counting_stops_at_a_bound(goods: Any, merchant: Any, browser_of: Any, monkeypatch: Any) -> None:
    for place in ("syndication.queries.channels", "workspace.queries.channels"):
        monkeypatch.setattr(f"{place}.AT_MOST", 0)
    answer = browser_of(merchant).get("/channels/shop/")
    assert amounts(answer.context["channel"].rows)["en-GB"] == ["0+", "0", "0", "0"]


def test_rules_in_words(goods: Any, merchant: Any, browser_of: Any) -> None:
    profile = browser_of(merchant).get("/channels/shop/").context["profile"]
    found = {rule.target: (rule.filled_by, rule.how, rule.is_required) for rule in [*profile.fields, *profile.media]}
    assert found["title"] == ("name", "", True)
    assert found["size"] == ("size", "by its code", False)
    assert found["weight"] == ("weight", "in kg, or lb where units are imperial", False)
    assert found["gtin"] == ("The GTIN", "", True)
    assert found["brand"] == ("Always “Harrow”", "", False)
    assert found["gallery"] == ("Gallery, up to 3", "Card", False)
    assert profile.hero == "The listing stays out, without the picture."
    title = browser_of(merchant).get("/channels/bazaar/").context["profile"].fields[0]
    assert (title.how, title.is_required) == ("cut to 80 characters", False)


def test_the_address_to_read_has_no_secret(goods: Any, merchant: Any, browser_of: Any) -> None:
    text = browser_of(merchant).get("/channels/shop/").content.decode()
    assert "http://testserver/api/v1/channels/shop/listings?cursor=0" in text
    assert "Bearer $TANDEM_KEY" in text


def test_sending_and_what_came_of_it(bazaar: Any, merchant: Any, browser_of: Any) -> None:
    """By the pages alone: send, look, stop waiting, read the report."""
    client = browser_of(merchant, htmx=True)
    started = client.post("/channels/bazaar/send/", {"what": "changes"})
    state = started.context["sending"]
    assert (state.is_sending, state.waiting, state.by, state.wait) == (True, 1, "mona", 1000)
    client.post("/channels/bazaar/send/", {"what": "changes"})
    assert Job.objects.filter(kind=FEED_JOB).count() == 1, "a second click sends nothing more"
    run_due_jobs()
    over = client.get(f"/channels/bazaar/sending/?job={state.job}&total=1").context["sending"]
    assert (over.is_sending, over.wait, over.outcome) == (False, 0, "Sent and answered: 1 feed.")
    assert bazaar.marketplace.stats()["received"] == {"COAT-red-s": 1}
    page = browser_of(merchant).get("/channels/bazaar/")
    (row,) = page.context["feeds"]
    assert (row.messages, row.accepted, row.rejected, row.state.label) == (1, 1, 0, "Processed")
    feed = browser_of(merchant).get(row.url)
    assert [(one.sku, one.outcome.label, one.operation) for one in feed.context["sent"]] == [
        ("COAT-red-s", "Accepted", "Put up or replaced")
    ]
    client.post("/channels/bazaar/send/", {"what": "changes"})
    job = Job.objects.latest("pk")
    run_due_jobs()
    idle = client.get(f"/channels/bazaar/sending/?job={job.uid}").context["sending"]
    assert idle.outcome == "Nothing had changed, so nothing was sent."
    client.post("/channels/bazaar/send/", {"what": "everything"})
    client.post("/channels/bazaar/send/", {"what": "everything"})
    run_due_jobs()
    assert bazaar.marketplace.stats()["received"] == {"COAT-red-s": 2}


def test_a_refusal_is_told_with_our_word_for_it(bazaar: Any, merchant: Any, browser_of: Any) -> None:
    make.set_values(bazaar.coat, values={"name": "A coat " * 9}, locale="en-GB", actor=make.HOUSE)
    make.settle()
    client = browser_of(merchant)
    client.post("/channels/bazaar/send/", {"what": "changes"})
    run_due_jobs()
    feed = client.get(client.get("/channels/bazaar/").context["feeds"][0].url + "?outcome=rejected")
    (message,) = feed.context["sent"]
    (word,) = message.words
    red = make.product("COAT-red-s")
    assert (word.code, word.target, word.attribute) == ("TITLE_TOO_LONG", "title", "Name")
    assert word.url == f"/products/{red.uid}/#value-name"
    assert client.get(message.url).context["listing"].state.label == "Rejected"
    assert amounts(client.get("/channels/bazaar/").context["channel"].rows) == {"en-GB": ["1", "0", "1", "0"]}
    assert client.get(f"/feeds/{Feed.objects.get().uid}/?outcome=accepted").context["sent"] == []


def test_stop(bazaar: Any, merchant: Any, browser_of: Any, steward: Any) -> None:
    client = browser_of(merchant, htmx=True)
    client.post("/channels/bazaar/send/", {"what": "changes"})
    assert browser_of(steward, htmx=True).post("/channels/bazaar/cancel/").status_code == 404, "it is mona's"
    answer = client.post("/channels/bazaar/cancel/")
    assert answer.context["sending"].outcome.startswith("Stopped.")
    run_due_jobs()
    assert bazaar.marketplace.stats()["received"] == {}
    assert client.post("/channels/bazaar/cancel/").status_code == 409


def test_a_shop_that_reads_by_itself_is_sent_nothing(goods: Any, merchant: Any, browser_of: Any) -> None:
    client = browser_of(merchant, htmx=True)
    assert client.post("/channels/shop/send/", {"what": "changes"}).status_code == 409
    assert "Send what changed" not in browser_of(merchant).get("/channels/shop/").content.decode()
    assert not Job.objects.filter(kind=FEED_JOB).exists()


def test_limited_people_send_nothing_and_see_no_feed(bazaar: Any, merchant: Any, browser_of: Any) -> None:
    from tests.cast import make_actor

    british = make_actor("brit", "merchant", market="GB")
    browser_of(merchant).post("/channels/bazaar/send/", {"what": "changes"})
    run_due_jobs()
    client, jobs = browser_of(british), Job.objects.count()
    page = client.get("/channels/bazaar/")
    text = page.content.decode()
    assert (page.context["feeds"], page.context["sending"], page.context["standing"].waiting) == ([], None, None)
    assert "Send what changed" not in text
    assert "you see some of them" in text
    assert client.post("/channels/bazaar/send/", {"what": "changes"}).status_code == 404
    assert browser_of(british, htmx=True).post("/channels/bazaar/send/").status_code == 404
    assert browser_of(british, htmx=True).get("/channels/bazaar/sending/").status_code == 404
    assert browser_of(british, htmx=True).post("/channels/bazaar/cancel/").status_code == 404
    assert client.get(f"/feeds/{Feed.objects.get().uid}/").status_code == 404
    assert Job.objects.count() == jobs
    shop = client.get("/channels/shop/").context["channel"]
    assert [row.market for row in shop.rows] == ["GB"]


def test_what_is_elsewhere_is_not_there(goods: Any, outsider: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(outsider)
    cards = client.get("/channels/").context["channels"]
    assert [(one.code, amounts(one.rows)) for one in cards] == [("shop", {"en-US": ["0", "0", "0", "0"]})]
    assert client.get("/channels/bazaar/").status_code == 404
    assert client.get("/channels/nowhere/").status_code == 404
    assert client.get("/channels/bazaar/assortment/").status_code == 404
    assert client.get("/channels/shop/").context["standing"].revision == 0, "what others publish does not count"
    assert client.get("/channels/shop/assortment/").context["total"] == 0
    for path in ("/channels/", "/channels/shop/", "/channels/shop/assortment/", f"/feeds/{uuid4()}/"):
        assert browser_of(photographer).get(path).status_code == 403


def test_who_placed_what(goods: Any, steward: Any, merchant: Any, browser_of: Any) -> None:
    uid = goods.coat.uid
    browser_of(steward).post(f"/products/{uid}/withdraw/?channel=shop&market=DACH")
    client = browser_of(merchant)
    page = client.get("/channels/shop/assortment/")
    assert {(row.sku, row.market, row.state.label, row.by) for row in page.context["placements"]} == {
        ("COAT", "DACH", "Withdrawn", "stella"), ("COAT", "GB", "Placed", "Tandem"),
    }  # fmt: skip
    assert all(row.since for row in page.context["placements"])
    assert client.get("/channels/shop/assortment/?state=placed&market=DACH").context["total"] == 0
    assert client.get("/channels/shop/assortment/?q=coat").context["total"] == 2
    assert client.get("/channels/shop/assortment/?q=cup").context["total"] == 0


def test_a_bad_cursor_is_refused(goods: Any, merchant: Any, browser_of: Any) -> None:
    for path in ("/channels/shop/", "/channels/shop/assortment/"):
        assert browser_of(merchant).get(path, {"cursor": "x"}).status_code == 422


def test_nothing_is_written_by_looking(bazaar: Any, merchant: Any, browser_of: Any) -> None:
    make.settle()
    before = Event.objects.count()
    for path in ("/channels/", "/channels/bazaar/", "/channels/bazaar/assortment/"):
        browser_of(merchant).get(path)
    make.settle()
    assert (Event.objects.count(), Feed.objects.count()) == (before, 0)
    assert not Job.objects.filter(kind=FEED_JOB).exists()
