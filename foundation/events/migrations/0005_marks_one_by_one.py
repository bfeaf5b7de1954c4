"""Each mark is looked up on its own, in the index, whatever the planner believes of the table of marks.

As a join it was done in one go with all marks of a transaction held in memory: twenty thousand times twenty thousand.
"""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION tandem_mark_dirty(projection_name text, subjects bigint[]) RETURNS void LANGUAGE sql AS $$
    SELECT tandem_raise_marks(projection_name, ARRAY(
        SELECT subject FROM unnest(subjects) AS subject
         WHERE (SELECT known.xmin FROM events_dirty known
                 WHERE known.projection = projection_name AND known.subject_id = subject)
               IS DISTINCT FROM pg_current_xact_id()::xid));
$$;
ALTER FUNCTION tandem_mark_dirty(text, bigint[]) SET enable_seqscan TO off;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0004_marks_by_index")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
