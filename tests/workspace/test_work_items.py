from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from foundation.bulk.models import BulkChange
from foundation.core import moment
from foundation.workflow import services
from foundation.workflow.choices import Priority
from foundation.workflow.models import Comment, WorkItem
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


ALL = "/work/?tab=all"


def test_everybody_sees_what_is_theirs(
    house_actor: Any, steward: Any, merchant: Any, outsider: Any, browser_of: Any
) -> None:
    an_item(house_actor, 1)
    an_item(house_actor, 2, market="DACH", detail={"sentence": "A barcode names two products"})
    shown = browser_of(steward).get(ALL).content.decode()
    assert "Item 001" in shown
    assert "A barcode names two products" in shown
    an_item(house_actor, 3, market="US")
    elsewhere = browser_of(outsider).get(ALL).content.decode()
    assert "Item 003" in elsewhere
    assert "Item 001" not in elsewhere
    assert "Item 002" not in elsewhere
    assert "All done" in browser_of(merchant).get(ALL).content.decode()


def test_a_closed_item_is_gone(house_actor: Any, steward: Any, browser_of: Any) -> None:
    item = an_item(house_actor, 1)
    close_work_items(cause_key=item.cause_key, actor=house_actor)
    assert "All done" in browser_of(steward).get(ALL).content.decode()


def test_items_lead_to_their_cause(house_actor: Any, steward: Any, browser_of: Any) -> None:
    product = uuid4()
    an_item(house_actor, 1)
    an_item(
        house_actor, 2, kind="rejection", cause_key="r:1", subject_type="product", subject=product,
        detail={"attribute": "name"},
    )  # fmt: skip
    odd = an_item(house_actor, 3, kind="odd", cause_key="o:1", subject_type="something", queue="oddities")
    rows = {row.title: row.url for row in browser_of(steward).get(ALL).context["items"]}
    assert rows == {
        "Item 001": f"/proposals/?proposal={UUID(int=1)}",
        "Item 002": f"/products/{product}/#value-name",
        "Item 003": f"/work/{odd.uid}/",
    }


def test_more_items_come_by_keyset(house_actor: Any, steward: Any, browser_of: Any) -> None:
    for number in range(35):
        an_item(house_actor, number)
    an_item(house_actor, 99, priority=Priority.URGENT)
    whole = browser_of(steward).get(ALL)
    more = whole.context["next_url"]
    assert [item.title for item in whole.context["items"]][:2] == ["Item 099", "Item 000"], "what is urgent comes first"
    assert len(whole.context["items"]) == 30
    fragment = browser_of(steward, htmx=True).get(f"/work/{more}")
    text = fragment.content.decode()
    assert [item.title for item in fragment.context["items"]] == [f"Item {number:03}" for number in range(29, 35)]
    assert "<html" not in text
    assert "data-more" not in text


@pytest.mark.parametrize("cursor", ["x", "WzFd", "%00", "WzEsMV0"])
def test_a_cursor_that_is_none_is_refused(steward: Any, browser_of: Any, cursor: str) -> None:
    answer = browser_of(steward).get(f"/work/?cursor={cursor}")
    assert answer.status_code in (200, 400, 422)


def shown(client: Any, query: str) -> tuple[str, dict[str, int], dict[str, list[str]]]:
    """Numbers of the items, counts of the tabs, choices of the filters."""
    answer = client.get(f"/work/?{query}")
    tabs = {tab.label: tab.count for tab in answer.context["tabs"]}
    choices = {select.name: [choice.label for choice in select.choices[1:]] for select in answer.context["filters"]}
    return "".join(item.title[-1] for item in answer.context["items"]), tabs, choices


