"""Making links to media. Whether they open is decided when they are followed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from dam.models import Asset, AssetVersion, Preset
from dam.queries.assets import get_asset
from dam.queries.renditions import get_preset
from dam.queries.rights import verdicts
from dam.recipes import FORMATS, complete_recipe
from delivery.decision import PREVIEW
from delivery.errors import BY_VERDICT, Unpublished
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Denied, Invalid, Missing
from foundation.links.services import delivery_link
from foundation.links.tokens import GrantToken, ListingToken, bucketed_expiry

PREVIEW_SECONDS = 3600
LONGEST_GRANT = timedelta(days=1)


@dataclass(frozen=True)
class Link:
    """A grant link, when it ends, and when rights may end before it; None where they do not."""

    url: str
    expires_at: datetime
    rights_end_at: datetime | None = None


def audience_of(actor: Actor) -> str:
    """Whom a grant is for: a key, which may be revoked, or a user, who may be let go. The house itself needs none."""
    if actor.label.startswith("key:"):
        return f"key:{actor.label.rpartition('/')[2]}"
    if actor.user_id is None:
        raise Denied("Links are granted to people and keys")
    return f"user:{actor.user_id}" + (f".{actor.closings}" if actor.closings else "")


def extension_of(preset: Preset) -> str:
    """The file extension of what the preset makes."""
    return FORMATS[complete_recipe(preset.body)["format"]][1]


def listing_url(asset: UUID, *, version_number: int, preset: Preset | str, channel: str, market: str, name: str) -> str:
    """The link that a listing carries: the same each time it is asked for, without an end of its own."""
    chosen = get_preset(preset) if isinstance(preset, str) else preset
    token = ListingToken(asset, version_number, chosen.code, channel, market)
    return delivery_link(token, name=name, extension=extension_of(chosen))


def srcset(version: AssetVersion, *, presets: Iterable[Preset], channel: str, market: str, name: str) -> str:
    """The value of an `img srcset`: a listing link a preset, with its width, narrowest first, each width once."""
    links: dict[int, str] = {}
    for preset in presets:
        url = listing_url(
            version.asset.uid, version_number=version.number, preset=preset, channel=channel, market=market, name=name
        )
        links.setdefault(rendered_width(version, preset=preset), url)
    return ", ".join(f"{links[width]} {width}w" for width in sorted(links))


def rendered_width(version: AssetVersion, *, preset: Preset) -> int:
    """How wide the rendition comes out: `contain` keeps the proportions and enlarges nothing."""
    recipe = complete_recipe(preset.body)
    box = int(recipe["width"]), int(recipe["height"])
    if recipe["fit"] != "contain" or not version.width or not version.height:
        return box[0]
    scale = min(box[0] / version.width, box[1] / version.height, 1)
    return max(1, round(version.width * scale))


def grant_url(
    asset_uid: UUID, *, version: int, preset: Preset | str, audience: str, use: str, name: str, at: datetime,
    seconds: int,
) -> str:  # fmt: skip
    """A link for one audience (`audience_of`) that ends so many seconds after `at`."""
    if not 0 < seconds <= LONGEST_GRANT.total_seconds():
        raise Invalid("A granted link holds for at most a day", path="seconds")
    if not audience.startswith(("user:", "key:")):
        raise Invalid("A link is granted to a user or a key; see audience_of", path="audience")
    chosen = get_preset(preset) if isinstance(preset, str) else preset
    token = GrantToken(asset_uid, version, chosen.code, audience, use, int(at.timestamp()) + seconds)
    return delivery_link(token, name=name, extension=extension_of(chosen))


def preview_urls(assets: Sequence[Asset], *, preset: Preset | str, actor: Actor) -> dict[int, str]:
    """Links for the pages of a signed-in person: asset id to link. The caller has asked `visible_to`.

    They end within two hours, at the same second for all that one hour asks for, so that browsers keep what
    they have. Give the assets with `select_related("current_version")`.
    """
    if not assets:
        return {}
    chosen = get_preset(preset) if isinstance(preset, str) else preset
    audience, extension = audience_of(actor), extension_of(chosen)
    expires = bucketed_expiry(moment.now().timestamp(), seconds=PREVIEW_SECONDS)
    links = {}
    for asset in assets:
        if (version := asset.current_version) is not None:
            token = GrantToken(asset.uid, version.number, chosen.code, audience, PREVIEW, expires)
            links[asset.pk] = delivery_link(token, name=asset.title, extension=extension)
    return links


def mint_link(
    asset_uid: UUID, *, preset: str, use: str, minutes: int, actor: Actor, at: datetime, ask_rights: bool = False
) -> Link:
    """A link for the actor, to the asset's current version. Following it asks for rights unless it is a preview.

    With `ask_rights` it is refused at once where it would not open now.
    """
    actor = actor.require("delivery.mint")
    if not 0 < minutes * 60 <= LONGEST_GRANT.total_seconds():
        raise Invalid("A link holds for 1 to 1440 minutes", path="minutes")
    asset = get_asset(asset_uid, actor=actor)
    if asset.current_version is None:
        raise Missing("The asset has no version yet", path="asset")
    rights_end_at = _require_open(asset, use, at) if ask_rights and use != PREVIEW else None
    url = grant_url(
        asset.uid,
        version=asset.current_version.number,
        preset=preset,
        audience=audience_of(actor),
        use=use,
        name=asset.title,
        at=at,
        seconds=minutes * 60,
    )
    return Link(url, datetime.fromtimestamp(int(at.timestamp()) + minutes * 60, UTC), rights_end_at)


def _require_open(asset: Asset, use: str, at: datetime) -> datetime | None:
    """When rights may end. What a grant must have is the same as in `permit`: approval, and rights for the world."""
    if not asset.is_live:
        raise Unpublished("The asset is not approved", path="asset")
    verdict = verdicts([asset.pk], "", frozenset(), use, at)[asset.pk]
    if not verdict.allowed:
        raise BY_VERDICT[verdict.code](verdict.reason, path="use")
    return verdict.boundary
