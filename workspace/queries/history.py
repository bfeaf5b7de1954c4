"""What happened, in sentences: from revisions of values, and from events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.urls import reverse

from associations.models import Binding
from dam.models import Asset
from foundation.core.actors import CATEGORY, Actor
from foundation.events.catalogue import TYPES
from foundation.events.models import Event
from foundation.history.models import Revision
from foundation.markets.models import ANY_LOCALE, Cell
from foundation.workflow import events as work_events
from pim.models import Attribute, Product, ProductValues
from workspace.queries.options import words_of
from workspace.queries.shown import Difference, TimelineEntry
from workspace.queries.words import in_words, person

ENTRIES = 30
RECENT = 300
SPELT = 8
ANYWHERE = "*"
WORK = work_events.WORK_ITEM_OPENED.name.partition(".")[0] + "."

# What an event is in a sentence, from its data. The rest are told by the catalogue.
SENTENCES: dict[str, str] = {
    "pim.product.created": "{sku} created in {family}",
    "pim.product.moved": "{sku} moved to {family}",
    "pim.product.taken_back": "{sku}, just made, taken back",
    "pim.product.placed": "{sku} placed on {channel} in {market}",
    "pim.product.withdrawn": "{sku} withdrawn from {channel} in {market}",
    "pim.product.classified": "{sku} put into {category}",
    "pim.product.unclassified": "{sku} taken out of {category}",
    "pim.product.related": "{sku}: what it is to other products changed ({types})",
    "pim.product.completed_first": "{sku} complete in {scope} for the first time",
    "dam.asset.ingested": "{filename} ingested",
    "dam.asset.approved": "Version {version} approved",
    "dam.asset.changed": "Asset changed: {changed}",
    "dam.version.added": "Version {version} added: {filename}",
    "dam.rendition.ready": "Rendition {preset} made",
    "associations.binding.created": "A picture was bound to {sku} as {role}",
    "associations.binding.removed": "A picture of {sku} was unbound",
    "associations.binding.changed": "A picture of {sku} is now its {role}",
    "associations.binding.proposed": "A picture may show {sku}; a steward is asked",
    "associations.binding.confirmed": "A picture of {sku} was confirmed",
    "associations.binding.rejected": "A picture does not show {sku}",
    "syndication.product.first_live": "{sku} is out for the first time, on {channel} in {market}",
    "syndication.listing.published": "Published as revision {revision}",
    "syndication.listing.held": "Held back",
    "syndication.listing.withdrawn": "Withdrawn",
    "syndication.rejection.opened": "{channel} refused it: {attribute}, {code}",
    "syndication.rejection.closed": "What {channel} refused is mended: {attribute}",
    "associations.binding.reordered": "The pictures of {sku} come in another order",
}
# By the room of an event, the permission in whose markets it is known.
SEEN_BY = {
    "pim": "pim.view",
    "dam": "dam.view",
    "associations": "dam.view",
    "syndication": "syndication.view",
}
SILENT = ("syndication.rejection.", "pim.product.related")  # of products that one may not see, too
HOUSEKEEPING = ("dam.rendition.ready", *(name for name in TYPES if name.startswith(WORK)))


def sentence(event: Event) -> str:
    data = {name: _spoken(value) for name, value in event.data.items()}
    if event.type == "pim.product.changed":
        return f"{data.get('sku', '')}: {data.get('attributes') or 'values'} changed"
    pattern = SENTENCES.get(event.type)
    if pattern is not None:
        return pattern.format_map(defaultdict(lambda: "?", data))
    declared = TYPES.get(event.type)
    return declared.meaning if declared else event.type


def recent_changes(actor: Actor, limit: int = ENTRIES) -> list[TimelineEntry]:
    """The newest events about products and assets that the actor may see. Three queries.

    What somebody did many times over is one entry.
    """
    newest = Event.objects.exclude(type__in=HOUSEKEEPING).order_by("-position")[:RECENT]
    events = [event for event in newest if not event.type.startswith("workflow.")]
    pages = _pages({event.subject for event in events}, actor)
    return _told(_known_to(actor, [event for event in events if event.subject in pages]), pages)[:limit]


def events_of(
    subjects: Iterable[UUID], actor: Actor, *, but: Sequence[str] = (), limit: int = ENTRIES, is_grouped: bool = True
) -> list[TimelineEntry]:
    """The story of some subjects, newest first, as far as it is the actor's."""
    rows = Event.objects.filter(subject__in=list(subjects)).exclude(type__in=[*but, *HOUSEKEEPING])
    return _told(_known_to(actor, list(rows.order_by("-position")[:RECENT])), {}, is_grouped=is_grouped)[:limit]


def events_between(
    subjects: Iterable[UUID], actor: Actor, *, after: datetime, until: datetime, but: Sequence[str] = ()
) -> list[TimelineEntry]:
    """What happened to some subjects in a span of time, newest first, one entry each."""
    rows = Event.objects.filter(subject__in=list(subjects), at__gt=after, at__lte=until)
    newest = rows.exclude(type__in=[*but, *HOUSEKEEPING]).order_by("-position")[:RECENT]
    return _told(_known_to(actor, list(newest)), {}, is_grouped=False)


