"""One person's inbox: what is theirs, unassigned, watched, snoozed, and everything they see; counted by all filters.

Every open item is counted, from an index alone: first by columns in its order, which is cheap, then once more those few
that are the person's, asleep or due. The counts of tabs and filters follow from these groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.urls import reverse

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.workflow.choices import PRIORITIES, Priority
from foundation.workflow.models import Queue, WorkItem, WorkItemQuerySet
from foundation.workflow.queries import queues_of
from workspace.queries.counts import Capped, capped_count
from workspace.queries.shown import Choice, Select, Tab
from workspace.queries.words import phrase
from workspace.queries.work_items import WorkRow, shown_items, work_row

PAGE = 30
ORDER = ("priority", "pk")
SOON = timedelta(days=7)
MOST_MINE = 99
TABS = {
    "mine": "Mine", "unassigned": "Unassigned", "watched": "Watched", "snoozed": "Snoozed", "all": "All",
    "dismissed": "Dismissed",
}  # fmt: skip
DISMISSED_FOR = timedelta(days=30)
MINE, NOBODYS, OTHERS = "mine", "nobody's", "others'"
OVERDUE, DUE_SOON = "overdue", "soon"
DUE = {OVERDUE: "Overdue", DUE_SOON: "Due within a week"}
Group = tuple[Any, ...]


@dataclass(frozen=True)
class Wish:
    """What the address asks for."""

    tab: str = "mine"
    queue: str = ""
    kind: str = ""
    market: str = ""
    priority: str = ""
    due: str = ""
    cursor: str = ""

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> Wish:
        given = {one.name: parameters.get(one.name, "") for one in fields(cls)}
        return cls(**given | {"tab": given["tab"] if given["tab"] in TABS else "mine"})

    def address(self, **changes: str) -> str:
        said = {name: value for name, value in vars(replace(self, cursor="", **changes)).items() if value}
        return f"{reverse('work_items')}?{urlencode(said)}"

    @property
    def is_filtered(self) -> bool:
        return any(getattr(self, name) for name in FILTERS)


@dataclass(frozen=True)
class Inbox:
    wish: Wish
    tabs: list[Tab]
    filters: list[Select]
    items: list[WorkRow]
    total: int
    next_cursor: str
    elsewhere: Tab | None


@dataclass(frozen=True)
class Cell:
    """Open items that agree in all the inbox is filtered by, and how many they are."""

    queue: str
    kind: str
    market: str
    priority: str
    due: str
    whose: str
    is_asleep: bool
    rows: int


# What the inbox is filtered by beside its tabs: name in the address, label, and what it says when nothing is chosen.
FILTERS = {
    "queue": ("Queue", "All queues"),
    "kind": ("Kind", "All kinds"),
    "market": ("Market", "All markets"),
    "priority": ("Priority", "All priorities"),
    "due": ("Due", "Due at any time"),
}


def inbox(*, actor: Actor, wish: Wish, limit: int = PAGE) -> Inbox:
    """Most urgent and oldest first. Six queries."""
    desk = _Desk(actor, wish)
    rows = shown_items(desk.chosen, actor)
    page = keyset_page(rows, order=ORDER, cursor=wish.cursor, limit=limit)
    tabs = desk.tabs()
    return Inbox(
        wish=wish,
        tabs=tabs,
        filters=[desk.select(name) for name in FILTERS],
        items=[work_row(item, actor, desk.now) for item in page.rows],
        total=desk.counts[wish.tab],
        next_cursor=page.next_cursor,
        elsewhere=next((tab for tab in tabs[:-1] if tab.count and not tab.is_current), None),
    )


def inbox_part(ids: Sequence[int], *, actor: Actor, wish: Wish) -> dict[str, Any]:
    """These items as the inbox shows them now, those that it no longer shows, and the counts."""
    desk = _Desk(actor, wish)
    shown = list(shown_items(desk.chosen.filter(pk__in=ids), actor))
    gone = WorkItem.objects.visible_to(actor).filter(pk__in=ids).exclude(pk__in=[item.pk for item in shown])
    return {
        "items": [work_row(item, actor, desk.now) for item in shown],
        "gone": list(gone.values_list("uid", flat=True)),
        "tabs": desk.tabs(),
        "total": desk.counts[wish.tab],
    }


def waiting(actor: Actor, limit: int) -> tuple[list[WorkRow], Capped]:
    """What waits for the actor, of theirs and of nobody's; how many are open in all, up to a cap. Two queries."""
    now = moment.now()
    visible = WorkItem.objects.visible_to(actor).unfinished()
    rows = visible.awake(now).filter(Q(assignee=None) | Q(assignee_id=actor.user_id or -1))
    shown = [work_row(item, actor, now) for item in shown_items(rows, actor).order_by(*ORDER)[:limit]]
    return shown, capped_count(visible)