@pytest.fixture
def desk(house_actor: Any, steward: Any, photographer: Any) -> list[Any]:
    """1 and 2 are nobody's, 3 is hers, 4 his, 5 is snoozed, 6 is the studio's and late, 7 is his and snoozed."""
    now = moment.now()
    fields: list[dict[str, Any]] = [
        {}, {"market": "US", "priority": Priority.HIGH}, {"market": "US", "kind": "odd"}, {}, {"market": "GB"},
        {"queue": "ingest", "due_at": now - timedelta(days=1)}, {"due_at": now + timedelta(days=2)},
    ]  # fmt: skip
    items = [an_item(house_actor, number, **more) for number, more in enumerate(fields, start=1)]
    services.claim_work_item(uid=items[2].uid, actor=steward)
    for at in (3, 6):
        services.claim_work_item(uid=items[at].uid, actor=photographer)
        services.watch_work_item(uid=items[at].uid, actor=steward)
    for at in (4, 6):
        services.snooze_work_item(uid=items[at].uid, until=now + timedelta(days=1), actor=steward)
    return items


def test_tabs_and_filters_add_up(desk: list[Any], steward: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    numbers, tabs, choices = shown(client, "")
    assert (numbers, tabs) == ("3", {"Mine": 1, "Unassigned": 2, "Watched": 2, "Snoozed": 1, "All": 7, "Dismissed": 0})
    assert choices["kind"] == ["Odd (1)"]
    assert shown(client, "tab=unassigned")[0] == "21", "queues of her roles, the more urgent first"
    assert shown(client, "tab=unassigned&queue=ingest")[0] == "6", "any other queue by filter"
    assert shown(client, "tab=watched")[0] == "47", "whoever does it, snoozed or not"
    assert shown(client, "tab=snoozed")[0] == "5", "what others have snoozed of theirs is not in her way"
    assert shown(client, "tab=all")[0] == "2134567"
    assert shown(client, "tab=nonsense")[0] == "3"
    numbers, tabs, choices = shown(client, "tab=all&market=US")
    assert (numbers, tabs) == ("23", {"Mine": 1, "Unassigned": 1, "Watched": 0, "Snoozed": 0, "All": 2, "Dismissed": 0})
    assert choices == {
        "queue": ["Matching (2)"], "kind": ["Odd (1)", "Proposal (1)"], "market": ["GB (1)", "US (2)"],
        "priority": ["High (1)", "Normal (1)"], "due": [],
    }  # fmt: skip
    assert shown(client, "tab=all&due=overdue")[0] == "6"
    assert shown(client, "tab=all&due=soon")[0] == "7"
    assert shown(client, "tab=all&priority=high&market=US")[0] == "2"
    for nothing in ("kind=nonsense", "queue=nonsense", "priority=soon", "due=never", "market=JP"):
        assert shown(client, f"tab=all&{nothing}")[0] == ""
    numbers, tabs, _ = shown(browser_of(photographer), "tab=unassigned")
    assert (numbers, tabs) == ("6", {"Mine": 1, "Unassigned": 1, "Watched": 0, "Snoozed": 2, "All": 7, "Dismissed": 0})


def test_what_was_dismissed_has_a_tab_for_a_while(
    desk: list[Any], steward: Any, outsider: Any, house_actor: Any, browser_of: Any
) -> None:
    client = browser_of(steward)
    for at in (0, 1, 2):
        services.dismiss_work_item(uid=desk[at].uid, actor=steward)
    close_work_items(cause_key=desk[3].cause_key, actor=house_actor)
    numbers, tabs, choices = shown(client, "tab=dismissed")
    assert (numbers, tabs["Dismissed"], tabs["All"]) == ("213", 3, 3)
    assert choices["market"] == ["US (2)"]
    assert shown(client, "tab=dismissed&market=US")[0] == "23"
    assert shown(browser_of(outsider), "tab=dismissed")[:2][0] == "23"
    page = client.get("/work/?tab=dismissed").content.decode()
    assert 'data-act="workflow.reopen"' in page
    assert 'data-act="workflow.dismiss"' not in page
    verbs = [verb.name for verb in client.get("/work/?tab=dismissed").context["bulk"].verbs]
    assert verbs == ["workflow.comment", "workflow.watch", "workflow.unwatch", "workflow.reopen"]
    assert "workflow.reopen" not in str(client.get("/work/?tab=all").context["bulk"].verbs)
    act(browser_of(steward, htmx=True), "reopen", desk[0], desk[1])
    assert shown(client, "tab=dismissed")[0] == "3"
    WorkItem.objects.filter(pk=desk[2].pk).update(closed_at=moment.now() - timedelta(days=31))
    assert shown(client, "tab=dismissed")[0] == ""
    assert "Reopen" in client.get(f"/work/{desk[2].uid}/").content.decode(), "on its own page for good"
    assert "Reopen" not in client.get(f"/work/{desk[3].uid}/").content.decode()


def test_the_limited_are_counted_theirs_alone(desk: list[Any], outsider: Any, browser_of: Any) -> None:
    numbers, tabs, choices = shown(browser_of(outsider), "tab=all")
    assert (numbers, tabs["All"], tabs["Unassigned"]) == ("23", 2, 1)
    assert choices["market"] == ["US (2)"]


def test_what_is_mine_is_counted_beside_its_place(
    desk: list[Any], steward: Any, merchant: Any, browser_of: Any
) -> None:
    assert ' id="work-count">1<' in browser_of(steward).get("/").content.decode()
    assert "work-count" not in browser_of(merchant).get("/").content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Nothing is yours"), ("tab=watched", "You watch nothing"), ("tab=snoozed", "Nothing is snoozed"),
        ("tab=all&kind=odd", "Nothing waits here"), ("tab=dismissed", "Nothing was dismissed"),
    ],
)  # fmt: skip
def test_an_empty_tab_says_what_to_do(house_actor: Any, steward: Any, browser_of: Any, query: str, words: str) -> None:
    an_item(house_actor, 1)
    text = browser_of(steward).get(f"/work/?{query}").content.decode()
    assert words in text


