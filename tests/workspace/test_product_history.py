"""A product's past on its pages: the story, two moments, a restore. P13 P15."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.audit.models import Entry
from pim.models import Product
from pim.queries.history import product_history
from pim.services import set_values

from . import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def coat(world: Any) -> Product:
    """Made in several cells, renamed, given another price."""
    factories.define_goods()
    coat = factories.make_coat("RIDGE", "Ridge coat")
    factories.place(coat, ("shop", "GB"))
    set_values(coat, values={"name": "Ridge winter coat"}, locale="en-GB", actor=factories.HOUSE)
    set_values(coat, values={"price": "1199 EUR", "cost": "300 EUR"}, actor=factories.HOUSE)
    return coat


def ids(product: Product) -> list[int]:
    """The oldest first."""
    return [one.id for one in reversed(product_history(product, actor=factories.HOUSE).change_sets)]


def name_of(product: Product) -> str:
    return str(product.values.get(cell__market=None, cell__locale="en-GB").vals["name"])


def test_the_story(coat: Product, merchant: Any, browser_of: Any) -> None:
    answer = browser_of(merchant).get(f"/products/{coat.uid}/history/")
    first, second = answer.context["entries"][:2]
    assert [(one.label, one.before, one.after) for one in first.changes] == [
        ("Price", "EUR 1,299.00", "EUR 1,199.00"),
    ]
    assert [(one.label, one.place, one.after) for one in second.changes] == [("Name", "en-GB", "Ridge winter coat")]
    text = answer.content.decode()
    assert "Cost" not in text
    assert "EUR 300" not in text
    assert Entry.objects.filter(action="pim.values.read").last().detail["attributes"] == ["price"]
    assert "/restore/" not in text, "a merchant edits nothing"


def test_more_of_it_comes_when_asked_for(coat: Product, steward: Any, browser_of: Any) -> None:
    for number in range(40):
        set_values(coat, values={"name": f"Coat {number}"}, locale="en-GB", actor=factories.HOUSE)
    client = browser_of(steward, htmx=True)
    first = browser_of(steward).get(f"/products/{coat.uid}/history/")
    assert len(first.context["entries"]) == 30
    more = client.get(f"/products/{coat.uid}/history/{first.context['next_url']}")
    assert len(more.context["entries"]) == len(ids(coat)) - 30
    assert "<html" not in more.content.decode()


def test_two_moments(coat: Product, steward: Any, browser_of: Any) -> None:
    start = ids(coat)[-3]
    answer = browser_of(steward).get(f"/products/{coat.uid}/compare/?from={start}&to=now")
    name = next(one for one in answer.context["changes"] if one.label == "Name")
    assert [(span.kind, span.text) for span in name.spans] == [
        ("same", "Ridge "), ("added", "winter "), ("same", "coat"),
    ]  # fmt: skip
    assert "<ins>winter </ins>" in answer.content.decode()
    assert browser_of(steward).get(f"/products/{coat.uid}/compare/?from=77777777").status_code == 404
    assert browser_of(steward).get(f"/products/{coat.uid}/compare/?from=x").status_code == 404


def test_a_restore_is_shown_and_done(coat: Product, steward: Any, browser_of: Any) -> None:
    client, start = browser_of(steward), ids(coat)[-3]
    shown = client.get(f"/products/{coat.uid}/restore/?change={start}")
    assert [one.path for one in shown.context["changes"]] == ["value/name/*/en-GB", "value/price/*/*"]
    assert name_of(coat) == "Ridge winter coat"
    form = {"change": start, "latest": shown.context["latest"], "only": ["value/name/*/en-GB"], "reason": "too long"}
    done = client.post(f"/products/{coat.uid}/restore/", form)
    assert done.url == f"/products/{coat.uid}/history/"
    assert name_of(coat) == "Ridge coat"
    assert coat.values.get(cell__market=None, cell__locale="*").vals["price"] == {"EUR": "1199.00"}
    newest = product_history(coat, actor=factories.HOUSE).change_sets[0]
    assert newest.reason.endswith("too long")


def test_who_was_overtaken_sees_what_would_be_lost(coat: Product, steward: Any, browser_of: Any) -> None:
    client, start = browser_of(steward), ids(coat)[-3]
    latest = client.get(f"/products/{coat.uid}/restore/?change={start}").context["latest"]
    set_values(coat, values={"name": "Another"}, locale="en-GB", actor=factories.HOUSE)
    form = {"change": start, "latest": latest, "only": ["value/name/*/en-GB"]}
    answer = client.post(f"/products/{coat.uid}/restore/", form)
    assert answer.status_code == 409
    assert name_of(coat) == "Another"
    assert answer.context["undone"][0].changes[0].after == "Another"
    assert answer.context["chosen"] == ["value/name/*/en-GB"]
    form["latest"] = answer.context["latest"]
    assert client.post(f"/products/{coat.uid}/restore/", form).status_code == 302
    assert name_of(coat) == "Ridge coat"


def test_who_may_not(coat: Product, merchant: Any, outsider: Any, browser_of: Any) -> None:
    form = {"change": ids(coat)[-3], "latest": ids(coat)[-1], "only": ["value/name/*/en-GB"]}
    assert browser_of(merchant).get(f"/products/{coat.uid}/restore/?change={form['change']}").status_code == 403
    assert browser_of(merchant).post(f"/products/{coat.uid}/restore/", form).status_code == 403
    for part in ("history/", "compare/", f"restore/?change={form['change']}"):
        assert browser_of(outsider).get(f"/products/{coat.uid}/{part}").status_code == 404
    assert name_of(coat) == "Ridge winter coat"
