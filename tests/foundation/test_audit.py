"""The chain finds what an owner of the tables altered afterwards. Fault 28."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from foundation.archive.registry import CHECKS
from foundation.audit.models import Batch, Chain, Entry, Link, Source
from foundation.audit.queries.digests import next_link
from foundation.audit.queries.faults import find_faults
from foundation.audit.queries.rows import places_of
from foundation.audit.registry import REFUSED
from foundation.audit.services import chain_committed, publish_head, record_act
from foundation.core.actors import Parties, parties, system
from foundation.history.models import Revision
from foundation.history.services import on_request, recorded
from foundation.markets.models import Market

pytestmark = pytest.mark.django_db
ADDED = "was added past the house: it is in no batch"


@pytest.fixture
def heads(audit_heads: Path) -> Path:
    return audit_heads / "heads.jsonl"


@pytest.fixture
def chained(world: Any, steward: Any, heads: Path) -> list[Revision]:
    """Three batches of two links each, their heads outside; the revisions of six changes by Stella."""
    chain_all()
    with on_request("r-1", "spring prices"), recorded(steward):
        for name in "abcdef":
            Market.objects.filter(code="GB").update(name=name)
    while chain_committed(rows=2, batches=1):
        publish_head()
    assert faults() == []
    return list(Revision.objects.filter(request="r-1").order_by("id"))


def chain_all() -> None:
    while chain_committed():
        pass
    publish_head()


def settle() -> None:
    """As if the transaction of this test, in which all happens, had ended."""
    chain_all()
    highest = {one.value: Link.objects.filter(source=one).aggregate(top=Max("row"))["top"] or 0 for one in Source}
    Chain.objects.update(settled=highest)


def faults() -> list[str]:
    return list(find_faults())


def as_owner(statement: str, *values: Any) -> int:
    """What an administrator of the database can do: with the triggers switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        count = cursor.rowcount
        cursor.execute("SET LOCAL session_replication_role = origin")
        return count


