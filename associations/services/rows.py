"""Steps that every decision about a binding takes: lock the product, find what stands there, write, tell.

The product's row is locked first, always, and several products in the order of their ids. Its bindings change under
that lock only, so what was read after taking it stays true until the commit.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from associations.choices import SINGLE_ROLES, TIMER, BindingRole, BindingStatus, Source
from associations.errors import RoleTaken
from associations.events import BINDING_CHANGED, BINDING_REMOVED
from associations.matching import axis_pairs, axis_text
from associations.models import Binding, BindingQuerySet
from dam.choices import AssetState
from dam.models import Asset
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Denied, Invalid, Missing
from foundation.events.catalogue import EventType
from foundation.events.services import append_event
from foundation.jobs.services import set_timer
from foundation.markets.models import ANY_LOCALE, Cell
from foundation.markets.queries import get_market
from foundation.markets.services import get_or_make_cell
from pim.models import FamilyAxis, Product


def source_of(actor: Actor) -> Source:
    """Whose word it is: that of a person at a page, or of another system with a key."""
    return Source.PERSON if actor.label.startswith("user:") else Source.API


def lock_shown_product(*, product_id: int, actor: Actor) -> Product:
    """The product under a lock that its values and other references do not wait for."""
    row = Product.objects.visible_to(actor).select_for_update(of=("self",), no_key=True).filter(pk=product_id).first()
    if row is None:
        raise Missing("There is no such product, or you may not see it", path="product")
    return row


def usable_asset(*, asset_id: int, actor: Actor) -> Asset:
    """The asset, if the actor sees it and it may show anything."""
    asset = Asset.objects.visible_to(actor).filter(pk=asset_id).first()
    if asset is None:
        raise Missing("There is no such asset, or you may not see it", path="asset")
    if asset.state == AssetState.RETIRED:
        raise Invalid(f"{asset.title} is retired; bring it back or choose another", path="asset")
    return asset


def lock_binding(*, uid: UUID | str, actor: Actor) -> Binding:
    """The binding with both sides, its product locked before it was read for good."""
    product_id = Binding.objects.visible_to(actor).filter(uid=uid).values_list("product_id", flat=True).first()
    if product_id is None:
        raise Missing("There is no such binding, or you may not see it", path="uid")
    lock_shown_product(product_id=product_id, actor=actor)
    return Binding.objects.select_related("product", "asset", "cell__market").get(uid=uid)


def cell_of_binding(*, market: str | None, locale: str, actor: Actor) -> Cell:
    """Where a binding holds: a market of the actor's or any, a locale or any."""
    if market and not actor.sees("market", market):
        raise Denied(f"{actor.name or actor.label} does not work for the market {market}", path="market")
    return get_or_make_cell(get_market(market) if market else None, locale or ANY_LOCALE)


def checked_role(*, role: str) -> str:
    """The role, if there is one of that name."""
    if role not in BindingRole.values:
        raise Invalid(f"There is no role {role!r}; there are {', '.join(BindingRole.values)}", path="role")
    return role


def checked_axis(*, product: Product, axis: str) -> str:
    """In the one spelling, if it names axes that the product's variants have."""
    if not axis:
        return ""
    if any("=" not in pair for pair in axis.split("&")):
        raise Invalid(f"{axis!r} is not of the form colour=red", path="axis")
    pairs = axis_pairs(axis)
    below = FamilyAxis.objects.filter(family_id=product.family_id, level__gt=product.level)
    known = set(below.values_list("attribute__code", flat=True))
    if unknown := sorted(pairs.keys() - known):
        raise Invalid(f"The variants of {product.sku} do not differ by {', '.join(unknown)}", path="axis")
    return axis_text(pairs)


def same_place(binding: Binding, *, role: str | None = None) -> BindingQuerySet:
    """Active bindings of the same product, role, cell and axis whose time overlaps, apart from itself."""
    rows = Binding.objects.active().filter(
        product_id=binding.product_id, role=role or binding.role, cell_id=binding.cell_id, axis=binding.axis
    )
    if binding.ends_at is not None:
        rows = rows.filter(Q(starts_at=None) | Q(starts_at__lt=binding.ends_at))
    if binding.starts_at is not None:
        rows = rows.filter(Q(ends_at=None) | Q(ends_at__gt=binding.starts_at))
    return rows.exclude(pk=binding.pk).select_related("product", "asset", "cell")


def take_place(binding: Binding, *, role: str, actor: Actor, settled_by: str, replace: bool = False) -> None:
    """Write the binding as active in the role, last in its order.

    A single role that another asset holds is refused with its name, unless a person wants it replaced: then the
    former holder goes to the gallery, where it is still seen.
    """
    if replace and source_of(actor) != Source.PERSON:
        raise Denied(f"Only a person replaces a {role}", path="replace")
    binding.role, binding.is_single = checked_role(role=role), role in SINGLE_ROLES
    if binding.is_single:
        for holder in same_place(binding).exclude(asset_id=binding.asset_id):
            if not replace:
                raise RoleTaken(
                    f"{binding.product.sku} has {holder.asset.title} as its {role}; replace it, or choose another role",
                    path="role",
                    holder=str(holder.uid),
                )
            _step_back(holder, actor)
    binding.position = _next_position(same_place(binding))
    binding.status, binding.settled_by, binding.settled_at = BindingStatus.ACTIVE, settled_by, moment.now()
    write_binding(binding)


def _step_back(holder: Binding, actor: Actor) -> None:
    gallery = same_place(holder, role=BindingRole.GALLERY)
    holder.actor = actor.label
    if gallery.filter(asset_id=holder.asset_id).exists():
        holder.status, holder.settled_by, holder.settled_at = BindingStatus.REMOVED, Source.PERSON, moment.now()
    else:
        holder.role, holder.is_single, holder.position = BindingRole.GALLERY, False, _next_position(gallery)
    write_binding(holder)
    tell_binding(holder, event=BINDING_REMOVED if holder.status == BindingStatus.REMOVED else BINDING_CHANGED)


def _next_position(rows: BindingQuerySet) -> int:
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def write_binding(binding: Binding) -> None:
    """Save it and the appointment with its next boundary; what constraints refuse comes out as a conflict."""
    binding.boundary_at = binding.next_boundary(moment.now())
    try:
        with transaction.atomic():
            binding.save()
    except IntegrityError as error:
        raise Conflict(
            f"{binding.product.sku} shows an asset as {binding.role} there at that time already", path="role"
        ) from error
    if binding.starts_at or binding.ends_at:
        set_timer(TIMER, str(binding.uid), binding.boundary_at)


def tell_binding(binding: Binding, *, event: EventType) -> None:
    """Append the event; the product, its subject, is locked by now."""
    append_event(event, binding.product.uid, **binding.payload())


def new_binding(*, product: Product, asset: Asset, cell: Cell, actor: Actor, **fields: Any) -> Binding:
    """An unsaved binding of these sides."""
    return Binding(product=product, asset=asset, cell=cell, actor=actor.label, created_at=moment.now(), **fields)
