from django.db import migrations

from foundation.history.operations import track_history


class Migration(migrations.Migration):
    dependencies = [("associations", "0001_bindings"), ("history", "0001_revisions")]
    operations = [track_history("associations_binding")]
