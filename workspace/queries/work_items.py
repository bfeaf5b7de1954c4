"""Work items as people see them: a row, and where its cause can be mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from foundation.approval.models import may_look
from foundation.core.actors import Actor
from foundation.workflow.choices import Priority
from foundation.workflow.models import Comment, Watcher, WorkItem
from workspace.queries.shown import State
from workspace.queries.words import anchor, phrase

# Kind or type of subject: icon of the sprite.
ICONS = {
    "proposal": "proposal",
    "import": "file",
    "ingest": "upload",
    "product": "product",
    "asset": "asset",
    "listing": "listing",
    "feed": "listing",
}
PRIORITIES = {
    Priority.URGENT: State("Urgent", "bad"),
    Priority.HIGH: State("High", "attention"),
    Priority.LOW: State("Low"),
}


@dataclass(frozen=True)
class WorkRow:
    uid: UUID
    title: str
    detail: str
    icon: str
    url: str
    page_url: str
    ask_url: str
    kind: str
    queue: str
    market: str
    since: datetime
    states: list[State]
    is_open: bool
    is_mine: bool
    is_taken: bool
    is_snoozed: bool
    is_watched: bool
    comments: int


def shown_items(rows: QuerySet[WorkItem], actor: Actor) -> QuerySet[WorkItem]:
    """With what a row says beside the item itself."""
    said = Comment.objects.filter(item=OuterRef("pk")).order_by().values("item").annotate(n=Count("pk")).values("n")
    watched = Watcher.objects.filter(item=OuterRef("pk"), user_id=actor.user_id or -1)
    return rows.select_related("queue", "assignee").annotate(
        said=Coalesce(Subquery(said), 0), is_watched=Exists(watched)
    )


def work_row(item: WorkItem, actor: Actor, now: datetime) -> WorkRow:
    """A row of the inbox; `item` comes from `shown_items`."""
    return WorkRow(
        uid=item.uid,
        title=item.title,
        detail=_detail(item),
        icon=icon_of(item),
        url=address(item, actor),
        page_url=reverse("work_item", args=[item.uid]),
        ask_url=reverse("work_item_ask", args=[item.uid]),
        kind=phrase(item.kind),
        queue=item.queue.name,
        market=item.market,
        since=item.opened_at,
        states=states_of(item, actor, now),
        is_open=item.closed_at is None,
        is_mine=item.assignee_id is not None and item.assignee_id == actor.user_id,
        is_taken=item.assignee_id is not None,
        is_snoozed=is_snoozed(item, now),
        is_watched=bool(getattr(item, "is_watched", False)),
        comments=int(getattr(item, "said", 0)),
    )


def states_of(item: WorkItem, actor: Actor, now: datetime) -> list[State]:
    """How soon, by when, out of the way, and whose."""
    states = [PRIORITIES[Priority(item.priority)]] if item.priority in PRIORITIES else []
    if item.due_at is not None:
        is_late = item.due_at < now
        states.append(State(f"{'Overdue since' if is_late else 'Due'} {item.due_at:%-d %b}", "bad" if is_late else ""))
    if is_snoozed(item, now):
        states.append(State(f"Snoozed until {item.snoozed_until:%-d %b}"))
    if item.assignee is not None:
        states.append(State("Yours" if item.assignee_id == actor.user_id else str(item.assignee), "blue"))
    return states


def is_snoozed(item: WorkItem, now: datetime) -> bool:
    return item.snoozed_until is not None and item.snoozed_until > now


def icon_of(item: WorkItem) -> str:
    return ICONS.get(item.kind) or ICONS.get(item.subject_type, "work")


def address(item: WorkItem, actor: Actor) -> str:
    """Where the cause can be mended; the item's own page where no page shows the subject."""
    if item.kind == "refused-files" and actor.may("dam.ingest"):  # stewards see the queue, not the ingest
        return f"{reverse('ingest', args=[item.subject])}?state=refused"
    if item.kind == "proposal":
        return f"{reverse('proposals')}?proposal={item.cause_key.partition(':')[2]}"
    if item.subject_type == "change_request" and not may_look(actor):
        return _own(item)
    return SUBJECT_PAGES.get(item.subject_type, _own)(item)


def _own(item: WorkItem) -> str:
    return reverse("work_item", args=[item.uid])


def _product(item: WorkItem) -> str:
    """The very field, where the item names one."""
    return reverse("product", args=[item.subject]) + anchor(str(item.detail.get("attribute", "")))


def _page(name: str) -> Callable[[WorkItem], str]:
    return lambda item: reverse(name, args=[item.subject])


SUBJECT_PAGES: dict[str, Callable[[WorkItem], str]] = {
    "product": _product,
    "asset": _page("asset"),
    "listing": _page("listing"),
    "import": _page("import"),
    "feed": _page("feed"),
    "change_request": _page("change_request"),
}


def _detail(item: WorkItem) -> str:
    """The first of the sentences that rooms put into an item's detail."""
    for name in ("sentence", "reason", "error", "message"):
        if isinstance(found := item.detail.get(name), str) and found:
            return found.rstrip(".")
    return item.market
