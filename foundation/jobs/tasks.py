"""The one Celery task: a worker is told a job's number and asks Postgres for the rest."""

from __future__ import annotations

from celery import shared_task

from foundation.jobs.dispatch import TASK
from foundation.jobs.running import run_job


@shared_task(name=TASK)
def run_job_task(job_id: int) -> None:
    run_job(job_id)