def _known_to(actor: Actor, events: Sequence[Event]) -> list[Event]:
    """Without what happened to a visible subject in markets that are not the actor's."""
    rooms = {room: actor.within(permission) for room, permission in SEEN_BY.items()}
    if not any(one.is_limited("market", CATEGORY) for one in rooms.values()):
        return list(events)
    limits = {room: _markets(one) for room, one in rooms.items()}
    here = [event for event in events if _is_within(limits.get(event.type.partition(".")[0]), event)]
    said = {event.data["binding"] for event in here if "binding" in event.data}
    visible = Binding.objects.visible_to(actor).filter(uid__in=said).values_list("uid", flat=True)
    hidden = said - {str(uid) for uid in visible}
    return [event for event in here if event.data.get("binding") not in hidden]


def _markets(actor: Actor) -> frozenset[str] | None:
    """Where they know what happened: who has one role in a market and another in a branch, in that market alone."""
    some = [one.limits["market"] for one in actor.reaches if "market" in one.limits]
    return frozenset().union(*some) if some and actor.is_limited("market", CATEGORY) else None


def _is_within(codes: frozenset[str] | None, event: Event) -> bool:
    return codes is None or not _markets_of(event).isdisjoint({ANYWHERE, *codes})


def _markets_of(event: Event) -> set[str]:
    """Where it happened, by its data; what does not say happened nowhere one may know of."""
    data = event.data
    if "market" in data:
        return {str(data["market"])}
    if "scope" in data:
        return {str(data["scope"]).split("/")[1]}
    if data.get("cells"):
        return {str(cell).partition("/")[0] for cell in data["cells"]}
    return set() if event.type.startswith(SILENT) else {ANYWHERE}


def value_changes(product: Product, actor: Actor, locale: str, limit: int = ENTRIES) -> list[TimelineEntry]:
    """Changes of a product's own values, cut to the attributes that the actor may see."""
    rows = {
        str(row.pk): row
        for row in ProductValues.objects.visible_to(actor).filter(product=product).select_related("cell__market")
    }
    revisions = Revision.objects.filter(table_name=ProductValues._meta.db_table, row_key__in=list(rows))
    after: dict[str, Mapping[str, Any]] = {key: row.vals for key, row in rows.items()}
    found: dict[tuple[int, str], tuple[Revision, list[_Said]]] = {}
    for revision in revisions.order_by("-id")[:RECENT]:
        key = revision.row_key
        before = (revision.before or {}).get("vals", {})
        codes = sorted(code for code in before.keys() | after[key].keys() if before.get(code) != after[key].get(code))
        said = [_Said(code, _place(rows[key].cell), before.get(code), after[key].get(code)) for code in codes]
        found.setdefault((revision.tx, revision.actor), (revision, []))[1].extend(said)
        after[key] = before
    changed = {one.code for _, changes in found.values() for one in changes}
    attributes = {one.code: one for one in Attribute.objects.visible_to(actor).filter(code__in=changed)}
    told = [(revision, [one for one in changes if one.code in attributes]) for revision, changes in found.values()]
    told = [(revision, changes) for revision, changes in told if changes][:limit]
    ones = [one for _, changes in told for one in changes]
    options = words_of([(attributes[one.code], said) for one in ones for said in (one.before, one.after)], locale)

    def spoken(one: _Said) -> Difference:
        attribute = attributes[one.code]
        before, after = (in_words(attribute, value, options).whole for value in (one.before, one.after))
        return Difference(attribute.label(locale) + one.place, before, after)

    return [_values_entry(revision, [spoken(one) for one in changes]) for revision, changes in told]


@dataclass(frozen=True)
class _Said:
    """One change of a value, before it is in words."""

    code: str
    place: str
    before: Any
    after: Any


def _values_entry(revision: Revision, changes: Sequence[Difference]) -> TimelineEntry:
    """One transaction's changes; of many the first, and how many more."""
    verb = "changed" if any(change.before for change in changes) else "set"
    text = f"{len(changes)} value{'s' if len(changes) > 1 else ''} {verb}"
    text += f"; the first {SPELT}:" if len(changes) > SPELT else ""
    return TimelineEntry(revision.at, person(revision.actor), text, changes=list(changes[:SPELT]))


def _place(cell: Cell) -> str:
    """` (JP, ja-JP)`; nothing for what holds everywhere."""
    parts = [part for part in str(cell).split("/") if part != ANY_LOCALE]
    return f" ({', '.join(parts)})" if parts else ""


def merged(*stories: Sequence[TimelineEntry], limit: int = ENTRIES) -> list[TimelineEntry]:
    entries = [entry for story in stories for entry in story]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _told(events: Sequence[Event], pages: Mapping[UUID, str], *, is_grouped: bool = True) -> list[TimelineEntry]:
    """One entry for each run of events of one kind by one actor, or for each event."""
    entries = []
    for _, run in groupby(events, key=lambda event: (event.type, event.actor) if is_grouped else event.position):
        first, *others = run
        text = sentence(first) + (f", and {len(others):,} more like it" if others else "")
        entries.append(TimelineEntry(first.at, person(first.actor), text, pages.get(first.subject, "")))
    return entries


def _pages(subjects: set[UUID], actor: Actor) -> dict[UUID, str]:
    """The pages of those subjects that are visible products or assets."""
    kinds: list[tuple[str, Callable[[], Iterable[UUID]]]] = [
        ("product", lambda: Product.objects.visible_to(actor).filter(uid__in=subjects).values_list("uid", flat=True)),
        ("asset", lambda: Asset.objects.visible_to(actor).filter(uid__in=subjects).values_list("uid", flat=True)),
    ]
    return {uid: reverse(name, args=[uid]) for name, find in kinds for uid in find()}


def _spoken(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value[:4]) + (" and more" if len(value) > 4 else "")
    return str(value)
