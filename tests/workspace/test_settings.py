"""Settings: markets, languages, channels, presets and queues on pages; who may, what is refused, what is taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest

from dam.models import Preset
from foundation.core import moment
from foundation.core.actors import system
from foundation.core.errors import Denied, Invalid
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.markets.models import Channel, Locale, Market, Scope
from foundation.workflow.models import Queue, WorkItem
from foundation.workflow.services import claim_work_item, define_queue, open_work_item
from workspace.queries.shown import State

pytestmark = pytest.mark.django_db
DACH = {
    "name": "Alps", "territories": "DE, at CH", "locales": ["de-DE", "de-AT"], "currency": "eur", "units": "metric",
}  # fmt: skip


def was_of(client: Any, address: str) -> str:
    found = re.search(r'name="was" value="([^"]+)"', client.get(address).content.decode())
    assert found, "the form says what it was filled with"
    return unescape(found[1])


def save(client: Any, address: str, **given: Any) -> Any:
    return client.post(address, {"was": was_of(client, address), **given})


def undo_of(client: Any, address: str) -> str:
    found = re.search(r'action="([^"]+/undo/[^"]+)"', client.get(address).content.decode())
    assert found, "the toast offers to undo"
    return unescape(found[1])


def counts() -> tuple[int, int]:
    return Revision.objects.count(), OutboxEvent.objects.count()


def test_a_market_is_changed_and_taken_back(world: Any, administrator: Any, browser_of: Any) -> None:
    client, address = browser_of(administrator), "/settings/markets/DACH/"
    response = save(client, address, **DACH)
    assert (response.status_code, response.url) == (302, address)
    market = Market.objects.get(code="DACH")
    assert (market.name, market.territories, market.currency) == ("Alps", ["AT", "CH", "DE"], "EUR")
    assert OutboxEvent.objects.filter(type="markets.market.changed", data__market="DACH").exists()
    undo = undo_of(client, address)
    assert client.post(undo).status_code == 302
    market.refresh_from_db()
    assert (market.name, market.territories) == ("DACH", ["AT", "DE"])
    before = counts()
    assert client.post(undo).status_code == 412, "it is not what it was changed to any more"
    assert counts() == before


def test_a_change_meanwhile_is_shown_and_not_overwritten(world: Any, administrator: Any, browser_of: Any) -> None:
    client, address = browser_of(administrator), "/settings/markets/DACH/"
    was = was_of(client, address)
    save(client, address, **DACH)
    response = client.post(address, {"was": was, **DACH, "name": "Mine"})
    assert response.status_code == 409
    assert "somebody changed it since" in response.content.decode()
    assert 'value="Mine"' in response.content.decode(), "what was typed is still there"
    assert Market.objects.get(code="DACH").name == "Alps"
    again = unescape(re.search(r'name="was" value="([^"]+)"', response.content.decode())[1])  # type: ignore[index]
    assert client.post(address, {"was": again, **DACH, "name": "Mine"}).status_code == 302
    assert Market.objects.get(code="DACH").name == "Mine"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("territories", "DE, XX", "is no territory of ISO 3166-1"),
        ("territories", "", "This field is required"),
        ("currency", "EURO", "at most 3 characters"),
        ("currency", "12€", "A currency has three letters"),
        ("locales", ["de-DE"], "de-AT is published in this market"),
        ("name", "", "This field is required"),
        ("units", "roman", "Select a valid choice"),
    ],
)
def test_what_a_market_cannot_be_is_said_beside_the_field(
    world: Any, administrator: Any, browser_of: Any, field: str, value: Any, words: str
) -> None:
    client, address = browser_of(administrator), "/settings/markets/DACH/"
    was, before = was_of(client, address), counts()
    response = client.post(address, {"was": was, **DACH, field: value})
    assert response.status_code == 422
    assert words in unescape(response.content.decode())
    assert Market.objects.get(code="DACH").name == "DACH"
    assert counts() == before


def test_a_language_falls_back_and_never_in_a_circle(world: Any, administrator: Any, browser_of: Any) -> None:
    client = browser_of(administrator)
    given = {"code": "de-CH", "name": "German (Swiss)", "fallback": "de-DE", "fallback_counts": "on"}
    made = client.post("/settings/languages/new/", given)
    assert (made.status_code, made.url) == (302, "/settings/languages/de-CH/")
    swiss = Locale.objects.get(code="de-CH")
    assert (swiss.fallback_id, swiss.fallback_counts) == ("de-DE", True)
    response = save(client, "/settings/languages/de-DE/", name="German", fallback="de-CH")
    assert response.status_code == 422
    assert "go round in a circle" in response.content.decode()
    assert Locale.objects.get(code="de-DE").fallback_id == "en-GB"
    assert "de-CH → de-DE → en-GB (not as translated)" in client.get("/settings/languages/").content.decode()


def test_a_channel_gets_scopes_with_their_chains(world: Any, administrator: Any, browser_of: Any) -> None:
    client = browser_of(administrator)
    given = {"code": "outlet", "name": "Outlet", "kind": "d2c", "use": "web", "scopes": ["GB/en-GB", "DACH/de-AT"]}
    assert client.post("/settings/channels/new/", given).status_code == 302
    assert Channel.objects.get(code="outlet").name == "Outlet"
    scopes = Scope.objects.filter(channel__code="outlet")
    assert sorted(map(str, scopes)) == ["outlet/DACH/de-AT", "outlet/GB/en-GB"]
    assert all(scope.cells.count() for scope in scopes)
    again = client.post("/settings/channels/new/", given)
    assert again.status_code == 422
    assert "There is a channel outlet already" in again.content.decode()
    bad = save(client, "/settings/channels/outlet/", **given | {"endpoint": "ftp://x"})
    assert (bad.status_code, Channel.objects.get(code="outlet").endpoint) == (422, "")


def test_a_preset_by_the_studio(world: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer)
    given = {
        "code": "card", "label": "Card", "width": "600", "height": "750", "fit": "pad", "format": "webp",
        "quality": "80", "background": "#ffffff",
    }  # fmt: skip
    assert client.post("/settings/presets/new/", given).status_code == 302
    body = {"width": 600, "height": 750, "fit": "pad", "format": "webp", "quality": 80, "background": "#ffffff"}
    assert Preset.objects.get(code="card").body == body
    before = counts()
    refused = save(client, "/settings/presets/card/", **given | {"width": "9000"})
    assert (refused.status_code, counts()) == (422, before)
    assert "less than or equal to 8192" in refused.content.decode()


def test_queues_say_what_waits_and_whose_it_is(
    world: Any, administrator: Any, steward: Any, outsider: Any, browser_of: Any
) -> None:
    house = system("tests")
    define_queue(code="catalogue", name="Catalogue", role="steward", actor=house)
    for number, market in enumerate(("GB", "GB", "US")):
        open_work_item(
            queue="catalogue", kind="k", cause_key=f"k:{number}", subject_type="product", subject=uuid4(),
            title="Look", market=market, due_at=moment.now() - timedelta(days=number), actor=house,
        )  # fmt: skip
    claim_work_item(uid=WorkItem.objects.get(cause_key="k:0").uid, actor=steward)
    (row,) = browser_of(steward).get("/settings/queues/").context["rows"]
    assert row.facts == ["owned by Steward", "3 open", "2 of nobody"]
    assert row.state == State("3 overdue", "bad")
    (row,) = browser_of(outsider).get("/settings/queues/").context["rows"]
    assert row.facts == ["owned by Steward", "1 open", "1 of nobody"], "what they see of it"

    client, address = browser_of(administrator), "/settings/queues/catalogue/"
    assert save(client, address, name="Catalogue", role="studio").status_code == 302
    assert Queue.objects.get().role == "studio"
    told = OutboxEvent.objects.get(type="workflow.queue.changed", data__role="studio")
    assert told.data == {"queue": "catalogue", "role": "studio"}
    assert client.post(undo_of(client, address)).status_code == 302
    assert Queue.objects.get().role == "steward"
    before = counts()
    assert save(client, address, name="Catalogue", role="merchant").status_code == 422, "merchants do no work items"
    assert save(browser_of(steward), address, name="Mine", role="steward").status_code == 403
    with pytest.raises(Denied):
        define_queue(code="catalogue", name="Mine", role="steward", actor=steward)
    with pytest.raises(Invalid, match="no role that works"):
        define_queue(code="catalogue", name="Mine", role="merchant", actor=administrator)
    define_queue(code="catalogue", name="Catalogue", role="steward", actor=administrator)
    assert counts() == before, "nothing was written"


def test_who_may_not_change_sees_and_cannot(world: Any, steward: Any, browser_of: Any) -> None:
    client, address = browser_of(steward), "/settings/markets/DACH/"
    shown = client.get(address).content.decode()
    assert "Your role may look, but not change this" in shown
    assert "Save</button>" not in shown
    before = counts()
    assert client.post(address, {"was": was_of(client, address), **DACH}).status_code == 403
    assert client.get("/settings/markets/new/").status_code == 403
    assert client.post("/settings/markets/DACH/undo/?change=x").status_code == 403
    assert counts() == before
    listed = client.get("/settings/").content.decode()
    assert "/settings/people/" not in listed


def test_the_limited_see_their_markets_only(world: Any, outsider: Any, browser_of: Any) -> None:
    client = browser_of(outsider)
    assert "/settings/markets/US/" in client.get("/settings/markets/").content.decode()
    assert "DACH" not in client.get("/settings/markets/").content.decode()
    assert client.get("/settings/markets/DACH/").status_code == 404
    assert client.get("/settings/markets/nowhere/").status_code == 404


def test_an_undo_that_is_not_ours_is_refused(world: Any, administrator: Any, browser_of: Any) -> None:
    client = browser_of(administrator)
    before = counts()
    for change in ("", "x", "a:b:c"):
        assert client.post(f"/settings/markets/DACH/undo/?change={change}").status_code == 422
    britain = {"name": "Britain", "territories": "GB", "locales": ["en-GB"], "currency": "GBP", "units": "metric"}
    save(client, "/settings/markets/GB/", **britain)
    foreign = undo_of(client, "/settings/markets/GB/").replace("/GB/", "/DACH/")
    assert client.post(foreign).status_code == 422
    assert Market.objects.get(code="DACH").name == "DACH"
    assert counts() != before
