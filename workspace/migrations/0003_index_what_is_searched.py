from django.db import migrations

# Spelled as Django writes `icontains`: UPPER(column) LIKE UPPER(…).
FORWARD = """
CREATE INDEX asset_titles ON dam_asset USING gin (upper(title) gin_trgm_ops) WHERE deleted_at IS NULL;
CREATE INDEX version_filenames ON dam_assetversion USING gin (upper(filename) gin_trgm_ops);
CREATE INDEX open_item_titles ON workflow_workitem USING gin (upper(title) gin_trgm_ops) WHERE closed_at IS NULL;
CREATE INDEX import_filenames ON pim_productimport USING gin (upper(filename) gin_trgm_ops);
"""
BACKWARD = "DROP INDEX asset_titles, version_filenames, open_item_titles, import_filenames"


class Migration(migrations.Migration):
    """The search over everything finds a part of a word by index, however many rows there are."""

    dependencies = [
        ("workspace", "0002_history"),
        ("pim", "0001_products"),  # has the extension for trigrams
        ("dam", "0001_media"),
        ("workflow", "0001_work_items"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
