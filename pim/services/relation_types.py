"""Types of relations: what they are called, and what relations of them may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foundation.core.actors import Actor, system
from foundation.core.errors import Conflict, Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.taxonomy.errors import StillUsed
from foundation.taxonomy.services.trees import check_version, checked_code, checked_labels
from pim import events
from pim.choices import FIRST_RELATION_TYPES
from pim.models import RelationType
from pim.services.reference import uid_of

FLAGS = ("is_two_way", "has_quantity", "is_market_limitable")
LAST = 10_000


def define_relation_type(
    *, code: str, labels: Mapping[str, str], actor: Actor, inverse_labels: Mapping[str, str] | None = None,
    position: int = 0, is_two_way: bool = False, has_quantity: bool = False, is_market_limitable: bool = False,
    expected_version: int | None = None, must_be: str = "",
) -> RelationType:  # fmt: skip
    """Create or change a type. While there are relations of it, they go on saying what they say.

    Raises `Conflict` where they would not, `Stale`, or `Invalid` with the field's place.
    """
    actor = actor.require("pim.define")
    wanted = {
        "labels": labels, "inverse_labels": inverse_labels or {}, "position": position, "is_two_way": is_two_way,
        "has_quantity": has_quantity, "is_market_limitable": is_market_limitable,
    }  # fmt: skip
    with recorded(actor):
        found = RelationType.objects.select_for_update().filter(code=checked_code(code)).first()
        if must_be == "known" and found is None:
            raise Missing("There is no such type of relations", path="type")
        if must_be == "new" and found is not None:
            raise Conflict(f"There is a type {code} already", path="code")
        check_version(found.version if found else 0, expected_version)
        _check(wanted, found)
        if found is None:
            found = RelationType.objects.create(code=code, **wanted)
        elif all(getattr(found, name) == value for name, value in wanted.items()):
            return found
        else:
            _require_free(found, wanted)
            for name, value in wanted.items():
                setattr(found, name, value)
            found.version += 1
            found.save()
        append_event(events.RELATION_TYPE_CHANGED, uid_of("relation-type", code=code), code=code)
    return found


def delete_relation_type(found: RelationType, *, actor: Actor, expected_version: int | None = None) -> None:
    """End a type of which there are no relations."""
    actor = actor.require("pim.define")
    with recorded(actor):
        locked = RelationType.objects.select_for_update().filter(pk=found.pk).first()
        if locked is None:
            raise Missing("There is no such type of relations", path="type")
        check_version(locked.version, expected_version)
        if locked.relations.exists():
            raise StillUsed(f"There are relations of the type {locked.code}: take them away first", path="type")
        locked.delete()
        append_event(events.RELATION_TYPE_CHANGED, uid_of("relation-type", code=found.code), code=found.code)


def seed_relation_types() -> None:
    """The types that a house begins with, where there are none."""
    if RelationType.objects.exists():
        return
    with recorded(system("migration")):
        RelationType.objects.bulk_create(
            RelationType(
                code=code, labels={"en-GB": label}, inverse_labels={"en-GB": inverse}, position=place,
                is_two_way=two_way, has_quantity=quantity, is_market_limitable=limitable,
            )
            for place, (code, label, inverse, two_way, quantity, limitable) in enumerate(FIRST_RELATION_TYPES)
        )  # fmt: skip


def _check(wanted: dict[str, Any], found: RelationType | None) -> None:
    """Words are looked at where they are new: those of a migration may be in a language that the house has not."""
    if found is None or wanted["labels"] != found.labels:
        wanted["labels"] = checked_labels(wanted["labels"])
    if wanted["inverse_labels"] and (found is None or wanted["inverse_labels"] != found.inverse_labels):
        try:
            wanted["inverse_labels"] = checked_labels(wanted["inverse_labels"])
        except Invalid as error:
            raise Invalid(error.detail, path=f"inverse_{error.path}") from None
    for flag in FLAGS:
        if type(wanted[flag]) is not bool:
            raise Invalid(f"{flag} is true or false", path=flag)
    if type(wanted["position"]) is not int or not 0 <= wanted["position"] <= LAST:
        raise Invalid(f"A place is a number from 0 to {LAST:,}", path="position")
    if wanted["is_two_way"] and wanted["has_quantity"]:
        text = "What has a quantity is made of others, and they are not made of it: choose one of the two"
        raise Invalid(text, path="is_two_way")


def _require_free(found: RelationType, wanted: Mapping[str, Any]) -> None:
    for flag in ("is_two_way", "has_quantity"):
        if wanted[flag] != getattr(found, flag) and found.relations.exists():
            raise Conflict(f"There are relations of {found.code}: this cannot change under them", path=flag)
    if not wanted["is_market_limitable"] and found.relations.exclude(market=None).exists():
        text = f"Relations of {found.code} are limited to markets: take them away first"
        raise Conflict(text, path="is_market_limitable")
