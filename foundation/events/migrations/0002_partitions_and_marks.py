from django.db import migrations

from foundation.events.operations import MARK

EVENT = """
ALTER TABLE events_event RENAME TO events_event_plain;
CREATE TABLE events_event (
    LIKE events_event_plain INCLUDING DEFAULTS,
    PRIMARY KEY (position, at)
) PARTITION BY RANGE (at);
DROP TABLE events_event_plain;
CREATE INDEX event_of_subject ON events_event (subject, position);
CREATE INDEX event_by_tx ON events_event (tx);
CREATE INDEX event_by_shard ON events_event (shard, position);
CREATE TABLE events_event_rest PARTITION OF events_event DEFAULT;
SELECT tandem_ensure_partitions('events_event', 3);
INSERT INTO events_sequence (id, position, epoch) VALUES (1, 0, 1);
"""


class Migration(migrations.Migration):
    """Not reversible into a plain table with rows in it: positions would have to be copied back."""

    dependencies = [("events", "0001_outbox_and_events"), ("history", "0001_revisions")]
    operations = [
        migrations.RunSQL(EVENT, migrations.RunSQL.noop),
        migrations.RunSQL(MARK, "DROP FUNCTION tandem_mark_dirty"),
    ]
