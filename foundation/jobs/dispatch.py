"""The only place that speaks to the broker. What is sent is a nudge; what is lost the sweep makes good."""

from __future__ import annotations

import logging

from celery import current_app

log = logging.getLogger("jobs")
TASK = "jobs.run"


def nudge(job_id: int, queue: str) -> bool:
    """Tell a worker that a job waits. A broker that is away delays the job and nothing else; False then."""
    try:
        current_app.send_task(TASK, (job_id,), queue=queue, retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001  whatever the broker's client raises
        log.warning("no broker to nudge for job %s: %s", job_id, error)
        return False
    return True
