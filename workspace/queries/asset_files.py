"""An asset's picture on its page, its versions side by side, and what its presets make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from dam.choices import RenditionState, VersionState
from dam.models import Asset, AssetVersion, Preset, Rendition
from dam.queries.assets import get_asset
from dam.queries.renditions import rendition_key
from delivery.decision import PREVIEW
from delivery.services.links import audience_of, grant_url, preview_urls
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Missing
from workspace.queries.pictures import LARGE
from workspace.queries.shown import State
from workspace.queries.words import byte_size, phrase

MAKING, FAILED, NOT_ASKED, READY = "making", "failed", "not asked", "ready"
MINUTES = 60
STATES = {
    RenditionState.DONE: State("Ready", "ok"),
    RenditionState.WAITING: State("Being made", "blue"),
    RenditionState.FAILED: State("Failed", "bad"),
}
NOT_MADE = State("Not made")


@dataclass(frozen=True)
class Stage:
    """The large picture. `state` is ready, making, failed or not asked; `width` is that of the original, 0 for none."""

    uid: UUID
    name: str
    state: str
    picture_url: str
    error: str
    width: int
    height: int
    is_document: bool
    full_url: str


@dataclass(frozen=True)
class VersionShown:
    number: int
    at: datetime
    filename: str
    size: str
    pixels: str
    sha256: str
    state: State
    is_current: bool
    is_newest: bool


@dataclass(frozen=True)
class RenditionShown:
    preset: str
    code: str
    format: str
    dimensions: str
    size: str
    state: State
    error: str
    may_ask: bool


@dataclass(frozen=True)
class AssetFiles:
    """`waiting` is the number of the newest version while it is not approved, else None."""

    versions: list[VersionShown]
    renditions: list[RenditionShown]
    waiting: int | None
    compare_url: str
    may_ingest: bool
    may_mint: bool


@dataclass(frozen=True)
class Side:
    version: VersionShown
    picture_url: str
    is_ready: bool


@dataclass(frozen=True)
class Comparison:
    uid: UUID
    name: str
    left: Side
    right: Side
    versions: list[VersionShown]
    may_approve: bool

    @property
    def can_slide(self) -> bool:
        """There are two pictures to lay over each other."""
        return self.left.is_ready and self.right.is_ready and self.left.version != self.right.version


def stage(asset: Asset, *, actor: Actor) -> Stage:
    """The picture of the current version, or what keeps it from being shown. Two queries."""
    version, preset = asset.current_version, Preset.objects.filter(code=LARGE).first()
    made = _rendition(version, preset)
    state, url = NOT_ASKED, ""
    if made is not None:
        state = {RenditionState.DONE: READY, RenditionState.FAILED: FAILED}.get(RenditionState(made.state), MAKING)
    if state == READY and preset is not None:
        url = preview_urls([asset], preset=preset, actor=actor).get(asset.pk, "")
    is_document = asset.kind == "document"
    width, height = (version.width or 0, version.height or 0) if version else (0, 0)
    is_reduced = bool(made and made.width and width > made.width and not is_document)
    return Stage(
        uid=asset.uid,
        name=asset.title,
        state=state,
        picture_url=url,
        error=made.error if made else "",
        width=width,
        height=height,
        is_document=is_document,
        full_url=reverse("asset_full_size", args=[asset.uid]) if is_reduced else "",
    )


def asset_files(asset: Asset, *, actor: Actor) -> AssetFiles:
    """Its versions, the newest first, and each preset with its rendition of the current one. Three queries."""
    versions = _versions(asset)
    newest = versions[0] if versions else None
    waiting = newest.number if newest and newest.state.label != APPROVED.label else None
    current = next((one.number for one in versions if one.is_current), None)
    compare = f"{reverse('asset_compare', args=[asset.uid])}?left={current}&right={waiting}"
    return AssetFiles(
        versions=versions,
        renditions=_renditions(asset),
        waiting=waiting,
        compare_url=compare if waiting is not None and current not in {None, waiting} else "",
        may_ingest=actor.may("dam.ingest"),
        may_mint=actor.may("delivery.mint"),
    )


def comparison(uid: UUID, left: str, right: str, *, actor: Actor) -> Comparison:
    """Two versions of one asset: those of these numbers, or the current one and the newest."""
    asset = get_asset(uid, actor=actor)
    shown = _versions(asset)
    if not shown:
        raise Missing("The asset has no version yet", path="asset")
    current = next((one for one in shown if one.is_current), shown[-1])
    chosen = _numbered(shown, left) or current, _numbered(shown, right) or shown[0]
    rows = {row.number: row for row in AssetVersion.objects.filter(asset=asset, number__in=[c.number for c in chosen])}
    preset = Preset.objects.filter(code=LARGE).first()
    sides = [_side(asset, one, rows[one.number], preset, actor) for one in chosen]
    return Comparison(asset.uid, asset.title, sides[0], sides[1], shown, actor.may("dam.approve"))


APPROVED, DRAFT = State("Approved", "ok"), State("Draft")


def _numbered(versions: list[VersionShown], number: str) -> VersionShown | None:
    return next((one for one in versions if str(one.number) == number), None)


def _side(asset: Asset, shown: VersionShown, version: AssetVersion, preset: Preset | None, actor: Actor) -> Side:
    made = _rendition(version, preset)
    if preset is None or made is None or made.state != RenditionState.DONE:
        return Side(shown, "", is_ready=False)
    url = grant_url(
        asset.uid, version=version.number, preset=preset, audience=audience_of(actor), use=PREVIEW, name=asset.title,
        at=moment.now(), seconds=MINUTES * 60,
    )  # fmt: skip
    return Side(shown, url, is_ready=True)


def _rendition(version: AssetVersion | None, preset: Preset | None) -> Rendition | None:
    if version is None or preset is None:
        return None
    return Rendition.objects.filter(key=rendition_key(version, preset)).first()


def _versions(asset: Asset) -> list[VersionShown]:
    rows = list(AssetVersion.objects.filter(asset=asset).select_related("blob").order_by("-number"))
    return [
        VersionShown(
            number=one.number,
            at=one.created_at,
            filename=one.filename,
            size=byte_size(one.blob.bytes),
            pixels=f"{one.width} × {one.height}" if one.width else "",
            sha256=one.sha256,
            state=APPROVED if one.state == VersionState.APPROVED else DRAFT,
            is_current=one.pk == asset.current_version_id,
            is_newest=one is rows[0],
        )
        for one in rows
    ]


def _renditions(asset: Asset) -> list[RenditionShown]:
    version = asset.current_version
    if version is None:
        return []
    presets = {rendition_key(version, preset): preset for preset in Preset.objects.order_by("code")}
    rows = {row.key: row for row in Rendition.objects.filter(key__in=presets)}
    return [_rendition_shown(preset, rows.get(key)) for key, preset in presets.items()]


def _rendition_shown(preset: Preset, row: Rendition | None) -> RenditionShown:
    return RenditionShown(
        preset=preset.label or phrase(preset.code),
        code=preset.code,
        format=str(preset.body.get("format", "jpeg")).upper(),
        dimensions=f"{row.width} × {row.height}" if row and row.width else "",
        size=byte_size(row.bytes) if row else "",
        state=STATES[RenditionState(row.state)] if row else NOT_MADE,
        error=row.error if row else "",
        may_ask=row is None or row.state == RenditionState.FAILED,
    )
