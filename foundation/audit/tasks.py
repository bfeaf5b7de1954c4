"""The audit's kinds of job."""

from foundation.audit.services import verify_chain
from foundation.audit.services.verifying import KEPT, KIND
from foundation.jobs.registry import job_kind
from foundation.jobs.running import JobRun


@job_kind(KIND)
def verify(run: JobRun) -> dict[str, object]:
    """Walk along the whole chain; the result holds the first faults."""
    faults = []
    for fault in verify_chain(progress=lambda done, of: run.advance(done, total=of)):
        faults.append(fault)
        if len(faults) == KEPT:
            break
    return {"faults": faults}
