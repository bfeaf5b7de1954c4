"""Work items about a product follow it to another category; who ends in branches counts completeness by an index."""

from django.db import migrations, models
from django.db.models import F, Q

FOLLOW = """
CREATE FUNCTION pim_items_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE workflow_workitem w SET category_id = k.category_id
      FROM (SELECT DISTINCT product_id FROM changed WHERE is_primary) c
      JOIN pim_product x ON x.root_id = c.product_id
      LEFT JOIN pim_classification k ON k.product_id = c.product_id AND k.is_primary
     WHERE w.subject_type = 'product' AND w.subject = x.uid AND w.category_id IS DISTINCT FROM k.category_id;
    RETURN NULL;
END $$;
CREATE TRIGGER items_follow_i AFTER INSERT ON pim_classification REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION pim_items_follow();
CREATE TRIGGER items_follow_u AFTER UPDATE ON pim_classification REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION pim_items_follow();
CREATE TRIGGER items_follow_d AFTER DELETE ON pim_classification REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION pim_items_follow();
"""


class Migration(migrations.Migration):
    dependencies = [("pim", "0010_history_of_categories"), ("workflow", "0006_branches")]
    operations = [
        migrations.RunSQL(FOLLOW, "DROP FUNCTION pim_items_follow() CASCADE"),
        migrations.AddIndex(
            model_name="completeness",
            index=models.Index(
                condition=Q(is_placed=True, is_sellable=True),
                fields=["root_id"],
                include=("family", "scope", "required", "filled"),
                name="counted_of_root",
            ),
        ),
        migrations.AddIndex(
            model_name="completeness",
            index=models.Index(
                condition=Q(is_placed=True, is_sellable=True, filled__lt=F("required")),
                fields=["root_id"],
                name="incomplete_of_root",
            ),
        ),
    ]
