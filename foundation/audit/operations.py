"""Migration operations: tables that only grow."""

from __future__ import annotations

from django.db.migrations import RunSQL

# An import fills tables as they were, retention takes whole batches, a redaction takes one image.
# Databases that are emptied as a whole, as those of tests are, say so.
REFUSE = """
CREATE FUNCTION tandem_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF 'on' IN (current_setting('tandem.importing', true), current_setting('tandem.retiring', true)) THEN
        IF TG_OP = 'TRUNCATE' THEN RETURN NULL; END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'TRUNCATE' AND current_setting('tandem.emptying', true) = 'on' THEN RETURN NULL; END IF;
    RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""

# The database says when and in which transaction. The transaction has its number before the row has its own, so
# that whoever waits for all transactions of now has waited for all rows numbered until now.
NUMBER = """
CREATE FUNCTION tandem_number_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('tandem.importing', true) = 'on' THEN RETURN NEW; END IF;
    NEW.tx := pg_current_xact_id()::text::bigint;
    NEW.at := now();
    NEW.id := nextval(pg_get_serial_sequence('audit_entry', 'id'));
    RETURN NEW;
END $$;
CREATE TRIGGER number_entry BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION tandem_number_entry();
"""


def append_only(table: str) -> RunSQL:
    """Refuse to change or delete rows. An owner of the table can switch this off, which the chain then shows."""
    return RunSQL(
        f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION tandem_refuse_change();\n"
        f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION tandem_refuse_change();",
        f"DROP TRIGGER refuse_change ON {table};\nDROP TRIGGER refuse_truncate ON {table};",
    )
