from django.db import migrations

FORWARD = """
CREATE INDEX versions_by_identifier ON dam_assetversion USING gin (identifiers jsonb_path_ops);
"""


class Migration(migrations.Migration):
    """Which files name a product that has just come: asked once for each new or changed product."""

    dependencies = [("associations", "0003_boundary"), ("dam", "0001_media")]
    operations = [migrations.RunSQL(FORWARD, "DROP INDEX versions_by_identifier")]
