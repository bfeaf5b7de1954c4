"""Who looks at the audit stands in it."""

from __future__ import annotations

from foundation.audit.queries.files import MOST, told
from foundation.audit.queries.search import Asked
from foundation.audit.registry import EXPORTED, LOOKED
from foundation.audit.services.entries import note_read
from foundation.core.actors import Actor


def note_looked(asked: Asked, *, actor: Actor) -> None:
    """Somebody looked for something."""
    note_read(LOOKED, actor=actor, subject_type="audit", subjects=[""], asked=told(asked))


def note_opened(position: int, *, actor: Actor) -> None:
    """Somebody opened one record."""
    note_read(LOOKED, actor=actor, subject_type="audit_link", subjects=[position])


def note_exported(asked: Asked, *, form: str, actor: Actor) -> None:
    """Somebody takes what they looked for along as a file."""
    note_read(EXPORTED, actor=actor, subject_type="audit", subjects=[form], asked=told(asked), most=MOST)
