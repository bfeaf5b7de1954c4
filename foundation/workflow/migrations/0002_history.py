from django.db import migrations

from foundation.history.operations import track_history


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_work_items"), ("history", "0001_revisions")]
    operations = [
        track_history("workflow_workitem"),
        track_history("workflow_queue"),
    ]
