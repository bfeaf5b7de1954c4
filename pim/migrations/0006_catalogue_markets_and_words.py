"""The list of products knows whose markets each tree is in, and by which words it is found."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
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
        migrations.AddField(model_name="catalogueentry", name="words", field=models.TextField(default="")),
        migrations.AddIndex(
            model_name="catalogueentry",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["words"], name="catalogue_words", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.RunSQL(ALL, migrations.RunSQL.noop),
    ]
