"""The list of products knows whose markets it is in."""

import django.contrib.postgres.fields
from django.db import migrations, models

ALL = "SELECT tandem_mark_dirty('pim.completeness', ARRAY(SELECT id FROM pim_product WHERE parent_id IS NULL))"


class Migration(migrations.Migration):
    dependencies = [("pim", "0005_catalogue"), ("events", "0005_marks_one_by_one")]
    operations = [
        migrations.AddField(
            model_name="catalogueentry",
            name="markets",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.RunSQL(ALL, migrations.RunSQL.noop),
    ]
