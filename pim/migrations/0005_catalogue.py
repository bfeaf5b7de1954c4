"""What the list of products is filtered by: one row a tree, told of its completeness."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

ALL = "SELECT tandem_mark_dirty('pim.completeness', ARRAY(SELECT id FROM pim_product WHERE parent_id IS NULL))"


def numbers() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [("pim", "0004_checked_imports")]
    operations = [
        migrations.CreateModel(
            name="CatalogueEntry",
            fields=[
                ("root_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("offered", numbers()),
                ("placed", numbers()),
                ("incomplete", numbers()),
                (
                    "family",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pim.family",
                    ),
                ),
            ],
            options={"verbose_name_plural": "catalogue entries"},
        ),
        migrations.RunSQL(ALL, migrations.RunSQL.noop),
    ]
