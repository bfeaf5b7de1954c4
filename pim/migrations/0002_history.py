from django.db import migrations

from foundation.events.operations import mark_dirty_on_change
from foundation.history.operations import track_history

# The bits of a row's attributes, kept by the database so that bulk SQL cannot leave them behind.
FILLED = """
CREATE FUNCTION pim_filled(product bigint, vals jsonb, computed jsonb) RETURNS bit(512) LANGUAGE sql STABLE AS $$
    SELECT coalesce(bit_or(set_bit(0::bit(512), fa.index, 1)), 0::bit(512))
      FROM pim_product p
      JOIN pim_familyattribute fa ON fa.family_id = p.family_id
      JOIN pim_attribute a ON a.id = fa.attribute_id
     WHERE p.id = product AND (vals ? a.code OR computed ? a.code)
$$;
CREATE FUNCTION pim_keep_filled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.filled := pim_filled(NEW.product_id, NEW.vals, NEW.computed);
    RETURN NEW;
END $$;
CREATE TRIGGER keep_filled BEFORE INSERT OR UPDATE ON pim_productvalues
    FOR EACH ROW EXECUTE FUNCTION pim_keep_filled();
"""
UNFILLED = """
DROP TRIGGER keep_filled ON pim_productvalues;
DROP FUNCTION pim_keep_filled();
DROP FUNCTION pim_filled(bigint, jsonb, jsonb);
"""

TRACKED = (
    "attribute", "option", "family", "familyattribute", "familyaxis", "requirement",
    "product", "identifier", "productvalues", "override", "placement",
)  # fmt: skip

OF_PRODUCT = "SELECT p.root_id FROM changed c JOIN pim_product p ON p.id = c.product_id"
OF_FAMILY = "SELECT p.id FROM changed c JOIN pim_product p ON p.family_id = c.family_id WHERE p.parent_id IS NULL"
OF_ATTRIBUTE = (
    "SELECT p.id FROM changed c JOIN pim_familyattribute fa ON fa.attribute_id = c.id "
    "JOIN pim_product p ON p.family_id = fa.family_id WHERE p.parent_id IS NULL"
)
OF_SCOPE = "SELECT p.id FROM pim_product p WHERE p.parent_id IS NULL AND EXISTS (SELECT 1 FROM changed)"
COMPLETENESS = {
    "pim_product": "SELECT c.root_id FROM changed c",
    "pim_productvalues": OF_PRODUCT,
    "pim_placement": OF_PRODUCT,
    "pim_requirement": OF_FAMILY,
    "pim_familyattribute": OF_FAMILY,
    "markets_scopecell": OF_SCOPE,
}
SEARCH = {
    "pim_product": "SELECT c.root_id FROM changed c",
    "pim_productvalues": OF_PRODUCT,
    "pim_identifier": OF_PRODUCT,
    "pim_attribute": OF_ATTRIBUTE,
}


class Migration(migrations.Migration):
    dependencies = [
        ("pim", "0001_products"),
        ("history", "0001_revisions"),
        ("events", "0002_partitions_and_marks"),
        ("markets", "0002_history"),
    ]
    operations = [
        migrations.RunSQL(FILLED, UNFILLED),
        *(track_history(f"pim_{table}") for table in TRACKED),
        *(mark_dirty_on_change(table, "pim.completeness", subjects) for table, subjects in COMPLETENESS.items()),
        *(mark_dirty_on_change(table, "pim.search", subjects) for table, subjects in SEARCH.items()),
    ]
