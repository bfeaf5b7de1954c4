"""What the sequencer does for the audit."""

from foundation.audit.services import chain_committed, publish_head, retire
from foundation.core import moment
from foundation.events.registry import chore


@chore("audit.chain", seconds=1)
def chain() -> None:
    """Link what was committed."""
    chain_committed()


@chore("audit.heads", seconds=5)
def heads() -> None:
    """Carry out the head of what earlier rounds have committed."""
    publish_head()


@chore("audit.retention", seconds=60)
def retention() -> None:
    """Take out what is older than the house keeps."""
    retire(at=moment.now())
