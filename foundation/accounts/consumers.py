"""What the sequencer does for this room."""

from foundation.accounts.services import end_viewings_over, forget_ended_sessions
from foundation.core import moment
from foundation.events.registry import chore


@chore("accounts.sessions", seconds=3600)
def forget_sessions() -> None:
    """Let go of sessions that are over."""
    forget_ended_sessions(at=moment.now())


@chore("accounts.viewings", seconds=60)
def end_viewings() -> None:
    """End what was left open by browsers that did not come back."""
    end_viewings_over(at=moment.now())
