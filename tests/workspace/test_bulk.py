"""The bar of verbs on lists, and the pages of bulk changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dam.models import Asset
from foundation.bulk.models import BulkChange, BulkRow
from foundation.events.models import OutboxEvent
from foundation.events.sequencing import drain
from foundation.jobs.running import run_due_jobs
from pim.models import Placement
from tests.cast import make_actor

from . import factories


def start(client: Any, verb: str, things: list[Any], **more: Any) -> Any:
    return client.post("/bulk/", {"verb": verb, "uid": [str(one.uid) for one in things], **more})


def begun() -> BulkChange:
    return BulkChange.objects.latest("pk")


def trigger(answer: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answer.headers["HX-Trigger"])
    return told


def test_who_may_do_nothing_sees_no_bar(
    window: Any, steward: Any, photographer: Any, merchant: Any, browser_of: Any
) -> None:
    bar = 'class="bulk-bar"'
    assert bar in browser_of(photographer).get("/assets/").content.decode()
    assert bar not in browser_of(steward).get("/assets/").content.decode(), "stewards do not edit assets"
    assert bar in browser_of(steward).get("/products/").content.decode()
    plain = browser_of(merchant).get("/products/").content.decode()
    assert bar not in plain
    assert 'name="uid"' not in plain


def test_keywords_from_the_form_to_the_undo(window: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer)
    answer = start(client, "dam.keywords", [window.hero, window.detail])
    change = begun()
    assert (answer.status_code, answer.headers["Location"], change.state) == (302, f"/bulk/{change.uid}/", "draft")
    page = client.get(f"/bulk/{change.uid}/").content.decode()
    assert "Keywords: 2 assets" in page
    assert "checked" not in page, "the mode is asked each time"
    client.post(f"/bulk/{change.uid}/preview/", {"mode": "append", "keywords": "sale,  autumn\nsale"})
    shown = client.get(f"/bulk/{change.uid}/")
    rows = shown.context["bulk"].rows
    assert [(row.label, row.before, row.after, row.state.label) for row in rows] == [
        ("ridge-front.jpg", "", "sale, autumn", "Would change"),
        ("ridge-collar.jpg", "", "sale, autumn", "Would change"),
    ]
    assert not Asset.objects.exclude(metadata={}).exists()
    client.post(f"/bulk/{change.uid}/row/", {"row": str(window.detail.uid), "is_out": "1"})
    assert "Apply to 1" in client.get(f"/bulk/{change.uid}/").content.decode()
    client.post(f"/bulk/{change.uid}/apply/")
    assert list(Asset.objects.exclude(metadata={})) == [window.hero]
    assert [row.state.label for row in client.get(f"/bulk/{change.uid}/?outcome=changed").context["bulk"].rows] == [
        "Changed"
    ]
    listed = client.get("/bulk/")
    assert [(line.name, line.counts) for line in listed.context["lines"]] == [
        ("Add the keywords sale, autumn: 2 assets", "1 changed, 1 left out")
    ]
    client.post(f"/bulk/{change.uid}/undo/")
    assert not Asset.objects.exclude(metadata={}).exists()
    assert "1 is as before." in " ".join(client.get(f"/bulk/{change.uid}/").content.decode().split())


def test_a_refused_form_loses_nothing(window: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer)
    start(client, "dam.text", [window.hero])
    change = begun()
    answer = client.post(f"/bulk/{change.uid}/preview/", {"field": "credit", "mode": "replace", "text": "x" * 301})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "A credit is a text of at most 300 characters" in text
    assert "x" * 301 in text
    assert '<option value="credit" selected>' in text
    assert (begun().state, BulkRow.objects.count()) == ("draft", 0)


def test_a_typed_field_for_each_attribute(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    start(client, "pim.value", [window.ridge, window.cup])
    address = f"/bulk/{begun().uid}/"
    asked = client.get(address).content.decode()
    assert '<option value="material">' in asked
    assert '<option value="cost">' not in asked, "a secret"
    assert '<option value="gtin">' not in asked, "another one for each product"
    assert "There is no attribute &#x27;cost&#x27;" in client.get(f"{address}?attribute=cost").content.decode()
    assert 'type="checkbox" name="value" value="wool"' in client.get(f"{address}?attribute=material").content.decode()
    assert 'name="market"' in client.get(f"{address}?attribute=price").content.decode()
    client.post(f"{address}preview/", {"attribute": "material", "mode": "append", "value": ["silk"]})
    rows = client.get(address).context["bulk"].rows
    assert [(row.label, row.before, row.after) for row in rows] == [
        ("RIDGE", "Wool", "Silk, Wool"), ("CUP", "", "Silk"),
    ]  # fmt: skip
    edited = client.get(f"{address}?edit=1").content.decode()
    assert 'name="value" value="silk" checked' in edited


def test_placing_from_the_list(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    start(client, "pim.place", [window.cup, window.mac])
    change = begun()
    client.post(f"/bulk/{change.uid}/preview/", {"place": "shop/US", "reason": "Holiday"})
    client.post(f"/bulk/{change.uid}/apply/")
    assert (begun().changed, begun().same) == (1, 1)
    assert Placement.objects.get(product=window.cup).reason == "Holiday"


def test_one_key_approves_and_undo_takes_it_back(window: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer, htmx=True)
    Asset.objects.filter(pk=window.hero.pk).update(state="draft")
    answer = start(client, "dam.approve", [window.hero], at_once="1")
    told, change = trigger(answer), begun()
    assert answer.status_code == 204
    assert told["toast"] == {"text": "Approved 1 asset", "tone": "ok", "undo": {"url": f"/bulk/{change.uid}/undo/"}}
    tiles = client.get(told["items-changed"]["url"]).content.decode()
    assert f'id="item-{window.hero.uid}"' in tiles
    assert "Draft" not in tiles
    told = trigger(client.post(f"/bulk/{change.uid}/undo/"))
    assert told["toast"]["text"] == "Undone: 1 as before"
    assert Asset.objects.get(pk=window.hero.pk).state == "draft"
    assert client.get("/bulk/").context["lines"] == [], "single ones would drown the others"
    assert len(client.get("/bulk/?single=1").context["lines"]) == 1


def test_all_that_match_is_what_the_list_shows(window: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer)
    for number in range(60):
        factories.make_asset(f"other-{number}.jpg")
    shown = client.get("/assets/?q=ridge&binding=proposed").context["total"]
    form = {"verb": "dam.retire", "all": "1", "filter": "q=ridge&binding=proposed", "uid": [str(window.hero.uid)]}
    client.post("/bulk/", form | {"without": [str(window.loose[0].uid)]})
    assert (shown, begun().total, begun().state) == (3, 2, "previewed")
    client.post(f"/bulk/{begun().uid}/apply/")
    retired = Asset.objects.filter(state="retired").order_by("pk")
    assert list(retired) == window.loose[1:]
    client.post("/bulk/", {"verb": "dam.retire", "all": "1", "filter": ""})
    change = begun()
    assert (change.state, change.total) == ("previewing", 65)
    assert "0 of 65 rows" in client.get(f"/bulk/{change.uid}/").content.decode()
    run_due_jobs()
    assert "63 of 65 would change" in " ".join(client.get(f"/bulk/{change.uid}/").content.decode().split())


def test_leaving_a_row_out_sends_no_more_than_that(window: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer, htmx=True)
    start(client, "dam.retire", [window.hero, window.detail])
    address = f"/bulk/{begun().uid}/row/"
    answer = client.post(address, {"row": str(window.hero.uid), "is_out": "1"})
    text = answer.content.decode()
    assert [row.label for row in answer.context["bulk"].rows] == ["ridge-front.jpg"]
    assert ("Apply to 1" in text, "Take in" in text, 'id="bulk"' in text) == (True, True, False)
    client.post(address, {"row": str(window.hero.uid), "is_out": "1"})
    assert (begun().changed, begun().left_out) == (1, 1), "twice is once"
    client.post(address, {"row": str(window.hero.uid), "is_out": "0"})
    assert (begun().changed, begun().left_out) == (2, 0)
    assert client.post(address, {"row": str(window.cup.uid), "is_out": "1"}).status_code == 404


def test_rows_come_by_the_page(window: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer)
    for number in range(60):
        factories.make_asset(f"other-{number}.jpg")
    drain()
    client.post("/bulk/", {"verb": "dam.retire", "all": "1", "filter": "q=other"})
    run_due_jobs()
    first = client.get(f"/bulk/{begun().uid}/")
    assert len(first.context["bulk"].rows) == 50
    more = browser_of(photographer, htmx=True).get(f"/bulk/{begun().uid}/{first.context['next_url']}")
    assert len(more.context["bulk"].rows) == 10
    assert 'id="bulk"' not in more.content.decode()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"verb": "dam.approve"}, 422),
        ({"verb": "dam.approve", "uid": "nonsense"}, 422),
        ({"verb": "dam.nothing", "uid": "nonsense"}, 422),
        ({}, 422),
        ({"verb": "pim.place", "all": "1", "filter": ""}, 403),
        ({"verb": "dam.approve", "all": "1", "filter": "", "without": "nonsense"}, 422),
        ({"verb": "dam.approve", "uid": "0b4f3e39-3a2a-4f8a-9a55-1f0f3c1c9f11"}, 404),
    ],
)
def test_a_start_that_is_none(
    window: Any, photographer: Any, browser_of: Any, form: dict[str, str], status: int
) -> None:
    before = OutboxEvent.objects.count()
    assert browser_of(photographer).post("/bulk/", form).status_code == status
    assert (BulkChange.objects.count(), OutboxEvent.objects.count()) == (0, before)


def test_it_is_nobody_elses(window: Any, photographer: Any, steward: Any, administrator: Any, browser_of: Any) -> None:
    start(browser_of(photographer), "dam.retire", [window.hero], at_once="1")
    change = begun()
    client = browser_of(steward)
    assert client.get(f"/bulk/{change.uid}/").status_code == 404
    for verb in ("preview", "row", "apply", "stop", "undo", "discard"):
        assert client.post(f"/bulk/{change.uid}/{verb}/", {"row": str(window.hero.uid)}).status_code == 404
        assert client.get(f"/bulk/{change.uid}/{verb}/").status_code == 405
    assert client.get("/bulk/?single=1").context["lines"] == []
    assert len(browser_of(administrator).get("/bulk/?single=1").context["lines"]) == 1
    assert Asset.objects.get(pk=window.hero.pk).state == "retired"


def test_another_market_is_not_there(window: Any, browser_of: Any) -> None:
    ulla = make_actor("ulla", "studio", market="US")
    client = browser_of(ulla)
    assert start(client, "dam.retire", [window.hero]).status_code == 404, "it shows what is sold in GB"
    american = factories.make_asset("us.jpg", markets=("US",))
    client.post("/bulk/", {"verb": "dam.retire", "all": "1", "filter": ""})
    client.post(f"/bulk/{begun().uid}/apply/")
    assert list(Asset.objects.filter(state="retired")) == [american]


def test_discarding_leaves_nothing(window: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer)
    start(client, "dam.retire", [window.hero])
    answer = client.post(f"/bulk/{begun().uid}/discard/")
    assert (answer.headers["Location"], BulkChange.objects.count(), BulkRow.objects.count()) == ("/assets/", 0, 0)


def test_nothing_yet(photographer: Any, browser_of: Any) -> None:
    assert "Nothing changed in bulk yet" in browser_of(photographer).get("/bulk/").content.decode()
