"""One search over everything that a person may see, and over what they may do.

Each group costs a bounded number of indexed queries: parts of words go by trigrams, which want three letters; what is
shorter finds only SKUs that begin so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from dam.models import Asset, AssetVersion
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.jobs.models import Job
from foundation.workflow.models import WorkItem
from pim.models import Product, ProductImport
from pim.queries.products import find_products, labels_of
from syndication.choices import ListingState
from syndication.models import Listing
from workspace.models import SavedView
from workspace.queries.job_kinds import quiet_kinds
from workspace.queries.jobs import job_rows
from workspace.queries.listings import STATES
from workspace.queries.places import ACTIONS, CORNERS, PLACES, Place
from workspace.queries.saved_views import view_address
from workspace.queries.scopes import label
from workspace.queries.shown import LOCALE
from workspace.queries.work_items import work_row

CAP = 6
LETTERS = 3  # what a trigram has
# Of what matches, so many are looked at to find the best; a word that is in everything costs no more.
LOOKED_AT = 40
LONGEST = 100
RECENT_JOBS = 100


@dataclass(frozen=True)
class Hit:
    label: str
    note: str
    url: str
    icon: str


@dataclass(frozen=True)
class HitGroup:
    """Hits of one kind; `more_url` is the list that has all of them."""

    name: str
    label: str
    hits: list[Hit]
    more_url: str = ""


def search(q: str, *, actor: Actor) -> list[HitGroup]:
    """What the words find, kind by kind; without words the places to go and what one can do."""
    words = q[:LONGEST].lower().split()[:8]
    if not words:
        groups = [_actions([], actor), _places([], actor)]
    else:
        products = _matching_products(q[:LONGEST], words, actor)
        groups = [
            _places(words, actor),
            _products(products, q, actor),
            _assets(words, q, actor),
            _listings(products, q, actor),
            _work_items(words, actor),
            _runs(words, actor),
            _views(words, actor),
            _actions(words, actor),
        ]
    return [group for group in groups if group.hits]


def _long(words: Iterable[str]) -> bool:
    """Can an index find them?"""
    return any(len(word) >= LETTERS for word in words)


def _matching_products(q: str, words: Sequence[str], actor: Actor) -> list[Product]:
    """The SKU itself first, then what begins with it, then models before their variants."""
    visible, text = Product.objects.visible_to(actor), " ".join(words)
    spellings = {q.strip(), text, text.upper()}
    begins = Q()
    for one in spellings:
        begins |= Q(sku__startswith=one)
    found = {one.pk: one for one in visible.filter(begins).order_by("sku")[:CAP]}
    if _long(words):
        found |= {one.pk: one for one in find_products(text, actor=actor).order_by()[:LOOKED_AT]}

    def rank(product: Product) -> tuple[bool, bool, int, str]:
        sku = product.sku.lower()
        return (sku != text, not sku.startswith(text), product.level, product.sku)

    return sorted(found.values(), key=rank)


def _products(products: Sequence[Product], q: str, actor: Actor) -> HitGroup:
    shown = products[:CAP]
    titles = labels_of([one.pk for one in shown], LOCALE) if shown else {}
    hits = [
        Hit(titles[one.pk], one.sku if titles[one.pk] != one.sku else "", reverse("product", args=[one.uid]), "product")
        for one in shown
    ]
    return HitGroup("products", "Products", hits, _more("product_list", q) if len(products) > CAP else "")


def _assets(words: Sequence[str], q: str, actor: Actor) -> HitGroup:
    if not _long(words):
        return HitGroup("assets", "Assets", [])
    visible = Asset.objects.visible_to(actor).select_related("current_version")
    found = {one.pk: one for one in _holding(visible, "title", words).order_by()[: CAP + 1]}
    if len(found) <= CAP:
        versions = _holding(AssetVersion.objects.all(), "filename", words)
        named = visible.filter(pk__in=versions.values("asset_id")).exclude(pk__in=found)
        found |= {one.pk: one for one in named.order_by()[: CAP + 1 - len(found)]}
    hits = [
        Hit(one.title, _told_apart(one), reverse("asset", args=[one.uid]), "asset")
        for one in sorted(found.values(), key=lambda one: one.title)
    ]
    return HitGroup("assets", "Assets", hits[:CAP], _more("asset_list", q) if len(hits) > CAP else "")


def _told_apart(asset: Asset) -> str:
    """Many pictures have the same title; their files have names of their own."""
    filename = asset.current_version.filename if asset.current_version else ""
    return filename if filename and filename != asset.title else str(asset.get_kind_display())


def _listings(products: Sequence[Product], q: str, actor: Actor) -> HitGroup:
    ids = [one.pk for one in products]
    rows = Listing.objects.visible_to(actor).filter(product_id__in=ids).order_by("sku", "scope_id")
    found = list(rows.select_related("scope__channel", "scope__market")[: CAP + 1]) if ids else []
    hits = [
        Hit(f"{one.sku} · {label(one.scope)}", STATES[ListingState(one.state)].label, _page("listing", one), "listing")
        for one in found[:CAP]
    ]
    return HitGroup("listings", "Listings", hits, _more("listing_list", q) if len(found) > CAP else "")


def _work_items(words: Sequence[str], actor: Actor) -> HitGroup:
    if not _long(words):
        return HitGroup("work", "Work items", [])
    rows = _holding(WorkItem.objects.visible_to(actor).unfinished(), "title", words).select_related("queue", "assignee")
    now = moment.now()
    shown = [work_row(one, actor, now) for one in rows.order_by()[:CAP]]
    return HitGroup("work", "Work items", [Hit(one.title, one.kind, one.url, one.icon) for one in shown])


def _runs(words: Sequence[str], actor: Actor) -> HitGroup:
    """Imports by the name of their file; of one's last jobs those whose title has the words."""
    hits = []
    if _long(words):
        rows = _holding(ProductImport.objects.visible_to(actor), "filename", words).order_by("-pk")[:CAP]
        hits = [Hit(one.filename, f"Import, {one.get_state_display()}", _page("import", one), "import") for one in rows]
    known = {hit.url for hit in hits}
    own = Job.objects.filter(owner_id=actor.user_id or -1).order_by("-pk")[:RECENT_JOBS]
    jobs = job_rows([job for job in own if job.kind not in quiet_kinds()], actor)
    hits += [
        Hit(job.title, job.state.label, job.url, job.icon)
        for job in jobs
        if job.url not in known and _has(job.title, words)
    ]
    return HitGroup("jobs", "Imports and jobs", hits[:CAP])


