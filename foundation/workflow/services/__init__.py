"""Work items: opened by their cause, claimed and decided by people."""

from foundation.workflow.services.assigning import claim_work_item, hand_over_work_item, release_work_item
from foundation.workflow.services.following import (
    comment_on_work_item,
    may_take_back,
    take_back_comment,
    unwatch_work_item,
    watch_work_item,
)
from foundation.workflow.services.items import (
    close_work_items,
    dismiss_work_item,
    open_work_item,
    reopen_work_item,
)
from foundation.workflow.services.leaving import give_back_work_of
from foundation.workflow.services.queues import define_queue
from foundation.workflow.services.timing import (
    reset_work_item,
    set_due,
    set_priority,
    snooze_work_item,
    wake_work_item,
)

__all__ = [
    "claim_work_item",
    "close_work_items",
    "comment_on_work_item",
    "define_queue",
    "dismiss_work_item",
    "give_back_work_of",
    "hand_over_work_item",
    "may_take_back",
    "open_work_item",
    "release_work_item",
    "reopen_work_item",
    "reset_work_item",
    "set_due",
    "set_priority",
    "snooze_work_item",
    "take_back_comment",
    "unwatch_work_item",
    "wake_work_item",
    "watch_work_item",
]
