"""What people do with work items: claim, hand over, snooze, rank, watch, comment. P10, G1."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from foundation.core import moment
from foundation.core.errors import Conflict, Denied, Invalid, Missing
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.workflow import services
from foundation.workflow.choices import Priority
from foundation.workflow.models import Comment, Queue, WorkItem
from foundation.workflow.queries import able_people, queues_of
from tests.cast import make_actor
from tests.foundation.test_workflow import open_one

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, dict[str, Any]]]:
    """Events of work items without their opening, and what each says beside the item's name."""
    common = {"queue", "kind", "cause_key"}
    return [
        (event.type.rpartition(".")[2], {name: value for name, value in event.data.items() if name not in common})
        for event in OutboxEvent.objects.exclude(type="workflow.work_item.opened").order_by("pk")
        if event.type.startswith("workflow.")
    ]


def grant(actor: Any, code: str, *, role: str = "steward") -> Any:
    from foundation.accounts.choices import Dimension, Role
    from foundation.accounts.queries import actor_of
    from foundation.accounts.services import grant_role
    from foundation.core.actors import system

    user = get_user_model().objects.get(pk=actor.user_id)
    user.grants.all().delete()
    grant_role(holder=user, role=Role(role), actor=system("tests"), dimension=Dimension.QUEUE, code=code)
    return actor_of(user)


def test_an_item_has_a_priority_and_a_due_date_once(house_actor):
    due = moment.now() + timedelta(days=2)
    plain, item = open_one(house_actor), open_one(house_actor, cause_key="b", priority=Priority.HIGH, due_at=due)
    assert (plain.priority, plain.due_at, plain.assignee) == (Priority.NORMAL, None, None)
    services.set_priority(uid=item.uid, priority="low", actor=make_actor("stella", "steward"))
    again = open_one(house_actor, cause_key="b", priority=Priority.HIGH, title="Is it, now?")
    assert (again.priority, again.due_at, again.title) == (Priority.LOW, due, "Is it, now?")


