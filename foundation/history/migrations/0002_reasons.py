from django.db import migrations, models

from foundation.history.operations import FIRST_TOLD, TOLD, record


class Migration(migrations.Migration):
    dependencies = [("history", "0001_revisions")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE history_revision ADD COLUMN reason text NOT NULL DEFAULT ''",
            "ALTER TABLE history_revision DROP COLUMN reason",
            state_operations=[migrations.AddField("Revision", "reason", models.TextField(blank=True))],
        ),
        migrations.RunSQL(record(TOLD), record(FIRST_TOLD)),
    ]
