"""The page of markets' own values. P6."""

from __future__ import annotations

from typing import Any

import pytest

from pim.models import Override, ProductValues
from pim.services import set_values

from . import factories


@pytest.fixture
def names(window: Any) -> None:
    """Two markets call the coat otherwise."""
    for market, name in (("GB", "Mac"), ("DACH", "Mantel")):
        set_values(
            window.ridge, values={"name": name}, market=market, locale="en-GB", reason="So they say",
            actor=factories.HOUSE,
        )  # fmt: skip
    set_values(window.ridge, values={"name": "Raincoat"}, locale="en-GB", actor=factories.HOUSE)


def test_they_are_shown_beside_what_holds_everywhere(names: None, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get("/overrides/?state=drifted&market=GB")
    (row,) = answer.context["rows"]
    assert (row.sku, row.label, row.place, row.value) == ("RIDGE", "Name", "GB, en-GB", "Mac")
    assert (row.now, row.state.label, row.reason) == ("Raincoat", "Drifted", "So they say")
    assert "<ins>Raincoat</ins>" in answer.content.decode()


def test_many_are_decided_on_at_once(names: None, steward: Any, browser_of: Any) -> None:
    client, ids = browser_of(steward), list(Override.objects.values_list("pk", flat=True))
    done = client.post("/overrides/decide/", {"id": ids, "verb": "keep", "reason": "Still so", "next": "/overrides/"})
    assert done.url == "/overrides/"
    assert set(Override.objects.values_list("reason", flat=True)) == {"Still so"}
    assert client.post("/overrides/decide/", {"id": ids, "verb": "keep"}).status_code == 422
    client.post("/overrides/decide/", {"id": ids[:1], "verb": "extend", "last_day": "2999-12-31"})
    assert Override.objects.filter(expires_at=None).count() == 1
    client.post("/overrides/decide/", {"id": ids, "verb": "clear", "next": "https://elsewhere.example/"})
    assert not Override.objects.exists()
    assert not ProductValues.objects.filter(cell__market__isnull=False, vals__has_key="name").exists()


def test_others_may_not(names: None, merchant: Any, outsider: Any, browser_of: Any) -> None:
    ids = list(Override.objects.values_list("pk", flat=True))
    assert 'name="verb"' not in browser_of(merchant).get("/overrides/").content.decode()
    assert browser_of(outsider).get("/overrides/").context["rows"] == []
    for actor, status in ((merchant, 403), (outsider, 404)):
        answer = browser_of(actor).post("/overrides/decide/", {"id": ids, "verb": "clear"})
        assert answer.status_code == status
    assert Override.objects.count() == 2
