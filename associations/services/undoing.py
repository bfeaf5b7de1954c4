"""Taking back what one change set did to a product's bindings, exactly, unless somebody went on from there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from associations import events
from associations.choices import BindingStatus
from associations.models import Binding
from associations.services import rows
from associations.services.bindings import DECIDE
from associations.services.proposals import ask_person
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Missing
from foundation.events.services import append_event
from foundation.history.models import Revision
from foundation.history.services import recorded
from pim.models import Product

PLACE = ("role", "position", "status")
RESTORED = (*PLACE, "is_single", "settled_by", "settled_at", "starts_at", "ends_at", "reason")
Image = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One binding as it was before the change set, None where it was not yet, and as the change set left it."""

    binding: Binding
    before: Image | None
    after: Image

    @property
    def target(self) -> Image:
        """What it goes back to: a binding that was new is ended, for no row is ever deleted."""
        return self.before or {**self.after, "status": BindingStatus.REMOVED}

    @property
    def is_done(self) -> bool:
        return _place(self.target) == _place(vars(self.binding))

    @property
    def is_overtaken(self) -> bool:
        return _place(self.after) != _place(vars(self.binding))

    @property
    def takes_a_single_place(self) -> bool:
        return bool(self.target["is_single"]) and self.target["status"] == BindingStatus.ACTIVE


def undo_binding_changes(*, product: Product, change_set: str, actor: Actor) -> list[Binding]:
    """Put the bindings of the product back where they were before the change set. A second time nothing changes.

    What somebody changed since stays as it is, and all of it is refused: half an undo is none.
    """
    actor = actor.require(DECIDE)
    with recorded(actor):
        locked = rows.lock_shown_product(product_id=product.pk, actor=actor)
        steps = _steps(locked, change_set, actor)
        if not steps:
            raise Missing(f"Nothing of {locked.sku} was changed by that", path="change_set")
        open_steps = [step for step in steps if not step.is_done]
        if any(step.is_overtaken for step in open_steps):
            raise Conflict(f"The pictures of {locked.sku} were changed since; nothing was undone", path="change_set")
        # a single place is vacated before its former holder takes it again
        for step in sorted(open_steps, key=lambda step: step.takes_a_single_place):
            _restore(step, actor)
        _tell_order(locked, {step.binding.role for step in open_steps if _only_moved(step)})
    return [step.binding for step in open_steps]


def _steps(product: Product, change_set: str, actor: Actor) -> list[Step]:
    visible = Binding.objects.visible_to(actor).filter(product=product).select_related("product", "asset", "cell")
    found = {str(row.pk): row for row in visible.order_by("pk")}
    revisions = Revision.objects.filter(table_name=Binding._meta.db_table, row_key__in=list(found)).order_by("id")
    story: dict[str, list[Revision]] = defaultdict(list)
    for revision in revisions:
        story[revision.row_key].append(revision)
    return [step for key, row in found.items() for step in _step(row, story[key], change_set)]


def _step(row: Binding, story: list[Revision], change_set: str) -> Iterable[Step]:
    own = [at for at, revision in enumerate(story) if change_set and revision.change_set == change_set]
    if own:
        later = story[own[-1] + 1 :]
        after = later[0].before if later and later[0].before else {name: getattr(row, name) for name in RESTORED}
        yield Step(row, story[own[0]].before, after)


def _place(image: Image) -> tuple[Any, ...]:
    return tuple(image[name] for name in PLACE)


def _only_moved(step: Step) -> bool:
    return all(bool(step.after[name] == step.target[name]) for name in ("role", "status"))


def _restore(step: Step, actor: Actor) -> None:
    binding = step.binding
    if step.target["status"] == BindingStatus.ACTIVE:
        rows.usable_asset(asset_id=binding.asset_id, actor=actor)
    for field in Binding._meta.concrete_fields:
        if field.name in RESTORED:
            setattr(binding, field.name, field.to_python(step.target[field.name]))
    binding.actor = actor.label
    if step.before is None:
        binding.settled_by, binding.settled_at = rows.source_of(actor), moment.now()
    rows.write_binding(binding)
    _tell(step, actor)


def _tell(step: Step, actor: Actor) -> None:
    binding, was, now = step.binding, step.after["status"], step.target["status"]
    if was == BindingStatus.ACTIVE and now != BindingStatus.ACTIVE:
        rows.tell_binding(binding, event=events.BINDING_REMOVED)
    elif was != BindingStatus.ACTIVE and now == BindingStatus.ACTIVE:
        rows.tell_binding(binding, event=events.BINDING_CREATED)
    elif not _only_moved(step):
        rows.tell_binding(binding, event=events.BINDING_CHANGED)
    if now == BindingStatus.PROPOSED:
        ask_person(binding, actor=actor)


def _tell_order(product: Product, roles: set[str]) -> None:
    for role in sorted(roles):
        active = Binding.objects.active().filter(product=product, role=role).order_by("position", "pk")
        uids = [str(uid) for uid in active.values_list("uid", flat=True)]
        append_event(events.BINDING_REORDERED, product.uid, sku=product.sku, role=role, bindings=uids)
