"""Publications say of which product they are; those that are out already learn it from their listings."""

from django.db import migrations

TELL = """
UPDATE delivery_publication p SET root_id = l.root_id FROM syndication_listing l WHERE l.uid = p.listing
"""


class Migration(migrations.Migration):
    dependencies = [("syndication", "0003_newest_listings"), ("delivery", "0002_products_of_publications")]
    operations = [migrations.RunSQL(TELL, migrations.RunSQL.noop)]
