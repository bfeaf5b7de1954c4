"""The library knows in which categories each asset is shown, and so follows the classification of what it shows."""

from django.db import migrations, models

from foundation.events.operations import mark_dirty_on_change

CLASSIFIED = """
SELECT DISTINCT b.asset_id FROM changed c JOIN pim_product x ON x.root_id = c.product_id
  JOIN associations_binding b ON b.product_id = x.id AND b.status IN ('active', 'proposed')
 WHERE c.is_primary
"""


class Migration(migrations.Migration):
    dependencies = [("associations", "0006_library_markets"), ("pim", "0010_history_of_categories")]
    operations = [
        migrations.CreateModel(
            name="LibraryPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asset_id", models.BigIntegerField(db_index=True)),
                ("category_id", models.BigIntegerField()),
                ("market", models.TextField(blank=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("category_id", "market", "asset_id"), name="asset_once_per_place")
                ]
            },
        ),
        mark_dirty_on_change("pim_classification", "associations.library", CLASSIFIED),
    ]
