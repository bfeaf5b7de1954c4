"""The pictures of a product as its page shows them: by role, its own in their order, then those of other levels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.urls import reverse

from associations.choices import ROLE_ORDER, BindingRole
from associations.models import Binding
from associations.queries import find_bindings
from dam.choices import AssetState
from dam.models import Asset
from dam.queries.rights import verdicts
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.markets.models import ANY_LOCALE, Cell, Scope
from pim.models import Product
from workspace.queries.pictures import addresses, visible_media
from workspace.queries.rights import badge_with_end
from workspace.queries.scopes import address
from workspace.queries.shown import Rights
from workspace.queries.words import phrase

MOST_BELOW = 48
DECIDE, MINT = "associations.decide", "delivery.mint"


@dataclass(frozen=True)
class Picture:
    """One binding as a tile. `marks` say where and when it holds, `origin` on which product it is, if another."""

    uid: UUID
    name: str
    url: str
    menu_url: str
    unbind_url: str
    picture_url: str
    marks: list[str]
    origin: str
    origin_url: str
    is_inherited: bool
    rights: Rights | None


@dataclass(frozen=True)
class RoleChoice:
    value: str
    label: str


@dataclass(frozen=True)
class Shelf:
    """Own pictures that are sorted among themselves: those for the same looks and the same place."""

    label: str
    pictures: list[Picture]


@dataclass(frozen=True)
class RoleGroup:
    role: str
    label: str
    count: int
    shelves: list[Shelf]
    others: list[Picture]


@dataclass(frozen=True)
class Gallery:
    product_uid: UUID
    sku: str
    count: int
    groups: list[RoleGroup]
    has_more_below: bool
    scope_query: str
    is_sortable: bool
    can_decide: bool
    can_mint: bool

    @property
    def picker_query(self) -> str:
        """What the asset picker is asked for."""
        return f"for={self.product_uid}" + self.scope_query.replace("?", "&", 1)

    @property
    def roles(self) -> list[RoleChoice]:
        return [RoleChoice(role.value, phrase(role.label)) for role in BindingRole]

    @property
    def pictures(self) -> list[Picture]:
        """All of them, in the order of the page."""
        return [one for group in self.groups for one in [*_flat(group.shelves), *group.others]]

    @property
    def first_picture_url(self) -> str:
        return next((one.picture_url for one in self.pictures if one.picture_url), "")


def gallery(product: Product, scope: Scope | None, actor: Actor) -> Gallery:
    """All that is bound to the product, what it inherits, and of a model what its variants have besides."""
    own = sorted(find_bindings(actor).active().filter(product=product), key=_rank)
    other = [one.binding for one in visible_media(product.pk, actor) if one.is_inherited]
    below = _below(product, actor)
    rows = [*own, *other, *below[:MOST_BELOW]]
    drawn = {row.pk: picture for row, picture in zip(rows, _pictures(rows, product, scope, actor), strict=True)}
    others = sorted([*other, *below[:MOST_BELOW]], key=lambda row: ROLE_ORDER[row.role])
    groups = [_group(role, own, others, drawn) for role in BindingRole]
    return Gallery(
        product_uid=product.uid,
        sku=product.sku,
        count=len(rows),
        groups=[group for group in groups if group.count],
        has_more_below=len(below) > MOST_BELOW,
        scope_query=address(scope) if scope else "",
        is_sortable=any(len(shelf.pictures) > 1 for group in groups for shelf in group.shelves),
        can_decide=actor.may(DECIDE),
        can_mint=actor.may(MINT),
    )


def place_of(cell: Cell) -> str:
    """`DACH · de-DE`; nothing for what holds everywhere."""
    parts = [cell.market.code if cell.market else "", "" if cell.locale == ANY_LOCALE else cell.locale]
    return " · ".join(filter(None, parts))


def looks_of(axis: str) -> str:
    return axis.replace("=", " ").replace("&", ", ")


def _rank(row: Binding) -> tuple[int, bool, str, int, int, int, int]:
    """By role, looks and place; what is sorted by hand is what these have in common, as in `media_of`."""
    nearness = int(row.cell.market_id is not None) + int(row.cell.locale != ANY_LOCALE)
    return (ROLE_ORDER[row.role], not row.axis, row.axis, nearness, row.cell_id, row.position, row.pk)


def _below(product: Product, actor: Actor) -> list[Binding]:
    if not product.is_root:
        return []
    rows = find_bindings(actor).current(moment.now()).of_live_assets()
    below = rows.filter(product__root_id=product.pk).exclude(product=product)
    return list(below.order_by("product__sku", "position", "pk")[: MOST_BELOW + 1])


def _group(
    role: BindingRole, own: Sequence[Binding], others: Sequence[Binding], drawn: Mapping[int, Picture]
) -> RoleGroup:
    mine = [row for row in own if row.role == role]
    shelves = [
        Shelf(", ".join(filter(None, [looks_of(axis), place])), [drawn[row.pk] for row in some])
        for (axis, place), some in groupby(mine, key=lambda row: (row.axis, place_of(row.cell)))
    ]
    theirs = [drawn[row.pk] for row in others if row.role == role]
    return RoleGroup(role.value, phrase(role.label), len(mine) + len(theirs), shelves, theirs)


def _pictures(rows: Sequence[Binding], product: Product, scope: Scope | None, actor: Actor) -> list[Picture]:
    assets: list[Asset] = [row.asset for row in rows]
    urls, at = addresses(assets, actor), moment.now()
    rights = _rights([asset.pk for asset in assets], scope, at)
    query = address(scope) if scope else ""
    return [
        Picture(
            uid=row.uid,
            name=row.asset.title,
            url=reverse("asset", args=[row.asset.uid]),
            menu_url=reverse("binding", args=[row.uid]) + query,
            unbind_url=reverse("binding_unbind", args=[row.uid]) + query,
            picture_url=urls.get(row.asset_id, ""),
            marks=[mark for mark in _marks(row, at) if mark],
            origin="" if row.product_id == product.pk else row.product.sku,
            origin_url=reverse("product", args=[row.product.uid]) + query,
            is_inherited=row.product_id != product.pk and not product.is_root,
            rights=rights.get(row.asset_id),
        )
        for row in rows
    ]


def _rights(asset_ids: Sequence[int], scope: Scope | None, at: datetime) -> dict[int, Rights]:
    if scope is None or not asset_ids:
        return {}
    places = frozenset(scope.market.territories)
    found = verdicts(list(dict.fromkeys(asset_ids)), scope.channel.code, places, scope.channel.use, at)
    return {pk: badge_with_end(verdict, at) for pk, verdict in found.items()}


def _marks(row: Binding, at: datetime) -> Iterable[str]:
    yield place_of(row.cell)
    yield looks_of(row.axis)
    if row.starts_at and row.starts_at > at:
        yield f"from {row.starts_at.day} {row.starts_at:%b %Y}"
    if row.ends_at:
        yield f"{'ended' if row.ends_at <= at else 'to'} {row.ends_at.day} {row.ends_at:%b %Y}"
    if row.asset.state != AssetState.APPROVED:
        yield row.asset.get_state_display()


def _flat(shelves: Iterable[Shelf]) -> list[Picture]:
    return [picture for shelf in shelves for picture in shelf.pictures]
