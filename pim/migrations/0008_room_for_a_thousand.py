"""A family has room for 1,024 attributes. Bits stay where they are, others follow them."""

from django.db import migrations, models

from foundation.core.fields import BitField

FILLED = """
CREATE OR REPLACE FUNCTION pim_filled(product bigint, vals jsonb, computed jsonb)
RETURNS bit({length}) LANGUAGE sql STABLE AS $$
    SELECT coalesce(bit_or(set_bit(0::bit({length}), fa.index, 1)), 0::bit({length}))
      FROM pim_product p
      JOIN pim_familyattribute fa ON fa.family_id = p.family_id
      JOIN pim_attribute a ON a.id = fa.attribute_id
     WHERE p.id = product AND (vals ? a.code OR computed ? a.code)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("pim", "0007_counted_early")]
    operations = [
        migrations.RemoveConstraint("familyattribute", "bit_in_mask"),
        migrations.AddConstraint(
            "familyattribute",
            models.CheckConstraint(condition=models.Q(("index__gte", 0), ("index__lt", 1024)), name="bit_in_mask"),
        ),
        migrations.AlterField("completeness", "missing", BitField(length=1024)),
        migrations.AlterField("productvalues", "filled", BitField(default="0" * 1024, editable=False, length=1024)),
        migrations.RunSQL(FILLED.format(length=1024), FILLED.format(length=512)),
    ]
