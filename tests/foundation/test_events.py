"""The outbox, the sequencer, consumers and dirty marks."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from foundation.core import moment
from foundation.core.actors import system
from foundation.events import registry, sequencing
from foundation.events.catalogue import TYPES, EventType, declare
from foundation.events.models import Cursor, Dirty, Event, OutboxEvent, Parked
from foundation.events.services import append_event, append_events, mark_dirty
from foundation.history.services import recorded

ACTOR = system("tests")


@pytest.fixture
def happened(monkeypatch) -> EventType:
    monkeypatch.setattr("foundation.events.catalogue.TYPES", TYPES)
    event_type = TYPES.get("tests.thing.happened") or declare("tests.thing.happened", "A thing", number="which")
    yield event_type
    TYPES.pop("tests.thing.happened", None)


@pytest.fixture
def listening(monkeypatch):
    """Only the test's own consumer listens; returns a function that makes it."""
    monkeypatch.setattr(registry, "CONSUMERS", {})
    monkeypatch.setattr(sequencing, "CONSUMERS", registry.CONSUMERS)
    monkeypatch.setattr(registry, "PROJECTIONS", {})

    def listen(handle, *types):
        registry.consumer("tests", *types)(handle)

    return listen


def tell(event_type: EventType, *numbers: int, subject: UUID | None = None) -> UUID:
    subject = subject or uuid4()
    with recorded(ACTOR):
        append_events(event_type, [(subject, {"number": number}) for number in numbers])
    return subject


@pytest.mark.django_db
def test_events_get_positions_without_gaps_and_leave_the_outbox(happened, listening):
    start = Event.objects.count()
    one, two = tell(happened, 1, 2), tell(happened, 3)
    assert sequencing.give_positions() == 3
    rows = list(Event.objects.order_by("position").values_list("position", "subject", "data__number"))[start:]
    assert [(row[1], row[2]) for row in rows] == [(one, 1), (one, 2), (two, 3)]
    assert [row[0] for row in rows] == list(range(rows[0][0], rows[0][0] + 3))
    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db
def test_a_payload_with_other_members_is_refused(happened):
    with recorded(ACTOR), pytest.raises(ValueError, match="colour"):
        append_event(happened, uuid4(), number=1, colour="red")
    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db
def test_an_event_of_a_transaction_that_fails_never_was(happened):
    with pytest.raises(ZeroDivisionError), recorded(ACTOR):
        append_event(happened, uuid4(), number=1)
        raise ZeroDivisionError
    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db
def test_a_poison_event_stops_its_subject_only_and_goes_on_in_order(happened, listening):
    handled, broken = [], {"on": True}

    def handle(event):
        if broken["on"] and event.data["number"] == 2:
            raise ValueError("poison")
        handled.append(event.data["number"])

    listening(handle, happened)
    at = moment.now()
    bad = tell(happened, 1, 2, 3)
    tell(happened, 10, 11)
    with moment.frozen(at):
        sequencing.drain()
    assert sorted(handled) == [1, 10, 11]
    parked = Parked.objects.get()
    assert (parked.subject, parked.attempts) == (bad, 1)
    assert "ValueError: poison" in parked.error
    with moment.frozen(at + timedelta(seconds=5)):
        sequencing.drain()
    assert Parked.objects.get().attempts == 2
    broken["on"] = False
    tell(happened, 4, subject=bad)
    with moment.frozen(at + timedelta(minutes=1)):
        sequencing.drain()
    assert [number for number in handled if number < 10] == [1, 2, 3, 4]
    assert not Parked.objects.exists()


@pytest.mark.django_db
def test_what_a_failing_consumer_wrote_is_undone(happened, listening):
    def handle(event):
        mark_dirty("tests.half", [1])
        raise ValueError

    listening(handle, happened)
    tell(happened, 1)
    sequencing.step()
    assert not Dirty.objects.filter(projection="tests.half").exists()


