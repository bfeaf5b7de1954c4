"""What the library is filtered by: one row an asset, marked by all that it is made of."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

from foundation.events.operations import mark_dirty_on_change

PROJECTION = "associations.library"
MARKS = {
    "dam_asset": "SELECT c.id FROM changed c",
    "dam_assetversion": "SELECT DISTINCT c.asset_id FROM changed c",
    "dam_assetlicence": "SELECT DISTINCT c.asset_id FROM changed c",
    "associations_binding": "SELECT DISTINCT c.asset_id FROM changed c",
}
# A product's row changes with each of its versions; only its SKU is told here.
SKU = """
CREATE FUNCTION associations_mark_renamed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM tandem_mark_dirty('associations.library', ARRAY(
        SELECT DISTINCT b.asset_id FROM before o JOIN after n ON n.id = o.id AND n.sku <> o.sku
          JOIN associations_binding b ON b.product_id = n.id AND b.status = 'active'));
    RETURN NULL;
END $$;
CREATE TRIGGER associations_mark_renamed AFTER UPDATE ON pim_product
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION associations_mark_renamed();
"""
ALL = "SELECT tandem_mark_dirty('associations.library', ARRAY(SELECT id FROM dam_asset))"


class Migration(migrations.Migration):
    dependencies = [
        ("associations", "0004_index_identifiers"),
        ("dam", "0002_history"),
        ("pim", "0002_history"),
        ("events", "0003_marks_once"),
    ]
    operations = [
        migrations.CreateModel(
            name="LibraryEntry",
            fields=[
                ("asset_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("state", models.TextField()),
                ("is_bound", models.BooleanField()),
                ("is_proposed", models.BooleanField()),
                (
                    "licences",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("words", models.TextField()),
                ("shows", models.TextField()),
            ],
            options={
                "verbose_name_plural": "library entries",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["words"], name="library_words", opclasses=["gin_trgm_ops"]
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["shows"], name="library_shows", opclasses=["gin_trgm_ops"]
                    ),
                ],
            },
        ),
        *(mark_dirty_on_change(table, PROJECTION, subjects) for table, subjects in MARKS.items()),
        migrations.RunSQL(SKU, "DROP FUNCTION associations_mark_renamed() CASCADE"),
        migrations.RunSQL(ALL, migrations.RunSQL.noop),
    ]
