"""What a person is asked: may this asset show this product? And the answer, and taking the answer back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from associations import events
from associations.choices import ITEM_KIND, QUEUE, SINGLE_ROLES, BindingStatus
from associations.errors import AlreadyDecided
from associations.models import Binding
from associations.services import rows
from associations.services.bindings import DECIDE
from dam.models import Asset
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict
from foundation.events.catalogue import EventType
from foundation.history.services import recorded
from foundation.markets.services import get_or_make_cell
from foundation.workflow.services import close_work_items, open_work_item
from pim.models import Product

PROPOSERS = (DECIDE, "dam.edit", "pim.edit")


def propose_binding(
    *, product: Product, asset: Asset, role: str, source: str, evidence: dict[str, Any], actor: Actor, axis: str = ""
) -> Binding:
    """Ask a person; `evidence["sentence"]` says why. Where the same is asked or bound already, that comes back."""
    actor = actor.require(next((one for one in PROPOSERS if actor.may(one)), DECIDE))
    with recorded(actor):
        locked = rows.lock_shown_product(product_id=product.pk, actor=actor)
        usable = rows.usable_asset(asset_id=asset.pk, actor=actor)
        open_statuses = [BindingStatus.PROPOSED, BindingStatus.ACTIVE]
        present = Binding.objects.filter(product=locked, asset=usable, axis=axis, status__in=open_statuses).first()
        if present is not None:
            return present
        binding = rows.new_binding(
            product=locked,
            asset=usable,
            cell=get_or_make_cell(None, "*"),
            actor=actor,
            role=rows.checked_role(role=role),
            is_single=role in SINGLE_ROLES,
            axis=rows.checked_axis(product=locked, axis=axis),
            status=BindingStatus.PROPOSED,
            proposed_at=moment.now(),
            source=source,
            evidence={**evidence, "role": role},
        )
        rows.write_binding(binding)
        ask_person(binding, actor=actor)
    return binding


def confirm_proposal(
    *, uid: UUID | str, actor: Actor, role: str | None = None, replace: bool = False, reason: str = ""
) -> Binding:
    """Yes, in the proposed role or another one. Saying it twice changes nothing."""
    actor = actor.require(DECIDE)
    with recorded(actor):
        binding = rows.lock_binding(uid=uid, actor=actor)
        chosen = rows.checked_role(role=role or binding.role)
        if binding.status == BindingStatus.ACTIVE and binding.proposed_at and binding.role == chosen:
            return binding
        _require_open(binding)
        rows.usable_asset(asset_id=binding.asset_id, actor=actor)
        binding.actor, binding.reason = actor.label, reason
        rows.take_place(binding, role=chosen, actor=actor, settled_by=rows.source_of(actor), replace=replace)
        _answer(binding, actor, events.BINDING_CONFIRMED, "confirmed")
    return binding


def reject_proposal(*, uid: UUID | str, actor: Actor, reason: str = "") -> Binding:
    """No. The same evidence does not ask again; saying it twice changes nothing."""
    actor = actor.require(DECIDE)
    with recorded(actor):
        binding = rows.lock_binding(uid=uid, actor=actor)
        if binding.status == BindingStatus.REJECTED:
            return binding
        _require_open(binding)
        binding.status, binding.settled_by = BindingStatus.REJECTED, rows.source_of(actor)
        binding.settled_at, binding.actor, binding.reason = moment.now(), actor.label, reason
        rows.write_binding(binding)
        _answer(binding, actor, events.BINDING_REJECTED, "rejected")
    return binding


def undo_decision(*, uid: UUID | str, actor: Actor) -> Binding:
    """Take a yes or a no back: it is asked again, in the role that was proposed."""
    actor = actor.require(DECIDE)
    with recorded(actor):
        binding = rows.lock_binding(uid=uid, actor=actor)
        if binding.status == BindingStatus.PROPOSED:
            return binding
        if binding.proposed_at is None:
            raise AlreadyDecided("It was never proposed; unbind it instead", path="uid")
        later = Binding.objects.filter(
            product=binding.product, asset=binding.asset, axis=binding.axis, pk__gt=binding.pk
        ).exclude(status__in=[BindingStatus.REJECTED, BindingStatus.REMOVED])
        if later.exists():
            raise Conflict("The same was bound or proposed since", path="uid")
        if binding.status == BindingStatus.ACTIVE:
            rows.tell_binding(binding, event=events.BINDING_REMOVED)
        binding.role = str(binding.evidence.get("role", binding.role))
        binding.is_single = binding.role in SINGLE_ROLES
        binding.status, binding.settled_by, binding.settled_at = BindingStatus.PROPOSED, "", None
        binding.actor, binding.reason = actor.label, ""
        rows.write_binding(binding)
        ask_person(binding, actor=actor)
    return binding


def _require_open(binding: Binding) -> None:
    if binding.status != BindingStatus.PROPOSED:
        label = BindingStatus(binding.status).label
        raise AlreadyDecided(f"It does not wait for a decision any more: it is {label}", path="uid")


def ask_person(binding: Binding, *, actor: Actor) -> None:
    """Tell that it is proposed, and put it among the work items."""
    rows.tell_binding(binding, event=events.BINDING_PROPOSED)
    open_work_item(
        queue=QUEUE,
        kind=ITEM_KIND,
        cause_key=binding.cause_key,
        subject_type="binding",
        subject=binding.uid,
        title=f"Does {binding.asset.title} show {binding.product.sku}?",
        detail=binding.payload() | {"sentence": binding.sentence},
        actor=actor,
    )


def _answer(binding: Binding, actor: Actor, event: EventType, outcome: str) -> None:
    rows.tell_binding(binding, event=event)
    close_work_items(cause_key=binding.cause_key, actor=actor, outcome=outcome)