def test_claimed_by_one_and_refused_to_others(house_actor, steward, photographer, merchant):
    item = open_one(house_actor)
    assert services.claim_work_item(uid=item.uid, actor=steward).assignee.username == "stella"
    services.claim_work_item(uid=item.uid, actor=steward)
    assert told() == [("claimed", {"assignee": "stella"})], "once, whoever presses twice"
    with pytest.raises(Conflict, match="stella has it already") as refused:
        services.claim_work_item(uid=item.uid, actor=photographer)
    assert refused.value.extra == {"assignee": "stella"}
    with pytest.raises(Denied):
        services.claim_work_item(uid=item.uid, actor=merchant)
    with pytest.raises(Invalid, match="Only somebody with an account"):
        services.claim_work_item(uid=item.uid, actor=house_actor)
    services.release_work_item(uid=item.uid, actor=photographer)
    services.release_work_item(uid=item.uid, actor=photographer)
    assert services.claim_work_item(uid=item.uid, actor=photographer).assignee.username == "phil"
    assert [kind for kind, _ in told()] == ["claimed", "released", "claimed"]
    services.dismiss_work_item(uid=item.uid, actor=photographer)
    with pytest.raises(Missing):
        services.claim_work_item(uid=item.uid, actor=photographer)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_one_gets_it(house_actor):
    people = [make_actor(f"racer{number}", "steward") for number in range(4)]
    items = [open_one(house_actor, cause_key=f"race:{number}") for number in range(5)]
    for item in items:
        ready, said = threading.Barrier(len(people)), []

        def claim(actor, uid=item.uid, ready=ready, said=said):
            ready.wait()
            try:
                said.append(("got", services.claim_work_item(uid=uid, actor=actor).assignee.username))
            except Conflict as error:
                said.append(("refused", error.detail))
            finally:
                connection.close()

        threads = [threading.Thread(target=claim, args=[actor]) for actor in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        item.refresh_from_db()
        winner = item.assignee.username
        assert sorted(said) == [("got", winner)] + [("refused", f"{winner} has it already")] * 3
    assert len([kind for kind, _ in told() if kind == "claimed"]) == len(items)


def test_handed_over_to_who_works_there_and_to_nobody_else(house_actor, steward, outsider, merchant):
    american, everywhere = open_one(house_actor, market="US"), open_one(house_actor, cause_key="b")
    french = open_one(house_actor, cause_key="c", market="FR")
    quinn = grant(make_actor("quinn", "steward"), "rejections")
    assert services.hand_over_work_item(uid=american.uid, to="otto", actor=steward).assignee.username == "otto"
    services.hand_over_work_item(uid=american.uid, to="otto", actor=steward)
    assert told() == [("handed_over", {"assignee": "otto"})]
    for item, to, why in (
        (everywhere, "otto", "otto does not work on what concerns all markets"),
        (french, "otto", "otto does not work in the market FR"),
        (american, "quinn", "quinn does not work on the queue Matching"),
        (american, "mona", "mona does not work on work items"),
        (american, "zoe", "There is nobody named 'zoe'"),
    ):
        with pytest.raises(Invalid) as refused:
            services.hand_over_work_item(uid=item.uid, to=to, actor=steward)
        assert (refused.value.detail, refused.value.path) == (why, "to")
    with pytest.raises(Missing):
        services.hand_over_work_item(uid=french.uid, to="stella", actor=outsider)
    assert [str(user) for user in able_people(american)] == ["otto", "stella"]
    assert [str(user) for user in able_people(everywhere)] == ["stella"]
    assert [str(user) for user in able_people()] == ["otto", "quinn", "stella"]
    for actor in (steward, outsider, merchant, quinn):
        seen = set(WorkItem.objects.visible_to(actor))
        assert seen == {item for item in (american, everywhere, french) if item.is_visible_to(actor)}


def test_snoozed_until_a_moment_and_back_by_itself(house_actor, steward):
    item, now = open_one(house_actor), moment.now()
    until = now + timedelta(days=1)
    services.snooze_work_item(uid=item.uid, until=until, actor=steward)
    for at, awake in ((now, 0), (until - timedelta(seconds=1), 0), (until, 1), (until + timedelta(days=9), 1)):
        assert WorkItem.objects.awake(at).count() == awake
        assert WorkItem.objects.asleep(at).count() == 1 - awake
    with pytest.raises(Invalid, match="still to come"):
        services.snooze_work_item(uid=item.uid, until=now - timedelta(seconds=1), actor=steward)
    assert services.claim_work_item(uid=item.uid, actor=steward).snoozed_until is None, (
        "who takes it has it before them"
    )
    services.snooze_work_item(uid=item.uid, until=until, actor=steward)
    assert services.wake_work_item(uid=item.uid, actor=steward).snoozed_until is None
    changed = [said for kind, said in told() if kind == "changed"]
    assert changed[0] == {"priority": "normal", "due_at": None, "snoozed_until": until.isoformat()}
    assert len(changed) == 3


def test_priority_and_due_date_are_set_and_told(house_actor, steward, outsider):
    item, due = open_one(house_actor), moment.now() - timedelta(days=1)
    services.set_priority(uid=item.uid, priority="urgent", actor=steward)
    services.set_priority(uid=item.uid, priority="urgent", actor=steward)
    services.set_due(uid=item.uid, due_at=due, actor=steward)
    assert told() == [
        ("changed", {"priority": "urgent", "due_at": None, "snoozed_until": None}),
        ("changed", {"priority": "urgent", "due_at": due.isoformat(), "snoozed_until": None}),
    ]
    assert services.set_due(uid=item.uid, due_at=None, actor=steward).due_at is None
    with pytest.raises(Invalid, match="priority is one of urgent, high, normal, low"):
        services.set_priority(uid=item.uid, priority="soon", actor=steward)
    with pytest.raises(Missing):
        services.set_priority(uid=item.uid, priority="low", actor=outsider)


def test_watched_by_those_who_want_to(house_actor, steward, photographer):
    item = open_one(house_actor)
    for _ in range(2):
        services.watch_work_item(uid=item.uid, actor=steward)
    services.watch_work_item(uid=item.uid, actor=photographer)
    for _ in range(2):
        services.unwatch_work_item(uid=item.uid, actor=steward)
    assert [watcher.user.username for watcher in item.watchers.all()] == ["phil"]
    assert told() == [
        ("watched", {"watcher": "stella"}), ("watched", {"watcher": "phil"}), ("unwatched", {"watcher": "stella"}),
    ]  # fmt: skip


def test_comments_stay_and_are_taken_back_by_their_author_only(house_actor, steward, photographer, outsider):
    item = open_one(house_actor)
    said = services.comment_on_work_item(uid=item.uid, text="  Which colour? ", actor=steward)
    assert (said.text, said.author.username) == ("Which colour?", "stella")
    for text in ("", "   ", "x" * 4001, "nu\0l"):
        with pytest.raises(Invalid):
            services.comment_on_work_item(uid=item.uid, text=text, actor=steward)
    with pytest.raises(Missing):
        services.comment_on_work_item(uid=item.uid, text="Hello", actor=outsider)
    with pytest.raises(Denied):
        services.take_back_comment(uid=item.uid, comment=said.uid, actor=photographer)
    with pytest.raises(Missing):
        services.take_back_comment(uid=item.uid, comment=uuid4(), actor=steward)
    with moment.frozen(said.at + timedelta(minutes=15)), pytest.raises(Conflict, match="too late"):
        services.take_back_comment(uid=item.uid, comment=said.uid, actor=steward)
    with moment.frozen(said.at + timedelta(minutes=14)):
        services.take_back_comment(uid=item.uid, comment=said.uid, actor=steward)
    assert not Comment.objects.exists()
    assert [kind for kind, _ in told()] == ["commented", "comment_taken_back"]
    ops = Revision.objects.filter(table_name="workflow_comment", row_key=str(said.pk)).order_by("id")
    assert [(one.op, one.actor) for one in ops] == [("I", "user:stella"), ("D", "user:stella")]
    services.dismiss_work_item(uid=item.uid, actor=steward)
    services.comment_on_work_item(uid=item.uid, text="It was red", actor=photographer)


def test_queues_belong_to_roles(house_actor, steward, photographer, administrator, merchant):
    open_one(house_actor)
    open_one(house_actor, cause_key="b", queue="ingest")
    assert dict(Queue.objects.values_list("code", "role")) == {"matching": "steward", "ingest": "studio"}

    def owned(actor):
        return {queue.code: queue.is_owned for queue in queues_of(actor)}

    assert owned(steward) == {"matching": True, "ingest": False}
    assert owned(photographer) == {"matching": False, "ingest": True}
    assert owned(administrator) == {"matching": True, "ingest": True}
    assert owned(merchant) == {}
    services.define_queue(code="ingest", name="Intake", role="steward", actor=house_actor)
    open_one(house_actor, cause_key="c", queue="ingest")
    assert owned(steward) == {"matching": True, "ingest": True}, "what an administrator decided stays"


def test_what_a_leaver_had_goes_back_to_its_queue_and_says_why(house_actor, administrator, steward, merchant):
    from foundation.accounts.services import close_account, reopen_account

    user = get_user_model().objects.get(pk=steward.user_id)
    mine, sleeping, others, done = (open_one(house_actor, cause_key=key) for key in "abcd")
    other = make_actor("stan", "steward")
    for item, who in ((mine, steward), (sleeping, steward), (done, steward), (others, other)):
        services.claim_work_item(uid=item.uid, actor=who)
    services.snooze_work_item(uid=sleeping.uid, until=moment.now() + timedelta(days=3), actor=steward)
    services.dismiss_work_item(uid=done.uid, actor=steward)
    services.watch_work_item(uid=others.uid, actor=steward)
    services.watch_work_item(uid=others.uid, actor=other)
    before = len(told())
    close_account(user=user, actor=administrator)
    for item in (mine, sleeping, others, done):
        item.refresh_from_db()
    assert [item.assignee_id for item in (mine, sleeping, others, done)] == [None, None, other.user_id, user.pk]
    assert sleeping.snoozed_until is None
    said = list(Comment.objects.order_by("pk").values_list("item", "author", "text"))
    words = "stella had this and has left: nobody does it now."
    assert said == [(mine.pk, administrator.user_id, words), (sleeping.pk, administrator.user_id, words)]
    assert list(others.watchers.values_list("user", flat=True)) == [other.user_id]
    assert [name for name, _ in told()[before:]] == ["released", "commented"] * 2 + ["unwatched"]
    assert services.claim_work_item(uid=mine.uid, actor=other).assignee_id == other.user_id
    reopen_account(user=user, actor=administrator)
    assert WorkItem.objects.unfinished().filter(assignee=user).count() == 0