def _views(words: Sequence[str], actor: Actor) -> HitGroup:
    rows = SavedView.objects.visible_to(actor).select_related("owner")
    for word in words:
        rows = rows.filter(name__icontains=word)
    hits = [
        Hit(one.name, "Yours" if one.owner_id == actor.user_id else f"By {one.owner}", view_address(one), "bookmark")
        for one in rows.order_by("name")[:CAP]
    ]
    return HitGroup("views", "Saved views", hits)


def _places(words: Sequence[str], actor: Actor) -> HitGroup:
    places = PLACES if not words else (*PLACES, *CORNERS)
    return HitGroup("places", "Go to", _hits(places, words, actor))


def _actions(words: Sequence[str], actor: Actor) -> HitGroup:
    return HitGroup("actions", "Do", _hits(ACTIONS, words, actor))


def _hits(places: Iterable[Place], words: Sequence[str], actor: Actor) -> list[Hit]:
    found = [place for place in places if _has(place.label, words) and place.is_open_to(actor) and place.url]
    return [Hit(place.label, "", place.url, place.icon) for place in found]


def _has(text: str, words: Iterable[str]) -> bool:
    lowered = text.lower()
    return all(word in lowered for word in words)


def _holding(rows: QuerySet, field: str, words: Iterable[str]) -> QuerySet:  # type: ignore[type-arg]  # of any model
    for word in words:
        rows = rows.filter(**{f"{field}__icontains": word})
    return rows


def _page(name: str, row: Listing | ProductImport) -> str:
    return reverse(name, args=[row.uid])


def _more(name: str, q: str) -> str:
    return f"{reverse(name)}?{urlencode({'q': q})}"
