"""Who looks at the rows of a bulk change may be shown what is not public."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from foundation.bulk.models import BulkChange
from foundation.core.actors import Actor


def note_rows_shown(change: BulkChange, things: Mapping[UUID, str], *, actor: Actor) -> None:
    """Before and after of these things (uid to label) are about to be shown."""
    if things:
        change.how.note_shown(things, change.parameters or {}, actor)
