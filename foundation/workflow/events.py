"""Events of work items."""

from foundation.events.catalogue import declare

WORK_ITEM_OPENED = declare(
    "workflow.work_item.opened", "Somebody has something to do", queue="code", kind="kind", cause_key="unique cause"
)
WORK_ITEM_CLOSED = declare(
    "workflow.work_item.closed", "The cause is gone or decided", queue="code", kind="kind", cause_key="unique cause",
    outcome="one word",
)  # fmt: skip
