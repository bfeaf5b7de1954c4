"""Actions that are entered without a write of truth, as the rooms declare them: a name and a sentence."""

from __future__ import annotations

ACTIONS: dict[str, str] = {}


def declare_action(name: str, sentence: str) -> str:
    """Register an action; `room.noun.participle`, unique in the house."""
    if name in ACTIONS:
        raise ValueError(f"Action {name} is declared twice")
    ACTIONS[name] = sentence
    return name


REFUSED = declare_action("access.refused", "A request was refused for want of a permission")
OUTGOING_REFUSED = declare_action("outgoing.refused", "A call to an address outside was refused")
ARCHIVE_EXPORTED = declare_action("archive.exported", "Everything was exported")
LOOKED = declare_action("audit.looked", "The audit was looked at")
EXPORTED = declare_action("audit.exported", "The audit was exported")
RETIRED = declare_action("audit.retired", "Old batches were taken out of the audit")
REDACTED = declare_action("audit.redacted", "Something was erased from an image in history")
