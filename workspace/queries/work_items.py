"""Work items as people see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, QuerySet
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.workflow.models import Queue, WorkItem
from workspace.queries.counts import Capped
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
COUNTED = 9_999
PARTS = ("queue", "kind", "market")
Place = tuple[str, str, str]


@dataclass(frozen=True)
class Wish:
    """What the address asks for."""

    queue: str = ""
    kind: str = ""
    market: str = ""
    cursor: str = ""

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> Wish:
        return cls(**{name: parameters.get(name, "") for name in cls.__dataclass_fields__})

    def address(self, **changes: str) -> str:
        said = {name: value for name, value in vars(replace(self, cursor="", **changes)).items() if value}
        return f"?{urlencode(said)}" if said else "?"

    def admits(self, place: Place, *, but: str = "") -> bool:
        return all(name == but or getattr(self, name) in ("", said) for name, said in zip(PARTS, place, strict=True))


NO_WISH = Wish()


@dataclass(frozen=True)
class WorkRow:
    uid: UUID
    title: str
    detail: str
    icon: str
    url: str
    kind: str
    market: str
    since: datetime
    state: State | None
    dismiss_url: str


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_on: bool


@dataclass(frozen=True)
class Select:
    name: str
    label: str
    choices: list[Choice]


@dataclass(frozen=True)
class WorkList:
    queues: list[Tab]
    filters: list[Select]
    items: list[WorkRow]
    total: Capped
    next_cursor: str
    is_filtered: bool
    clear_url: str


def work_list(*, actor: Actor, wish: Wish = NO_WISH, limit: int = PAGE) -> WorkList:
    """Open items, oldest first, of one queue or of all that the actor has. Three queries."""
    visible = WorkItem.objects.visible_to(actor).unfinished()
    wanted = {name: value for name, value in (("queue__code", wish.queue), ("kind", wish.kind)) if value}
    chosen = visible.filter(**wanted | ({"market": wish.market} if wish.market else {}))
    page = keyset_page(chosen.select_related("queue", "assignee"), order=("pk",), cursor=wish.cursor, limit=limit)
    piles = _Piles(visible, wish)
    queues = Queue.objects.visible_to(actor) if actor.may("workflow.work") else ()
    return WorkList(
        queues=[
            Tab("All", wish.address(queue=""), not wish.queue, count=str(piles.count("queue", ""))),
            *(
                Tab(
                    one.name,
                    wish.address(queue=one.code),
                    one.code == wish.queue,
                    count=str(piles.count("queue", one.code)),
                )
                for one in queues
            ),
        ],
        filters=[piles.select("kind", "Kind", "All kinds"), piles.select("market", "Market", "All markets")],
        items=[work_row(item, actor) for item in page.rows],
        total=piles.count("queue", wish.queue),
        next_cursor=page.next_cursor,
        is_filtered=wish != NO_WISH,
        clear_url=reverse("work_items"),
    )


class _Piles:
    """How many items there are of each queue, kind and market, among the oldest that are counted. One query."""

    def __init__(self, visible: QuerySet[WorkItem], wish: Wish) -> None:
        oldest = visible.order_by("pk").values("pk")[: COUNTED + 1]
        groups = WorkItem.objects.filter(pk__in=oldest).order_by().values_list("queue__code", "kind", "market")
        self.counts: dict[Place, int] = {(row[0], row[1], row[2]): row[3] for row in groups.annotate(Count("pk"))}
        self.is_more = sum(self.counts.values()) > COUNTED
        self.wish = wish

    def count(self, part: str, value: str) -> Capped:
        """What a click on this value would find: all other filters hold."""
        at = PARTS.index(part)
        near = [
            count
            for place, count in self.counts.items()
            if self.wish.admits(place, but=part) and value in ("", place[at])
        ]
        return Capped(min(sum(near), COUNTED), self.is_more)

    def select(self, part: str, label: str, everything: str) -> Select:
        at, chosen = PARTS.index(part), getattr(self.wish, part)
        values = sorted({place[at] for place in self.counts if place[at]} | ({chosen} - {""}))
        words = [(one, phrase(one) if part == "kind" else one) for one in values]
        choices = [Choice(one, f"{text} ({self.count(part, one)})", one == chosen) for one, text in words]
        return Select(part, label, [Choice("", everything, not chosen), *choices])


def work_row(item: WorkItem, actor: Actor) -> WorkRow:
    taken = State(f"Taken by {item.assignee}", "blue") if item.assignee else None
    icon = ICONS.get(item.kind) or ICONS.get(item.subject_type, "work")
    return WorkRow(
        item.uid, item.title, _detail(item), icon, address(item, actor), phrase(item.kind), item.market,
        item.opened_at, taken,
        reverse("work_item_dismiss", args=[item.uid]),
    )  # fmt: skip


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
    "feed": _page("feed"),
    "ingest": lambda _: reverse("asset_list"),
}


def _detail(item: WorkItem) -> str:
    """The first of the sentences that rooms put into an item's detail."""
    for name in ("sentence", "reason", "error", "message"):
        if isinstance(found := item.detail.get(name), str) and found:
            return found.rstrip(".")
    return item.market