def act(client: Any, verb: str, *items: Any, **given: str) -> Any:
    """Done at once, as a key or a dialog does it; the toast, and the event that has the list drawn anew."""
    values = {"verb": f"workflow.{verb}", "uid": [str(item.uid) for item in items], "at_once": "1", **given}
    answer = client.post("/bulk/", values)
    told = json.loads(answer["HX-Trigger"])
    return answer.status_code, told.pop("toast"), told


def test_claimed_from_the_list_and_undone(house_actor: Any, steward: Any, photographer: Any, browser_of: Any) -> None:
    item, other = an_item(house_actor, 1), an_item(house_actor, 2)
    client = browser_of(steward, htmx=True)
    status, toast, told = act(client, "claim", item)
    assert (status, toast["text"], toast["tone"]) == (204, "Claimed: Item 001", "ok")
    fresh = client.get(told["items-changed"]["url"], {"tab": "unassigned"})
    text = fresh.content.decode()
    assert f'data-gone="{item.uid}"' in text
    assert 'id="work-tabs" data-total="1" data-beside' in text
    assert ' id="work-count" data-beside>1<' in text
    everything = client.get(told["items-changed"]["url"], {"tab": "all"})
    assert [row.title for row in everything.context["items"]] == ["Item 001"]
    status, toast2, _ = act(browser_of(photographer, htmx=True), "claim", item)
    assert (toast2["text"], toast2["tone"]) == ("stella has it already", "bad")
    undone = client.post(toast["undo"]["url"])
    assert list(json.loads(undone["HX-Trigger"])) == ["list-changed", "toast"]
    item.refresh_from_db()
    assert item.assignee is None
    _, toast, _ = act(client, "dismiss", item, other)
    assert toast["text"] == "Dismissed 2 work items"


