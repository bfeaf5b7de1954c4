"""Exceptions to the structural rules, as data: each entry says why. A stale entry fails a test."""

from __future__ import annotations

# Files outside services that may write to the database.
WRITERS: dict[str, str] = {}

# Files that may use transaction.on_commit.
AFTER_COMMIT = {
    "foundation/events": "wakes the sequencer when an outbox row is committed",
    "foundation/jobs": "nudges a worker when a job's row is committed",
}

# Files that may hand work to Celery.
NUDGERS = {"foundation/jobs": "a job's row is the truth, Celery is the nudge"}

# Files that may look models up by name.
LOOKUPS = {"foundation/archive": "restores rows of every registered model"}

# Models that no exporter carries, since they hold nothing that a move to another instance should keep.
NOT_EXPORTED: dict[str, str] = {}

# Models of the rooms without `visible_to`, since no page or endpoint reads them by themselves.
NOT_SCOPED: dict[str, str] = {}

# Admins that may write without a service.
OWN_WRITING_ADMINS: dict[str, str] = {}

# Services whose arguments need not be keywords.
POSITIONAL_SERVICES: dict[str, str] = {}
