from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from foundation.core import moment
from foundation.events.sequencing import drain
from foundation.markets.models import Scope
from pim.models import CompletenessDay, Family
from pim.services import create_product, place_product, set_values

from . import factories
from .factories import HOUSE


def page(client: Any, query: str = "") -> Any:
    answer = client.get(f"/completeness/{query}")
    assert answer.status_code == 200
    return answer


def cells(answer: Any) -> dict[str, dict[str, Any]]:
    """Family to column (or All) to cell."""
    heat = answer.context["heat"]
    names = [column.label for column in heat.columns]
    rows = [*heat.rows, *([heat.totals] if heat.totals else [])]
    return {row.label: dict(zip([*names, "All"], [*row.cells, row.whole], strict=True)) for row in rows}


@pytest.fixture
def cup_is_sold(window: Any) -> None:
    factories.place(window.cup, ("shop", "GB"))
    drain()


def test_the_table_has_a_number_and_a_link_in_each_cell(cup_is_sold: None, steward: Any, browser_of: Any) -> None:
    answer = page(browser_of(steward))
    found = cells(answer)
    assert list(found) == ["Cups", "Coats", "All families"], "worst first"
    coats = found["Coats"]
    assert {name: None if cell.percent is None else int(cell.percent) for name, cell in coats.items()} == {
        "Web shop in DACH": 66, "Web shop in GB": 100, "Web shop in US": 100, "All": 83,
    }  # fmt: skip
    assert found["Cups"]["Web shop in DACH"].percent is None
    assert int(found["All families"]["Web shop in GB"].percent) == 80, "12 of 15"
    assert parse_qs(urlsplit(coats["Web shop in DACH"].url).query) == {"cell": ["coats/shop/DACH"]}
    assert "8 values missing, 8 of 8 not complete" in coats["Web shop in DACH"].label
    text = answer.content.decode()
    assert "not offered here" in text
    by_name = page(browser_of(steward), "?sort=name")
    assert [row.label for row in by_name.context["heat"].rows] == ["Coats", "Cups"]


