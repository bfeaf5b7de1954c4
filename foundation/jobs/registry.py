"""Kinds of job and of timer, as the rooms register them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foundation.jobs.running import JobRun

JobHandler = Callable[["JobRun"], dict[str, object] | None]
TimerHandler = Callable[[str], None]
JOB_KINDS: dict[str, JobHandler] = {}
TIMER_KINDS: dict[str, TimerHandler] = {}


def job_kind(name: str) -> Callable[[JobHandler], JobHandler]:
    """Register the function that carries out jobs of this kind and returns their result.

    It may be called again after a crash, so it goes on from `run.cursor` and repeats without harm.
    """

    def register(handler: JobHandler) -> JobHandler:
        JOB_KINDS[name] = handler
        return handler

    return register


def timer_kind(name: str) -> Callable[[TimerHandler], TimerHandler]:
    """Register the function that is called with the subject when a timer of this kind is due."""

    def register(handler: TimerHandler) -> TimerHandler:
        TIMER_KINDS[name] = handler
        return handler

    return register