def draw_a_number() -> int:
    """One that no row will have, as of a transaction that failed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('history_revision', 'id'))")
        return int(cursor.fetchone()[0])


def link_of(revision: Revision) -> Link:
    return Link.objects.get(source="r", row=revision.pk)


def named(revision: Revision) -> str:
    return (
        f"history_revision {revision.pk} (markets_market {revision.row_key}, {revision.at:%Y-%m-%d %H:%M:%S} UTC, "
        "by user:stella)"
    )


def place(revision: Revision) -> str:
    link = link_of(revision)
    batch = Batch.objects.get(first__lte=link.position, last__gte=link.position)
    return f"batch {batch.number}, link {link.position}: "


def test_each_link_is_found_by_who_what_and_request(chained):
    links = [link_of(one) for one in chained]
    assert [one.position for one in links] == list(range(links[0].position, links[0].position + 6))
    told = {(one.actor, one.behalf, one.subject_type, one.subject, one.request) for one in links}
    assert told == {("user:stella", "", "markets_market", chained[0].row_key, "r-1")}
    assert {one.reason for one in chained} == {"spring prices"}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "user:mallory"),
        ("reason", "another"),
        ("request", "r-2"),
        ("change_set", "x"),
        ("row_key", "0"),
        ("table_name", "markets_locale"),
        ("op", "D"),
        ("tx", 1),
    ],
)
def test_one_altered_field_is_named(chained, column, value):
    row = chained[2]
    where = place(row)
    assert as_owner(f"UPDATE history_revision SET {column} = %s WHERE id = %s", value, row.pk) == 1  # noqa: S608
    row.refresh_from_db()
    (fault,) = faults()
    assert fault.startswith(f"{where}history_revision {row.pk} (")
    assert fault.endswith(" was altered, or the link before it")


def test_an_altered_image_is_named(chained):
    row = chained[3]
    as_owner('UPDATE history_revision SET before = before || \'{"name": "z"}\' WHERE id = %s', row.pk)
    assert faults() == [f"{place(row)}{named(row)} was altered, or the link before it"]


def test_an_altered_moment_is_named(chained):
    settle()
    row = chained[1]
    told = f"{place(row)}{named(row)}"
    as_owner("UPDATE history_revision SET at = at - interval '1 second' WHERE id = %s", row.pk)
    first, second = faults()
    assert first == f"{told} was altered: it has another moment"
    assert second.startswith(f"history_revision {row.pk} (")
    assert second.endswith(ADDED)


def test_a_removed_row_is_named_with_its_moment_and_actor(chained):
    row = chained[4]
    told = f"{place(row)}{named(row)}"
    as_owner("DELETE FROM history_revision WHERE id = %s", row.pk)
    assert faults() == [f"{told} was removed"]


def test_a_row_removed_with_its_link_leaves_a_gap(chained):
    row = chained[4]
    link, batch = link_of(row), place(row).split(",")[0]
    as_owner("DELETE FROM history_revision WHERE id = %s", row.pk)
    as_owner("DELETE FROM audit_link WHERE position = %s", link.position)
    first, *_ = faults()
    assert first == f"{batch}, link {link.position}: removed, with what they were of"


@pytest.mark.parametrize("number", [0, -7, "a gap"])
def test_a_row_added_later_is_named(chained, number):
    if number == "a gap":
        number = draw_a_number()
        with recorded(system("tests")):
            Market.objects.filter(code="US").update(name="after the gap")
    settle()
    as_owner(
        "INSERT INTO history_revision (id, at, tx, table_name, row_key, op, actor, request, change_set, reason) "
        "VALUES (%s, '2026-07-01 12:00Z', 1, 'markets_market', '1', 'D', 'user:mallory', '', '', '')",
        number,
    )
    assert faults() == [
        f"history_revision {number} (markets_market 1, 2026-07-01 12:00:00 UTC, by user:mallory) {ADDED}"
    ]


def test_a_second_row_of_the_same_number_is_named(chained):
    settle()
    row = chained[0]
    as_owner(
        "INSERT INTO history_revision (id, at, tx, table_name, row_key, op, actor, request, change_set, reason) "
        "SELECT id, at - interval '1 hour', tx, table_name, row_key, op, 'user:mallory', '', '', '' "
        "FROM history_revision WHERE id = %s",
        row.pk,
    )
    (fault,) = faults()
    assert fault.startswith(f"history_revision {row.pk} (")
    assert fault.endswith(ADDED)


def test_a_row_altered_together_with_its_link_shows_at_the_next(chained):
    row, after = chained[2], chained[3]
    as_owner("UPDATE history_revision SET actor = 'user:mallory' WHERE id = %s", row.pk)
    link = link_of(row)
    batch = Batch.objects.get(first__lte=link.position, last__gte=link.position)
    told = next(one for one in places_of(batch) if one.position == link.position)
    before = Link.objects.filter(position=link.position - 1).get() if link.position > batch.first else None
    forged = next_link(bytes(before.link if before else batch.previous), told.row.digest)
    as_owner("UPDATE audit_link SET link = %s, actor = 'user:mallory' WHERE position = %s", forged, link.position)
    found = faults()
    assert len(found) == 1
    if link.position == batch.last:
        assert found == [f"batch {batch.number}, link {batch.last}: the link was altered"]
    else:
        assert found == [f"{place(after)}{named(after)} was altered, or the link before it"]


def test_who_hides_a_row_from_the_search_is_found(chained):
    row = chained[1]
    as_owner("UPDATE audit_link SET actor = 'user:mallory' WHERE position = %s", link_of(row).position)
    assert faults() == [f"{place(row)}what {named(row)} is found by was altered"]


def test_a_lost_tail_is_shown_by_the_head_outside(chained):
    end = Batch.objects.latest("number")
    as_owner("DELETE FROM history_revision WHERE id IN (SELECT row FROM audit_link WHERE position >= %s)", end.first)
    as_owner("DELETE FROM audit_link WHERE position >= %s", end.first)
    as_owner("DELETE FROM audit_batch WHERE number = %s", end.number)
    as_owner("UPDATE audit_chain SET settled = '{}', published = 0")
    (fault,) = faults()
    assert fault.startswith("the tail is lost: the head of ")
    assert f"is batch {end.number}, link {end.last}, and the chain ends at batch {end.number - 1}" in fault


def test_links_without_their_batch_are_seen_without_a_head(chained, heads):
    end = Batch.objects.latest("number")
    heads.unlink()
    as_owner("UPDATE audit_chain SET published = 0")
    as_owner("DELETE FROM audit_batch WHERE number = %s", end.number)
    count = end.last - end.first + 1
    assert faults() == [f"{count} links lie beyond the last batch: the batches that they were of were removed"]


def test_a_chain_rewritten_consistently_disagrees_with_its_heads(chained):
    row = chained[2]
    batch = Batch.objects.get(first__lte=link_of(row).position, last__gte=link_of(row).position)
    heads_from = Batch.objects.filter(number__gte=batch.number).count()
    as_owner("UPDATE history_revision SET actor = 'user:mallory' WHERE id = %s", row.pk)
    as_owner("DELETE FROM audit_link WHERE position >= %s", batch.first)
    as_owner("DELETE FROM audit_batch WHERE number >= %s", batch.number)
    as_owner("UPDATE audit_chain SET settled = '{}', drawn_at = NULL")
    while chain_committed(rows=2, batches=1):
        pass
    found = faults()
    assert len(found) == heads_from
    assert found[0].startswith(f"batch {batch.number}: the chain was rewritten: the head of ")


def test_a_removed_batch_in_the_middle_is_named(chained):
    gone = Batch.objects.latest("number").number - 1
    as_owner("DELETE FROM audit_batch WHERE number = %s", gone)
    assert faults()[0] == f"batch {gone}: it was removed, and what follows it up to batch {gone + 1}"


def test_an_altered_batch_is_named(chained):
    end = Batch.objects.latest("number")
    as_owner("UPDATE audit_batch SET made_at = made_at - interval '1 day' WHERE number = %s", end.number)
    assert faults() == [f"batch {end.number}: it was altered, its hash is not that of what it says"]


def test_lost_and_forged_heads_are_told(chained, heads):
    lines = heads.read_text().splitlines()
    end = Batch.objects.latest("number").number
    heads.write_text("\n".join(lines[:-1]) + "\n")
    assert faults() == [f"heads after batch {end - 1} are gone: one of batch {end} was written"]
    last = json.loads(lines[-1])
    forged = last | {"hash": "0" * 64}
    heads.write_text("\n".join([*lines, json.dumps(forged), "rubbish"]) + "\n")
    assert faults() == [
        f"head of batch {end} ({last['at']}): signed by another key",
        "heads: a line is no head: 'rubbish'",
    ]
    heads.unlink()
    assert faults() == [f"the heads outside the database are gone: one of batch {end} was written"]


def test_heads_signed_before_the_key_was_changed_still_count(chained, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "a new one of fifty characters and more!",
    )
    assert faults() == []


def test_the_command_says_so_and_fails(chained, heads, tmp_path, capsys):
    call_command("verify_audit")
    end = Batch.objects.latest("number")
    assert f"The chain is whole: {end.last} links in {end.number} batches" in capsys.readouterr().out
    kept = tmp_path / "kept.jsonl"
    kept.write_text(heads.read_text())
    as_owner("DELETE FROM audit_batch WHERE number = %s", end.number)
    as_owner("DELETE FROM audit_link WHERE position >= %s", end.first)
    heads.write_text("\n".join(heads.read_text().splitlines()[:-1]))
    as_owner("UPDATE audit_chain SET published = %s", end.number - 1)
    call_command("verify_audit")
    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_audit", head=kept)
    assert "the tail is lost" in capsys.readouterr().out
    assert Chain.objects.get().faults[0].startswith("the tail is lost")


def test_fsck_asks_the_chain(chained):
    as_owner("DELETE FROM history_revision WHERE id = %s", chained[0].pk)
    assert len(list(CHECKS["the audit chain is whole"].find())) == 1


@pytest.mark.parametrize("table", ["history_revision", "audit_entry", "audit_link", "audit_batch"])
def test_the_tables_only_grow(chained, steward, table):
    record_act(REFUSED, actor=steward)
    key = {"audit_link": "position", "audit_batch": "number"}.get(table, "id")
    count = f"SELECT count(*) FROM {table}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(count)
        before = cursor.fetchone()[0]
        for statement in (
            f"UPDATE {table} SET {key} = {key} + 1000000",  # noqa: S608
            f"DELETE FROM {table}",  # noqa: S608
            f"SET LOCAL tandem.emptying = ''; TRUNCATE {table}",
        ):
            with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
                cursor.execute(statement)
        cursor.execute(count)
        assert cursor.fetchone()[0] == before > 0


def test_an_entry_has_its_moment_number_and_transaction_from_the_database(steward):
    with on_request("r-9", "asked by the auditor"):
        record_act(REFUSED, actor=steward, subject_type="path", subject="/x/", method="GET")
    entry = Entry.objects.get(request="r-9")
    assert (entry.actor, entry.reason, entry.detail) == ("user:stella", "asked by the auditor", {"method": "GET"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT now(), pg_current_xact_id()::text::bigint")
        assert cursor.fetchone() == (entry.at, entry.tx)


def test_an_undeclared_action_is_refused(steward):
    with pytest.raises(ValueError, match="not declared"):
        record_act("no.such.action", actor=steward)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("user:ada", Parties("user:ada")),
        ("user:ada as user:bo", Parties("user:ada", "user:bo")),
        ("key:webshop/1f2e", Parties("key:webshop/1f2e", "user:webshop")),
        ("system:jobs", Parties("system:jobs")),
        ("anonymous", Parties("anonymous")),
        ("", Parties("")),
    ],
)
def test_a_label_says_who_and_on_whose_behalf(label, told):
    assert parties(label) == told


def test_an_inner_recording_has_the_outer_reason_unless_it_has_its_own(world, steward):
    with recorded(steward, reason="outer"):
        with recorded(system("inner")):
            Market.objects.filter(code="GB").update(name="x")
        with recorded(system("inner"), reason="inner"):
            Market.objects.filter(code="US").update(name="x")
        Market.objects.filter(code="JP").update(name="x")
    rows = Revision.objects.filter(table_name="markets_market", op="U").order_by("id")
    assert [(row.before["code"], row.reason) for row in rows] == [("GB", "outer"), ("US", "inner"), ("JP", "outer")]
