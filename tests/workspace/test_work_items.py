from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from foundation.events.models import OutboxEvent
from foundation.workflow.models import WorkItem
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
    assert "Nothing waits here" in client.get("/work/?queue=rejections").content.decode()


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


def post(client: Any, address: str, **headers: str) -> Any:
    return client.post(address, headers=headers)


def told(kind: str) -> int:
    return OutboxEvent.objects.filter(type=f"workflow.work_item.{kind}").count()


def test_filters_add_up_and_count(house_actor: Any, steward: Any, outsider: Any, browser_of: Any) -> None:
    an_item(house_actor, 1)
    an_item(house_actor, 2, market="US")
    an_item(house_actor, 3, market="GB", queue="rejections", kind="rejection", cause_key="r:1", subject_type="other")
    an_item(house_actor, 4, market="US", queue="rejections", kind="rejection", cause_key="r:2", subject_type="other")

    def shown(query: str, actor: Any = steward) -> tuple[list[str], dict[str, str], list[str]]:
        answer = browser_of(actor).get(f"/work/{query}")
        tabs = {tab.label: str(tab.count) for tab in answer.context["queues"]}
        choices = [choice.label for select in answer.context["filters"] for choice in select.choices]
        return [item.title for item in answer.context["items"]], tabs, choices

    titles, tabs, choices = shown("?market=US")
    assert titles == ["Item 002", "Item 004"]
    assert tabs == {"All": "2", "Matching": "1", "Rejections": "1"}
    assert choices == ["All kinds", "Proposal (1)", "Rejection (1)", "All markets", "GB (1)", "US (2)"]
    assert shown("?market=US&kind=rejection")[0] == ["Item 004"]
    assert shown("?kind=nonsense")[0] == []
    assert shown("", outsider) == (
        ["Item 002", "Item 004"], {"All": "2", "Matching": "1", "Rejections": "1"},
        ["All kinds", "Proposal (1)", "Rejection (1)", "All markets", "US (2)"],
    )  # fmt: skip


def test_counting_stops(house_actor: Any, steward: Any, browser_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from workspace.queries import work_items

    monkeypatch.setattr(work_items, "COUNTED", 3)
    for number in range(5):
        an_item(house_actor, number)
    answer = browser_of(steward).get("/work/")
    assert answer.context["queues"][0].count == "3+"
    assert len(answer.context["items"]) == 5


def test_dismissed_and_undone(house_actor: Any, steward: Any, browser_of: Any) -> None:
    first, second = an_item(house_actor, 1), an_item(house_actor, 2)
    client = browser_of(steward, htmx=True)
    answer = post(client, f"/work/{first.uid}/dismiss/")
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert toast["text"] == "Dismissed: Item 001"
    assert toast["undo"] == {"url": f"/work/{first.uid}/reopen/", "target": "#work"}
    text = answer.content.decode()
    assert "Item" not in text, "the row goes, the numbers come"
    assert 'id="work-tabs" hx-swap-oob="true"' in text
    first.refresh_from_db()
    assert (first.closed_by, first.outcome, told("closed")) == ("user:stella", "dismissed", 1)
    assert post(client, f"/work/{first.uid}/dismiss/").status_code == 404, "once"
    back = post(client, toast["undo"]["url"], HX_Current_URL="http://testserver/work/?queue=matching")
    assert [item.title for item in back.context["items"]] == ["Item 001", "Item 002"]
    assert back.context["queues"][1].is_current, "the filters of the page hold"
    first.refresh_from_db()
    assert (first.closed_at, first.closed_by, first.outcome) == (None, "", "")
    assert told("opened") == 3
    again = post(client, toast["undo"]["url"])
    assert again.status_code == 409
    assert told("opened") == 3
    plain = browser_of(steward)
    assert post(plain, f"/work/{second.uid}/dismiss/")["Location"] == "/work/"
    assert f"/work/{second.uid}/reopen/" in plain.get("/work/").content.decode()


def test_what_closed_by_itself_stays_closed(house_actor: Any, steward: Any, browser_of: Any) -> None:
    gone, twice = an_item(house_actor, 1), an_item(house_actor, 2)
    close_work_items(cause_key=gone.cause_key, actor=house_actor)
    client = browser_of(steward, htmx=True)
    assert post(client, f"/work/{gone.uid}/reopen/").status_code == 409
    post(client, f"/work/{twice.uid}/dismiss/")
    an_item(house_actor, 2)
    answer = post(client, f"/work/{twice.uid}/reopen/")
    assert answer.status_code == 409
    assert "opened a new work item meanwhile" in json.loads(answer["HX-Trigger"])["toast"]["text"]
    assert WorkItem.objects.unfinished().count() == 1


def test_who_may_dismiss(house_actor: Any, merchant: Any, outsider: Any, browser_of: Any, client_of: Any) -> None:
    item = an_item(house_actor, 1, market="GB")
    for verb in ("dismiss", "reopen"):
        assert post(browser_of(merchant), f"/work/{item.uid}/{verb}/").status_code == 403
        assert post(browser_of(outsider), f"/work/{item.uid}/{verb}/").status_code == 404
        assert client_of(merchant).post(f"/api/v1/work-items/{item.uid}/{verb}").status_code == 403
        assert client_of(outsider).post(f"/api/v1/work-items/{item.uid}/{verb}").status_code == 404
        assert browser_of(outsider).get(f"/work/{item.uid}/{verb}/").status_code == 405
    item.refresh_from_db()
    assert item.closed_at is None
    assert told("closed") == 0


def test_programs_do_the_same(house_actor: Any, steward: Any, client_of: Any) -> None:
    item = an_item(house_actor, 1, market="GB")
    an_item(house_actor, 2, market="US")
    client = client_of(steward)
    assert [row["title"] for row in client.get("/api/v1/work-items?market=GB").json()["results"]] == ["Item 001"]
    assert client.post(f"/api/v1/work-items/{item.uid}/dismiss").json()["outcome"] == "dismissed"
    assert [row["title"] for row in client.get("/api/v1/work-items").json()["results"]] == ["Item 002"]
    assert client.get(f"/api/v1/work-items/{item.uid}").json()["closed_at"]
    assert client.post(f"/api/v1/work-items/{item.uid}/reopen").json()["closed_at"] is None
    assert len(client.get("/api/v1/work-items").json()["results"]) == 2
