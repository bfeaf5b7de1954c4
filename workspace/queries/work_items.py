"""Work items as people see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.workflow.models import Queue, WorkItem
from workspace.queries.shown import State, Tab
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
PAGE = 30


@dataclass(frozen=True)
class WorkRow:
    uid: UUID
    title: str
    detail: str
    icon: str
    url: str
    kind: str
    since: datetime
    state: State | None
    due: str = ""
    is_overdue: bool = False


@dataclass(frozen=True)
class WorkList:
    queues: list[Tab]
    items: list[WorkRow]
    total: int
    next_cursor: str
    is_filtered: bool


def work_list(*, actor: Actor, queue: str = "", cursor: str = "", limit: int = PAGE) -> WorkList:
    """Open items, oldest first, of one queue or of all that the actor has."""
    visible = WorkItem.objects.visible_to(actor).unfinished()
    chosen = visible.filter(queue__code=queue) if queue else visible
    page = keyset_page(chosen.select_related("queue", "owner"), order=("pk",), cursor=cursor, limit=limit)
    counts = dict(visible.order_by().values_list("queue__code").annotate(Count("pk")))
    piles = Queue.objects.visible_to(actor) if actor.may("workflow.work") else ()
    queues = [
        Tab("All", "?", not queue, count=sum(counts.values())),
        *(Tab(one.name, f"?queue={one.code}", one.code == queue, count=counts.get(one.code, 0)) for one in piles),
    ]
    total = counts.get(queue, 0) if queue else sum(counts.values())
    return WorkList(queues, [work_row(item, actor) for item in page.rows], total, page.next_cursor, bool(queue))


def work_row(item: WorkItem, actor: Actor) -> WorkRow:
    taken = State(f"Taken by {item.owner}", "blue") if item.owner else None
    icon = ICONS.get(item.kind) or ICONS.get(item.subject_type, "work")
    return WorkRow(
        item.uid, item.title, _detail(item), icon, address(item, actor), phrase(item.kind), item.opened_at, taken
    )


def address(item: WorkItem, actor: Actor) -> str:
    """Where the cause can be mended; the queue itself where no page shows the subject."""
    if item.kind == "refused-files" and actor.may("dam.ingest"):  # stewards see the queue, not the ingest
        return f"{reverse('ingest', args=[item.subject])}?state=refused"
    if item.kind == "proposal":
        return f"{reverse('proposals')}?proposal={item.cause_key.partition(':')[2]}"
    build = SUBJECT_PAGES.get(item.subject_type)
    return build(item) if build else f"{reverse('work_items')}?queue={item.queue.code}"


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
    "ingest": lambda _: reverse("asset_list"),
}


def _detail(item: WorkItem) -> str:
    """The first of the sentences that rooms put into an item's detail."""
    for name in ("sentence", "reason", "error", "message"):
        if isinstance(found := item.detail.get(name), str) and found:
            return found.rstrip(".")
    return item.market
