"""Exceptions to the structural rules, as data: each entry says why. A stale entry fails a test."""

from __future__ import annotations

# Files outside services that may write to the database.
WRITERS = {
    "foundation/events/sequencing.py": "moves outbox rows, cursors and dirty marks; it is the sequencer",
    "config/demo": "plays the outside world, with a database of its own",
    "foundation/jobs/running.py": "writes lease, heartbeat and progress of the run that it is",
}

# Files that may use transaction.on_commit.
AFTER_COMMIT = {
    "foundation/events": "wakes the sequencer when an outbox row is committed",
    "foundation/jobs": "nudges a worker when a job's row is committed",
}

# Files that may hand work to Celery.
NUDGERS = {"foundation/jobs": "a job's row is the truth, Celery is the nudge"}

# Files that may look models up by name.
LOOKUPS = {"foundation/archive": "restores rows of every registered model"}

# Truth models of the rooms without `visible_to`, since no page or endpoint reads them by themselves.
NOT_SCOPED: dict[str, str] = {}

# Admins that may write without a service.
OWN_WRITING_ADMINS: dict[str, str] = {}

# Folders whose services may take more than their subject by position.
POSITIONAL_SERVICES = {"foundation": "called from everywhere, short and few: append_event(type, subject, …)"}

# Files whose strings may hold markup that pages may not.
HOSTILE = {"config/demo": "makes hostile files on purpose, to see them refused"}
