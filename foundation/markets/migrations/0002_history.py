from django.db import migrations

from foundation.history.operations import track_history


class Migration(migrations.Migration):
    dependencies = [("markets", "0001_markets"), ("history", "0001_revisions")]
    operations = [
        track_history("markets_locale", key="code"),
        track_history("markets_market"),
        track_history("markets_channel"),
        track_history("markets_scope"),
        track_history("markets_scopecell"),
    ]
