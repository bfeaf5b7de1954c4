"""Binding and unbinding by hand, the order of a product's media, and their roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from associations import events
from associations.choices import SINGLE_ROLES, BindingStatus, Outcome
from associations.errors import AlreadyDecided
from associations.models import Binding
from associations.services import rows
from dam.models import Asset
from dam.queries.assets import get_asset
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing, Stale, TandemError
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.markets.models import ANY_LOCALE
from foundation.workflow.services import close_work_items
from pim.models import Product
from pim.queries.classifications import actor_at

DECIDE = "associations.decide"
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class AssetOutcome:
    """What became of one asset that was to be bound; `reason` says why it was not."""

    asset: str
    outcome: Outcome
    binding: Binding | None = None
    reason: str = ""
    title: str = ""


@dataclass(frozen=True)
class BoundAssets:
    """What became of each, and the change set by which all that were bound can be taken back."""

    change_set: str
    results: list[AssetOutcome]

    def of(self, outcome: Outcome) -> list[AssetOutcome]:
        return [one for one in self.results if one.outcome == outcome]


def bind_asset(
    *, product: Product, asset: Asset, role: str, actor: Actor, axis: str = "", market: str | None = None,
    locale: str = ANY_LOCALE, starts_at: datetime | None = None, ends_at: datetime | None = None,
    source: str | None = None, reason: str = "", replace: bool = False, change_set: str = "",
) -> Binding:  # fmt: skip
    """Let the asset show the product. A second time it changes nothing; an open proposal of the same is confirmed.

    `replace` sends the present holder of a single role to the gallery; only a person may ask for it. By its
    `change_set` it can be taken back, here and in the other verbs (`undo_binding_changes`).
    """
    actor = actor.require(DECIDE)
    if starts_at and ends_at and starts_at >= ends_at:
        raise Invalid("It must end after it starts", path="ends_at")
    with recorded(actor, change_set=change_set):
        locked = rows.lock_shown_product(product_id=product.pk, actor=actor)
        usable = rows.usable_asset(asset_id=asset.pk, actor=actor)
        binding = rows.new_binding(
            product=locked,
            asset=usable,
            cell=rows.cell_of_binding(market=market, locale=locale, actor=actor_at(locked, actor)),
            actor=actor,
            role=rows.checked_role(role=role),
            axis=rows.checked_axis(product=locked, axis=axis),
            starts_at=starts_at,
            ends_at=ends_at,
            source=source or rows.source_of(actor),
            reason=reason,
        )
        present = rows.same_place(binding).filter(asset=usable).first()
        if present is not None:
            return present
        asked = _open_proposal(binding)
        if asked is not None:
            asked.starts_at, asked.ends_at = starts_at, ends_at
            asked.reason, asked.actor = reason, actor.label
            binding = asked
        settled_by = source or rows.source_of(actor)
        rows.take_place(binding, role=role, actor=actor, settled_by=settled_by, replace=replace)
        rows.tell_binding(binding, event=events.BINDING_CONFIRMED if asked else events.BINDING_CREATED)
        close_work_items(cause_key=binding.cause_key, actor=actor, outcome="bound")
    return binding


def bind_assets(
    *, product: Product, assets: Sequence[UUID | str], role: str, actor: Actor, replace: bool = False,
    change_set: str = "",
) -> BoundAssets:  # fmt: skip
    """Let each asset show the product in the role. One that is refused stops none of the others."""
    actor = actor.require(DECIDE)
    wanted = [str(uid) for uid in dict.fromkeys(assets)]
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise Invalid(f"Give 1 to {MOST_AT_ONCE} assets", path="assets")
    if rows.checked_role(role=role) in SINGLE_ROLES and len(wanted) > 1:
        raise Invalid(f"One asset alone can be the {role}; choose one, or another role", path="role")
    change_set = change_set or str(uuid4())
    with recorded(actor, change_set=change_set):
        locked = rows.lock_shown_product(product_id=product.pk, actor=actor)
        return BoundAssets(change_set, [_bind_one(locked, uid, role, actor, replace=replace) for uid in wanted])


def _bind_one(product: Product, uid: str, role: str, actor: Actor, *, replace: bool) -> AssetOutcome:
    title = ""
    try:
        asset = get_asset(_uid(uid), actor=actor)
        title = asset.title
        before = set(Binding.objects.active().filter(product=product, asset=asset).values_list("pk", flat=True))
        binding = bind_asset(product=product, asset=asset, role=role, actor=actor, replace=replace)
    except TandemError as error:
        return AssetOutcome(uid, Outcome.REFUSED, reason=error.detail, title=title)
    return AssetOutcome(uid, Outcome.PRESENT if binding.pk in before else Outcome.BOUND, binding, title=title)


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Missing("There is no such asset", path="assets") from None


def unbind_asset(*, uid: UUID | str, actor: Actor, reason: str = "", change_set: str = "") -> Binding:
    """End a binding. What a person ended does not come back by itself; ending it twice changes nothing."""
    actor = actor.require(DECIDE)
    with recorded(actor, change_set=change_set):
        binding = rows.lock_binding(uid=uid, actor=actor)
        if binding.status == BindingStatus.REMOVED:
            return binding
        if binding.status != BindingStatus.ACTIVE:
            raise AlreadyDecided("It is no binding but a proposal: confirm or reject it", path="uid")
        binding.status, binding.settled_by = BindingStatus.REMOVED, rows.source_of(actor)
        binding.settled_at, binding.actor, binding.reason = moment.now(), actor.label, reason
        rows.write_binding(binding)
        rows.tell_binding(binding, event=events.BINDING_REMOVED)
    return binding


def rebind_asset(*, uid: UUID | str, actor: Actor, replace: bool = False) -> Binding:
    """Take an unbinding back: the asset shows the product as before, last in its order. Twice, it changes nothing."""
    actor = actor.require(DECIDE)
    with recorded(actor):
        binding = rows.lock_binding(uid=uid, actor=actor)
        if binding.status == BindingStatus.ACTIVE:
            return binding
        if binding.status != BindingStatus.REMOVED:
            raise AlreadyDecided("It is no binding that ended but a proposal: confirm or reject it", path="uid")
        rows.usable_asset(asset_id=binding.asset_id, actor=actor)
        present = rows.same_place(binding).filter(asset_id=binding.asset_id).first()
        if present is not None:
            return present
        binding.actor, binding.reason = actor.label, ""
        rows.take_place(binding, role=binding.role, actor=actor, settled_by=rows.source_of(actor), replace=replace)
        rows.tell_binding(binding, event=events.BINDING_CREATED)
    return binding


def set_binding_role(
    *, uid: UUID | str, role: str, actor: Actor, replace: bool = False, change_set: str = ""
) -> Binding:
    """Let the asset show the product in another role, last in its order."""
    actor = actor.require(DECIDE)
    with recorded(actor, change_set=change_set):
        binding = rows.lock_binding(uid=uid, actor=actor)
        if binding.status != BindingStatus.ACTIVE:
            raise AlreadyDecided("Only a binding that is active has a role to change", path="uid")
        if binding.role == rows.checked_role(role=role):
            return binding
        binding.actor = actor.label
        rows.take_place(binding, role=role, actor=actor, settled_by=rows.source_of(actor), replace=replace)
        rows.tell_binding(binding, event=events.BINDING_CHANGED)
    return binding


def reorder_media(
    *, product: Product, role: str, uids: Sequence[UUID | str], actor: Actor,
    seen: Sequence[UUID | str] | None = None, change_set: str = "",
) -> list[Binding]:  # fmt: skip
    """Put the product's own media of a role in this order; all of those that the actor sees must be named.

    With the order that was `seen`, it is refused where somebody else sorted meanwhile.
    """
    actor = actor.require(DECIDE)
    with recorded(actor, change_set=change_set):
        locked = rows.lock_shown_product(product_id=product.pk, actor=actor)
        visible = Binding.objects.visible_to(actor).active().filter(product=locked, role=rows.checked_role(role=role))
        present = {str(row.uid): row for row in visible}
        wanted = [str(uid) for uid in uids]
        if sorted(wanted) != sorted(present) or not _is_seen(seen, present):
            raise Stale(f"The {role} of {locked.sku} is not what you saw; read it again and repeat", path="bindings")
        ordered = [present[uid] for uid in wanted]
        changed = [(at, row) for at, row in enumerate(ordered) if row.position != at]
        for at, row in changed:
            row.position = at
        if changed:
            Binding.objects.bulk_update([row for _, row in changed], ["position"])
            append_event(events.BINDING_REORDERED, locked.uid, sku=locked.sku, role=role, bindings=wanted)
    return ordered


def pass_binding_boundary(*, uid: UUID | str, actor: Actor) -> Binding | None:
    """Tell that a binding's time has begun or ended, and make the next appointment; twice, it tells twice."""
    with recorded(actor):
        if not Binding.objects.active().visible_to(actor).filter(uid=uid).exists():
            return None
        binding = rows.lock_binding(uid=uid, actor=actor)
        rows.write_binding(binding)
        rows.tell_binding(binding, event=events.BINDING_BOUNDARY)
    return binding


def _is_seen(seen: Sequence[UUID | str] | None, present: dict[str, Binding]) -> bool:
    """Whether the order that somebody saw still is the order, as far as positions say: equal ones have none."""
    if seen is None:
        return True
    before = [present[str(uid)] for uid in seen if str(uid) in present]
    groups: dict[tuple[int, str], list[int]] = {}
    for row in before:
        groups.setdefault((row.cell_id, row.axis), []).append(row.position)
    return len(before) == len(present) and all(places == sorted(places) for places in groups.values())


def _open_proposal(binding: Binding) -> Binding | None:
    same = Binding.objects.proposed().filter(
        product=binding.product, asset=binding.asset, cell=binding.cell, axis=binding.axis
    )
    return same.select_related("product", "asset", "cell__market").first()
