"""Cards of the first page, by what somebody may do: what fell, what was refused, what waits, how the house is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.urls import reverse

from dam.choices import AssetState, FileState
from dam.models import Asset, Ingest
from foundation.accounts.models import ApiKey, Grant, User
from foundation.accounts.queries import WITH_GRANTS, grants_of
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.events.models import Dirty, Parked
from foundation.jobs.models import Job
from foundation.markets.models import Channel, Scope
from pim.models import Family, ImportRowError, ProductImport
from pim.queries.summaries import falls
from syndication.choices import ListingState
from syndication.models import Feed, Listing, Rejection
from workspace.queries.counts import Capped, capped_count
from workspace.queries.heat import Place
from workspace.queries.shown import LOCALE, State
from workspace.queries.words import phrase

SHOWN = 5
LOOKED_AT = 50  # of the newest imports and ingests, in the search for refusals
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    title: str
    note: str
    url: str
    state: State | None = None


@dataclass(frozen=True)
class Card:
    key: str
    heading: str
    icon: str
    lines: list[Line]
    url: str
    url_label: str
    empty: str
    hint: str


def cards_of(actor: Actor) -> list[Card]:
    """The cards whose permission the actor has, in the order in which roles need them."""
    makers: list[tuple[str, Callable[[Actor], Card]]] = [
        ("jobs.administer", house_card),
        ("pim.edit", fallen_card),
        ("pim.import", imports_card),
        ("dam.approve", approval_card),
        ("dam.ingest", ingests_card),
        ("syndication.publish", channels_card),
        ("accounts.manage", people_card),
    ]
    cards = [make(actor) for permission, make in makers if actor.may(permission)]
    runs_programs = actor.may("pim.import") and not actor.may("workflow.work")
    return [keys_card(actor), *cards] if runs_programs else cards


def fallen_card(actor: Actor) -> Card:
    """Where fewer products are complete than a week ago."""
    scopes = {one.pk: one for one in Scope.objects.visible_to(actor).select_related("channel", "market")}
    families = {one.pk: one for one in Family.objects.visible_to(actor)}
    found = falls(actor, families=list(families), scopes=list(scopes), since=moment.now().date() - WEEK)
    lines = []
    for family, scope, lost in found[:SHOWN]:
        one, where = families[family], scopes[scope]
        query = {"cell": str(Place(one.code, where.channel.code, where.market.code)), "locale": where.locale_id}
        lines.append(
            Line(
                f"{one.label(LOCALE)} in {where.market.name}",
                f"{where.channel.name or where.channel.code}, {where.locale_id}",
                f"{reverse('completeness')}?{urlencode(query | {'show': 'incomplete'})}",
                State(f"{lost:,} fewer", "bad"),
            )
        )
    return Card(
        "fallen", "Lost completeness this week", "completeness", lines, reverse("completeness"), "Completeness",
        "Nothing was lost", "No family has fewer complete products than a week ago.",
    )  # fmt: skip


def imports_card(actor: Actor) -> Card:
    """The newest imports that still have refused rows."""
    newest = ProductImport.objects.visible_to(actor).order_by("-pk").values("pk")[:LOOKED_AT]
    left = ImportRowError.objects.unresolved().filter(product_import=OuterRef("pk"))
    rows = ProductImport.objects.filter(pk__in=newest).filter(Exists(left)).order_by("-pk")[:SHOWN]
    lines = [
        Line(
            row.filename, f"{row.created_at:%-d %b, %H:%M}", reverse("import", args=[row.uid]),
            State(f"{row.failed:,} refused", "attention"),
        )
        for row in rows
    ]  # fmt: skip
    return Card(
        "imports", "Imports with refused rows", "file", lines, reverse("import_list"), "Imports",
        "No row is left out", "Rows that an import refuses wait here until a later file brings them in.",
    )  # fmt: skip


def approval_card(actor: Actor) -> Card:
    """The oldest assets that nobody has approved yet."""
    states = (AssetState.DRAFT, AssetState.REVIEW)
    rows = Asset.objects.visible_to(actor).filter(state__in=states).order_by("pk")[:SHOWN]
    lines = [
        Line(row.title, f"since {row.created_at:%-d %b}", reverse("asset", args=[row.uid]), _asset_state(row))
        for row in rows
    ]
    address = f"{reverse('asset_list')}?{urlencode({'state': states}, doseq=True)}"
    return Card(
        "approval", "Waiting for approval", "asset", lines, address, "All of them",
        "Everything is approved", "Assets that were taken in and not approved yet wait here.",
    )  # fmt: skip


def _asset_state(asset: Asset) -> State:
    state = AssetState(asset.state)
    return State(state.label.capitalize(), "blue" if state == AssetState.REVIEW else "")


def ingests_card(actor: Actor) -> Card:
    """The newest deliveries, one's own first of all, with what was refused of them."""
    mine = Ingest.objects.visible_to(actor).filter(job__owner_id=actor.user_id or -1)
    rows = list(mine.select_related("job").order_by("-pk")[:SHOWN])
    lines = []
    for row in rows:
        name = row.folder.rstrip("/").rpartition("/")[2] or "Upload"
        files = row.job.total if row.job else 0
        note = f"{files:,} file{'' if files == 1 else 's'}, {row.created_at:%-d %b, %H:%M}"
        lines.append(Line(name, note, reverse("asset_list"), _ingest_state(row.job)))
    return Card(
        "ingests", "My ingests", "upload", lines, reverse("asset_list"), "Assets",
        "You have taken in nothing yet", "Deliveries that you start are listed here with what was refused of them.",
    )  # fmt: skip


