"""Migration operations: partitions by month, and the triggers that write revisions."""

from __future__ import annotations

from django.db.migrations import RunSQL

PARTITIONS = """
CREATE FUNCTION tandem_ensure_partitions(parent text, months_ahead int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    month date; made int := 0; child text;
BEGIN
    FOR ahead IN 0..months_ahead LOOP
        month := date_trunc('month', now())::date + make_interval(months => ahead);
        child := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
        IF to_regclass(child) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                           child, parent, month, (month + interval '1 month')::date);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;
"""

# One statement trigger per operation: transition tables make a bulk write cost one insert, not one per row.
FIRST_TOLD = ("actor", "request", "change_set")
TOLD = (*FIRST_TOLD, "reason")


def record(told: tuple[str, ...]) -> str:
    """The function behind the triggers. `told` are the columns that the transaction's settings fill."""
    columns = ", ".join(told)
    values = ", ".join(f"coalesce(current_setting('tandem.{name}', true), '')" for name in told)
    return f"""
CREATE OR REPLACE FUNCTION tandem_record_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('tandem.importing', true) = 'on' THEN RETURN NULL; END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO history_revision (at, tx, table_name, row_key, op, before, {columns})
        SELECT now(), pg_current_xact_id()::text::bigint, TG_TABLE_NAME, to_jsonb(r) ->> TG_ARGV[0], 'I', NULL,
               {values}
          FROM changed r;
    ELSE
        INSERT INTO history_revision (at, tx, table_name, row_key, op, before, {columns})
        SELECT now(), pg_current_xact_id()::text::bigint, TG_TABLE_NAME, to_jsonb(r) ->> TG_ARGV[0],
               left(TG_OP, 1), to_jsonb(r),
               {values}
          FROM changed r;
    END IF;
    RETURN NULL;
END $$;
"""  # noqa: S608  names of columns


def track_history(table: str, key: str = "id") -> RunSQL:
    """Write a revision for every change of the table, bulk SQL included."""
    forward = "".join(
        f"CREATE TRIGGER record_{operation.lower()} AFTER {operation} ON {table} "
        f"REFERENCING {'NEW' if operation == 'INSERT' else 'OLD'} TABLE AS changed "
        f"FOR EACH STATEMENT EXECUTE FUNCTION tandem_record_revision('{key}');\n"
        for operation in ("INSERT", "UPDATE", "DELETE")
    )
    backward = "".join(f"DROP TRIGGER record_{operation} ON {table};\n" for operation in ("insert", "update", "delete"))
    return RunSQL(forward, backward)
