from django.db import migrations

from foundation.history.operations import track_history


class Migration(migrations.Migration):
    dependencies = [("workspace", "0001_saved_views"), ("history", "0001_revisions")]
    operations = [track_history("workspace_savedview")]