def my_count(actor: Actor) -> Capped:
    """How many items are the actor's, for the navigation."""
    if actor.user_id is None or not actor.may("workflow.work"):
        return Capped(0)
    mine = WorkItem.objects.visible_to(actor).unfinished().awake(moment.now()).filter(assignee_id=actor.user_id)
    return capped_count(mine, MOST_MINE)


def selected_work_items(given: Mapping[str, Sequence[str]], actor: Actor) -> QuerySet[WorkItem]:
    """What the inbox shows for a query string: the meaning of "all that match"."""
    return _Desk(actor, Wish.read({name: values[-1] for name, values in given.items() if values})).chosen


class _Desk:
    """What the actor sees, by what it is filtered by."""

    def __init__(self, actor: Actor, wish: Wish) -> None:
        self.actor, self.wish, self.now = actor, wish, moment.now()
        self.visible = WorkItem.objects.visible_to(actor).unfinished()
        self.queues: dict[int, Queue] = {queue.pk: queue for queue in queues_of(actor)}
        owned = {queue.code for queue in self.queues.values() if getattr(queue, "is_owned", False)}
        self.owned = owned or {queue.code for queue in self.queues.values()}

    @property
    def chosen(self) -> WorkItemQuerySet:
        """The rows of the tab under all filters."""
        wish = self.wish
        rows = self._of_tab(wish.tab)
        if wish.queue:
            rows = rows.filter(queue_id__in=[pk for pk, queue in self.queues.items() if queue.code == wish.queue])
        if wish.kind:
            rows = rows.filter(kind=wish.kind)
        if wish.market:
            rows = rows.filter(market=wish.market)
        if wish.priority:
            rows = rows.filter(priority=PRIORITIES.get(wish.priority, -1))
        if wish.due:
            rows = rows.filter(_due(self.now).get(wish.due, Q(pk__in=[])))
        return rows

    def _of_tab(self, tab: str) -> WorkItemQuerySet:
        me = self.actor.user_id or -1
        match tab:
            case "mine":
                return self.visible.awake(self.now).filter(assignee_id=me)
            case "unassigned":
                rows = self.visible.awake(self.now).filter(assignee=None)
                if self.wish.queue or len(self.owned) == len(self.queues):
                    return rows
                return rows.filter(queue_id__in=[pk for pk, queue in self.queues.items() if queue.code in self.owned])
            case "watched":
                return self.visible.filter(watchers__user_id=me)
            case "snoozed":
                return self.visible.asleep(self.now).filter(Q(assignee=None) | Q(assignee_id=me))
            case "dismissed":
                return WorkItem.objects.visible_to(self.actor).dismissed_since(self.now - DISMISSED_FOR)
        return self.visible

    @cached_property
    def _counted(self) -> tuple[Counter[str], dict[str, Counter[str]]]:
        """What each tab holds under all filters, and each value of a filter in this tab under all the others."""
        wish, counts, values = self.wish, Counter[str](), {name: Counter[str]() for name in FILTERS}
        asked = [(name, getattr(wish, name)) for name in FILTERS if getattr(wish, name)]
        for cell, tabs in self._cells():
            wrong = [name for name, value in asked if getattr(cell, name) != value]
            if len(wrong) > 1:
                continue
            is_owned = bool(wish.queue) or cell.queue in self.owned
            if not wrong:
                counts.update({tab: cell.rows for tab in tabs if is_owned or tab != "unassigned"})
            if wish.tab in tabs:
                for name in wrong or FILTERS:
                    if name == "queue" or is_owned or wish.tab != "unassigned":
                        values[name][getattr(cell, name)] += cell.rows
        return counts, values

    @property
    def counts(self) -> Counter[str]:
        return self._counted[0]

    @property
    def values(self) -> dict[str, Counter[str]]:
        return self._counted[1]

    def _cells(self) -> Iterator[tuple[Cell, Sequence[str]]]:
        """Of everything, with its tabs but for the owner of its queue; then of watched ones, and of dismissed ones."""
        me = self.actor.user_id or -1
        for row in self._groups(me):
            cell = self._cell(row)
            yield cell, _tabs_of(cell)
        for tab in ("watched", "dismissed"):
            for row in _grouped(self._of_tab(tab), self.now, me):
                yield self._cell(row), (tab,)

    def _groups(self, me: int) -> list[Group]:
        """Those few in full, and what is left of all when they are taken away."""
        few = _grouped(self.visible.filter(_few(self.now, me)), self.now, me)
        of_all, of_nobody = Counter[Group](), Counter[Group]()
        for *place, _, whose, _, count in few:
            of_all[tuple(place)] += count
            of_nobody[tuple(place)] += count if whose == NOBODYS else 0
        found = list(few)
        for *place, count, assigned in _in_order(self.visible):
            nobodys = max(0, count - assigned - of_nobody[tuple(place)])
            others = max(0, count - of_all[tuple(place)] - nobodys)
            found += [(*place, "", NOBODYS, False, nobodys), (*place, "", OTHERS, False, others)]
        return [group for group in found if group[-1]]

    def _cell(self, row: Group) -> Cell:
        queue, kind, market, priority, due, whose, is_asleep, count = row
        code = self.queues[queue].code if queue in self.queues else ""
        return Cell(code, kind, market, Priority(priority).label, due, whose, is_asleep, count)

    def tabs(self) -> list[Tab]:
        return [
            Tab(label, self.wish.address(tab=tab), tab == self.wish.tab, count=self.counts[tab])
            for tab, label in TABS.items()
        ]

    def select(self, name: str) -> Select:
        label, everything = FILTERS[name]
        chosen = getattr(self.wish, name)
        choices = [
            Choice(value, f"{words} ({count:,})", value == chosen)
            for value, words in self._values(name)
            if (count := self.values[name][value]) or value == chosen
        ]
        return Select(name, label, [Choice("", everything, not chosen), *choices])

    def _values(self, name: str) -> list[tuple[str, str]]:
        """What can be chosen, in its order and in words."""
        chosen = getattr(self.wish, name)
        match name:
            case "queue":
                known = [(queue.code, queue.name) for queue in self.queues.values()]
            case "priority":
                known = [(word, word.capitalize()) for word in PRIORITIES]
            case "due":
                known = list(DUE.items())
            case _:
                found = set(self.values[name]) - {""}
                known = [(one, phrase(one) if name == "kind" else one) for one in sorted(found)]
        return known if not chosen or chosen in dict(known) else [*known, (chosen, chosen)]


