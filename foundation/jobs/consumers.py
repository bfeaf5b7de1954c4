"""What the sequencer does for jobs and timers."""

from foundation.events.registry import chore
from foundation.jobs.services import fire_timers, sweep_jobs


@chore("jobs.sweep", seconds=1.0)
def sweep() -> None:
    sweep_jobs()


@chore("jobs.timers", seconds=0.25)
def timers() -> None:
    fire_timers()
