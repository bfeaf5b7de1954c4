"""Housekeeping of the partitioned tables."""

from django.db import connection

from foundation.events.registry import chore

PARTITIONED = ("events_event", "history_revision")


@chore("events.partitions", seconds=3600)
def ensure_partitions() -> None:
    """Make next months' partitions before a row needs them."""
    with connection.cursor() as cursor:
        for table in PARTITIONED:
            cursor.execute("SELECT tandem_ensure_partitions(%s, 3)", [table])
