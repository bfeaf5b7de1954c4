"""What the sequencer does for this room."""

from foundation.core import moment
from foundation.events.registry import chore
from foundation.provisioning.services.exchanges import forget_exchanges


@chore("provisioning.forget", seconds=3600)
def forget_old_exchanges() -> None:
    """Let go of what is older than the log is kept."""
    forget_exchanges(at=moment.now())
