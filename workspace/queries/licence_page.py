"""One licence: its terms in words and as an editor, its assets, its story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from dam.models import Asset, AssetLicence, Licence, LicenceTerm
from foundation.core import moment
from foundation.core.actors import CATEGORY, Actor
from foundation.core.pages import keyset_page
from foundation.core.territories import TERRITORIES
from foundation.history.queries import Change, changes_of
from foundation.markets.models import Channel
from workspace.queries.assets import asset_tiles
from workspace.queries.history import events_of, merged
from workspace.queries.licences import get_licence, licence_state, next_boundary
from workspace.queries.rights import ChannelNames, channel_names, term_sentence
from workspace.queries.rights_timeline import RightsTimeline, rights_timeline
from workspace.queries.shown import Difference, State, Tile, TimelineEntry
from workspace.queries.words import person

TABLE = Licence._meta.db_table
PAGE = 24
USES = ("web", "print", "social", "advertising", "packaging", "press")


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class Choices:
    """What the editor's fields offer."""

    territories: list[Choice]
    channels: list[Choice]
    uses: list[Choice]


@dataclass(frozen=True)
class TermRow:
    """One term in the editor, as texts; `errors` by field."""

    kind: str = "grant"
    territories: str = ""
    channels: str = ""
    uses: str = ""
    starts: str = ""
    ends: str = ""
    sentence: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TermEditor:
    """`overtaken` says who changed the licence meanwhile; `version` is the one that the form was read at."""

    version: int
    credit: str
    rows: Sequence[TermRow]
    choices: Choices
    overtaken: str = ""
    error: str = ""


@dataclass(frozen=True)
class LicenceHead:
    uid: UUID
    name: str
    credit: str
    state: State
    boundary: datetime | None
    boundary_text: str
    revoked_at: datetime | None
    terms: list[str]
    may_change: bool
    why_not: str


@dataclass(frozen=True)
class LicencePage:
    licence: LicenceHead
    timeline: RightsTimeline | None
    editor: TermEditor
    total: int
    tiles: list[Tile]
    next_cursor: str
    history: list[TimelineEntry]


def licence_page(uid: UUID, *, actor: Actor, cursor: str = "") -> LicencePage:
    licence = get_licence(uid, actor=actor)
    terms, at, names = terms_of(licence), moment.now(), channel_names()
    total, tiles, next_cursor = licence_assets(licence, actor=actor, cursor=cursor)
    return LicencePage(
        licence=_head(licence, terms, names, actor),
        timeline=rights_timeline([(licence, "", terms)], at, names),
        editor=TermEditor(licence.version, licence.credit, [term_row(one, names) for one in terms], choices(actor)),
        total=total,
        tiles=tiles,
        next_cursor=next_cursor,
        history=merged(
            _story(licence), events_of([licence.uid], actor, but=("dam.rights.changed",)),
        ),
    )  # fmt: skip


def licence_assets(licence: Licence, *, actor: Actor, cursor: str = "") -> tuple[int, list[Tile], str]:
    """How many assets it holds for, and one page of them, newest first."""
    held = AssetLicence.objects.filter(licence=licence).values("asset")
    rows = Asset.objects.visible_to(actor).filter(pk__in=held)
    page = keyset_page(rows.select_related("current_version"), order=("-pk",), cursor=cursor, limit=PAGE)
    return rows.count(), asset_tiles(page.rows, actor), page.next_cursor


def may_change(licence: Licence, actor: Actor) -> bool:
    """By those who see all its assets."""
    if not actor.may("dam.edit"):
        return False
    return (
        not actor.within("dam.edit").is_limited("market", CATEGORY)
        or not Licence.objects.filter(pk=licence.pk).not_all_seen_by(actor).exists()
    )


def terms_of(licence: Licence) -> list[LicenceTerm]:
    return list(LicenceTerm.objects.filter(licence=licence).order_by("pk"))


def term_row(term: LicenceTerm, names: ChannelNames) -> TermRow:
    return TermRow(
        kind="grant" if term.is_grant else "exclusion",
        territories=", ".join(term.territories),
        channels=", ".join(term.channels),
        uses=", ".join(term.uses),
        starts=_typed(term.starts_at),
        ends=_typed(term.ends_at),
        sentence=term_sentence(term, names),
    )


def choices(actor: Actor) -> Choices:
    """Territories by name, the actor's channels, and the uses that the house knows."""
    channels = list(Channel.objects.visible_to(actor).order_by("code"))
    uses = dict.fromkeys([*(one.use for one in channels), *USES])
    return Choices(
        territories=[Choice(code, name) for code, name in sorted(TERRITORIES.items(), key=lambda pair: pair[1])],
        channels=[Choice(one.code, one.name or one.code) for one in channels],
        uses=[Choice(use, use.capitalize()) for use in uses],
    )


def changed_meanwhile(licence: Licence, version: int) -> str:
    """Who changed it after that version, in a sentence."""
    newest = next((one for one in changes_of(TABLE, licence.pk) if _version(one.before) >= version), None)
    if newest is None:
        return "The licence was changed meanwhile."
    when = f"{newest.at.day} {newest.at:%B}, {newest.at:%H:%M} UTC"
    return f"{person(newest.actor)} changed the licence on {when}. Yours is not saved yet."


def _version(row: Mapping[str, Any] | None) -> int:
    return int(row["version"]) if row else 0


def _head(licence: Licence, terms: Sequence[LicenceTerm], names: ChannelNames, actor: Actor) -> LicenceHead:
    at = moment.now()
    boundary, verb = next_boundary(licence, terms, at)
    may = may_change(licence, actor)
    why_not = ""
    if not may:
        why_not = (
            "It holds for assets of other markets too. Who sees all of them may change it; you may make one for yours."
            if actor.may("dam.edit")
            else "Your role may look, but not change licences. The studio can."
        )
    return LicenceHead(
        uid=licence.uid,
        name=licence.name,
        credit=licence.credit,
        state=licence_state(licence, terms, at),
        boundary=boundary,
        boundary_text=verb,
        revoked_at=licence.revoked_at,
        terms=[term_sentence(one, names) for one in sorted(terms, key=lambda term: not term.is_grant)],
        may_change=may,
        why_not=why_not,
    )


def _story(licence: Licence) -> list[TimelineEntry]:
    return [TimelineEntry(one.at, person(one.actor), *_told(one)) for one in changes_of(TABLE, licence.pk)]


def _told(change: Change) -> tuple[str, str, list[Difference]]:
    """The change in words, no address, and the credit before and after."""
    before, after = change.before or {}, change.after or {}
    if not before:
        return "Licence made", "", []
    if before.get("revoked_at") != after.get("revoked_at"):
        return "Revoked: it ended at once", "", []
    if before.get("credit") != after.get("credit"):
        return "Terms and credit changed", "", [Difference("Credit", before["credit"], after.get("credit", ""))]
    return f"Terms changed: version {after.get('version', '')}", "", []


def _typed(at: datetime | None) -> str:
    """As a field for date and time takes it; seconds only where there are some."""
    if at is None:
        return ""
    return at.replace(tzinfo=None).isoformat(timespec="seconds" if at.second else "minutes")
