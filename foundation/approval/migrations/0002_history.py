from django.db import migrations

from foundation.history.operations import track_history


class Migration(migrations.Migration):
    dependencies = [("approval", "0001_change_requests"), ("history", "0001_revisions")]
    operations = [track_history("approval_changerequest")]
