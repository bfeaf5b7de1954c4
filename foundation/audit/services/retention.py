"""Taking out what is older than the house keeps: whole batches, whose hashes stay."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from foundation.audit.models import Batch
from foundation.audit.queries.chain import retired_through
from foundation.audit.registry import RETIRED
from foundation.audit.services.entries import record_act
from foundation.core.actors import system
from foundation.core.locks import hold_until_commit

AT_ONCE = 10  # batches
LOCK = "audit.retention"
GONE = (
    """DELETE FROM history_revision s USING audit_link l
        WHERE l.source = 'r' AND l.position BETWEEN %s AND %s AND s.id = l.row AND s.at = l.at""",
    """DELETE FROM audit_entry s USING audit_link l
        WHERE l.source = 'e' AND l.position BETWEEN %s AND %s AND s.id = l.row""",
    "DELETE FROM audit_link WHERE position BETWEEN %s AND %s",
)


def retire(*, at: datetime, months: int | None = None, most: int = AT_ONCE) -> int:
    """Take out the oldest batches of which every row is older than so many whole months, a few at a time; how many.

    The audit says which, in the same transaction. 0 months: everything is kept.
    """
    months = settings.AUDIT_KEEP_MONTHS if months is None else months
    if not months:
        return 0
    with transaction.atomic():
        hold_until_commit(LOCK)
        before = _months_before(at, months)
        batches = _old(before, most)
        if not batches:
            return 0
        rows = batches[-1].last - batches[0].first + 1
        record_act(
            RETIRED, actor=system("audit.retention"), subject_type="audit_batch",
            subject=f"{batches[0].number}-{batches[-1].number}", reason=f"Older than {months} months",
            through=batches[-1].number, rows=rows, before=before.isoformat(),
        )  # fmt: skip
        _take_out(batches[0].first, batches[-1].last)
    return len(batches)


def _old(before: datetime, most: int) -> list[Batch]:
    """The batches after those that are gone, up to the first that holds something younger."""
    following = Batch.objects.filter(number__gt=retired_through()).order_by("number")[:most]
    found: list[Batch] = []
    for batch in following:
        if batch.last_at >= before:
            break
        found.append(batch)
    return found


def _take_out(first: int, last: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tandem.retiring', 'on', true)")
        for statement in GONE:
            cursor.execute(statement, [first, last])
        cursor.execute("SELECT set_config('tandem.retiring', '', true)")


def _months_before(at: datetime, months: int) -> datetime:
    """The beginning of the month so many months before."""
    count = at.year * 12 + at.month - 1 - months
    return at.replace(year=count // 12, month=count % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
