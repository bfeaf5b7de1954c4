from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from foundation.core.actors import system


def figures(answer: Any) -> dict[str, str]:
    return {figure.label: figure.value for figure in answer.context["figures"]}


def test_a_new_house_says_what_to_do(steward: Any, browser_of: Any) -> None:
    text = browser_of(steward).get("/").content.decode()
    for words in ("Hello, stella", "Nothing waits for you", "Nothing has changed yet", "No product is placed yet"):
        assert words in text


def test_the_figures_are_counted(window: Any, steward: Any, browser_of: Any) -> None:
    found = figures(browser_of(steward).get("/"))
    assert found["Products to sell"] == "9"
    assert found["Without a picture"] == "5", "MAC's four variants and the cup"
    assert found["Proposals"] == "3"
    assert found["Assets"] == "5"
    assert found["Ready to list"] == "50%", "4 of 12 in DACH and GB, and 4 of 4 in the US"


def test_the_heat_table_leads_to_what_is_incomplete(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    heat = client.get("/").context["heat"]
    assert [row.label for row in heat.rows] == ["Coats"]
    cells = dict(zip([column.label for column in heat.columns], heat.rows[0].cells, strict=True))
    german = cells["DACH, de-DE"]
    assert int(german.percent) == 66
    assert cells["GB, en-GB"].percent == 100
    assert parse_qs(urlsplit(german.url).query) == {
        "family": ["coats"], "scope": ["shop/DACH/de-DE"], "complete": ["incomplete"],
    }  # fmt: skip
    assert [row.sku for row in client.get(german.url).context["products"]] == ["RIDGE"]


def test_what_changed_is_what_one_may_see(window: Any, steward: Any, outsider: Any, browser_of: Any) -> None:
    mine = {entry.text for entry in browser_of(steward).get("/").context["changes"]}
    assert "A picture may show RIDGE; a steward is asked, and 2 more like it" in mine
    theirs = " ".join(entry.text for entry in browser_of(outsider).get("/").context["changes"])
    assert "MAC" in theirs
    assert "RIDGE" not in theirs


def test_work_waits_for_those_who_work(window: Any, steward: Any, merchant: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get("/")
    assert answer.context["work_total"] == 3
    assert answer.context["work"][0].title == "Does ridge_1.jpg show RIDGE?"
    assert answer.context["work"][0].url == f"/proposals/?proposal={window.proposals[0].uid}"
    assert browser_of(merchant).get("/").context["work_total"] == 0


def test_another_market_counts_its_own(window: Any, outsider: Any, browser_of: Any) -> None:
    answer = browser_of(outsider).get("/")
    assert figures(answer)["Products to sell"] == "4"
    assert [column.label for column in answer.context["heat"].columns] == ["US, en-US"]


def test_each_role_sees_its_own_figures(window: Any, photographer: Any, merchant: Any, browser_of: Any) -> None:
    assert "Live listings" not in figures(browser_of(photographer).get("/"))
    assert "Live listings" in figures(browser_of(merchant).get("/"))


def test_somebody_without_a_role_gets_a_page(db: None, client: Any) -> None:
    from foundation.accounts.services import create_user

    client.force_login(create_user(username="nobody", password="a-long-enough-password", actor=system("tests")))
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.context["figures"] == []
    assert client.get("/products/").status_code == 403
