"""What the API tells of a channel and its feeds, and what can be done by it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from foundation.core import moment
from foundation.events.models import Event
from foundation.jobs.models import Job
from foundation.markets.services import define_channel
from syndication.choices import FEED_JOB
from syndication.models import Feed, FeedMessage
from syndication.services.feeds import start_feed
from tests.cast import make_actor

from . import factories as make

API = "/api/v1"


@pytest.fixture
def feed(coat: SimpleNamespace) -> Feed:
    """One that was refused for its title and for something that is not ours."""
    listing = make.listing("COAT-red-s", "bazaar/GB/en-GB")
    issues = [
        {"messageId": 1, "severity": "ERROR", "code": "LONG", "message": "Too long", "attributeNames": ["title", "x"]},
        {"messageId": 1, "severity": "WARNING", "code": "NICE", "message": "Could be nicer"},
    ]
    row = Feed.objects.create(
        channel=listing.channel, from_revision=0, to_revision=1, state="done", body="{}", report={"issues": issues},
        created_at=moment.now(),
    )  # fmt: skip
    FeedMessage.objects.create(
        feed=row, message_id=1, listing=listing, product_id=listing.product_id, sku=listing.sku, operation="UPDATE",
        revision=1, outcome="rejected",
    )  # fmt: skip
    return row


def test_a_channels_standing(coat: SimpleNamespace, merchant: Any, client_of: Any) -> None:
    found = client_of(merchant).get(f"{API}/channels/bazaar/standing").json()
    assert found == {
        "channel": "bazaar", "name": "Bazaar", "kind": "marketplace", "revision": 1, "acknowledged": 0, "waiting": 1,
        "sending": None, "counted_to": 100_000,
        "listings": [{"market": "GB", "locale": "en-GB", "live": 1, "held": 0, "rejected": 0, "withdrawn": 0}],
    }  # fmt: skip


def test_limited_people_hear_of_their_markets_alone(
    coat: SimpleNamespace, outsider: Any, photographer: Any, client_of: Any
) -> None:
    british = client_of(make_actor("brit", "merchant", market="GB"))
    found = british.get(f"{API}/channels/shop/standing").json()
    assert [row["market"] for row in found["listings"]] == ["GB"]
    assert (found["acknowledged"], found["waiting"], found["sending"]) == (None, None, None)
    assert client_of(outsider).get(f"{API}/channels/bazaar/standing").status_code == 404
    assert client_of(photographer).get(f"{API}/channels/shop/standing").status_code in {403, 404}


def test_a_feed_and_its_messages(feed: Feed, merchant: Any, outsider: Any, client_of: Any) -> None:
    api = client_of(merchant)
    found = api.get(f"{API}/feeds/{feed.uid}").json()
    assert (found["messages"], found["accepted"], found["rejected"]) == (1, 0, 1)
    assert "body" not in found
    (message,) = api.get(f"{API}/feeds/{feed.uid}/messages").json()["results"]
    assert (message["sku"], message["outcome"], message["operation"]) == ("COAT-red-s", "rejected", "UPDATE")
    assert message["complaints"] == [
        {"attribute": "name", "target": "title", "code": "LONG", "message": "Too long"},
        {"attribute": "field:x", "target": "x", "code": "LONG", "message": "Too long"},
    ]
    assert api.get(f"{API}/feeds/{feed.uid}/messages?outcome=accepted").json()["results"] == []
    assert api.get(f"{API}/feeds/{feed.uid}/messages?outcome=maybe").status_code == 422
    for path in (f"feeds/{feed.uid}", f"feeds/{feed.uid}/messages", f"feeds/{uuid4()}/messages"):
        assert client_of(outsider).get(f"{API}/{path}").status_code == 404


def test_sending_is_stopped(coat: SimpleNamespace, merchant: Any, steward: Any, client_of: Any) -> None:
    define_channel(code="bazaar", name="Bazaar", kind="marketplace", actor=make.HOUSE, endpoint="http://127.0.0.1:9/")
    assert client_of(merchant).delete(f"{API}/channels/bazaar/feeds").status_code == 409, "nothing is being sent"
    job = start_feed(channel="bazaar", actor=merchant, full=True)
    assert start_feed(channel="bazaar", actor=steward, full=True) == job, "everything is on its way already"
    assert client_of(merchant).get(f"{API}/channels/bazaar/standing").json()["sending"] == str(job.uid)
    british = client_of(make_actor("brit", "merchant", market="GB"))
    assert british.delete(f"{API}/channels/bazaar/feeds").status_code == 404
    assert client_of(merchant).delete(f"{API}/channels/bazaar/feeds").json() == {"job": str(job.uid)}
    assert Job.objects.get(kind=FEED_JOB).state == "cancelled"


def test_publish_now(coat: SimpleNamespace, merchant: Any, outsider: Any, photographer: Any, client_of: Any) -> None:
    listing = make.listing("COAT-red-s")
    make.set_values(coat.model, values={"name": "Another coat"}, locale="en-GB", actor=make.HOUSE)
    path, events = f"{API}/listings/{listing.uid}/publication", Event.objects.count()
    assert client_of(photographer).post(path).status_code == 403
    assert client_of(outsider).post(path).status_code == 404
    listing.refresh_from_db()
    assert ("Another coat" in listing.body, Event.objects.count()) == (False, events)
    found = client_of(merchant).post(path).json()
    listing.refresh_from_db()
    assert found == {"state": "live", "revision": listing.revision, "problems": []}
    assert "Another coat" in listing.body


def test_a_refused_picture_is_named(coat: SimpleNamespace) -> None:
    from dam.models import Licence
    from dam.services.licences import revoke_licence

    revoke_licence(Licence.objects.get(), actor=make.HOUSE)
    make.settle()
    problems = make.listing("COAT-red-s").problems
    assert {one["asset"] for one in problems} == {str(coat.hero.uid)}
