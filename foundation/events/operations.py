"""Migration operation: triggers that mark derived data as old whenever a truth table changes."""

from __future__ import annotations

from django.db.migrations import RunSQL

MARK = """
CREATE FUNCTION tandem_mark_dirty(projection_name text, subjects bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO events_dirty (projection, subject_id, generation, attempts, error)
    SELECT projection_name, subject, 1, 0, ''
      FROM (SELECT DISTINCT unnest(subjects) AS subject ORDER BY 1) AS wanted
     WHERE subject IS NOT NULL
    ON CONFLICT (projection, subject_id)
    DO UPDATE SET generation = events_dirty.generation + 1, not_before = NULL, attempts = 0;
    SELECT pg_notify('tandem', '') WHERE cardinality(subjects) > 0;
$$;
"""

# What the triggers call: a mark that this very transaction has made or raised already, nobody else has seen yet.
# A large write fires many triggers for the same subjects; without this each would rewrite the same rows.
MARK_ONCE = """
ALTER FUNCTION tandem_mark_dirty(text, bigint[]) RENAME TO tandem_raise_marks;
CREATE FUNCTION tandem_mark_dirty(projection_name text, subjects bigint[]) RETURNS void LANGUAGE sql AS $$
    SELECT tandem_raise_marks(projection_name, ARRAY(
        SELECT subject FROM unnest(subjects) AS subject
         WHERE NOT EXISTS (SELECT 1 FROM events_dirty known
                            WHERE known.projection = projection_name AND known.subject_id = subject
                              AND known.xmin = pg_current_xact_id()::xid)));
$$;
"""
MARK_ALWAYS = """
DROP FUNCTION tandem_mark_dirty(text, bigint[]);
ALTER FUNCTION tandem_raise_marks(text, bigint[]) RENAME TO tandem_mark_dirty;
"""


def mark_dirty_on_change(table: str, projection: str, subjects: str) -> RunSQL:
    """Mark `projection` for the subjects of each changed row, whoever changed it and how.

    `subjects` is a SELECT of one bigint column over the transition table `changed`, for example
    `SELECT p.root_id FROM changed c JOIN pim_product p ON p.id = c.product_id`.
    An update marks the subjects of the rows both before and after it.
    """
    name = f"dirty_{table}_{projection}".replace(".", "_")
    body = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"PERFORM tandem_mark_dirty('{projection}', ARRAY({subjects})); RETURN NULL; END $$;\n"
    )
    triggers = [("INSERT", "NEW", "i"), ("UPDATE", "NEW", "n"), ("UPDATE", "OLD", "o"), ("DELETE", "OLD", "d")]
    forward = body + "".join(
        f"CREATE TRIGGER {name}_{suffix} AFTER {operation} ON {table} REFERENCING {image} TABLE AS changed "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}();\n"
        for operation, image, suffix in triggers
    )
    return RunSQL(forward, f"DROP FUNCTION {name}() CASCADE")
