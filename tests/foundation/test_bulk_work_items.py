"""The verbs of work items in bulk: each carried out, refused where it must be, and undone as a whole."""

from __future__ import annotations

from datetime import timedelta

import pytest

from foundation.bulk.services import start_bulk_change, undo_bulk_change
from foundation.core import moment
from foundation.core.errors import Invalid
from foundation.workflow import services
from foundation.workflow.models import Comment, Watcher, WorkItem
from tests.foundation.test_workflow import open_one

pytestmark = pytest.mark.django_db
SOON = (moment.now() + timedelta(days=3)).replace(microsecond=0)


@pytest.fixture
def items(house_actor):
    return [open_one(house_actor, cause_key=f"cause:{number}", market="US") for number in range(3)]


def do(verb, items, actor, **parameters):
    uids = [item.uid for item in items]
    return start_bulk_change(verb=f"workflow.{verb}", parameters=parameters, uids=uids, actor=actor, is_at_once=True)


def column(name):
    return list(WorkItem.objects.order_by("pk").values_list(name, flat=True))


def counts(change):
    return (change.changed, change.same, change.refused)


CASES = [
    ("claim", {}, "assignee__username", "stella"),
    ("hand_over", {"to": "otto"}, "assignee__username", "otto"),
    ("snooze", {"until": SOON.isoformat()}, "snoozed_until", SOON),
    ("priority", {"priority": "urgent"}, "priority", 1),
    ("due", {"due_at": SOON.isoformat()}, "due_at", SOON),
    ("dismiss", {}, "outcome", "dismissed"),
]


@pytest.mark.parametrize(("verb", "parameters", "name", "after"), CASES, ids=[case[0] for case in CASES])
def test_done_to_all_and_undone(items, steward, outsider, verb, parameters, name, after):
    before = column(name)
    change = do(verb, items, steward, **parameters)
    assert (counts(change), column(name)) == ((3, 0, 0), [after] * 3)
    change = undo_bulk_change(change, actor=steward)
    assert ((change.undone, change.kept), column(name)) == ((3, 0), before)


def test_release_and_wake_undo_to_what_was(items, steward, outsider):
    services.claim_work_item(uid=items[0].uid, actor=outsider)
    change = do("release", items, steward)
    assert (counts(change), column("assignee")) == ((1, 2, 0), [None] * 3)
    undo_bulk_change(change, actor=steward)
    assert column("assignee__username") == ["otto", None, None]
    services.snooze_work_item(uid=items[1].uid, until=SOON, actor=steward)
    change = do("wake", items, steward)
    assert (counts(change), column("snoozed_until")) == ((1, 2, 0), [None] * 3)
    undo_bulk_change(change, actor=steward)
    assert column("snoozed_until") == [None, SOON, None]


def test_claiming_a_snoozed_item_is_undone_with_its_snooze(items, steward):
    services.snooze_work_item(uid=items[0].uid, until=SOON, actor=steward)
    change = do("claim", items, steward)
    assert column("snoozed_until") == [None] * 3
    undo_bulk_change(change, actor=steward)
    assert (column("assignee"), column("snoozed_until")) == ([None] * 3, [SOON, None, None])


def test_watched_and_not(items, steward, outsider):
    services.watch_work_item(uid=items[0].uid, actor=outsider)
    change = do("watch", items, steward)
    assert (counts(change), Watcher.objects.count()) == ((3, 0, 0), 4)
    undo_bulk_change(change, actor=steward)
    assert list(Watcher.objects.values_list("user__username", flat=True)) == ["otto"]
    assert counts(do("unwatch", items, outsider)) == (1, 2, 0)


def test_what_somebody_has_is_refused_and_what_went_on_is_kept(items, steward, outsider):
    services.claim_work_item(uid=items[0].uid, actor=outsider)
    change = do("claim", items, steward)
    assert counts(change) == (2, 0, 1)
    assert change.rows.get(outcome="refused").reason == "otto has it already"
    services.hand_over_work_item(uid=items[1].uid, to="otto", actor=steward)
    change = undo_bulk_change(change, actor=steward)
    assert (change.undone, change.kept, column("assignee__username")) == (1, 1, ["otto", "otto", None])


@pytest.mark.parametrize(
    ("verb", "parameters", "path"),
    [
        ("hand_over", {}, "to"), ("hand_over", {"to": 7}, "to"), ("snooze", {}, "until"),
        ("snooze", {"until": "2020-01-01T00:00:00Z"}, "until"), ("snooze", {"until": "tomorrow"}, "until"),
        ("snooze", {"until": "2999-13-01T00:00:00Z"}, "until"), ("due", {"due_at": "2999-01-01"}, "due_at"),
        ("priority", {"priority": "soon"}, "priority"), ("priority", {"priority": ["low"]}, "priority"),
        ("claim", {"for": "otto"}, "parameters"), ("watch", {"by": 1}, "parameters"),
    ],
)  # fmt: skip
def test_parameters_are_checked(items, steward, verb, parameters, path):
    with pytest.raises(Invalid) as refused:
        do(verb, items, steward, **parameters)
    assert refused.value.path == path


def test_one_comment_for_all_is_taken_back_from_all(items, steward, outsider):
    services.comment_on_work_item(uid=items[0].uid, text="Wait", actor=outsider)
    change = do("comment", items, steward, text="  Wait ")
    assert counts(change) == (3, 0, 0)
    said = Comment.objects.order_by("pk").values_list("author", "text")
    assert list(said) == [(outsider.user_id, "Wait"), *[(steward.user_id, "Wait")] * 3]
    again = do("comment", items[:1], steward, text="Wait")
    assert (counts(again), Comment.objects.count()) == ((1, 0, 0), 5)
    assert undo_bulk_change(again, actor=steward).undone == 1
    assert Comment.objects.count() == 4, "the one that was said before stays"
    undone = undo_bulk_change(change, actor=steward)
    assert (undone.undone, undone.kept) == (3, 0)
    assert list(Comment.objects.values_list("author", flat=True)) == [outsider.user_id]


def test_a_comment_is_kept_where_it_is_too_late(items, steward):
    change = do("comment", items, steward, text="Wait")
    Comment.objects.filter(item=items[0]).update(at=moment.now() - timedelta(minutes=16))
    undone = undo_bulk_change(change, actor=steward)
    assert (undone.undone, undone.kept, Comment.objects.get().item) == (2, 1, items[0])


@pytest.mark.parametrize("text", [None, "", "  ", "x" * 4001, 7, "a\0b"])
def test_a_comment_says_something(items, steward, text):
    with pytest.raises(Invalid):
        do("comment", items, steward, text=text)
    assert not Comment.objects.exists()


def test_dismissed_ones_are_reopened_and_that_is_undone(items, steward, house_actor):
    do("dismiss", items[:2], steward)
    services.close_work_items(cause_key="cause:2", actor=house_actor)
    change = do("reopen", items, steward)
    assert (counts(change), column("outcome")) == ((2, 0, 1), ["", "", "resolved"])
    undo_bulk_change(change, actor=steward)
    assert column("outcome") == ["dismissed", "dismissed", "resolved"]
