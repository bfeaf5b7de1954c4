from django.db import migrations

from foundation.core.operations import count_early

TABLES = ("pim_family", "pim_familyaxis", "pim_familyattribute", "pim_attribute", "pim_requirement")


class Migration(migrations.Migration):
    dependencies = [("pim", "0006_catalogue_markets_and_words")]
    operations = [count_early(*TABLES)]
