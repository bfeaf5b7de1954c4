"""Records and their types, groups of attributes, retired options; the words that the long ones are found by."""

import django.db.models.deletion
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models

import pim.models.words
from foundation.events.operations import mark_dirty_on_change
from foundation.history.operations import track_history

TYPES = [
    ("text", "text"),
    ("rich_text", "rich text"),
    ("number", "number"),
    ("boolean", "yes or no"),
    ("date", "date"),
    ("select", "one option"),
    ("multi_select", "several options"),
    ("measurement", "measurement"),
    ("money", "money"),
    ("identifier", "identifier"),
    ("record", "record"),
    ("table", "table"),
]
CODES_THERE = "Channel code to the record's code there"
WORDS = OpClass(pim.models.words.Spoken("code", "labels", "synonyms"), "gin_trgm_ops")

# Words alone, without the names of the languages.
SPOKEN = """
CREATE FUNCTION pim_spoken(code text, labels jsonb, synonyms jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(code || ' ' || jsonb_path_query_array(labels, '$.*')::text || ' ' || synonyms::text)
$$;
"""
# Noted at once, in the writer's transaction, so that whoever changes a record a moment later reaches the product.
USES = """
CREATE FUNCTION pim_note_record_uses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pim_recorduse (record_id, product_id)
    SELECT DISTINCT r.id, c.product_id
      FROM pim_attribute a JOIN changed c ON c.vals ? a.code
      JOIN pim_recordtype t ON t.code = a.validation ->> 'record_type'
      JOIN pim_record r ON r.record_type_id = t.id AND r.code = c.vals ->> a.code
     WHERE a.type = 'record' ORDER BY 1, 2
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER note_record_uses_i AFTER INSERT ON pim_productvalues REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION pim_note_record_uses();
CREATE TRIGGER note_record_uses_u AFTER UPDATE ON pim_productvalues REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION pim_note_record_uses();
"""
GROUPS = """
INSERT INTO pim_attributegroup (code, labels, position)
SELECT g, '{}', row_number() OVER (ORDER BY g) - 1 FROM (SELECT DISTINCT "group" AS g FROM pim_attribute) AS used
 WHERE g <> ''
"""
OF_RECORD = "SELECT p.root_id FROM changed c JOIN pim_recorduse u ON u.record_id = c.id JOIN pim_product p ON p.id = u.product_id"


def numbered(name, *fields, ordering=None, **options):
    number = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
    options |= {"ordering": ordering} if ordering else {}
    return migrations.CreateModel(name=name, fields=[("id", number), *fields], options=options)


class Migration(migrations.Migration):
    dependencies = [
        ("pim", "0011_branches_of_work"),
        ("history", "0002_reasons"),
        ("events", "0005_marks_one_by_one"),
    ]
    operations = [
        migrations.RunSQL(SPOKEN, "DROP FUNCTION pim_spoken(text, jsonb, jsonb)"),
        numbered(
            "AttributeGroup",
            ("code", models.TextField(unique=True)),
            ("labels", models.JSONField(default=dict)),
            ("position", models.IntegerField(default=0)),
            ordering=["position", "code"],
        ),
        numbered(
            "RecordType",
            ("code", models.TextField(unique=True)),
            ("labels", models.JSONField(default=dict)),
            ("fields", models.JSONField(default=list)),
            ("version", models.BigIntegerField(default=1)),
            ordering=["code"],
        ),
        numbered(
            "Record",
            (
                "record_type",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="records", to="pim.recordtype"
                ),
            ),
            ("code", models.TextField()),
            ("labels", models.JSONField(default=dict)),
            ("synonyms", models.JSONField(default=list)),
            ("external_codes", models.JSONField(default=dict, help_text=CODES_THERE)),
            ("values", models.JSONField(default=dict)),
            ("is_retired", models.BooleanField(default=False)),
            ("version", models.BigIntegerField(default=1)),
            ordering=["record_type_id", "code"],
            constraints=[models.UniqueConstraint(fields=["record_type", "code"], name="one_record_per_code")],
            indexes=[GinIndex(WORDS, name="record_words")],
        ),
        numbered(
            "RecordUse",
            ("record_id", models.BigIntegerField()),
            ("product_id", models.BigIntegerField(db_index=True)),
            constraints=[models.UniqueConstraint(fields=["record_id", "product_id"], name="one_use_of_a_record")],
        ),
        *(
            migrations.AddField(model, "version", models.BigIntegerField(default=1))
            for model in ("attribute", "family", "option")
        ),
        migrations.AddField("option", "is_retired", models.BooleanField(default=False)),
        migrations.AlterField("attribute", "type", models.TextField(choices=TYPES)),
        migrations.AddIndex("option", GinIndex(WORDS, name="option_words")),
        migrations.AddIndex("option", models.Index(fields=["attribute", "position", "code"], name="options_in_order")),
        *(track_history(f"pim_{table}") for table in ("attributegroup", "recordtype", "record")),
        migrations.RunSQL(GROUPS, migrations.RunSQL.noop),
        migrations.RunSQL(USES, "DROP FUNCTION pim_note_record_uses() CASCADE"),
        mark_dirty_on_change("pim_record", "pim.search", OF_RECORD),
    ]
