"""Finding bulk changes, their rows, and what a selection means."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.db.models import QuerySet

from foundation.bulk.choices import Outcome, Undo
from foundation.bulk.models import BulkChange, BulkRow
from foundation.bulk.registry import NOUNS, SELECTIONS, VERBS, Rows, Shown, Verb
from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing

MAX_FIELDS = 200


def get_bulk_change(uid: UUID | str, *, actor: Actor) -> BulkChange:
    """The bulk change, if the actor may see it."""
    found = BulkChange.objects.visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise Missing("There is no such bulk change", path="uid")
    return found


def get_verb(name: str, *, actor: Actor) -> Verb:
    """The verb, if the actor may use it."""
    verb = VERBS.get(name)
    if verb is None:
        raise Invalid(f"There is no verb {name!r}; there are {', '.join(VERBS)}", path="verb")
    actor.require(verb.permission)
    return verb


def selected(noun: str, selection: dict[str, Any], *, actor: Actor) -> Rows:
    """What the selection means for the actor at this moment."""
    rows = NOUNS[noun].rows(actor)
    if "uids" in selection:
        return rows.filter(uid__in=selection["uids"])
    if noun not in SELECTIONS:
        raise Invalid(f"Name each {noun}: there is no list of them to filter", path="filter")
    try:
        given = parse_qs(selection["filter"].lstrip("?"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Invalid("The filter is a list's query string, such as state=review&q=coat", path="filter") from None
    if any("\0" in text for name, texts in given.items() for text in (name, *texts)):
        raise Invalid("The filter has a NUL character", path="filter")
    return SELECTIONS[noun](given, actor).exclude(uid__in=selection.get("without", []))


def rows_of(change: BulkChange, *, outcome: str = "", undo: str = "") -> QuerySet[BulkRow]:
    """The rows, or those of one outcome."""
    rows = change.rows.all()
    if outcome:
        if outcome not in Outcome.values:
            raise Invalid(f"outcome is one of {', '.join(Outcome.values)}", path="outcome")
        rows = rows.filter(outcome=outcome)
    if undo:
        if undo not in Undo.values:
            raise Invalid("undo is undone or kept", path="undo")
        rows = rows.filter(undo=undo)
    return rows


def shown_parameters(
    change: BulkChange, *, actor: Actor, known: dict[str, Shown] | None = None
) -> dict[str, Any] | None:
    """What the verb was told; None while it is asked for, and for who may not see what the verb touches.

    `known` is kept from one change to the next of a list, so that each verb is asked once.
    """
    if change.parameters is None:
        return None
    known = {} if known is None else known
    if change.verb not in known:
        known[change.verb] = change.how.shown_to(actor)
    return change.parameters if known[change.verb](change.parameters) else None


def seen_rows(rows: list[BulkRow], change: BulkChange, *, actor: Actor) -> set[int]:
    """The subjects of these rows that the actor may see now; the others keep their names to themselves."""
    if rows and shown_parameters(change, actor=actor) is None:
        return set()
    ids = [row.subject_id for row in rows]
    return set(NOUNS[change.noun].rows(actor).filter(pk__in=ids).values_list("pk", flat=True))
