"""One asset: its picture, rights, versions, renditions and what it shows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from associations.choices import BindingStatus
from associations.models import Binding
from dam.choices import RenditionState, VersionState
from dam.models import Asset, AssetLicence, AssetVersion, LicenceTerm, Preset, Rendition
from dam.queries.assets import get_asset
from dam.queries.rights import licence_facts
from dam.verdict import Verdict, decide
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.markets.models import Scope
from pim.queries.products import labels_of
from workspace.queries.assets import state_chip
from workspace.queries.history import events_of
from workspace.queries.pictures import LARGE, addresses
from workspace.queries.rights import badge
from workspace.queries.scopes import visible_scopes
from workspace.queries.shown import LOCALE, Fact, Rights, State, TimelineEntry
from workspace.queries.words import byte_size, phrase

BINDING_TONES = {
    BindingStatus.ACTIVE: State("Active", "ok"),
    BindingStatus.PROPOSED: State("Proposed", "attention"),
    BindingStatus.REJECTED: State("Rejected"),
    BindingStatus.REMOVED: State("Removed"),
}
RENDITION_STATES = {
    RenditionState.DONE: State("Ready", "ok"),
    RenditionState.WAITING: State("Waiting", "blue"),
    RenditionState.FAILED: State("Failed", "bad"),
}


@dataclass(frozen=True)
class AssetHead:
    uid: UUID
    name: str
    picture_url: str
    meta: list[str]
    state: State
    rights: Rights | None


@dataclass(frozen=True)
class FactGroup:
    label: str
    facts: list[Fact]


@dataclass(frozen=True)
class VerdictRow:
    scope: str
    use: str
    rights: Rights
    reason: str
    boundary: datetime | None
    boundary_text: str


@dataclass(frozen=True)
class LicenceShown:
    name: str
    credit: str
    terms: list[str]
    is_revoked: bool


@dataclass(frozen=True)
class VersionShown:
    number: int
    at: datetime
    filename: str
    size: str
    sha256: str
    state: State
    is_current: bool


@dataclass(frozen=True)
class RenditionShown:
    preset: str
    format: str
    dimensions: str
    size: str
    state: State


@dataclass(frozen=True)
class BindingShown:
    product_url: str
    sku: str
    title: str
    role: str
    source: str
    evidence: str
    state: State


@dataclass(frozen=True)
class AssetPage:
    asset: AssetHead
    metadata: list[FactGroup]
    verdicts: list[VerdictRow]
    licences: list[LicenceShown]
    versions: list[VersionShown]
    renditions: list[RenditionShown]
    bindings: list[BindingShown]
    history: list[TimelineEntry]


def asset_page(uid: UUID, *, actor: Actor) -> AssetPage:
    asset = get_asset(uid, actor=actor)
    verdicts = _verdicts(asset, visible_scopes(actor))
    versions = list(AssetVersion.objects.filter(asset=asset).select_related("blob").order_by("-number"))
    return AssetPage(
        asset=_head(asset, verdicts, actor),
        metadata=_metadata(asset),
        verdicts=verdicts,
        licences=_licences(asset),
        versions=[_version(one, asset) for one in versions],
        renditions=_renditions(asset),
        bindings=_bindings(asset, actor),
        history=events_of([asset.uid], actor),
    )


def _head(asset: Asset, verdicts: Sequence[VerdictRow], actor: Actor) -> AssetHead:
    version = asset.current_version
    meta = [phrase(asset.kind)]
    if version is not None:
        meta.append(version.media_type)
        if version.width:
            meta.append(f"{version.width} × {version.height}")
    meta.append("for " + ", ".join(asset.markets) if asset.markets else "for every market")
    rights = verdicts[0].rights if verdicts else None
    return AssetHead(
        asset.uid, asset.title, addresses([asset], actor, LARGE).get(asset.pk, ""), meta, state_chip(asset), rights
    )


def _verdicts(asset: Asset, scopes: Sequence[Scope]) -> list[VerdictRow]:
    """One per channel and market; the locale makes no difference to rights."""
    at, facts = moment.now(), licence_facts([asset.pk])[asset.pk]
    rows = []
    for channel, market in {
        (scope.channel_id, scope.market_id): (scope.channel, scope.market) for scope in scopes
    }.values():
        verdict = decide(facts, channel=channel.code, territories=frozenset(market.territories), use=channel.use, at=at)
        name = f"{channel.name or channel.code} · {market.name or market.code}"
        rows.append(VerdictRow(name, channel.use, badge(verdict, at), verdict.reason, verdict.boundary, _edge(verdict)))
    return rows


def _edge(verdict: Verdict) -> str:
    return "until" if verdict.allowed else "may change"


def _licences(asset: Asset) -> list[LicenceShown]:
    held = [
        row.licence
        for row in AssetLicence.objects.filter(asset=asset).select_related("licence").order_by("licence__name")
    ]
    terms: dict[int, list[str]] = {}
    for term in LicenceTerm.objects.filter(licence__in=held).order_by("-is_grant", "pk"):
        terms.setdefault(term.licence_id, []).append(_term(term))
    return [LicenceShown(one.name, one.credit, terms.get(one.pk, []), one.revoked_at is not None) for one in held]


def _term(term: LicenceTerm) -> str:
    words = ["Allowed" if term.is_grant else "Never"]
    words.append("in " + ", ".join(term.territories) if term.territories else "everywhere")
    if term.uses:
        words.append("for " + ", ".join(term.uses))
    if term.channels:
        words.append("on " + ", ".join(term.channels))
    if term.starts_at:
        words.append(f"from {_moment(term.starts_at)}")
    if term.ends_at:
        words.append(f"until {_moment(term.ends_at)}")
    return " ".join(words)


def _moment(at: datetime) -> str:
    """A date; with the time, where the day does not begin then."""
    day = f"{at.day} {at:%B %Y}"
    return day if (at.hour, at.minute) == (0, 0) else f"{day}, {at:%H:%M}"


def _version(one: AssetVersion, asset: Asset) -> VersionShown:
    state = State("Approved", "ok") if one.state == VersionState.APPROVED else State("Draft")
    is_current = one.pk == asset.current_version_id
    return VersionShown(
        one.number, one.created_at, one.filename, byte_size(one.blob.bytes), one.sha256, state, is_current
    )


def _renditions(asset: Asset) -> list[RenditionShown]:
    version = asset.current_version
    if version is None:
        return []
    rows = Rendition.objects.filter(source_sha256=version.sha256).select_related("recipe").order_by("pk")
    presets = {_same(preset.body): preset.label or preset.code for preset in Preset.objects.all()}
    return [
        RenditionShown(
            preset=presets.get(_same(row.recipe.body), row.recipe_id[:8]),
            format=row.media_type or str(row.recipe.body.get("format", "")),
            dimensions=f"{row.width} × {row.height}" if row.width else "",
            size=byte_size(row.bytes),
            state=RENDITION_STATES[RenditionState(row.state)],
        )
        for row in rows
    ]


def _same(body: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells presets apart in a recipe, which has more to it."""
    return tuple(body.get(name) for name in ("width", "height", "fit", "format"))


