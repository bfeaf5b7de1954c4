"""Many products at once: placed, withdrawn, one value set; previewed, undone, each by itself."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.bulk.models import BulkChange
from foundation.core.actors import Actor
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from pim.models import Override, Placement, Product, ProductValues
from pim.services import place_product, set_values, withdraw_product
from tests.cast import make_actor

from . import factories
from .factories import HOUSE

URL = "/api/v1/bulk-changes"


@pytest.fixture
def cups(db: None) -> list[Product]:
    """Three cups and a coat: the first of wool, the second of wool and silk; two are placed in GB."""
    factories.make_model()
    cups = [factories.make_cup(f"CUP-{number}") for number in (1, 2, 3)]
    set_values(cups[0], values={"material": ["wool"]}, actor=HOUSE)
    set_values(cups[1], values={"material": ["silk", "wool"], "washable": True}, actor=HOUSE)
    coat = factories.make_coat()
    for product in (cups[0], coat):
        place_product(product, channel="shop", market="GB", actor=HOUSE, reason="spring")
    return [*cups, coat]


@pytest.fixture
def client(cups: list[Product], steward: Actor, client_of: Any) -> Any:
    return client_of(steward)


def order(client: Any, verb: str, products: list[Product], *, apply: bool = True, **parameters: Any) -> Any:
    body = {"verb": verb, "parameters": parameters, "uids": [str(one.uid) for one in products], "apply": apply}
    return client.post(URL, body, format="json").json()


def materials() -> dict[str, Any]:
    rows = ProductValues.objects.filter(cell__market=None, cell__locale="*", vals__has_key="material")
    return {row.product.sku: row.vals["material"] for row in rows.select_related("product")}


def placements() -> dict[str, tuple[str, str]]:
    return {row.product.sku: (row.state, row.reason) for row in Placement.objects.select_related("product")}


def test_append_and_remove_of_a_multi_select(cups: list[Product], client: Any) -> None:
    before = materials()
    told = order(client, "pim.value", cups, attribute="material", mode="append", value=["silk"])
    assert (told["changed"], told["same"], told["refused"]) == (3, 1, 0)
    assert materials() == {"CUP-1": ["silk", "wool"], "CUP-2": ["silk", "wool"], "CUP-3": ["silk"], "COAT": ["silk"]}
    assert client.post(f"{URL}/{told['uid']}/undo").json()["undone"] == 3
    assert materials() == before
    told = order(client, "pim.value", cups, attribute="material", mode="remove", value=["wool"])
    assert (told["changed"], told["same"]) == (2, 2)
    assert materials() == {"CUP-2": ["silk"]}


def test_one_refusal_leaves_the_others_alone(cups: list[Product], client: Any) -> None:
    told = order(client, "pim.value", cups, attribute="colour", mode="set", value="Red")
    assert (told["changed"], told["refused"]) == (3, 1)
    refused = client.get(f"{URL}/{told['uid']}/rows?outcome=refused").json()["results"]
    assert [(row["label"], row["code"], row["reason"]) for row in refused] == [
        ("COAT", "wrong-level", "colour of coats belongs to the variants at level 1")
    ]


def test_a_preview_of_values_writes_nothing(cups: list[Product], client: Any) -> None:
    before = (
        materials(),
        Revision.objects.count(),
        OutboxEvent.objects.count(),
        Product.objects.get(sku="CUP-1").version,
    )
    told = order(client, "pim.value", cups, apply=False, attribute="material", mode="clear")
    assert (told["state"], told["changed"], told["same"]) == ("previewed", 2, 2)
    now = materials(), Revision.objects.count(), OutboxEvent.objects.count(), Product.objects.get(sku="CUP-1").version
    assert now == before
    applied = client.post(f"{URL}/{told['uid']}/apply").json()
    assert (applied["changed"], materials()) == (2, {})
    assert OutboxEvent.objects.filter(type="pim.product.changed", actor__contains="stella").count() == 2


def test_undo_keeps_a_value_that_was_edited_since(cups: list[Product], client: Any) -> None:
    told = order(client, "pim.value", cups[:3], attribute="material", mode="set", value=["silk"])
    set_values(cups[0], values={"material": ["wool"]}, actor=HOUSE)
    set_values(cups[0], values={"material": ["silk"]}, actor=HOUSE)
    set_values(cups[1], values={"washable": False}, actor=HOUSE)
    undone = client.post(f"{URL}/{told['uid']}/undo").json()
    assert (undone["undone"], undone["kept"]) == (2, 1)
    assert materials() == {"CUP-1": ["silk"], "CUP-2": ["silk", "wool"]}
    assert ProductValues.objects.get(product=cups[1]).vals["washable"] is False


def test_a_markets_own_value_comes_back_with_its_reason(cups: list[Product], client: Any) -> None:
    set_values(cups[0], values={"warranty": "12"}, market="GB", reason="law", actor=HOUSE)
    told = order(
        client, "pim.value", cups[:2], attribute="warranty", mode="set", value="24", market="GB", reason="campaign"
    )
    assert list(Override.objects.order_by("product").values_list("reason", flat=True)) == ["campaign", "campaign"]
    assert client.post(f"{URL}/{told['uid']}/undo").json()["undone"] == 2
    assert [(row.product_id, row.reason) for row in Override.objects.all()] == [(cups[0].pk, "law")]
    assert ProductValues.objects.get(product=cups[0], cell__market__code="GB").vals == {"warranty": "12"}


def test_placing_and_withdrawing(cups: list[Product], client: Any) -> None:
    told = order(client, "pim.place", cups, channel="shop", market="GB", reason="autumn")
    assert (told["changed"], told["same"]) == (2, 2)
    assert placements() == {
        "CUP-1": ("placed", "spring"), "CUP-2": ("placed", "autumn"), "CUP-3": ("placed", "autumn"),
        "COAT": ("placed", "spring"),
    }  # fmt: skip
    withdraw_product(cups[2], channel="shop", market="GB", actor=HOUSE, reason="broken")
    undone = client.post(f"{URL}/{told['uid']}/undo").json()
    assert (undone["undone"], undone["kept"]) == (1, 1)
    assert placements() == {
        "CUP-1": ("placed", "spring"),
        "CUP-3": ("withdrawn", "broken"),
        "COAT": ("placed", "spring"),
    }
    assert OutboxEvent.objects.filter(type="pim.product.withdrawn", subject=cups[1].uid).count() == 1


def test_who_withdraws_from_their_only_market_may_undo(cups: list[Product], client_of: Any) -> None:
    british = client_of(make_actor("bea", "steward", market="GB"))
    told = british.post(
        URL,
        {
            "verb": "pim.withdraw", "filter": "", "apply": True,
            "parameters": {"channel": "shop", "market": "GB", "reason": "end"},
        },
        format="json",
    ).json()  # fmt: skip
    assert (told["total"], told["changed"]) == (2, 2), "what is not in GB is not theirs"
    assert placements() == {"CUP-1": ("withdrawn", "end"), "COAT": ("withdrawn", "end")}
    rows = british.get(f"{URL}/{told['uid']}/rows").json()["results"]
    assert [row["label"] for row in rows] == ["", ""], "and they see them no more"
    assert british.post(f"{URL}/{told['uid']}/undo").json()["undone"] == 2
    assert placements() == {"CUP-1": ("placed", "spring"), "COAT": ("placed", "spring")}


@pytest.mark.parametrize(
    ("verb", "parameters", "path"),
    [
        ("pim.place", {"channel": "shop", "market": "GB"}, "reason"),
        ("pim.place", {"channel": "shop", "market": "MARS", "reason": "a"}, "market"),
        ("pim.place", {"channel": ["shop"], "market": "GB", "reason": "a"}, "market"),
        ("pim.value", {"attribute": "cost", "mode": "clear"}, "attribute"),
        ("pim.value", {"attribute": "gtin", "mode": "set", "value": "1"}, "attribute"),
        ("pim.value", {"attribute": "material", "mode": "set", "value": ["gold"]}, "value"),
        ("pim.value", {"attribute": "material", "mode": "append", "value": []}, "value"),
        ("pim.value", {"attribute": "washable", "mode": "append", "value": True}, "mode"),
        ("pim.value", {"attribute": "material", "mode": "clear", "market": "GB"}, "market"),
        ("pim.value", {"attribute": "material", "mode": "clear", "locale": "en-GB"}, "locale"),
        ("pim.value", {"attribute": "warranty", "mode": "set", "value": "1", "market": "GB"}, "reason"),
        ("pim.value", {"attribute": ["material"], "mode": "clear"}, "attribute"),
    ],
)
def test_bad_parameters_leave_nothing(
    cups: list[Product], client: Any, verb: str, parameters: dict[str, Any], path: str
) -> None:
    told = order(client, verb, cups, **parameters)
    assert (told["status"], told["path"], BulkChange.objects.count()) == (422, path, 0)


def test_who_may_not_is_refused(cups: list[Product], merchant: Actor, client_of: Any) -> None:
    place = {"channel": "shop", "market": "GB", "reason": "mine"}
    assert order(client_of(merchant), "pim.place", cups, **place)["code"] == "denied"
    assert len(placements()) == 2
