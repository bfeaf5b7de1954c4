"""Rules read measurements in the attribute's unit: with another unit the catalogue is judged anew."""

from django.db import migrations

from foundation.events.operations import mark_dirty_on_change

READ_BY_RULES = """
SELECT p.id FROM changed c JOIN pim_validationrule r ON r.is_active AND c.code = ANY (r.inputs)
  JOIN pim_product p ON p.parent_id IS NULL AND p.family_id = coalesce(r.family_id, p.family_id)
"""


class Migration(migrations.Migration):
    dependencies = [("pim", "0015_facets")]
    operations = [mark_dirty_on_change("pim_attribute", "pim.completeness", READ_BY_RULES)]
