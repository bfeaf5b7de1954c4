"""A listing's published revisions on their pages."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.models import User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import create_user, define_role, grant_role
from foundation.audit.models import Entry
from foundation.events.sequencing import drain
from foundation.markets.services import define_channel
from pim.services import define_attribute, set_values, withdraw_product
from syndication.choices import ListingState
from syndication.models import Listing
from syndication.services.profiles import define_profile
from tests.cast import PASSWORD

from . import factories

RULES: dict[str, Any] = {
    "fields": [
        {"target": "title", "source": "attribute", "attribute": "name"},
        {"target": "price", "source": "attribute", "attribute": "price"},
    ],
    "media": [{"target": "image", "role": "hero", "preset": "large"}],
    "hero": "publish-without",
}


@pytest.fixture
def published(window: Any) -> Any:
    """RIDGE-RED-S in DACH: published, called otherwise, withdrawn."""
    define_profile(channel="shop", body=RULES, actor=factories.HOUSE)
    drain()
    window.listing = Listing.objects.get(sku="RIDGE-RED-S", scope__market__code="DACH", scope__locale="de-DE")
    call_it(window, "Mantel mit Kapuze")
    withdraw_product(window.ridge, channel="shop", market="DACH", actor=factories.HOUSE, reason="sold out")
    drain()
    return window


def call_it(window: Any, name: str) -> None:
    set_values(window.ridge, values={"name": name}, locale="de-DE", actor=factories.HOUSE)
    drain()


def numbers(window: Any) -> list[int]:
    """Newest first."""
    return list(window.listing.revisions.order_by("-revision").values_list("revision", flat=True))


def path(window: Any, end: str = "history/") -> str:
    return f"/listings/{window.listing.uid}/{end}"


def text_of(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def test_the_story_says_what_changed_and_after_what(published: Any, merchant: Any, browser_of: Any) -> None:
    answer = browser_of(merchant).get(path(published))
    newest, second, first = numbers(published)
    told = [
        (one.revision, one.name, [(change.label, change.before, change.after) for change in one.changes])
        for one in answer.context["entries"]
    ]
    assert told == [
        (newest, "Withdrawn", []),
        (second, "Published", [("title", "Ridgeline coat (de)", "Mantel mit Kapuze")]),
        (first, "Published", []),
    ]
    causes = [[cause.text for cause in one.causes] for one in answer.context["entries"]]
    assert causes == [["RIDGE withdrawn from shop in DACH"], ["RIDGE: name changed"], []]
    document = f"/api/v1/listings/{published.listing.uid}/revisions"
    assert [one.document_url for one in answer.context["entries"]] == [
        "",
        f"{document}/{second}",
        f"{document}/{first}",
    ]
    assert browser_of(merchant).get(f"{document}/{second}").json()["fields"]["title"] == "Mantel mit Kapuze"
    assert f'href="{path(published)}"' in browser_of(merchant).get(path(published, "")).content.decode()


def test_two_revisions_side_by_side_under_an_address(published: Any, merchant: Any, browser_of: Any) -> None:
    client, (newest, second, first) = browser_of(merchant), numbers(published)
    answer = client.get(path(published, f"compare/?from={first}&to={second}"))
    assert [(one.label, one.before, one.after) for one in answer.context["changes"]] == [
        ("title", "Ridgeline coat (de)", "Mantel mit Kapuze")
    ]
    assert "<del>Ridgeline</del>" in answer.content.decode()
    gone = client.get(path(published, "compare/"))
    assert (gone.context["start"].revision, gone.context["end"].revision) == (second, newest), "the newest two"
    shown = {one.label: (one.before, one.after) for one in gone.context["changes"]}
    assert shown["image"] == ("ridge-front.jpg (version 1)", "")
    assert shown["price"] == ("1299.00 EUR", "")
    begun = client.get(path(published, f"compare/?to={first}"))
    assert begun.context["start"] is None
    assert {one.before for one in begun.context["changes"]} == {""}
    same = client.get(path(published, f"compare/?from={first}&to={first}"))
    assert "Nothing differs" in text_of(same)
    for query in ("from=x", "to=99999", "from=99999", f"to={'9' * 40}", "to=²"):
        assert client.get(path(published, f"compare/?{query}")).status_code == 404, query


def test_other_rules_are_told_as_the_reason(published: Any, merchant: Any, browser_of: Any) -> None:
    factories.place(published.ridge, ("shop", "DACH"))
    drain()
    define_profile(channel="shop", body=RULES | {"fields": RULES["fields"][:1]}, actor=factories.HOUSE)
    drain()
    entry, before = browser_of(merchant).get(path(published)).context["entries"][:2]
    assert (entry.rules, before.rules) == (2, None)
    assert [(one.label, one.after) for one in entry.changes] == [("price", "")]


def test_pages_go_on_by_themselves(published: Any, merchant: Any, browser_of: Any) -> None:
    factories.place(published.ridge, ("shop", "DACH"))
    for number in range(31):
        call_it(published, f"Mantel {number}")
    client = browser_of(merchant)
    first = client.get(path(published))
    assert len(first.context["entries"]) == 30
    rest = browser_of(merchant, htmx=True).get(path(published) + first.context["next_url"])
    assert "<html" not in rest.content.decode()
    assert [one.revision for one in [*first.context["entries"], *rest.context["entries"]]] == numbers(published)
    assert client.get(path(published, "history/?cursor=x")).status_code == 422


def test_nothing_out_yet(window: Any, merchant: Any, browser_of: Any) -> None:
    window.listing = factories.make_listing(
        factories.product("RIDGE-RED-S"), window.world.scopes["shop/DACH/de-DE"], state=ListingState.HELD, revision=None
    )
    answer = browser_of(merchant).get(path(window))
    assert (answer.status_code, answer.context["entries"]) == (200, [])
    assert "It has never been out" in text_of(answer)
    assert browser_of(merchant).get(path(window, "compare/")).status_code == 404
    assert "Published revisions" not in text_of(browser_of(merchant).get(path(window, "")))


def test_each_sees_their_own(published: Any, photographer: Any, outsider: Any, browser_of: Any) -> None:
    for end in ("history/", "compare/"):
        assert browser_of(photographer).get(path(published, end)).status_code == 403
        assert browser_of(outsider).get(path(published, end)).status_code == 404
    assert not Entry.objects.filter(action="syndication.listings.read").exists()


def test_what_has_been_closed_since_is_not_told(published: Any, administrator: Any, browser_of: Any) -> None:
    define_attribute(
        code="name", type="text", is_localizable=True, is_market_overridable=True, sensitivity="secret",
        actor=factories.HOUSE,
    )  # fmt: skip
    define_channel(code="shop", name="Web shop", kind="d2c", actor=factories.HOUSE, asks_restricted=False)
    define_role(code="reader", permissions=["pim.view", "syndication.view"], actor=factories.HOUSE)
    user = create_user(username="una", password=PASSWORD, actor=factories.HOUSE)
    grant_role(holder=user, role="reader", actor=factories.HOUSE)
    uncleared, cleared = browser_of(actor_of(User.objects.get(pk=user.pk))), browser_of(administrator)
    first = numbers(published)[-1]
    for address in (path(published), path(published, "compare/"), path(published, f"compare/?to={first}")):
        text = text_of(uncleared.get(address))
        assert not [word for word in ("title", "Kapuze", "price", "1299") if word in text], address
    assert not Entry.objects.filter(action="syndication.listings.read").exists()
    assert "Mantel mit Kapuze" in text_of(cleared.get(path(published)))
    (entry,) = Entry.objects.filter(action="syndication.listings.read")
    assert (entry.actor, entry.subject) == ("user:ada", str(published.listing.uid))


def test_the_number_of_queries_does_not_grow(published: Any, merchant: Any, browser_of: Any) -> None:
    client = browser_of(merchant)

    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    before = [queries(path(published, end)) for end in ("history/", "compare/")]
    factories.place(published.ridge, ("shop", "DACH"))
    for number in range(5):
        call_it(published, f"Mantel {number}")
    withdraw_product(published.ridge, channel="shop", market="DACH", actor=factories.HOUSE, reason="again")
    drain()
    assert [queries(path(published, end)) for end in ("history/", "compare/")] == before