@pytest.mark.django_db
def test_a_new_consumer_starts_at_the_beginning(happened, listening):
    tell(happened, 1, 2)
    sequencing.give_positions()
    handled = []
    listening(lambda event: handled.append(event.data["number"]), happened)
    sequencing.drain()
    assert handled == [1, 2]
    sequencing.drain()
    assert handled == [1, 2]
    assert set(Cursor.objects.filter(consumer="tests").values_list("shard", flat=True)) == set(range(4))


@pytest.mark.django_db(transaction=True)
def test_a_slow_transaction_with_a_lower_number_is_not_lost(happened, listening):
    """Fault 5: the later row commits first; a cursor over ids would skip the earlier one for ever."""
    handled, begun, go = [], threading.Event(), threading.Event()
    listening(lambda event: handled.append(event.data["number"]), happened)

    def slow():
        with recorded(ACTOR):
            append_event(happened, uuid4(), number=1)
            begun.set()
            go.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    begun.wait(10)
    tell(happened, 2)
    sequencing.drain()
    assert handled == [2]
    go.set()
    thread.join()
    sequencing.drain()
    assert handled == [2, 1]


@pytest.mark.django_db
def test_a_mark_that_moves_during_the_refresh_stays(listening):
    seen = []

    def refresh(ids):
        seen.append(list(ids))
        if len(seen) == 1:
            mark_dirty("tests.sum", [7])

    registry.register_projection(registry.Projection("tests.sum", refresh, lambda: [7], ()))
    mark_dirty("tests.sum", [7, 7])
    sequencing.drain()
    assert seen == [[7], [7]]
    assert not Dirty.objects.filter(projection="tests.sum").exists()


@pytest.mark.django_db
def test_one_subject_that_fails_does_not_hold_up_the_batch(listening):
    done = []

    def refresh(ids):
        if 2 in ids:
            raise ValueError("two")
        done.extend(ids)

    registry.register_projection(registry.Projection("tests.sum", refresh, lambda: [1, 2, 3], ()))
    mark_dirty("tests.sum", [1, 2, 3])
    sequencing.drain()
    assert done == [1, 3]
    left = Dirty.objects.get(projection="tests.sum")
    assert left.subject_id == 2
    assert "two" in left.error


@pytest.mark.django_db
def test_projections_run_after_those_they_read_from(listening):
    order = []
    for name, after in (("tests.b", ("tests.a",)), ("tests.a", ())):
        registry.register_projection(
            registry.Projection(name, lambda ids, name=name: order.append(name), lambda: [1], (), after)
        )
    mark_dirty("tests.b", [1])
    mark_dirty("tests.a", [1])
    sequencing.refresh_dirty()
    assert order == ["tests.a", "tests.b"]


@pytest.mark.django_db(transaction=True)
def test_a_commit_wakes_who_listens(happened):
    """LISTEN hears of a commit within milliseconds."""
    import psycopg

    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
        autocommit=True,
    ) as ear:
        ear.execute("LISTEN tandem")
        with transaction.atomic():
            tell(happened, 1)
            assert list(ear.notifies(timeout=0.05, stop_after=1)) == []
        assert [note.channel for note in ear.notifies(timeout=5, stop_after=1)] == ["tandem"]


@pytest.mark.django_db
def test_one_transaction_raises_a_mark_once_and_the_next_one_again() -> None:
    def told() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT tandem_mark_dirty('tests.sum', ARRAY[7, 8, 7]::bigint[])")

    told()
    told()
    assert set(Dirty.objects.values_list("subject_id", "generation")) == {(7, 1), (8, 1)}
    with transaction.atomic():  # rows of another (sub)transaction
        Dirty.objects.filter(subject_id=7).update(attempts=3)
    told()
    assert set(Dirty.objects.values_list("subject_id", "generation", "attempts")) == {(7, 2, 0), (8, 1, 0)}