def test_down_to_the_field_and_every_number_agrees(cup_is_sold: None, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    german = cells(page(client))["Coats"]["Web shop in DACH"]
    cell = page(client, german.url.removeprefix("/completeness/"))
    panel = cell.context["panel"]
    assert panel.title == "Coats in DACH, Web shop"
    assert (panel.sums.products, panel.sums.incomplete, panel.sums.missing) == (8, 8, 8)
    assert [(bar.label, bar.count) for bar in panel.bars] == [("Description", 8)]
    assert [(tab.label, tab.percent and int(tab.percent)) for tab in panel.locales] == [
        ("All languages", None), ("de-AT", 66), ("de-DE", 66),
    ]  # fmt: skip
    assert cell.context["lacking"] is None
    below = client.get(panel.bars[0].url)
    lacking = below.context["lacking"]
    assert (lacking.heading, lacking.total, len(lacking.rows)) == ("Description is missing", 8, 8)
    first = lacking.rows[0]
    assert (first.sku, first.scope) == ("RIDGE-RED-S", "Web shop · DACH · de-DE")
    address = urlsplit(first.url)
    assert parse_qs(address.query) == {"channel": ["shop"], "market": ["DACH"], "locale": ["de-DE"]}
    product = client.get(first.url)
    assert f'id="{address.fragment}"' in product.content.decode(), "the field is on the page"
    everything = client.get(panel.incomplete_url).context["lacking"]
    assert (everything.heading, everything.total) == ("Not complete", 8)
    narrowed = client.get(f"{panel.bars[0].url}&locale=de-DE").context["lacking"]
    assert {row.scope for row in narrowed.rows} == {"Web shop · DACH · de-DE"}


def test_filters_are_in_the_address(cup_is_sold: None, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    assert list(cells(page(client, "?market=US"))["Coats"]) == ["Web shop in US", "All"]
    assert list(cells(page(client, "?family=cups"))) == ["Cups"]
    assert list(cells(page(client, "?locale=de-AT"))["Coats"]) == ["Web shop in DACH", "All"]
    text = page(client, "?market=JP").content.decode()
    assert "Nothing is offered there" in text
    assert "Take the filters away" in text
    for odd in ("?cell=x", "?cell=a/b/c", "?family=%22", "?attribute=%27&show=x", "?sort=%ff"):
        assert client.get(f"/completeness/{odd}").status_code == 200
    assert client.get("/completeness/?show=incomplete&cursor=x").status_code in (400, 422)


def test_more_products_come_by_keyset(window: Any, steward: Any, browser_of: Any) -> None:
    for number in range(60):
        cup = create_product(sku=f"C{number:02}", family="cups", actor=HOUSE)
        place_product(cup, channel="shop", market="GB", actor=HOUSE, reason="x")
    drain()
    query = "?cell=cups/shop/GB&attribute=name"
    whole = page(browser_of(steward), query)
    assert len(whole.context["lacking"].rows) == 50
    fragment = browser_of(steward, htmx=True).get(f"/completeness/{whole.context['next_url']}")
    text = fragment.content.decode()
    assert [row.sku for row in fragment.context["lacking"].rows] == [f"C{number}" for number in range(50, 60)]
    assert "<html" not in text
    assert "data-more" not in text


def test_htmx_gets_the_part_below_the_filters(window: Any, steward: Any, browser_of: Any) -> None:
    text = browser_of(steward, htmx=True).get("/completeness/?cell=coats/shop/DACH").content.decode()
    assert "<html" not in text
    assert 'id="completeness"' in text
    assert "Coats in DACH, Web shop: 66%, 8 values missing" in text, "said to those who do not see it"


def test_a_restricted_attribute_is_not_named_to_who_may_not_know_it(
    cup_is_sold: None, photographer: Any, steward: Any, browser_of: Any
) -> None:
    everything = page(browser_of(steward), "?cell=cups/*/*")
    assert [bar.label for bar in everything.context["panel"].bars] == ["Description", "Name", "Price"]
    less = page(browser_of(photographer), "?cell=cups/*/*&show=incomplete")
    assert [bar.label for bar in less.context["panel"].bars] == ["Description", "Name"]
    assert [field.label for field in less.context["lacking"].rows[0].missing] == ["Name", "Description"]
    assert "Price" not in less.content.decode()
    assert browser_of(photographer).get("/completeness/?cell=cups/*/*&attribute=price").context["lacking"] is None


def test_another_market_sees_its_own_numbers_only(cup_is_sold: None, outsider: Any, browser_of: Any) -> None:
    client = browser_of(outsider)
    answer = page(client)
    assert list(cells(answer)) == ["Coats"], "no row and no sum of what is sold elsewhere"
    assert list(cells(answer)["Coats"]) == ["Web shop in US", "All"]
    assert answer.context["panel"].sums.products == 4
    text = answer.content.decode()
    for foreign in ("DACH", "RIDGE", "Ridgeline", 'value="GB"', "de-DE"):
        assert foreign not in text
    for query in ("?market=GB", "?cell=coats/shop/GB", "?cell=coats/shop/DACH&attribute=description&show=incomplete"):
        found = page(client, query)
        assert found.context["panel"] is None or found.context["panel"].sums.products == 0
        assert not found.context["lacking"] or found.context["lacking"].rows == []


def test_who_may_look(window: Any, merchant: Any, client: Any, browser_of: Any) -> None:
    from foundation.accounts.services import create_user

    assert browser_of(merchant).get("/completeness/").status_code == 200
    assert browser_of(merchant).post("/completeness/").status_code == 405
    assert client.get("/completeness/").status_code == 302
    client.force_login(create_user(username="nobody", password="a-long-enough-password", actor=HOUSE))
    assert client.get("/completeness/").status_code == 403


def test_nothing_is_placed(world: Any, steward: Any, browser_of: Any) -> None:
    text = page(browser_of(steward)).content.decode()
    assert "No product is placed yet" in text


def days(number: int) -> None:
    family, scope = Family.objects.get(code="coats"), Scope.objects.get(market__code="US")
    today = moment.now().date()
    for back in range(number):
        CompletenessDay.objects.create(
            day=today - timedelta(days=back), family=family, scope=scope, products=4, complete=4 - back % 3,
            required=12, filled=12 - back % 5,
        )  # fmt: skip


@pytest.mark.parametrize("number", [1, 2, 90])
def test_the_trend_is_a_table_of_days(window: Any, steward: Any, browser_of: Any, number: int) -> None:
    days(number)
    answer = page(browser_of(steward), "?cell=coats/shop/US")
    rows = answer.context["trend"]
    assert len(rows) == number
    assert (rows[-1].filled, rows[-1].complete, rows[-1].products) == (100.0, 100.0, 4)
    text = answer.content.decode()
    assert "<trend-chart" in text
    assert ("Recorded from today on" in text) == (number == 1)
    if number > 1:
        assert '<td class="num">91.6</td><td class="num">75.0</td>' in text


def test_no_day_yet(window: Any, steward: Any, outsider: Any, browser_of: Any) -> None:
    assert "No day is recorded yet" in page(browser_of(steward)).content.decode()
    set_values(window.ridge, values={"description": "<p>Warm</p>"}, locale="de-DE", actor=HOUSE)
    days(3)
    assert page(browser_of(steward), "?market=GB").context["trend"] == []
    assert len(page(browser_of(outsider)).context["trend"]) == 3, "of the outsider's own market"
