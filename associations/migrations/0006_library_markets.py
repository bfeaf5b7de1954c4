"""The library knows in which markets each asset is seen, and so follows the placements of what it shows."""

import django.contrib.postgres.fields
from django.db import migrations, models

from foundation.events.operations import mark_dirty_on_change

PLACED = """
SELECT DISTINCT b.asset_id FROM changed c JOIN pim_product p ON p.id = c.product_id
  JOIN pim_product x ON x.root_id = p.root_id
  JOIN associations_binding b ON b.product_id = x.id AND b.status IN ('active', 'proposed')
"""
ALL = "SELECT tandem_mark_dirty('associations.library', ARRAY(SELECT id FROM dam_asset))"


class Migration(migrations.Migration):
    dependencies = [
        ("associations", "0005_library"),
        ("pim", "0006_catalogue_markets_and_words"),
        ("events", "0005_marks_one_by_one"),
    ]
    operations = [
        migrations.AddField(
            model_name="libraryentry",
            name="markets",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        mark_dirty_on_change("pim_placement", "associations.library", PLACED),
        migrations.RunSQL(ALL, migrations.RunSQL.noop),
    ]
