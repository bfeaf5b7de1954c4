"""Server time of the inbox at 100,000 open work items, beside the shell alone.

As a steward who sees everything, and as one who is limited to a market.
`python -m benchmarks.inbox [--items N]`
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.house import execute, fetch, fresh_house, require
from benchmarks.pages import measure, visitor
from benchmarks.report import write_report

ITEMS, ROUNDS = 100_000, 20
QUEUES = {"matching": "steward", "rejections": "steward", "imports": "steward", "ingest": "studio"}
PEOPLE = 20  # of whom the first is who looks

# Of 20 items one is the looker's own, nine are others', ten nobody's; one of 25 sleeps, one of ten has a due date.
# As many again were closed long ago.
WRITTEN = """
INSERT INTO workflow_workitem (uid, queue_id, kind, cause_key, subject_type, subject, title, detail, market, opened_at,
                               priority, due_at, snoozed_until, assignee_id, closed_at, closed_by, outcome)
SELECT gen_random_uuid(), (%(queues)s::bigint[])[1 + n %% 4],
       (ARRAY['proposal', 'rejection', 'import-errors', 'refused-files', 'feed-trouble'])[1 + n %% 5],
       'bench:' || n, 'product', gen_random_uuid(), 'Refused: C' || lpad(n::text, 6, '0') || ', its name is too long',
       '{"sentence": "A name may have 60 characters."}', (ARRAY['US', 'GB', 'DACH', 'JP', ''])[1 + n / 7 %% 5],
       now() - make_interval(mins => n), CASE WHEN n %% 50 = 0 THEN 1 ELSE 2 + n / 3 %% 3 END,
       CASE WHEN n %% 10 = 3 THEN now() + make_interval(hours => n %% 400 - 100) END,
       CASE WHEN n %% 25 = 4 THEN now() + interval '2 days' END,
       CASE WHEN n %% 2 = 0 THEN (%(people)s::bigint[])[1 + CASE WHEN n %% 20 = 0 THEN 0 ELSE 1 + n / 2 %% 19 END] END,
       CASE WHEN n > %(items)s THEN now() END, '', CASE WHEN n > %(items)s THEN 'resolved' ELSE '' END
  FROM generate_series(1, 2 * %(items)s) n
"""
SAID = """
INSERT INTO workflow_comment (uid, item_id, author_id, text, at)
SELECT gen_random_uuid(), id, %(me)s, 'Which one?', now() FROM workflow_workitem WHERE id %% 3 = 0
"""
WATCHED = """
INSERT INTO workflow_watcher (item_id, user_id, since)
SELECT id, %(me)s, now() FROM workflow_workitem WHERE id %% 200 = 0
"""
TABLES = ("workflow_workitem", "workflow_comment", "workflow_watcher", "history_revision")


def make_inbox(items: int, me: str) -> str:
    """Open items of every sort, and as many closed ones; the uid of one."""
    from foundation.accounts.models import User
    from foundation.core.actors import system
    from foundation.workflow.services import define_queue
    from tests.cast import make_actor

    queues = [
        define_queue(code=code, name=code.title(), role=role, actor=system("bench")).pk for code, role in QUEUES.items()
    ]
    people = [User.objects.get(username=me).pk, *(make_actor(f"p{n}", "steward").user_id for n in range(1, PEOPLE))]
    given = {"queues": queues, "people": people, "items": items, "me": people[0]}
    for statement in (WRITTEN, SAID, WATCHED):
        execute(statement, given)
    open_items = fetch("SELECT count(*) FROM workflow_workitem WHERE closed_at IS NULL")[0][0]
    require(open_items == items, f"{open_items} items are open, not {items}")
    told = "SELECT uid FROM workflow_workitem WHERE closed_at IS NULL AND market = 'US' ORDER BY id LIMIT 1"
    return str(fetch(told)[0][0])


def addresses(item: str) -> dict[str, str]:
    return {
        "mine": "/work/",
        "unassigned": "/work/?tab=unassigned",
        "watched": "/work/?tab=watched",
        "snoozed": "/work/?tab=snoozed",
        "all": "/work/?tab=all",
        "all, of a queue and a market": "/work/?tab=all&queue=rejections&market=US",
        "all, overdue": "/work/?tab=all&due=overdue",
        "unassigned, of a kind": "/work/?tab=unassigned&kind=feed-trouble&priority=urgent",
        "one item": f"/work/{item}/",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    with fresh_house():
        rows = look(chosen.items, chosen.rounds)
        write_report("inbox", rows, packages=["django", "psycopg"])


def look(items: int, rounds: int) -> list[dict[str, Any]]:
    """Every page of it, as both see it."""
    everything, limited = visitor("stella"), visitor("otto", "US")
    pages = addresses(make_inbox(items, "stella"))
    execute("VACUUM ANALYZE")  # as autovacuum would in time
    return measure(pages, everything, rounds) + measure(pages, limited, rounds, ", limited")


if __name__ == "__main__":
    main()
