from django.db import migrations

from foundation.events.operations import mark_dirty_on_change
from foundation.history.operations import track_history


class Migration(migrations.Migration):
    dependencies = [("pim", "0009_categories"), ("history", "0001_revisions"), ("events", "0005_marks_one_by_one")]
    operations = [
        track_history("pim_classification"),
        mark_dirty_on_change("pim_classification", "pim.completeness", "SELECT c.product_id FROM changed c"),
    ]
