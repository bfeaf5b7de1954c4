from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from foundation.workflow.services import close_work_items, open_work_item


def an_item(actor: Any, number: int, *, queue: str = "matching", **fields: Any) -> Any:
    return open_work_item(
        queue=queue,
        kind=fields.pop("kind", "proposal"),
        cause_key=fields.pop("cause_key", f"proposal:{UUID(int=number)}"),
        subject_type=fields.pop("subject_type", "binding"),
        subject=fields.pop("subject", None) or uuid4(),
        title=f"Item {number:03}",
        actor=actor,
        **fields,
    )


def test_everybody_sees_what_is_theirs(
    house_actor: Any, steward: Any, merchant: Any, outsider: Any, browser_of: Any
) -> None:
    an_item(house_actor, 1)
    an_item(house_actor, 2, market="DACH", detail={"sentence": "A barcode names two products"})
    shown = browser_of(steward).get("/work/").content.decode()
    assert "Item 001" in shown
    assert "A barcode names two products" in shown
    an_item(house_actor, 3, market="US")
    elsewhere = browser_of(outsider).get("/work/").content.decode()
    assert "Item 003" in elsewhere
    assert "Item 001" not in elsewhere
    assert "Item 002" not in elsewhere
    assert "All done" in browser_of(merchant).get("/work/").content.decode()


def test_a_closed_item_is_gone(house_actor: Any, steward: Any, browser_of: Any) -> None:
    item = an_item(house_actor, 1)
    close_work_items(cause_key=item.cause_key, actor=house_actor)
    assert "All done" in browser_of(steward).get("/work/").content.decode()


def test_items_lead_to_their_cause(house_actor: Any, steward: Any, browser_of: Any) -> None:
    product = uuid4()
    an_item(house_actor, 1)
    an_item(
        house_actor, 2, kind="rejection", cause_key="r:1", subject_type="product", subject=product,
        detail={"attribute": "name"},
    )  # fmt: skip
    an_item(house_actor, 3, kind="odd", cause_key="o:1", subject_type="something", queue="oddities")
    text = browser_of(steward).get("/work/").content.decode()
    assert f"/proposals/?proposal={UUID(int=1)}" in text
    assert f"/products/{product}/#value-name" in text
    assert "/work/?queue=oddities" in text


def test_queues_are_tabs(house_actor: Any, steward: Any, browser_of: Any) -> None:
    an_item(house_actor, 1)
    an_item(house_actor, 2, queue="rejections", kind="rejection", cause_key="r:1", subject_type="other")
    client = browser_of(steward)
    text = client.get("/work/?queue=rejections").content.decode()
    assert "Item 002" in text
    assert "Item 001" not in text
    close_work_items(cause_key="r:*", actor=house_actor)
    assert "This queue is empty" in client.get("/work/?queue=rejections").content.decode()


def test_more_items_come_by_keyset(house_actor: Any, steward: Any, browser_of: Any) -> None:
    for number in range(35):
        an_item(house_actor, number)
    whole = browser_of(steward).get("/work/")
    more = whole.context["next_url"]
    assert len(whole.context["items"]) == 30
    fragment = browser_of(steward, htmx=True).get(f"/work/{more}")
    text = fragment.content.decode()
    assert [item.title for item in fragment.context["items"]] == [f"Item {number:03}" for number in range(30, 35)]
    assert "<html" not in text
    assert "data-more" not in text


@pytest.mark.parametrize("cursor", ["x", "WzFd", "%00"])
def test_a_cursor_that_is_none_is_refused(steward: Any, browser_of: Any, cursor: str) -> None:
    answer = browser_of(steward).get(f"/work/?cursor={cursor}")
    assert answer.status_code in (200, 400, 422)
