"""Events of work items."""

from foundation.events.catalogue import declare

QUEUE_CHANGED = declare(
    "workflow.queue.changed", "A queue exists or is another role's", queue="its code", role="code of the role"
)
WORK_ITEM_OPENED = declare(
    "workflow.work_item.opened", "Somebody has something to do", queue="code", kind="kind", cause_key="unique cause"
)
WORK_ITEM_CLOSED = declare(
    "workflow.work_item.closed", "The cause is gone or decided", queue="code", kind="kind", cause_key="unique cause",
    outcome="one word",
)  # fmt: skip
WORK_ITEM_CLAIMED = declare(
    "workflow.work_item.claimed", "Somebody does it", queue="code", kind="kind", cause_key="unique cause",
    assignee="username",
)  # fmt: skip
WORK_ITEM_HANDED_OVER = declare(
    "workflow.work_item.handed_over", "Somebody is to do it", queue="code", kind="kind", cause_key="unique cause",
    assignee="username",
)  # fmt: skip
WORK_ITEM_RELEASED = declare(
    "workflow.work_item.released", "Nobody does it any more", queue="code", kind="kind", cause_key="unique cause"
)
WORK_ITEM_CHANGED = declare(
    "workflow.work_item.changed", "Its priority or time is another", queue="code", kind="kind",
    cause_key="unique cause", priority="a word", due_at="moment, or null", snoozed_until="moment, or null",
)  # fmt: skip
WORK_ITEM_WATCHED = declare(
    "workflow.work_item.watched", "Somebody wants to know of it", queue="code", kind="kind", cause_key="unique cause",
    watcher="username",
)  # fmt: skip
WORK_ITEM_UNWATCHED = declare(
    "workflow.work_item.unwatched", "Somebody has seen enough of it", queue="code", kind="kind",
    cause_key="unique cause", watcher="username",
)  # fmt: skip
WORK_ITEM_COMMENTED = declare(
    "workflow.work_item.commented", "Somebody said something about it", queue="code", kind="kind",
    cause_key="unique cause", comment="uid",
)  # fmt: skip
COMMENT_TAKEN_BACK = declare(
    "workflow.work_item.comment_taken_back", "A comment is gone again", queue="code", kind="kind",
    cause_key="unique cause", comment="uid",
)  # fmt: skip
