from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from foundation.accounts.models import User
from foundation.core import moment
from foundation.core.actors import system
from foundation.events.sequencing import drain
from pim.models import CompletenessDay, Product
from pim.services import set_values
from workspace.queries.counts import capped_count

from . import factories
from .factories import HOUSE


def figures(answer: Any) -> dict[str, str]:
    return {figure.label: figure.value for figure in answer.context["figures"]}


def test_a_new_house_says_what_to_do(steward: Any, browser_of: Any) -> None:
    text = browser_of(steward).get("/").content.decode()
    for words in ("Hello, stella", "Nothing waits for you", "Nothing has changed yet", "No product is placed yet"):
        assert words in text


def test_the_figures_are_counted(window: Any, steward: Any, browser_of: Any) -> None:
    factories.make_listing(factories.product("RIDGE-RED-S"), window.world.scopes["shop/GB/en-GB"])
    assert figures(browser_of(steward).get("/")) == {
        "Complete": "50%",  # 4 of 12 in DACH and GB, and 4 of 4 in the US
        "Proposals": "3",
        "Licences ending": "0",
        "Live listings": "1",
        "Held listings": "0",
        "Rejections": "0",
    }


def test_a_count_stops_at_its_cap(window: Any) -> None:
    products = Product.objects.visible_to(HOUSE)
    assert str(capped_count(products, most=4)) == "4+"
    assert str(capped_count(products, most=11)) == "11"
    assert not capped_count(products.none())


def test_the_heat_table_leads_to_what_is_incomplete(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    heat = client.get("/").context["heat"]
    assert [row.label for row in heat.rows] == ["Coats"]
    cells = dict(zip([column.label for column in heat.columns], heat.rows[0].cells, strict=True))
    german = cells["Web shop in DACH"]
    assert int(german.percent) == 66
    assert cells["Web shop in GB"].percent == 100
    assert parse_qs(urlsplit(german.url).query) == {"cell": ["coats/shop/DACH"]}
    assert client.get(german.url).context["panel"].sums.incomplete == 8


def test_what_changed_is_what_one_may_see(window: Any, steward: Any, outsider: Any, browser_of: Any) -> None:
    mine = {entry.text for entry in browser_of(steward).get("/").context["changes"]}
    assert "A picture may show RIDGE; a steward is asked, and 2 more like it" in mine
    theirs = " ".join(entry.text for entry in browser_of(outsider).get("/").context["changes"])
    assert "MAC" in theirs
    assert "RIDGE" not in theirs


def test_work_waits_for_those_who_work(window: Any, steward: Any, merchant: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get("/")
    assert answer.context["work_total"] == "3"
    assert answer.context["work"][0].title == "Does ridge_1.jpg show RIDGE?"
    assert answer.context["work"][0].url == f"/proposals/?proposal={window.proposals[0].uid}"
    assert "My work" in answer.content.decode()
    other = browser_of(merchant).get("/")
    assert other.context["work_total"] == "0"
    assert "My work" not in other.content.decode(), "no work items come to merchants"


def test_another_market_counts_its_own(window: Any, outsider: Any, browser_of: Any) -> None:
    answer = browser_of(outsider).get("/")
    assert figures(answer)["Complete"] == "100%"
    assert [column.label for column in answer.context["heat"].columns] == ["Web shop in US"]


def cards(answer: Any) -> dict[str, Any]:
    return {card.key: card for card in answer.context["cards"]}


def test_each_role_sees_what_it_needs_first(
    window: Any, steward: Any, photographer: Any, merchant: Any, administrator: Any, browser_of: Any
) -> None:
    from tests.cast import make_actor

    assert list(cards(browser_of(steward).get("/"))) == ["fallen", "imports", "channels"]
    studio = browser_of(photographer).get("/")
    assert list(cards(studio)) == ["approval", "ingests"]
    assert list(figures(studio)) == ["Complete", "To approve", "Licences ending"]
    shop = browser_of(merchant).get("/")
    assert list(cards(shop)) == ["channels"]
    assert "Live listings" in figures(shop)
    assert list(cards(browser_of(make_actor("ian", "integrator")).get("/"))) == ["keys", "fallen", "imports", "ingests"]
    house = browser_of(administrator).get("/")
    assert list(cards(house)) == [
        "house", "fallen", "imports", "approval", "ingests", "channels", "people",
    ]  # fmt: skip
    assert [(line.title, line.state.label) for line in cards(house)["house"].lines] == [
        ("Parked subjects", "0"), ("Failed jobs", "0"), ("Stuck projections", "0"),
    ]  # fmt: skip
    User.objects.filter(pk=administrator.user_id).update(is_superuser=True)  # as create_user makes them
    for line in [*cards(house)["house"].lines, *cards(house)["people"].lines]:
        assert browser_of(administrator).get(line.url).status_code == 200


def test_what_ends_soon_is_due(window: Any, steward: Any, outsider: Any, browser_of: Any) -> None:
    at = moment.now()
    factories.license_for("Spring campaign", [window.hero], until=at + timedelta(days=10))
    factories.license_for("Next year", [window.detail], until=at + timedelta(days=300))
    soon = at + timedelta(days=2)
    set_values(window.ridge, values={"name": "Sale!"}, market="GB", reason="Sale", expires_at=soon, actor=HOUSE)
    answer = browser_of(steward).get("/")
    assert [row.title for row in answer.context["due"]] == [
        "GB’s own Name of RIDGE ends", "Licence Spring campaign ends",
    ]  # fmt: skip
    assert answer.context["due"][0].url == f"/products/{window.ridge.uid}/?market=GB#value-name"
    assert figures(answer)["Licences ending"] == "1"
    theirs = browser_of(outsider).get("/")
    assert theirs.context["due"] == []
    assert "Nothing ends within 30 days" in theirs.content.decode()


def test_what_lost_completeness_is_told(window: Any, steward: Any, outsider: Any, browser_of: Any) -> None:
    place = window.world.scopes["shop/GB/en-GB"]
    CompletenessDay.objects.create(
        day=moment.now().date() - timedelta(days=20), family=window.ridge.family, scope=place, products=4, complete=4,
        required=12, filled=12,
    )  # fmt: skip
    assert cards(browser_of(steward).get("/"))["fallen"].lines == []
    set_values(window.ridge, values={"description": None}, locale="en-GB", actor=HOUSE)
    drain()
    (line,) = cards(browser_of(steward).get("/"))["fallen"].lines
    assert (line.title, line.note, line.state.label) == ("Coats in GB", "Web shop, en-GB", "4 fewer")
    assert browser_of(steward).get(line.url).context["lacking"].total == 4
    assert cards(browser_of(outsider).get("/"))["fallen"].lines == []


def test_somebody_without_a_role_gets_a_page(db: None, client: Any) -> None:
    from foundation.accounts.services import create_user

    client.force_login(create_user(username="nobody", password="a-long-enough-password", actor=system("tests")))
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.context["figures"] == []
    assert client.get("/products/").status_code == 403
