from django.db import migrations

from foundation.history.operations import track_history


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_accounts"), ("history", "0001_revisions")]
    operations = [
        track_history("accounts_user"),
        track_history("accounts_grant"),
        track_history("accounts_apikey"),
    ]
