from django.db import migrations

from foundation.events.operations import mark_dirty_on_change

OF_RECORD = "SELECT p.root_id FROM changed c JOIN pim_recorduse u ON u.record_id = c.id JOIN pim_product p ON p.id = u.product_id"


class Migration(migrations.Migration):
    dependencies = [("syndication", "0005_listings_of_model"), ("pim", "0012_records")]
    operations = [mark_dirty_on_change("pim_record", "syndication.listings", OF_RECORD)]
