"""What products are filtered by: a number for each fact that can be asked of one, and how many products have it."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

from foundation.events.operations import mark_dirty_on_change

# Order is kept, equal amounts are together, and a step is some six per cent; what is not a number has no bucket.
BUCKET = r"""
CREATE FUNCTION pim_bucket(amount text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN amount ~ '^-?\d{1,30}(\.\d{1,30})?$'
           THEN (sign(amount::float8) * floor(16 * ln(1 + 1000 * abs(amount::float8))))::int::text END
$$;
"""
# By which a value is found. Counted are answers of lists and steps of ranges, of which there are few.
KEYS = """
CREATE FUNCTION pim_facet_keys(type text, value jsonb) RETURNS TABLE (key text, is_counted boolean)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT * FROM (
        SELECT value #>> '{}', true WHERE type IN ('select', 'record', 'boolean')
        UNION ALL
        SELECT one, true FROM jsonb_array_elements_text(
            CASE WHEN type = 'multi_select' AND jsonb_typeof(value) = 'array' THEN value ELSE '[]' END) AS one
        UNION ALL
        SELECT lower(left(value #>> '{}', 200)), false WHERE type IN ('text', 'identifier')
        UNION ALL
        SELECT left(value #>> '{}', 7), true WHERE type = 'date'
        UNION ALL
        SELECT pim_bucket(value #>> '{}'), true WHERE type = 'number'
        UNION ALL
        SELECT (value ->> 'unit') || ' ' || pim_bucket(value ->> 'amount'), true WHERE type = 'measurement'
        UNION ALL
        SELECT price.key || ' ' || pim_bucket(price.value), true FROM jsonb_each_text(
            CASE WHEN type = 'money' AND jsonb_typeof(value) = 'object' THEN value ELSE '{}' END) AS price
    ) AS found(key, is_counted) WHERE key IS NOT NULL
$$;
"""
# The last bit says whether it is counted. Market NULL: said for all.
FACET = """
CREATE FUNCTION pim_facet(attribute text, market text, key text, is_counted boolean) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (hashtextextended(attribute || chr(31) || coalesce(market, '') || chr(31) || key, 0) & -2)
           | is_counted::int::bigint
$$;
"""
OF_FAMILY = "SELECT p.id FROM changed c JOIN pim_product p ON p.family_id = c.family_id WHERE p.parent_id IS NULL"
AS_YET = """
INSERT INTO events_dirty (projection, subject_id, generation, attempts, error)
SELECT 'pim.search', id, 1, 0, '' FROM pim_product WHERE parent_id IS NULL ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("pim", "0014_pasts"), ("events", "0005_marks_one_by_one")]
    operations = [
        migrations.RunSQL(BUCKET, "DROP FUNCTION pim_bucket(text)"),
        migrations.RunSQL(KEYS, "DROP FUNCTION pim_facet_keys(text, jsonb)"),
        migrations.RunSQL(FACET, "DROP FUNCTION pim_facet(text, text, text, boolean)"),
        migrations.CreateModel(
            name="ProductFacets",
            fields=[
                ("product_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root_id", models.BigIntegerField(db_index=True)),
                ("facets", ArrayField(models.BigIntegerField(), default=list)),
            ],
            options={
                "verbose_name_plural": "product facets",
                "indexes": [
                    GinIndex(fields=["facets"], name="products_by_facet"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FacetCount",
            fields=[
                ("facet", models.BigIntegerField(primary_key=True, serialize=False)),
                ("products", models.IntegerField()),
                ("trees", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="UnitInUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attribute", models.TextField()),
                ("unit", models.TextField()),
            ],
            options={
                "verbose_name_plural": "units in use",
                "constraints": [models.UniqueConstraint(fields=("attribute", "unit"), name="one_unit_in_use")],
            },
        ),
        mark_dirty_on_change("pim_familyattribute", "pim.search", OF_FAMILY),
        migrations.RunSQL(AS_YET, migrations.RunSQL.noop),
    ]
