from django.db import migrations

from foundation.history.operations import track_history

# Until now every queue was the stewards'; what was not let in is the studio's to mend.
INGEST = "UPDATE workflow_queue SET role = 'studio' WHERE code = 'ingest' AND role = 'steward'"


class Migration(migrations.Migration):
    dependencies = [("workflow", "0003_inbox"), ("history", "0001_revisions")]
    operations = [
        track_history("workflow_watcher"),
        track_history("workflow_comment"),
        migrations.RunSQL(INGEST, migrations.RunSQL.noop),
    ]
