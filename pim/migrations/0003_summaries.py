"""Completeness says of which family a row is and whether it is sold; triggers count it; a table keeps the days."""

import django.db.models.deletion
from django.db import migrations, models

from foundation.events.operations import mark_dirty_on_change

# Derived, so it is emptied and made again: each model is marked.
AGAIN = """
TRUNCATE pim_completeness;
SELECT tandem_mark_dirty('pim.completeness', ARRAY(SELECT id FROM pim_product WHERE parent_id IS NULL));
"""

# What statements change is added to the counts: rows as they are now, less rows as they were.
COUNT = """
CREATE FUNCTION pim_count_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH signed AS MATERIALIZED (
        SELECT family_id, scope_id, required, filled, missing, sum(sign) AS sign
          FROM ({rows}) AS row WHERE is_placed AND is_sellable
         GROUP BY family_id, scope_id, required, filled, missing HAVING sum(sign) <> 0
    ), counted AS (
        INSERT INTO pim_completenesssummary AS s (family_id, scope_id, products, complete, required, filled)
        SELECT family_id, scope_id, sum(sign), coalesce(sum(sign) FILTER (WHERE filled = required), 0),
               sum(sign * required), sum(sign * filled)
          FROM signed GROUP BY family_id, scope_id ORDER BY family_id, scope_id
        ON CONFLICT (family_id, scope_id) DO UPDATE
           SET products = s.products + excluded.products, complete = s.complete + excluded.complete,
               required = s.required + excluded.required, filled = s.filled + excluded.filled
    )
    INSERT INTO pim_missingcount AS m (family_id, scope_id, index, products)
    SELECT c.family_id, c.scope_id, fa.index, sum(c.sign)
      FROM signed c JOIN pim_familyattribute fa ON fa.family_id = c.family_id AND get_bit(c.missing, fa.index) = 1
     WHERE c.filled < c.required
     GROUP BY c.family_id, c.scope_id, fa.index HAVING sum(c.sign) <> 0
     ORDER BY c.family_id, c.scope_id, fa.index
    ON CONFLICT (family_id, scope_id, index) DO UPDATE SET products = m.products + excluded.products;
    DELETE FROM pim_completenesssummary WHERE products = 0;
    DELETE FROM pim_missingcount WHERE products = 0;
    RETURN NULL;
END $$;
CREATE TRIGGER count_{verb} AFTER {verb} ON pim_completeness REFERENCING {images}
    FOR EACH STATEMENT EXECUTE FUNCTION pim_count_{verb}();
"""
NOW, ONCE = "SELECT *, 1 AS sign FROM now_rows", "SELECT *, -1 AS sign FROM old_rows"
COUNTING = [
    COUNT.format(verb="insert", rows=NOW, images="NEW TABLE AS now_rows"),
    COUNT.format(verb="update", rows=f"{NOW} UNION ALL {ONCE}", images="NEW TABLE AS now_rows OLD TABLE AS old_rows"),
    COUNT.format(verb="delete", rows=ONCE, images="OLD TABLE AS old_rows"),
    """
CREATE FUNCTION pim_count_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM pim_completenesssummary;
    DELETE FROM pim_missingcount;
    RETURN NULL;
END $$;
CREATE TRIGGER count_truncate AFTER TRUNCATE ON pim_completeness
    FOR EACH STATEMENT EXECUTE FUNCTION pim_count_truncate();
""",
]
UNCOUNTED = "".join(f"DROP FUNCTION pim_count_{verb}() CASCADE;" for verb in ("insert", "update", "delete", "truncate"))
OF_FAMILY = "SELECT p.id FROM changed c JOIN pim_product p ON p.family_id = c.id WHERE p.parent_id IS NULL"


def number() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def family(**more: object) -> models.ForeignKey:
    return models.ForeignKey(
        **{"on_delete": django.db.models.deletion.DO_NOTHING, "related_name": "+", "to": "pim.family", **more}
    )


def scope(**more: object) -> models.ForeignKey:
    return family(to="markets.scope", db_index=False, **more)


def counts() -> list[tuple[str, models.Field]]:
    return [
        ("products", models.IntegerField()),
        ("complete", models.IntegerField()),
        ("required", models.BigIntegerField()),
        ("filled", models.BigIntegerField()),
    ]


KEPT = {"on_delete": django.db.models.deletion.PROTECT}
LOOSE = {"db_constraint": False}


class Migration(migrations.Migration):
    dependencies = [("markets", "0002_history"), ("pim", "0002_history"), ("events", "0003_marks_once")]
    operations = [
        migrations.RunSQL(AGAIN, AGAIN),
        migrations.AddField(
            "completeness", "family", family(db_index=False, default=None, **LOOSE), preserve_default=False
        ),
        migrations.AddField("completeness", "is_sellable", models.BooleanField(default=None), preserve_default=False),
        migrations.AddIndex(
            "completeness",
            models.Index(
                condition=models.Q(filled__lt=models.F("required"), is_placed=True, is_sellable=True),
                fields=["family", "product_id", "scope"],
                name="incomplete_of_family",
            ),
        ),
        migrations.CreateModel(
            "CompletenessSummary",
            fields=[("id", number()), *counts(), ("family", family(**LOOSE)), ("scope", scope(**LOOSE))],
            options={"verbose_name_plural": "completeness summaries"},
        ),
        migrations.CreateModel(
            "MissingCount",
            fields=[
                ("id", number()),
                ("index", models.SmallIntegerField(help_text="The attribute's bit in the family's masks")),
                ("products", models.IntegerField()),
                ("family", family(**LOOSE)),
                ("scope", scope(**LOOSE)),
            ],
        ),
        migrations.CreateModel(
            "CompletenessDay",
            fields=[
                ("id", number()),
                ("day", models.DateField()),
                *counts(),
                ("family", family(db_index=False, **KEPT)),
                ("scope", scope(**KEPT)),
            ],
        ),
        migrations.AddIndex("completenessday", models.Index(fields=["day"], name="summaries_of_day")),
        migrations.AddIndex(
            "override",
            models.Index(
                condition=models.Q(expires_at__isnull=False), fields=["expires_at"], name="overrides_that_end"
            ),
        ),
        *(
            migrations.AddConstraint(model, models.UniqueConstraint(fields=fields, name=name))
            for model, fields, name in (
                ("completenesssummary", ("family", "scope"), "one_summary"),
                ("missingcount", ("family", "scope", "index"), "one_missing_count"),
                ("completenessday", ("family", "scope", "day"), "one_summary_a_day"),
            )
        ),
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in COUNTING),
        migrations.RunSQL(migrations.RunSQL.noop, UNCOUNTED),
        mark_dirty_on_change("pim_family", "pim.completeness", OF_FAMILY),
    ]
