from django.db import migrations

from foundation.core.operations import count_early
from foundation.history.operations import track_history


class Migration(migrations.Migration):
    dependencies = [("taxonomy", "0001_trees"), ("history", "0001_revisions")]
    operations = [
        track_history("taxonomy_tree"),
        track_history("taxonomy_category"),
        count_early("taxonomy_tree", "taxonomy_category"),
    ]