def test_a_dialog_asks_and_its_answer_is_done(
    house_actor: Any, steward: Any, photographer: Any, browser_of: Any
) -> None:
    item = an_item(house_actor, 1)
    client = browser_of(steward, htmx=True)
    with moment.frozen(datetime(2999, 1, 3, 12, tzinfo=UTC)):  # a Thursday
        form = client.get(f"/work/{item.uid}/ask/?verb=workflow.snooze").context["form"]
        assert form.fields[0].choices == [
            ("2999-01-04", "Tomorrow, Friday 4 January"), ("2999-01-07", "Next week, Monday 7 January"),
        ]  # fmt: skip
        assert act(client, "snooze", item, until="2999-01-04", day="")[1]["text"] == "Snoozed: Item 001"
        item.refresh_from_db()
        assert item.snoozed_until == datetime(2999, 1, 4, 6, tzinfo=UTC)
        act(client, "snooze", item, until="2999-01-04", day="2999-02-01")
        item.refresh_from_db()
        assert item.snoozed_until == datetime(2999, 2, 1, 6, tzinfo=UTC)
    people = client.get(f"/work/{item.uid}/ask/?verb=workflow.hand_over").context["form"].fields[0].choices
    assert [value for value, _ in people] == ["", "phil", "stella"]
    assert act(client, "hand_over", item, to="phil")[1]["text"] == "Handed over: Item 001"
    act(client, "priority", item, priority="urgent")
    act(client, "due", item, due_at="2999-05-01")
    item.refresh_from_db()
    assert (item.priority, item.due_at, item.assignee.username) == (1, datetime(2999, 5, 1, 6, tzinfo=UTC), "phil")
    due = client.get(f"/work/{item.uid}/ask/?verb=workflow.due").context["form"].fields[0]
    assert due.values == ["2999-05-01"]
    for given in ({"until": "", "day": ""}, {"until": "soon"}, {"day": "2020-01-01"}):
        answer = client.post("/bulk/", {"verb": "workflow.snooze", "uid": str(item.uid), "at_once": "1", **given})
        assert answer.status_code == 422, given
    assert client.get(f"/work/{item.uid}/ask/?verb=dam.text").status_code == 404


