"""Migration operation: small tables that large ones are joined by are counted at their first change."""

from __future__ import annotations

from django.db.migrations import RunSQL


def count_early(*tables: str) -> RunSQL:
    """PostgreSQL counts a table by itself after fifty changes. One of five markets it would never count, take it for
    hundreds, and read a table of millions row by row for the few that it expects.
    """
    return RunSQL(
        [f"ALTER TABLE {table} SET (autovacuum_analyze_threshold = 1)" for table in tables],
        [f"ALTER TABLE {table} RESET (autovacuum_analyze_threshold)" for table in tables],
    )