def _bindings(asset: Asset, actor: Actor) -> list[BindingShown]:
    rows = list(
        Binding.objects.visible_to(actor)
        .filter(asset=asset, status__in=[BindingStatus.ACTIVE, BindingStatus.PROPOSED])
        .select_related("product__family")
        .order_by("status", "pk")
    )
    titles = labels_of([row.product_id for row in rows], LOCALE)
    return [
        BindingShown(
            product_url=reverse("product", args=[row.product.uid]),
            sku=row.product.sku,
            title=titles[row.product_id],
            role=row.role,
            source=phrase(row.get_source_display()),
            evidence=row.sentence or row.axis,
            state=BINDING_TONES[BindingStatus(row.status)],
        )
        for row in rows
    ]


def _metadata(asset: Asset) -> list[FactGroup]:
    """What people said of it, then what the file says of itself."""
    groups = [FactGroup("In the house", _facts(asset.metadata))]
    embedded = asset.current_version.embedded if asset.current_version else {}
    loose = {name: value for name, value in embedded.items() if not isinstance(value, dict)}
    groups += [FactGroup(name.upper(), _facts(value)) for name, value in embedded.items() if isinstance(value, dict)]
    groups.append(FactGroup("File", _facts(loose)))
    return [group for group in groups if group.facts]


def _facts(found: Mapping[str, Any]) -> list[Fact]:
    return [Fact(_name(name), text) for name, value in found.items() if (text := _text(value))][:40]


def _name(name: str) -> str:
    """`Iptc.Application2.Byline` as `Byline`."""
    last = re.split(r"[.:/]", name)[-1]
    return phrase(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", last))


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = value.values()
    if not isinstance(value, str) and hasattr(value, "__iter__"):
        return ", ".join(str(one) for one in value if one not in (None, ""))[:300]
    text = "" if value is None else str(value)
    return "" if text.startswith('type="') else text[:300]  # XMP's own marks of lists
