"""Everything that the documents of some models depend on, in a number of queries that their size does not change.

What is read here is what a listing depends on: `migrations` have a trigger for each table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from associations.queries.media import BoundAsset, media_of
from dam.models import Asset, Preset
from dam.queries.rights import licence_facts
from dam.verdict import LicenceFacts
from foundation.markets.models import ANY_LOCALE, Scope
from foundation.markets.queries import scope_chain
from pim.choices import AttributeType, ProductState, Sensitivity
from pim.models import Attribute, Identifier, Option, Product, Record
from pim.queries.placements import placed_in
from pim.queries.values import resolve_values
from pim.resolution import Resolved
from syndication.mapping import OptionWords, Place, Profile, Words, read_profile
from syndication.models import ChannelProfile


@dataclass(frozen=True)
class Shelf:
    """One scope, its channel's rules, and what the products placed there say and show there."""

    scope: Scope
    place: Place
    profile: Profile
    values: dict[int, dict[str, Resolved]]
    media: dict[int, list[BoundAsset]]
    products: list[Product]


@dataclass(frozen=True)
class Code:
    """An identifier of a product, and the class of the attribute that it is a value of."""

    scheme: str
    value: str
    sensitivity: Sensitivity


@dataclass(frozen=True)
class Stock:
    """The shelves, and what they share."""

    at: datetime
    shelves: list[Shelf]
    words: Words
    identifiers: dict[int, list[Code]]
    assets: dict[int, Asset]
    licences: dict[int, list[LicenceFacts]]
    presets: dict[str, Preset]


def clearance_of_channel(scope: Scope) -> Sensitivity:
    """The highest class of attribute that leaves by this channel; secret ones never do."""
    return Sensitivity.RESTRICTED if scope.channel.asks_restricted else Sensitivity.PUBLIC


def gather(products: Sequence[Product], *, at: datetime, scope: Scope | None = None) -> Stock:
    """What the documents of these products are made of; with a scope, for that one, placed there or not."""
    profiles = {
        row.channel_id: read_profile(row.body, version=row.version)
        for row in ChannelProfile.objects.select_related("channel")
    }
    shelves = [
        _stock_shelf(where, profiles[where.channel_id], placed, at)
        for where, placed in _placed(products, profiles, scope)
    ]
    assets = {one.asset_id for shelf in shelves for media in shelf.media.values() for one in media}
    return Stock(
        at=at,
        shelves=shelves,
        words=_words(shelves),
        identifiers=_identifiers(products),
        assets={one.pk: one for one in Asset.objects.filter(pk__in=assets).select_related("current_version")},
        licences=licence_facts(sorted(assets)),
        presets={preset.code: preset for preset in Preset.objects.all()},
    )


def sellable_products(root_ids: Sequence[int]) -> list[Product]:
    """What is sold of these models, in a fixed order."""
    rows = Product.objects.sellable().filter(root_id__in=root_ids).select_related("family", "root", "parent")
    return list(rows.order_by("pk"))


def is_offered(product: Product) -> bool:
    """Neither it nor anything above it is retired."""
    line = (product, product.parent, product.root)
    return all(one is None or one.state == ProductState.ACTIVE for one in line)


def _placed(
    products: Sequence[Product], profiles: dict[int, Profile], scope: Scope | None
) -> list[tuple[Scope, list[Product]]]:
    if scope is not None:
        return [(scope, list(products))] if scope.channel_id in profiles else []
    offered = [product for product in products if is_offered(product)]
    places = placed_in([product.pk for product in offered])
    scopes = Scope.objects.filter(channel_id__in=profiles).select_related("channel", "market", "locale").order_by("pk")
    pairs = [
        (one, [product for product in offered if (one.channel.code, one.market.code) in places.get(product.pk, ())])
        for one in scopes
    ]
    return [(one, placed) for one, placed in pairs if placed]


def _stock_shelf(scope: Scope, profile: Profile, products: list[Product], at: datetime) -> Shelf:
    ids = [product.pk for product in products]
    chain = [cell.locale for cell in scope_chain(scope.pk) if cell.locale != ANY_LOCALE]
    place = Place(
        channel=scope.channel.code,
        market=scope.market.code,
        locale=scope.locale_id,
        locales=tuple(dict.fromkeys(chain)),
        currency=scope.market.currency,
        units=scope.market.units,
    )
    return Shelf(
        scope=scope,
        place=place,
        profile=profile,
        values=resolve_values(ids, scope, max_sensitivity=clearance_of_channel(scope)),
        media=media_of(ids, scope=scope, at=at),
        products=products,
    )


def _words(shelves: Sequence[Shelf]) -> Words:
    codes = {one.attribute for shelf in shelves for one in shelf.profile.fields if one.attribute}
    types = dict(Attribute.objects.filter(code__in=codes).values_list("code", "type"))
    chosen = [code for code, kind in types.items() if kind in {AttributeType.SELECT, AttributeType.MULTI_SELECT}]
    rows = Option.objects.filter(attribute__code__in=chosen)
    return Words(
        types=types,
        options={
            (attribute, code): OptionWords(labels, external)
            for attribute, code, labels, external in rows.values_list(
                "attribute__code", "code", "labels", "external_codes"
            )
        }
        | _record_words({code for code, kind in types.items() if kind == AttributeType.RECORD}, shelves),
    )


def _record_words(codes: set[str], shelves: Sequence[Shelf]) -> dict[tuple[str, str], OptionWords]:
    """Of the records that these values name alone: a type may have thousands."""
    if not codes:
        return {}
    named: dict[str, set[str]] = defaultdict(set)
    for shelf in shelves:
        for values in shelf.values.values():
            for code in codes & values.keys():
                named[code].add(str(values[code].value))
    found = {}
    rows = Attribute.objects.filter(code__in=named)
    for attribute, kind in rows.values_list("code", "validation__record_type"):
        records = Record.objects.filter(record_type__code=kind, code__in=named[attribute])
        for code, labels, external in records.values_list("code", "labels", "external_codes"):
            found[attribute, code] = OptionWords(labels, external)
    return found


def _identifiers(products: Sequence[Product]) -> dict[int, list[Code]]:
    found: dict[int, list[Code]] = defaultdict(list)
    rows = Identifier.objects.filter(product__in=[product.pk for product in products]).classed()
    fields = ("product_id", "scheme", "value", "sensitivity")
    for product, scheme, value, sensitivity in rows.order_by("scheme", "value").values_list(*fields):
        found[product].append(Code(scheme, value, Sensitivity(sensitivity or Sensitivity.PUBLIC)))
    return found
