"""What is too old goes as whole batches, what must not be kept is erased, and the chain stays whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from foundation.accounts.models import User
from foundation.audit.models import Batch, Entry, Link
from foundation.audit.queries.faults import find_faults
from foundation.audit.services import chain_committed, publish_head, redact, retire
from foundation.core.actors import EVERYTHING, Actor, system
from foundation.core.errors import Conflict, Denied, Invalid
from foundation.history.models import Revision
from foundation.history.services import recorded
from tests.cast import make_actor

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 16, 12, tzinfo=UTC)
DPO = Actor("user:dpo", reaches=(EVERYTHING,))


@pytest.fixture
def years(world: Any) -> list[int]:
    """Batches of three links for changes in each month of half a year; how many there were of each."""
    while chain_committed():
        pass
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM audit_link")
        cursor.execute("DELETE FROM audit_batch")
        cursor.execute("DELETE FROM history_revision")
        for month in range(1, 7):
            cursor.execute(
                "INSERT INTO history_revision (at, tx, table_name, row_key, op, before, actor, request, change_set, "
                "reason) SELECT %s, 1, 'markets_market', '1', 'U', '{\"name\": \"x\"}', 'user:stella', '', '', '' "
                "FROM generate_series(1, 3)",
                [datetime(2026, month, 10, tzinfo=UTC)],
            )
        cursor.execute("SET LOCAL session_replication_role = origin")
    while chain_committed(rows=3, batches=1):
        publish_head()
    return [Batch.objects.count(), Revision.objects.count()]


def test_whole_batches_go_and_the_chain_stays_whole(years: list[int]) -> None:
    assert years == [6, 18]
    assert retire(at=NOW, months=3) == 3, "January to March; April is within three whole months"
    assert Revision.objects.earliest("at").at.month == 4
    assert (Batch.objects.count(), Revision.objects.count(), Link.objects.count()) == (6, 9, 9)
    (entry,) = Entry.objects.filter(action="audit.retired")
    assert (entry.actor, entry.subject, entry.reason) == ("system:audit.retention", "1-3", "Older than 3 months")
    assert entry.detail == {"through": 3, "rows": 9, "before": "2026-04-01T00:00:00+00:00"}
    assert list(find_faults()) == []
    assert retire(at=NOW, months=3) == 0
    while chain_committed():
        publish_head()
    assert list(find_faults()) == []


def test_it_goes_on_some_batches_at_a_time(years: list[int]) -> None:
    later = NOW + timedelta(days=366)
    assert [retire(at=later, months=1, most=4) for _ in range(3)] == [4, 2, 0]
    while chain_committed():
        pass
    assert [one.detail["through"] for one in Entry.objects.filter(action="audit.retired").order_by("id")] == [4, 6]
    assert list(find_faults()) == []


def test_a_batch_with_something_younger_stays_and_so_do_those_after_it(years: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE audit_batch SET last_at = %s WHERE number = 2", [NOW])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert retire(at=NOW, months=3) == 1
    assert retire(at=NOW, months=3) == 0


def test_everything_is_kept_unless_the_deployment_says_otherwise(years: list[int], settings: Any) -> None:
    assert retire(at=NOW + timedelta(days=9999)) == 0
    assert Revision.objects.count() == 18
    settings.AUDIT_KEEP_MONTHS = 4
    assert retire(at=NOW) == 2


def test_who_takes_rows_out_without_saying_so_is_found(years: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL tandem.retiring = 'on'")
        cursor.execute("DELETE FROM history_revision WHERE at < '2026-02-01'")
        cursor.execute("DELETE FROM audit_link WHERE position <= 3")
    assert list(find_faults()) == ["batch 1, links 1 to 3: removed, with what they were of"]


def test_an_altered_batch_is_found_after_its_rows_are_gone(years: list[int]) -> None:
    retire(at=NOW, months=3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE audit_batch SET link = sha256('x') WHERE number = 2")
    assert list(find_faults()) == ["batch 2: it was altered, its hash is not that of what it says"]


@pytest.fixture
def eva(world: Any) -> User:
    """Somebody whose account was changed twice, all chained."""
    user = User.objects.get(pk=make_actor("eva", "merchant").user_id)
    for name in ("Eva", "Evi"):
        with recorded(system("tests")):
            User.objects.filter(pk=user.pk).update(first_name=name, email=f"{name}@example.com")
    while chain_committed():
        publish_head()
    return user


def images(user: User) -> list[Any]:
    rows = Revision.objects.filter(table_name="accounts_user", row_key=str(user.pk)).order_by("id")
    return [(one.before or {}).get("first_name") for one in rows]


def test_erased_from_history_with_the_chain_whole(eva: User) -> None:
    assert images(eva) == [None, "", "Eva"]
    given = {"table": "accounts_user", "key": str(eva.pk), "actor": DPO}
    assert redact(columns=["first_name"], reason="Article 17, case 4", **given) == 2
    assert images(eva) == [None, None, None]
    assert list(find_faults()) == []
    said = Entry.objects.filter(action="audit.redacted").order_by("id")
    assert [(one.actor, one.reason, one.detail["columns"]) for one in said] == [
        ("user:dpo", "Article 17, case 4", ["first_name"])
    ] * 2
    assert "Eva" not in str([one.detail for one in said])
    while chain_committed():
        publish_head()
    assert redact(columns=["email", "first_name"], reason="the rest", **given) == 2
    assert list(find_faults()) == []
    left = Revision.objects.filter(table_name="accounts_user", row_key=str(eva.pk), op="U")
    assert {one.before["username"] for one in left} == {"eva"}
    assert {one.before["email"] for one in left} == {None}


def test_what_is_altered_after_an_erasure_is_found(eva: User) -> None:
    redact(table="accounts_user", key=str(eva.pk), columns=["email"], reason="asked", actor=DPO)
    last = Revision.objects.filter(table_name="accounts_user", row_key=str(eva.pk)).latest("id")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE history_revision SET actor = 'user:mallory' WHERE id = %s", [last.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    (first,) = find_faults()
    assert first.endswith("by user:mallory) was altered, or the link before it")


def test_refusals_of_an_erasure(eva: User, steward: Any) -> None:
    given = {"table": "accounts_user", "key": str(eva.pk)}
    with pytest.raises(Denied):
        redact(columns=["email"], reason="x", actor=steward, **given)
    with pytest.raises(Invalid, match="why"):
        redact(columns=["email"], reason=" ", actor=DPO, **given)
    with pytest.raises(Invalid, match="Name what"):
        redact(columns=[], reason="x", actor=DPO, **given)
    with recorded(system("tests")):
        User.objects.filter(pk=eva.pk).update(first_name="Late")
    with pytest.raises(Conflict, match="not in the chain yet"):
        redact(columns=["email"], reason="x", actor=DPO, **given)
    assert images(eva) == [None, "", "Eva", "Evi"]
    assert not Entry.objects.filter(action="audit.redacted").exists()


def test_the_command_erases(eva: User, capsys: Any) -> None:
    call_command("redact_history", "accounts_user", str(eva.pk), "email", "first_name", reason="asked", by="dpo")
    assert "2 images" in capsys.readouterr().out
    assert Entry.objects.filter(action="audit.redacted", actor="system:redact_history").count() == 2
    assert {one.detail["by"] for one in Entry.objects.filter(action="audit.redacted")} == {"dpo"}
    with pytest.raises(CommandError, match="Say why"):
        call_command("redact_history", "accounts_user", str(eva.pk), "email", reason=" ", by="dpo")
