"""Work items: once per cause, closing themselves. P10."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from foundation.core import moment
from foundation.core.errors import Denied, Missing
from foundation.events.models import OutboxEvent
from foundation.workflow.models import WorkItem
from foundation.workflow.services import close_work_items, dismiss_work_item, open_work_item

pytestmark = pytest.mark.django_db


def open_one(actor, **changes):
    fields = {
        "queue": "matching",
        "kind": "proposal",
        "cause_key": "proposal:1",
        "subject_type": "binding",
        "subject": uuid4(),
        "title": "Is this the coat?",
        "actor": actor,
    }
    return open_work_item(**(fields | changes))


def told(kind):
    return OutboxEvent.objects.filter(type=f"workflow.work_item.{kind}").count()


def test_the_same_cause_opens_one_item_and_brings_it_up_to_date(house_actor):
    subject = uuid4()
    first = open_one(house_actor, subject=subject)
    again = open_one(house_actor, subject=subject, title="Is this the red coat?")
    assert (first.pk, WorkItem.objects.count(), told("opened")) == (again.pk, 1, 1)
    assert WorkItem.objects.get().title == "Is this the red coat?"


def test_a_closed_cause_may_come_back(house_actor):
    open_one(house_actor)
    assert close_work_items(cause_key="proposal:1", actor=house_actor) == 1
    assert close_work_items(cause_key="proposal:1", actor=house_actor) == 0
    open_one(house_actor)
    assert (WorkItem.objects.count(), WorkItem.objects.unfinished().count(), told("closed")) == (2, 1, 1)


def test_a_prefix_closes_its_family_and_no_other(house_actor):
    for key in ("import:7:a", "import:7:b", "import:70:a"):
        open_one(house_actor, cause_key=key)
    assert close_work_items(cause_key="import:7:*", actor=house_actor, outcome="mended") == 2
    assert list(WorkItem.objects.unfinished().values_list("cause_key", flat=True)) == ["import:70:a"]


def test_the_database_refuses_a_second_open_item(house_actor):
    item = open_one(house_actor)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkItem.objects.create(
            queue=item.queue,
            kind="proposal",
            cause_key=item.cause_key,
            subject_type="binding",
            subject=uuid4(),
            title="twin",
            opened_at=moment.now(),
        )


def test_who_sees_and_who_may_dismiss(house_actor, steward, outsider, merchant):
    shared, french = open_one(house_actor), open_one(house_actor, cause_key="b", market="FR")
    american = open_one(house_actor, cause_key="c", market="US")
    assert set(WorkItem.objects.visible_to(steward)) == {shared, french, american}
    assert set(WorkItem.objects.visible_to(outsider)) == {american}
    assert not WorkItem.objects.visible_to(merchant).exists()
    with pytest.raises(Denied):
        dismiss_work_item(uid=shared.uid, actor=merchant)
    with pytest.raises(Missing):
        dismiss_work_item(uid=french.uid, actor=outsider)
    with pytest.raises(Missing):
        dismiss_work_item(uid=shared.uid, actor=outsider)
    assert dismiss_work_item(uid=american.uid, actor=outsider).closed_by == "user:otto"
    assert told("closed") == 1