def test_all_that_match_is_what_the_tab_shows(desk: list[Any], steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    answer = client.post("/bulk/", {"verb": "workflow.claim", "all": "1", "filter": "?tab=unassigned"})
    change = BulkChange.objects.get()
    assert answer["Location"] == f"/bulk/{change.uid}/"
    text = client.get(answer["Location"]).content.decode()
    assert "Claim: 2 work items" in text
    assert f'href="/work/{desk[0].uid}/"' in text
    client.post(f"/bulk/{change.uid}/apply/")
    assert shown(client, "")[0] == "213"
    client.post(f"/bulk/{change.uid}/undo/")
    assert shown(client, "")[0] == "3"
    asked = client.post("/bulk/", {"verb": "workflow.hand_over", "all": "1", "filter": "?tab=mine"})
    text = client.get(asked["Location"]).content.decode()
    assert 'value="phil"' in text
    assert client.post(f"{asked['Location']}discard/")["Location"] == "/work/"


def test_an_item_has_a_page(house_actor: Any, steward: Any, photographer: Any, outsider: Any, browser_of: Any) -> None:
    item = an_item(house_actor, 1, due_at=datetime(2020, 1, 1, tzinfo=UTC))
    services.hand_over_work_item(uid=item.uid, to="phil", actor=steward)
    services.snooze_work_item(uid=item.uid, until=datetime(2999, 1, 4, tzinfo=UTC), actor=photographer)
    services.watch_work_item(uid=item.uid, actor=steward)
    services.set_priority(uid=item.uid, priority="urgent", actor=steward)
    client = browser_of(steward)
    work = client.get(f"/work/{item.uid}/").context["work"]
    assert [state.label for state in work.row.states] == [
        "Urgent", "Overdue since 1 Jan", "Snoozed until 4 Jan", "phil",
    ]  # fmt: skip
    assert [(entry.text, entry.actor) for entry in work.history] == [
        ("Priority urgent", "stella"), ("Snoozed until 4 Jan 2999", "phil"), ("Given to phil", "stella"),
        ("Opened", "Tandem"),
    ]  # fmt: skip
    assert work.watchers == ["stella"]
    assert browser_of(outsider).get(f"/work/{item.uid}/").status_code == 404
    services.dismiss_work_item(uid=item.uid, actor=steward)
    closed = client.get(f"/work/{item.uid}/")
    assert closed.context["work"].closed.label == "Dismissed by stella"
    assert "workflow.claim" not in closed.content.decode()


def test_comments_are_added_and_taken_back(
    house_actor: Any, steward: Any, photographer: Any, outsider: Any, browser_of: Any
) -> None:
    item = an_item(house_actor, 1)
    client = browser_of(steward, htmx=True)
    answer = client.post(f"/work/{item.uid}/comments/", {"text": "Which <b>colour</b>?"})
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert "Which &lt;b&gt;colour&lt;/b&gt;?" in answer.content.decode()
    assert [said.may_take_back for said in answer.context["work"].comments] == [True]
    other = browser_of(photographer).get(f"/work/{item.uid}/").context["work"]
    assert [said.may_take_back for said in other.comments] == [False]
    undone = client.post(toast["undo"]["url"])
    assert undone.context["work"].comments == []
    assert client.post(f"/work/{item.uid}/comments/", {"text": " "}).status_code == 422
    for verb in ("comments", "take-back-comment"):
        assert (
            browser_of(outsider).post(f"/work/{item.uid}/{verb}/", {"text": "x", "comment": uuid4()}).status_code == 404
        )
    plain = browser_of(steward)
    assert plain.post(f"/work/{item.uid}/comments/", {"text": "Red"})["Location"] == f"/work/{item.uid}/"
    assert f"/work/{item.uid}/take-back-comment/?comment={Comment.objects.get().uid}" in plain.get("/").content.decode()
    assert browser_of(steward).get(ALL).context["items"][0].comments == 1


def test_what_closed_by_itself_stays_closed(house_actor: Any, steward: Any, browser_of: Any) -> None:
    client, item = browser_of(steward, htmx=True), an_item(house_actor, 1)
    _, toast, _ = act(client, "dismiss", item)
    an_item(house_actor, 1)
    undone = json.loads(client.post(toast["undo"]["url"])["HX-Trigger"])["toast"]
    assert undone["text"] == "Undone: 0 as before, 1 kept: edited since"
    assert BulkChange.objects.get().rows.get().undo_reason == "Its cause has opened a new work item meanwhile"
    assert WorkItem.objects.unfinished().count() == 1


def test_who_may_act(house_actor: Any, merchant: Any, outsider: Any, browser_of: Any, client_of: Any) -> None:
    item = an_item(house_actor, 1, market="GB")
    for who, status in ((merchant, 403), (outsider, 404)):
        given = {"verb": "workflow.dismiss", "uid": str(item.uid), "at_once": "1"}
        assert browser_of(who).post("/bulk/", given).status_code == status
        assert browser_of(who).get(f"/work/{item.uid}/ask/?verb=workflow.due").status_code == status
        for verb in ("dismiss", "reopen", "claim", "release", "watch"):
            assert client_of(who).post(f"/api/v1/work-items/{item.uid}/{verb}").status_code == status
    item.refresh_from_db()
    assert item.closed_at is None


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
    order = {"verb": "workflow.claim", "filter": "tab=all&market=GB", "apply": True}
    assert client.post("/api/v1/bulk-changes", order, format="json").json()["changed"] == 1
    assert [row["title"] for row in client.get("/api/v1/work-items?assignee=me").json()["results"]] == ["Item 001"]
