"""Marks are looked up by their index, also where the planner takes the table of marks for empty.

In a transaction that marks many subjects again and again it would else read the table once for each of them.
"""

from django.db import migrations

FORWARD = "ALTER FUNCTION tandem_mark_dirty(text, bigint[]) SET enable_seqscan TO off"
BACKWARD = "ALTER FUNCTION tandem_mark_dirty(text, bigint[]) RESET enable_seqscan"


class Migration(migrations.Migration):
    dependencies = [("events", "0003_marks_once")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