def _due(now: datetime) -> dict[str, Q]:
    return {OVERDUE: Q(due_at__lt=now), DUE_SOON: Q(due_at__gte=now, due_at__lt=now + SOON)}


def _tabs_of(cell: Cell) -> Sequence[str]:
    if cell.is_asleep:
        return ("all",) if cell.whose == OTHERS else ("snoozed", "all")
    return {MINE: ("mine", "all"), NOBODYS: ("unassigned", "all"), OTHERS: ("all",)}[cell.whose]


def _few(now: datetime, me: int) -> Q:
    """Items of which more is to be known than where they lie and whether somebody has them."""
    return Q(assignee_id=me) | Q(snoozed_until__gt=now) | Q(due_at__lt=now + SOON)


def _in_order(rows: WorkItemQuerySet) -> list[Group]:
    """Queue, kind, market and priority, with how many there are, and how many of these somebody has."""
    grouped = rows.order_by().values_list("queue_id", "kind", "market", "priority")
    return list(grouped.annotate(rows=Count("*"), assigned=Count("assignee_id")))


def _grouped(rows: WorkItemQuerySet, now: datetime, me: int) -> list[Group]:
    due = [When(condition, then=Value(name)) for name, condition in _due(now).items()]
    whose = [When(assignee=None, then=Value(NOBODYS)), When(assignee_id=me, then=Value(MINE))]
    asleep = When(snoozed_until__gt=now, then=Value(True))
    return list(
        rows.order_by()
        .annotate(
            due=Case(*due, default=Value("")),
            whose=Case(*whose, default=Value(OTHERS)),
            is_asleep=Case(asleep, default=Value(False)),
        )
        .values_list("queue_id", "kind", "market", "priority", "due", "whose", "is_asleep")
        .annotate(rows=Count("*"))
    )
