"""What a listing should be now: its document and the media in it, or why there is none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from associations.choices import BindingRole
from associations.queries.media import BoundAsset
from dam.models import Asset, AssetVersion, Preset
from dam.verdict import decide
from delivery.services.links import listing_url
from foundation.core.hashing import canonical_json, sha256_bytes
from foundation.markets.models import Scope
from pim.models import Product
from syndication.choices import HeroPolicy, ListingState
from syndication.mapping import Mapped, MediaField, Problem, ProductFacts, find_problems, map_fields
from syndication.queries.gathering import Code, Shelf, Stock, clearance_of_channel, gather, sellable_products


@dataclass(frozen=True)
class Chosen:
    """An asset that goes out in a form."""

    rule: MediaField
    bound: BoundAsset
    asset: Asset
    version: AssetVersion
    preset: Preset


@dataclass(frozen=True)
class Draft:
    """A product's listing in a scope as it should be. `body` and `hash` are empty unless it is live."""

    product: Product
    scope: Scope
    state: ListingState
    body: str
    hash: str
    problems: list[dict[str, Any]]
    media: list[Chosen]
    fields: list[Mapped]
    mapping_version: int

    @property
    def asset_ids(self) -> list[int]:
        return sorted({one.asset.pk for one in self.media}) if self.state == ListingState.LIVE else []


def draft_listings(root_ids: Sequence[int], *, at: datetime) -> list[Draft]:
    """The listings of these models wherever they are placed, at a moment."""
    stock = gather(sellable_products(root_ids), at=at)
    return [_draft(stock, shelf, product) for shelf in stock.shelves for product in shelf.products]


def draft_listing(product: Product, *, scope: Scope, at: datetime) -> Draft | None:
    """One product in one scope as it would be, placed there or not; None where the channel has no profile."""
    stock = gather([product], at=at, scope=scope)
    return next((_draft(stock, shelf, product) for shelf in stock.shelves), None)


def _leaving(codes: Iterable[Code], scope: Scope) -> dict[str, list[str]]:
    """The identifiers that may leave by the scope's channel, by scheme."""
    clearance, found = clearance_of_channel(scope), defaultdict(list)
    for one in codes:
        if clearance.admits(one.sensitivity):
            found[one.scheme].append(one.value)
    return found


def _draft(stock: Stock, shelf: Shelf, product: Product) -> Draft:
    facts = ProductFacts(
        sku=product.sku,
        model=product.root.sku,
        family=product.family.code,
        values=shelf.values.get(product.pk, {}),
        identifiers=_leaving(stock.identifiers.get(product.pk, ()), shelf.scope),
    )
    mapped = map_fields(shelf.profile, facts, shelf.place, stock.words)
    media, refused = _choose(stock, shelf, product)
    fields = {one.field.target: one.value for one in mapped if one.value not in (None, "", [])}
    filled = frozenset(fields) | {one.rule.target for one in media}
    problems = find_problems(shelf.profile, fields, filled)
    problems += [one.problem for one in mapped if one.problem is not None] + refused
    state = _state(shelf, problems)
    body = canonical_json(_document(shelf, facts, fields, media)) if state == ListingState.LIVE else ""
    return Draft(
        product=product,
        scope=shelf.scope,
        state=state,
        body=body,
        hash=sha256_bytes(body.encode()) if body else "",
        problems=[problem.to_json() for problem in problems],
        media=media,
        fields=mapped,
        mapping_version=shelf.profile.version,
    )


def _state(shelf: Shelf, problems: list[Problem]) -> ListingState:
    lost = any(problem.code == "hero-refused" for problem in problems)
    if lost and shelf.profile.hero == HeroPolicy.WITHDRAW:
        return ListingState.TOMBSTONE
    return ListingState.HELD if any(problem.blocks for problem in problems) else ListingState.LIVE


def _document(shelf: Shelf, facts: ProductFacts, fields: dict[str, Any], media: list[Chosen]) -> dict[str, Any]:
    return {
        "sku": facts.sku,
        "model": facts.model,
        "family": facts.family,
        "product_type": shelf.profile.product_type(facts.family),
        "channel": shelf.place.channel,
        "market": shelf.place.market,
        "locale": shelf.place.locale,
        "fields": fields,
        "media": [
            {
                "target": one.rule.target,
                "role": one.rule.role,
                "asset": str(one.asset.uid),
                "version": one.version.number,
                "preset": one.preset.code,
                "url": listing_url(
                    one.asset.uid,
                    version_number=one.version.number,
                    preset=one.preset,
                    channel=shelf.place.channel,
                    market=shelf.place.market,
                    name=f"{facts.sku}-{one.rule.role}",
                ),
            }
            for one in media
        ],
    }


def _choose(stock: Stock, shelf: Shelf, product: Product) -> tuple[list[Chosen], list[Problem]]:
    """For each of the profile's media the first that may go out, up to its limit; and what may not, with the reason."""
    chosen: list[Chosen] = []
    problems: list[Problem] = []
    for rule in shelf.profile.media:
        bound = [one for one in shelf.media.get(product.pk, []) if one.role == rule.role]
        fit, refused = [], []
        for one in bound:
            reason = _refusal(stock, shelf, rule, one)
            asset = stock.assets[one.asset_id]
            if reason:
                text = f"{asset.title}: {reason}"
                refused.append(
                    Problem("media-refused", text, rule.target, rule.origin, blocks=False, asset=str(asset.uid))
                )
            elif asset.current_version is not None:
                fit.append(Chosen(rule, one, asset, asset.current_version, stock.presets[rule.preset]))
        chosen += fit[: rule.limit]
        problems += refused
        if rule.role == BindingRole.HERO and refused and not fit:
            problems.append(_lost_hero(shelf, rule, refused))
    return chosen, problems


def _lost_hero(shelf: Shelf, rule: MediaField, refused: list[Problem]) -> Problem:
    text = f"No {rule.role} may go out: {'; '.join(one.detail for one in refused)}"
    blocks = shelf.profile.hero != HeroPolicy.PUBLISH_WITHOUT
    return Problem("hero-refused", text, rule.target, rule.origin, blocks=blocks, asset=refused[0].asset)


def _refusal(stock: Stock, shelf: Shelf, rule: MediaField, bound: BoundAsset) -> str:
    """Why the asset may not go out here in this form; empty when it may."""
    return next(_objections(stock, shelf, rule, bound), "")


def _objections(stock: Stock, shelf: Shelf, rule: MediaField, bound: BoundAsset) -> Iterator[str]:
    asset = stock.assets[bound.asset_id]
    version = asset.current_version
    if not asset.is_live or version is None:
        yield "it is not approved"
        return
    if asset.markets and shelf.place.market not in asset.markets:
        yield f"it is not for the market {shelf.place.market}"
    if rule.preset not in stock.presets:
        yield f"there is no preset {rule.preset}"
    if rule.min_pixels and min(version.width or 0, version.height or 0) < rule.min_pixels:
        yield f"it has {version.width} × {version.height} pixels; each side needs {rule.min_pixels}"
    scope = shelf.scope
    verdict = decide(
        stock.licences[asset.pk],
        channel=scope.channel.code,
        territories=frozenset(scope.market.territories),
        use=scope.channel.use,
        at=stock.at,
    )
    if not verdict.allowed:
        yield verdict.reason