def _ingest_state(job: Job | None) -> State | None:
    """By what the run has said of itself, since its files may be many."""
    if job is None or job.is_open:
        return State("Running", "blue") if job else None
    refused = int(job.result.get(FileState.REFUSED) or 0)
    return State(f"{refused:,} refused", "bad") if refused else State(job.get_state_display().capitalize(), "ok")


def channels_card(actor: Actor) -> Card:
    """What is live, held and refused on each channel."""
    lines = []
    for channel in Channel.objects.visible_to(actor):
        rows = Listing.objects.visible_to(actor).filter(scope__in=Scope.objects.filter(channel=channel).values("pk"))
        live, held = (capped_count(rows.filter(state=state)) for state in (ListingState.LIVE, ListingState.HELD))
        refused = capped_count(Rejection.objects.visible_to(actor).unresolved().filter(channel=channel))
        address = f"{reverse('listing_list')}?{urlencode({'channel': channel.code})}"
        lines.append(Line(channel.name or channel.code, f"{live} live, {held} held", address, _refused(refused)))
    return Card(
        "channels", "On your channels", "listing", lines, reverse("listing_list"), "Listings",
        "No channel yet", "An administrator defines channels and their profiles.",
    )  # fmt: skip


def _refused(count: Capped) -> State:
    return State(f"{count} rejected", "bad") if count else State("None rejected", "ok")


def keys_card(actor: Actor) -> Card:
    """One's keys that are in force, and how the newest feeds went."""
    keys = ApiKey.objects.filter(user_id=actor.user_id or -1, revoked_at=None).select_related("use")
    lines = [
        Line(key.name, f"{key.prefix}…, last used {_used(key)}", reverse("key_list"), State("In force", "ok"))
        for key in keys.order_by("-pk")[:SHOWN]
    ]
    for feed in Feed.objects.visible_to(actor).select_related("channel").order_by("-pk")[:SHOWN] if lines else ():
        note = f"{feed.created_at:%-d %b, %H:%M}"
        address = f"{reverse('listing_list')}?channel={feed.channel.code}"
        lines.append(Line(f"Feed to {feed.channel.name}", note, address, State(phrase(feed.state))))
    return Card(
        "keys", "Keys and feeds", "tag", lines, reverse("key_list"), "All keys",
        "You have no key", "Make one: a program that calls the API acts by it as you.",
    )  # fmt: skip


def _used(key: ApiKey) -> str:
    use = getattr(key, "use", None)
    return f"{use.at:%-d %b, %H:%M}" if use else "never"


def house_card(_: Actor) -> Card:
    """Whether the machine is well: what was parked, what failed, what cannot be refreshed."""
    failed = Job.objects.filter(state=Job.State.FAILED, pk__in=Job.objects.order_by("-pk").values("pk")[:1000])
    checks: Iterable[tuple[str, str, Capped, str]] = (
        (
            "Parked subjects",
            "events that a consumer could not handle",
            capped_count(Parked.objects.all()),
            "events_parked",
        ),
        ("Failed jobs", "among the newest thousand", capped_count(failed), "jobs_job"),
        (
            "Stuck projections",
            "derived data that cannot be refreshed",
            capped_count(Dirty.objects.exclude(error="")),
            "events_dirty",
        ),
    )
    lines = [
        Line(title, note, reverse(f"admin:{name}_changelist"), State(str(count), "bad" if count else "ok"))
        for title, note, count, name in checks
    ]
    return Card("house", "Health of the house", "gear", lines, reverse("admin:index"), "Admin", "", "")


def people_card(_: Actor) -> Card:
    """Who came last to the house, and what they may do."""
    rows = User.objects.filter(is_active=True, is_service=False).prefetch_related(*WITH_GRANTS).order_by("-pk")[:SHOWN]
    lines = [
        Line(str(row), ", ".join(map(_grant, grants_of(row))), reverse("admin:accounts_user_change", args=[row.pk]))
        for row in rows
    ]
    return Card("people", "Newest people", "users", lines, reverse("admin:accounts_user_changelist"), "All", "", "")


def _grant(grant: Grant) -> str:
    return phrase(grant.role) + (f" in {grant.code}" if grant.code else "")
