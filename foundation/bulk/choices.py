"""Where a bulk change stands, and what became of each of its rows."""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    DRAFT = "draft", "draft"
    PREVIEWING = "previewing", "being previewed"
    PREVIEWED = "previewed", "waiting to be applied"
    APPLYING = "applying", "being applied"
    APPLIED = "applied", "applied"
    UNDOING = "undoing", "being undone"
    UNDONE = "undone", "undone"


RUNNING = (State.PREVIEWING, State.APPLYING, State.UNDOING)


class Outcome(models.TextChoices):
    """Of a preview: what would become of the row. After it was applied: what did."""

    CHANGED = "changed", "changed"
    SAME = "same", "the same already"
    REFUSED = "refused", "refused"
    LEFT_OUT = "left_out", "left out"
    STOPPED = "stopped", "not reached"


class Undo(models.TextChoices):
    NONE = "", "not undone"
    UNDONE = "undone", "undone"
    KEPT = "kept", "kept as it is"
