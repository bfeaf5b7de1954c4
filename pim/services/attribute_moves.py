"""Moving an attribute to another level of a family: its values go along, and every product answers as before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db import transaction

from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.jobs.models import Job
from foundation.jobs.running import JobRun
from foundation.jobs.services import start_job
from pim import events
from pim.choices import Sensitivity
from pim.errors import UnknownAttribute
from pim.models import Attribute, Family
from pim.services.levels import Ground, LevelMove, plan_level
from pim.services.moves import carry_out_move, lock_family, reasons_of, require_whole
from pim.services.reference import uid_of

MOVE_JOB = "pim.move_attribute"


def preview_attribute_move(
    *, family: str, attribute: str, level: int, actor: Actor, may_override_below: bool = False,
    winners: Mapping[str, str] | None = None,
) -> LevelMove:  # fmt: skip
    """What `move_attribute` would do now; nothing is written."""
    actor = _require(actor, attribute)
    with transaction.atomic():
        ground = _ground(family, attribute, level, may_override_below=may_override_below)
        return plan_level(ground, winners=winners or {})


def move_attribute(
    *, family: str, attribute: str, level: int, actor: Actor, may_override_below: bool = False,
    winners: Mapping[str, str] | None = None, accept: bool = False, seen: str | None = None,
) -> LevelMove:  # fmt: skip
    """Let an attribute of a family live at another level.

    Downwards each variant gets a copy. Upwards the model gets what its variants agree on; where they do not,
    `winners` names for a model the variant whose values it gets, or `most` (for all models: `*`). With
    `may_override_below` the others keep theirs, else those are lost. What would be lost or new needs `accept`; `seen`
    is the digest of the preview. Raises `Conflict`, `StaleValues` or `Problems`; then nothing was written.
    """
    actor = _require(actor, attribute)
    with recorded(actor, reason=f"{public_name(attribute)} of {family} moved to level {level}"):
        ground = _ground(family, attribute, level, may_override_below=may_override_below)
        found = plan_level(ground, winners=winners or {})
        found.move.require_consent(accept=accept, seen=seen)
        ids = [one.pk for one in ground.products]
        reasons = reasons_of(ids)
        ground.member.level, ground.member.may_override_below = level, may_override_below
        ground.member.save()
        ground.family.version += 1
        ground.family.save(update_fields=["version"])
        sources = _relatives(ground)
        carry_out_move(
            found.move,
            reasons=reasons,
            sources=sources,
            actor=actor,
            reason="Moved with its attribute",
            clears_first=True,
        )
        append_event(events.FAMILY_CHANGED, uid_of("family", code=family), code=family)
    return found


def start_attribute_move(
    *, family: str, attribute: str, level: int, actor: Actor, may_override_below: bool = False,
    winners: Mapping[str, str] | None = None, accept: bool = False, seen: str | None = None,
) -> Job:  # fmt: skip
    """Let a job carry out `move_attribute`, in one transaction; refused at once where it may not be."""
    definer = _require(actor, attribute)
    payload = {
        "family": family, "attribute": attribute, "level": level, "may_override_below": may_override_below,
        "winners": dict(winners or {}), "accept": accept, "seen": seen,
    }  # fmt: skip
    return start_job(kind=MOVE_JOB, queue="bulk", payload=payload, actor=definer, unique_key=family)


def carry_out_attribute_move(run: JobRun) -> dict[str, object]:
    """The job. A second run finds the attribute where it shall be and writes nothing."""
    found = move_attribute(**run.payload, actor=run.actor)
    return {"products": len(found.move.products), "values": len(found.move.writes)}


def public_name(attribute: str) -> str:
    """For reasons, which whoever reads the past may see."""
    is_public = Attribute.objects.within(Sensitivity.PUBLIC).filter(code=attribute).exists()
    return attribute if is_public else "An attribute"


def _require(actor: Actor, attribute: str) -> Actor:
    definer = actor.require("pim.define")
    if not Attribute.objects.visible_to(definer).filter(code=attribute).exists():
        raise UnknownAttribute(f"There is no attribute {attribute!r}", path="attribute")
    return require_whole(definer, codes=[attribute])


def _ground(family: str, attribute: str, level: int, *, may_override_below: bool) -> Ground:
    found = Family.objects.select_for_update().filter(code=family).first()
    if found is None:
        raise Missing(f"There is no family {family}", path="family")
    member = found.members.select_related("attribute").filter(attribute__code=attribute, is_active=True).first()
    if member is None:
        raise UnknownAttribute(f"Products of {family} have no {attribute}", path="attribute")
    if not 0 <= level <= found.depth:
        raise Invalid(f"{family} has the levels 0 to {found.depth}", path="level")
    if found.axes.filter(attribute=member.attribute).exists():
        raise Invalid(f"{attribute} is an axis of {family}: its level is that of the axis", path="attribute")
    return Ground(found, member, lock_family(found.pk), level, may_override_below)


def _relatives(ground: Ground) -> dict[str, list[str]]:
    """Whose override a value may come from: those above and below."""
    found: dict[str, list[str]] = defaultdict(list)
    for product in ground.products:
        for above in ground.above(product):
            found[product.sku].append(above.sku)
            found[above.sku].append(product.sku)
    return dict(found)
