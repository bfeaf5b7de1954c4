from django.db import migrations

from foundation.events.operations import MARK_ALWAYS, MARK_ONCE


class Migration(migrations.Migration):
    dependencies = [("events", "0002_partitions_and_marks")]
    operations = [migrations.RunSQL(MARK_ONCE, MARK_ALWAYS)]
