"""Work items by programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from foundation.core import moment
from foundation.workflow import services
from foundation.workflow.choices import Priority
from foundation.workflow.models import WorkItem
from tests.foundation.test_workflow import open_one

pytestmark = pytest.mark.django_db
URL = "/api/v1/work-items"


@pytest.fixture
def items(house_actor: Any) -> list[WorkItem]:
    return [open_one(house_actor, cause_key=f"cause:{number}", title=f"Item {number}") for number in range(4)]


def titles(client: Any, query: str) -> list[str]:
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 200, answer.content
    return [row["title"][5:] for row in answer.json()["results"]]


def test_filters(items: list[WorkItem], steward: Any, outsider: Any, client_of: Any) -> None:
    now = moment.now()
    services.claim_work_item(uid=items[0].uid, actor=steward)
    services.snooze_work_item(uid=items[1].uid, until=now + timedelta(days=1), actor=steward)
    services.set_priority(uid=items[2].uid, priority="high", actor=steward)
    services.set_due(uid=items[2].uid, due_at=now - timedelta(hours=1), actor=steward)
    services.set_due(uid=items[3].uid, due_at=now + timedelta(days=6), actor=steward)
    services.watch_work_item(uid=items[3].uid, actor=steward)
    client = client_of(steward)
    for query, found in {
        "": "0123", "assignee=me": "0", "assignee=stella": "0", "assignee=none": "123", "assignee=nobody": "",
        "priority=high": "2", "priority=normal": "013", "due=overdue": "2", "due=week": "3", "due=none": "01",
        "snoozed=true": "1", "snoozed=false": "023", "watched=true": "3", "watched=false": "012",
        "queue=matching&kind=proposal&due=week": "3", "queue=other": "", "limit=2": "01",
    }.items():  # fmt: skip
        assert titles(client, query) == list(found), query
    assert titles(client_of(outsider), "") == []
    for query, path in (("priority=soon", "priority"), ("due=now", "due"), ("snoozed=1", "snoozed")):
        answer = client.get(f"{URL}?{query}")
        assert (answer.status_code, answer.json()["path"]) == (422, path)


def test_an_item_says_who_and_when(house_actor: Any, steward: Any, client_of: Any) -> None:
    due = moment.now() + timedelta(days=1)
    item = open_one(house_actor, priority=Priority.URGENT, due_at=due)
    told = client_of(steward).get(f"{URL}/{item.uid}").json()
    assert (told["priority"], told["assignee"], told["snoozed_until"]) == ("urgent", None, None)
    assert told["due_at"] == due.isoformat().replace("+00:00", "Z")


def test_every_act_and_its_refusal(
    items: list[WorkItem], steward: Any, photographer: Any, merchant: Any, outsider: Any, client_of: Any
) -> None:
    client, other = client_of(steward), client_of(photographer)
    at = f"{URL}/{items[0].uid}"
    assert client.post(f"{at}/claim").json()["assignee"] == "stella"
    taken = other.post(f"{at}/claim")
    assert (taken.status_code, taken.json()["code"]) == (409, "conflict")
    assert (taken.json()["detail"], taken.json()["assignee"]) == ("stella has it already", "stella")
    assert client.post(f"{at}/hand-over", {"to": "phil"}, format="json").json()["assignee"] == "phil"
    refused = client.post(f"{at}/hand-over", {"to": "mona"}, format="json")
    assert (refused.status_code, refused.json()["detail"]) == (422, "mona does not work on work items")
    assert client.post(f"{at}/release").json()["assignee"] is None
    until = (moment.now() + timedelta(days=1)).replace(microsecond=0).isoformat()
    assert client.post(f"{at}/snooze", {"until": until}, format="json").json()["snoozed_until"][:19] == until[:19]
    assert client.post(f"{at}/snooze", {"until": None}, format="json").json()["snoozed_until"] is None
    assert client.post(f"{at}/snooze", {"until": "2020-01-01T00:00:00Z"}, format="json").status_code == 422
    assert client.post(f"{at}/priority", {"priority": "low"}, format="json").json()["priority"] == "low"
    assert client.post(f"{at}/due", {"due_at": until}, format="json").json()["due_at"][:19] == until[:19]
    assert client.post(f"{at}/due", {"due_at": None}, format="json").json()["due_at"] is None
    assert client.post(f"{at}/watch").status_code == client.post(f"{at}/unwatch").status_code == 200
    for name, body in (("hand-over", {}), ("priority", {"priority": "soon"}), ("due", {}), ("comments", {"text": ""})):
        assert client.post(f"{at}/{name}", body, format="json").json()["status"] in (400, 422), name
        for who, status in ((outsider, 404), (merchant, 403)):
            assert client_of(who).post(f"{at}/{name}", body, format="json").status_code == status


def test_comments_are_listed_and_taken_back(
    items: list[WorkItem], steward: Any, photographer: Any, client_of: Any
) -> None:
    at, client = f"{URL}/{items[0].uid}", client_of(steward)
    made = client.post(f"{at}/comments", {"text": "Which colour?"}, format="json")
    assert (made.status_code, made.json()["author"]) == (201, "stella")
    client_of(photographer).post(f"{at}/comments", {"text": "Red"}, format="json")
    said = client.get(f"{at}/comments?limit=1").json()
    assert [row["text"] for row in said["results"]] == ["Which colour?"]
    assert [row["text"] for row in client.get(said["next"]).json()["results"]] == ["Red"]
    body = {"comment": made.json()["uid"]}
    assert client_of(photographer).post(f"{at}/take-back-comment", body, format="json").status_code == 403
    assert client.post(f"{at}/take-back-comment", body, format="json").status_code == 204
    assert client.post(f"{at}/take-back-comment", body, format="json").status_code == 404
    assert [row["text"] for row in client.get(f"{at}/comments").json()["results"]] == ["Red"]
