"""Verifying the chain, and remembering what was found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain as joined
from itertools import islice
from pathlib import Path

from foundation.audit.models import Chain
from foundation.audit.queries.chain import last_batch
from foundation.audit.queries.faults import Progress, find_faults, unwatched
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.jobs.models import Job
from foundation.jobs.services import start_job

KEPT = 20
KIND = "audit.verify"


def verify_chain(*, heads: Path | None = None, progress: Progress = unwatched) -> Iterator[str]:
    """What is wrong, one by one; what came of it is noted at the end, or when the caller has heard enough."""
    at, end = moment.now(), last_batch()
    faults = find_faults(heads=heads, progress=progress)
    first = list(islice(faults, KEPT))
    verified = end.number if end else 0
    Chain.objects.update_or_create(id=1, defaults={"verified_at": at, "verified": verified, "faults": first})
    return joined(first, faults)


def start_verification(*, actor: Actor) -> Job:
    """Verify it as a job; the one that runs already, if there is one."""
    actor = actor.require("audit.view")
    return start_job(kind=KIND, queue="bulk", payload={}, actor=actor, unique_key="chain")
