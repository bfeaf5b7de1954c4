"""One asset: its head, its states and neighbours, and the parts of its page together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dam.choices import AssetState
from dam.models import Asset
from dam.queries.assets import get_asset
from foundation.core.actors import Actor
from workspace.queries.asset_fields import AssetFields, asset_fields
from workspace.queries.asset_files import AssetFiles, Stage, asset_files, stage
from workspace.queries.asset_rights import AssetRights, asset_rights
from workspace.queries.asset_trail import Trail, trail
from workspace.queries.asset_uses import AssetUses, asset_uses
from workspace.queries.assets import state_chip
from workspace.queries.facets import Wanted
from workspace.queries.history import events_of
from workspace.queries.shown import Fact, Rights, State, TimelineEntry
from workspace.queries.words import phrase

STANDARDS = {"exif": "EXIF: the camera", "iptc": "IPTC: the agency", "xmp": "XMP: the studio"}


@dataclass(frozen=True)
class AssetHead:
    """`waiting` is the number of the newest version while it is not approved, else None."""

    uid: UUID
    name: str
    meta: list[str]
    state: State
    rights: Rights | None
    is_retired: bool
    waiting: int | None
    may_approve: bool


@dataclass(frozen=True)
class FactGroup:
    label: str
    facts: list[Fact]


@dataclass(frozen=True)
class AssetPage:
    asset: AssetHead
    trail: Trail
    stage: Stage
    metadata: AssetFields
    embedded: list[FactGroup]
    rights: AssetRights
    files: AssetFiles
    uses: AssetUses
    history: list[TimelineEntry]


def asset_page(uid: UUID, wanted: Wanted, *, actor: Actor) -> AssetPage:
    asset = get_asset(uid, actor=actor)
    rights, files = asset_rights(asset, actor=actor), asset_files(asset, actor=actor)
    return AssetPage(
        asset=_head(asset, rights, files, actor),
        trail=trail(asset, wanted, actor=actor),
        stage=stage(asset, actor=actor),
        metadata=asset_fields(asset, actor=actor),
        embedded=_embedded(asset),
        rights=rights,
        files=files,
        uses=asset_uses(asset, actor=actor),
        history=events_of([asset.uid], actor),
    )


def _head(asset: Asset, rights: AssetRights, files: AssetFiles, actor: Actor) -> AssetHead:
    version = asset.current_version
    meta = [phrase(asset.kind)]
    if version is not None:
        meta.append(version.media_type)
        if version.width:
            meta.append(f"{version.width} × {version.height}")
    meta.append("for " + ", ".join(asset.markets) if asset.markets else "for every market")
    return AssetHead(
        uid=asset.uid,
        name=asset.title,
        meta=meta,
        state=state_chip(asset),
        rights=rights.verdicts[0].rights if rights.verdicts else None,
        is_retired=asset.state == AssetState.RETIRED,
        waiting=files.waiting,
        may_approve=actor.may("dam.approve"),
    )


def _embedded(asset: Asset) -> list[FactGroup]:
    """What the file says of itself, by standard."""
    embedded = asset.current_version.embedded if asset.current_version else {}
    loose = {name: value for name, value in embedded.items() if not isinstance(value, dict)}
    groups = [
        FactGroup(STANDARDS.get(name, name.upper()), _facts(value))
        for name, value in embedded.items()
        if isinstance(value, dict)
    ]
    groups.append(FactGroup("File", _facts(loose)))
    return [group for group in groups if group.facts]


def _facts(found: Mapping[str, Any]) -> list[Fact]:
    return [Fact(_name(name), text) for name, value in found.items() if (text := _text(value))]


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
