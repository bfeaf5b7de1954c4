"""Work items about a binding follow its product to another category."""

from django.db import migrations

FOLLOW = """
CREATE FUNCTION associations_items_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE workflow_workitem w SET category_id = k.category_id
      FROM (SELECT DISTINCT product_id FROM changed WHERE is_primary) c
      JOIN pim_product x ON x.root_id = c.product_id
      JOIN associations_binding b ON b.product_id = x.id
      LEFT JOIN pim_classification k ON k.product_id = c.product_id AND k.is_primary
     WHERE w.subject_type = 'binding' AND w.subject = b.uid AND w.category_id IS DISTINCT FROM k.category_id;
    RETURN NULL;
END $$;
CREATE TRIGGER bindings_follow_i AFTER INSERT ON pim_classification REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION associations_items_follow();
CREATE TRIGGER bindings_follow_u AFTER UPDATE ON pim_classification REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION associations_items_follow();
CREATE TRIGGER bindings_follow_d AFTER DELETE ON pim_classification REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION associations_items_follow();
"""


class Migration(migrations.Migration):
    dependencies = [("associations", "0007_library_places"), ("workflow", "0006_branches")]
    operations = [migrations.RunSQL(FOLLOW, "DROP FUNCTION associations_items_follow() CASCADE")]
