"""Saving what people say of an asset, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from dam.models import Asset
from dam.services import edit_asset
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision

from . import factories


@pytest.fixture
def written() -> Any:
    """How many events and revisions there are: nothing may be left behind by a refusal."""
    return lambda: (OutboxEvent.objects.count(), Revision.objects.count())


def send(client: Any, asset: Asset, field: str, edition: int | None = None, **fields: Any) -> Any:
    fields = {"edition": asset.edition if edition is None else edition} | fields
    return client.post(f"/assets/{asset.uid}/edit/?field={field}", fields)


def fresh(asset: Asset) -> Asset:
    return Asset.objects.get(pk=asset.pk)


def test_each_field_is_saved_by_itself(window: Any, photographer: Any, browser_of: Any) -> None:
    client, asset = browser_of(photographer, htmx=True), window.hero
    sent = {
        "title": {"title": " Coat, front "},
        "caption": {"caption": "Warm\r\nand dry"},
        "keywords": {"keywords": "coat\r\n\r\nred coat\r\ncoat"},
        "credit": {"credit": "Nord"},
        "alt-de-DE": {"alt-de-DE": "Mantel"},
        "alt-en-GB": {"alt-en-GB": "Coat"},
        "markets": {"markets": ["GB", "DACH"]},
    }
    for number, (field, fields) in enumerate(sent.items(), 1):
        answer = send(client, fresh(asset), field, **fields)
        assert answer.status_code == 200, field
        assert f'id="field-{field}"' in answer.content.decode()
        assert f'name="edition" value="{asset.edition + number}"' in answer.content.decode()
        assert f"{asset.uid}/undo-edit/?edition={asset.edition + number}" in answer.headers["HX-Trigger"]
    saved = fresh(asset)
    assert (saved.title, saved.markets) == ("Coat, front", ["DACH", "GB"])
    assert saved.metadata == {
        "caption": "Warm\nand dry", "keywords": ["coat", "red coat"], "credit": "Nord",
        "alt": {"de-DE": "Mantel", "en-GB": "Coat"},
    }  # fmt: skip


def test_nothing_typed_takes_a_value_away(window: Any, photographer: Any, browser_of: Any) -> None:
    client, asset = browser_of(photographer, htmx=True), window.hero
    said = {"caption": "x", "keywords": ["a"], "alt": {"de-DE": "x"}}
    edit_asset(asset, changes=said, actor=factories.HOUSE)
    for field in ("caption", "keywords", "alt-de-DE"):
        assert send(client, fresh(asset), field, **{field: " "}).status_code == 200
    assert fresh(asset).metadata == {}


def test_the_same_again_is_no_change(window: Any, photographer: Any, browser_of: Any, written: Any) -> None:
    before = written()
    answer = send(browser_of(photographer, htmx=True), window.hero, "title", title="ridge-front.jpg")
    assert (answer.status_code, "HX-Trigger" in answer.headers) == (200, False)
    assert written() == before


@pytest.mark.parametrize(
    ("field", "typed", "reason"),
    [
        ("title", "", "Title may not be empty"),
        ("title", "x" * 301, "at most 300 characters"),
        ("caption", "x" * 4001, "at most 4000 characters"),
        ("alt-de-DE", "x" * 501, "at most 500 characters"),
        ("keywords", "\n".join(map(str, range(101))), "at most 100 texts"),
    ],
)
def test_what_is_refused_is_told_beside_its_field(
    window: Any, photographer: Any, browser_of: Any, written: Any, field: str, typed: str, reason: str
) -> None:
    before = written()
    answer = send(browser_of(photographer, htmx=True), window.hero, field, **{field: typed})
    text = answer.content.decode()
    assert (answer.status_code, answer.context["field"].value) == (422, typed), "what was typed is not lost"
    assert reason in text
    assert "It was not saved" in text
    assert 'aria-invalid="true"' in text
    assert written() == before


def test_who_was_faster_is_named_and_what_was_typed_stays(
    window: Any, photographer: Any, administrator: Any, browser_of: Any, written: Any
) -> None:
    client, asset = browser_of(photographer, htmx=True), window.hero
    edit_asset(asset, changes={"caption": "Ada's", "credit": "Nord"}, actor=administrator)
    before = written()
    answer = send(client, asset, "caption", caption="Mine")
    text = answer.content.decode()
    assert (answer.status_code, answer.context["field"].value, written()) == (412, "Mine", before)
    assert "ada changed Caption, Credit at" in text
    assert "Here stands now: “Ada&#x27;s”" in text
    assert 'id="field-credit" hx-swap-oob="true"' in text, "what else was changed is shown as it is now"
    assert 'id="field-title"' not in text
    saved = send(client, asset, "caption", edition=fresh(asset).edition, caption="Mine")
    assert (saved.status_code, fresh(asset).metadata) == (200, {"caption": "Mine", "credit": "Nord"})
    theirs = client.get(f"/assets/{asset.uid}/edit/?field=credit")
    assert theirs.context["field"].value == "Nord"


def test_an_edit_is_undone(window: Any, photographer: Any, browser_of: Any, written: Any) -> None:
    client, asset = browser_of(photographer, htmx=True), window.hero
    send(client, asset, "title", title="Coat")
    undo = f"/assets/{asset.uid}/undo-edit/?edition={fresh(asset).edition}&field=title"
    answer = client.post(undo)
    assert (answer.status_code, fresh(asset).title) == (200, "ridge-front.jpg")
    assert 'value="ridge-front.jpg"' in answer.content.decode()
    send(client, fresh(asset), "title", title="Jacket")
    before = written()
    assert client.post(undo).status_code == 412, "it was changed again since"
    assert (fresh(asset).title, written()) == ("Jacket", before)


def test_without_scripts_all_fields_are_sent_at_once(window: Any, photographer: Any, browser_of: Any) -> None:
    client, asset = browser_of(photographer), window.hero
    answer = client.post(
        f"/assets/{asset.uid}/edit/?state=approved",
        {"edition": asset.edition, "title": "Coat", "caption": "Warm", "markets-shown": "1", "markets": "GB"},
    )
    assert (answer.status_code, answer.url) == (302, f"/assets/{asset.uid}/?state=approved")
    assert (fresh(asset).title, fresh(asset).metadata, fresh(asset).markets) == ("Coat", {"caption": "Warm"}, ["GB"])


def test_who_may_not_edit_sees_no_field(
    window: Any, steward: Any, merchant: Any, outsider: Any, browser_of: Any, written: Any
) -> None:
    before = written()
    for actor, status in ((steward, 403), (merchant, 403), (outsider, 403)):
        client = browser_of(actor, htmx=True)
        assert send(client, window.hero, "title", title="Mine").status_code == status
        assert client.post(f"/assets/{window.hero.uid}/undo-edit/?edition=1&field=title").status_code == status
    page = browser_of(steward).get(f"/assets/{window.hero.uid}/").content.decode()
    assert 'id="in-title"' not in page
    assert "The studio can" in page
    assert written() == before


def test_an_asset_of_another_market_is_not_there(window: Any, browser_of: Any, written: Any) -> None:
    from tests.cast import make_actor

    client = browser_of(make_actor("paul", "studio", market="US"), htmx=True)
    german, mine = factories.make_asset("dach.jpg", markets=("DACH",)), factories.make_asset("us.jpg", markets=("US",))
    before = written()
    assert send(client, german, "title", title="Mine").status_code == 404
    assert send(client, mine, "markets", markets=["US", "GB"]).status_code == 403
    assert send(client, mine, "markets").status_code == 403, "for every market is not theirs to say"
    assert written() == before
    assert send(client, mine, "title", title="Mine").status_code == 200


def test_bodies_that_are_none(window: Any, photographer: Any, browser_of: Any, written: Any) -> None:
    client, before = browser_of(photographer, htmx=True), written()
    url = f"/assets/{window.hero.uid}/edit/"
    for query, form in (
        ("", {}), ("?field=state", {"state": "approved"}), ("?field=price", {"price": "1"}),
        ("?field=alt", {"alt": "x"}), ("?field=title", {"title": "x", "edition": "x"}),
        ("?field=title", {"title": "x", "edition": "9" * 40}),
        ("?field=alt-xx", {"alt-xx": "x"}),
    ):  # fmt: skip
        assert client.post(url + query, form).status_code == 422, (query, form)
    for edition in ("", "x", "9" * 40):
        assert client.post(f"/assets/{window.hero.uid}/undo-edit/?field=title&edition={edition}").status_code == 422
    assert client.post(f"/assets/{window.hero.uid}/undo-edit/?field=title&edition=77").status_code == 404
    assert written() == before
