"""Markets' own values: listed with what they were made over, kept, given another end, taken back. P6."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from foundation.accounts.choices import Role
from foundation.core import moment
from foundation.core.errors import Denied, Invalid, Missing
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.jobs.models import Timer
from foundation.jobs.services import fire_timers
from pim.models import Override, Product, ProductValues
from pim.queries.overrides import OverrideAsked, OverrideRow, find_overrides
from pim.services import clear_overrides, extend_overrides, keep_overrides, place_product, set_values

from .factories import HOUSE, make_actor, make_coat, make_cup, make_user, product
from .test_history import api

pytestmark = pytest.mark.usefixtures("model")


@pytest.fixture
def coat() -> Product:
    """With names of its own in two markets, one of them of a variant."""
    coat = make_coat("COAT", ("red-s",))
    set_values(coat, values={"name": "Coat"}, locale="en-GB", actor=HOUSE)
    set_values(coat, values={"name": "Mac"}, market="GB", locale="en-GB", reason="So they say", actor=HOUSE)
    set_values(
        product("COAT-red-s"), values={"name": "Mac S"}, market="AT", locale="en-GB", reason="Short", actor=make_actor()
    )
    for market in ("GB", "AT"):
        place_product(coat, channel="shop", market=market, reason="Range", actor=HOUSE)
    return coat


def found(actor: Any = HOUSE, **asked: Any) -> list[OverrideRow]:
    return find_overrides(OverrideAsked(**asked), actor=actor, at=moment.now()).rows


def ids(**asked: Any) -> list[int]:
    return [one.override.pk for one in found(**asked)]


def traces() -> tuple[int, int]:
    return Revision.objects.filter(table_name__startswith="pim_").count(), OutboxEvent.objects.count()


def test_what_they_were_made_over_then_and_now(coat: Product) -> None:
    variant, model = found()
    assert [(one.value, one.then, one.now, one.has_drifted) for one in (variant, model)] == [
        ("Mac S", "Coat", "Coat", False), ("Mac", "Coat", "Coat", False),
    ]  # fmt: skip
    assert found(state="drifted") == []
    set_values(coat, values={"name": "Raincoat"}, locale="en-GB", actor=HOUSE)
    assert [(one.then, one.now) for one in found(state="drifted")] == [("Coat", "Raincoat")] * 2
    set_values(coat, values={"name": "Coat"}, locale="en-GB", actor=HOUSE)
    assert found(state="drifted") == []
    set_values(product("COAT-red-s"), values={"name": "Own"}, locale="en-GB", actor=HOUSE)
    assert [one.override.product.sku for one in found(state="drifted")] == ["COAT-red-s"]
    Override.objects.update(shared=None)
    assert found(state="drifted") == [], "what nobody noted is not told"


def test_filters(coat: Product) -> None:
    now = moment.now()
    set_values(coat, values={"price": "9 GBP"}, market="GB", reason="Sale", expires_at=now + timedelta(9), actor=HOUSE)
    assert [one.override.attribute.code for one in found(market="GB")] == ["price", "name"]
    assert len(found(attribute="name")) == 2
    assert len(found(by="system:factory")) == 2
    assert [one.value for one in found(state="ending", days=10)] == [{"GBP": "9.00"}]
    assert found(state="ending", days=8) == []
    with moment.frozen(now + timedelta(10)):
        assert [one.value for one in found(state="expired")] == [{"GBP": "9.00"}]
    with pytest.raises(Invalid):
        found(state="odd")


def test_pages(coat: Product) -> None:
    for number in range(5):
        set_values(make_cup(), values={"name": f"Cup {number}"}, market="GB", reason="x", actor=HOUSE)
    first = find_overrides(OverrideAsked(), actor=HOUSE, at=moment.now(), limit=4)
    second = find_overrides(OverrideAsked(), actor=HOUSE, at=moment.now(), limit=4, cursor=first.next_cursor)
    assert [len(first.rows), len(second.rows), second.next_cursor] == [4, 3, ""]
    set_values(coat, values={"name": "Raincoat"}, locale="en-GB", actor=HOUSE)
    seen, cursor = [], ""
    while True:
        page = find_overrides(OverrideAsked(state="drifted"), actor=HOUSE, at=moment.now(), limit=1, cursor=cursor)
        seen += [one.value for one in page.rows]
        if not (cursor := page.next_cursor):
            break
    assert seen == ["Mac S", "Mac"]


def test_kept_with_a_reason(coat: Product) -> None:
    set_values(coat, values={"name": "Raincoat"}, locale="en-GB", actor=HOUSE)
    version = product("COAT").version
    steward = make_actor()
    keep_overrides(ids=ids(market="GB"), reason="Still so", actor=steward)
    assert [one.override.cell.market.code for one in found(state="drifted") if one.override.cell.market] == ["AT"]
    kept = Override.objects.get(cell__market__code="GB")
    assert (kept.reason, kept.actor, kept.shared) == ("Still so", steward.label, {"value": "Raincoat"})
    assert product("COAT").version == version + 1
    event = OutboxEvent.objects.filter(type="pim.product.changed").last()
    assert event is not None
    assert (event.data["attributes"], event.data["cells"]) == (["name"], ["GB/en-GB"])
    with pytest.raises(Invalid):
        keep_overrides(ids=ids(market="GB"), reason=" ", actor=steward)


def test_another_end(coat: Product) -> None:
    now = moment.now()
    (one,) = ids(market="GB")
    extend_overrides(ids=[one], expires_at=now + timedelta(5), actor=HOUSE)
    assert Timer.objects.get(kind="pim.override").due_at == now + timedelta(5)
    extend_overrides(ids=[one], expires_at=None, actor=HOUSE)
    assert not Timer.objects.filter(kind="pim.override").exists()
    extend_overrides(ids=[one], expires_at=now + timedelta(5), actor=HOUSE)
    with moment.frozen(now + timedelta(6)):
        fire_timers()
    assert not Override.objects.filter(pk=one).exists()
    assert ProductValues.objects.get(product=coat, cell__market__code="GB").vals == {}
    with pytest.raises(Invalid):
        extend_overrides(ids=ids(market="AT"), expires_at=now - timedelta(1), actor=HOUSE)


def test_taken_back_many_at_once(coat: Product) -> None:
    assert clear_overrides(ids=ids(), reason="One name", actor=HOUSE) == 2
    assert not Override.objects.exists()
    assert not ProductValues.objects.filter(cell__market__isnull=False, vals__has_key="name").exists()


def test_all_or_none(coat: Product) -> None:
    both = ids()
    british, merchant = make_actor(market="GB"), make_actor(Role.MERCHANT)
    before = traces()
    for decide in (
        lambda some, who: keep_overrides(ids=some, reason="x", actor=who),
        lambda some, who: extend_overrides(ids=some, expires_at=None, actor=who),
        lambda some, who: clear_overrides(ids=some, actor=who),
    ):
        for some, who, error in (
            (both, british, Missing), ([*both, 10**9], HOUSE, Missing), ([], HOUSE, Invalid),
            (both, merchant, Denied),
        ):  # fmt: skip
            with pytest.raises(error):
                decide(some, who)
    assert traces() == before
    assert [one.override.pk for one in found(british)] == ids(market="GB")
    assert keep_overrides(ids=ids(market="GB"), reason="Ours", actor=british)[0].reason == "Ours"


def test_the_api(coat: Product) -> None:
    client = api(make_user(Role.STEWARD))
    (row,) = client.get("/api/v1/overrides?market=GB").json()["results"]
    assert (row["sku"], row["value"], row["shared_then"], row["shared_now"]) == ("COAT", "Mac", "Coat", "Coat")
    body = {"ids": [row["id"]], "reason": "Still so"}
    assert client.post("/api/v1/overrides/keep", body, format="json").json() == {"decided": 1}
    body = {"ids": [row["id"]], "expires_at": "2999-01-01T00:00:00Z"}
    assert client.post("/api/v1/overrides/extend", body, format="json").json() == {"decided": 1}
    assert client.post("/api/v1/overrides/clear", {"ids": [row["id"]]}, format="json").json() == {"decided": 1}
    assert client.post("/api/v1/overrides/clear", {"ids": [row["id"]]}, format="json").status_code == 404
    for verb, wrong in (("keep", {"ids": "x"}), ("keep", {"ids": [1]}), ("extend", {"ids": [1]}), ("clear", {})):
        assert client.post(f"/api/v1/overrides/{verb}", wrong, format="json").status_code == 422
    assert client.get("/api/v1/overrides?state=odd").status_code == 422
    assert client.get("/api/v1/overrides?state=ending&days=x").status_code == 422
    assert b"price" not in api(make_user(Role.STUDIO)).get("/api/v1/overrides").content
