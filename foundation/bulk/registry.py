"""What can be changed in bulk, and how: nouns, verbs and selections, as the rooms register them in their `ready()`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from foundation.core.actors import Actor
from foundation.core.errors import Invalid, TandemError
from foundation.history.queries import Trace

Rows = QuerySet[Any]  # of a noun's model
Parameters = Mapping[str, Any]
Shown = Callable[[Parameters], bool]


@dataclass(frozen=True)
class Noun:
    """A kind of thing. `rows` gives those that an actor may see; each has a uid."""

    name: str
    rows: Callable[[Actor], Rows]
    label: Callable[[Any], str]


class Verb(ABC):
    """One way to change things of one noun. It writes by the room's own services, as for a single thing."""

    name: ClassVar[str]
    noun: ClassVar[str]
    permission: ClassVar[str]
    label: ClassVar[str]
    # Takes no parameters, so that a small selection may be changed by one click; Undo is the way back.
    is_plain: ClassVar[bool] = False

    @abstractmethod
    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        """The parameters as they are kept; raises `Invalid` naming the one that is wrong."""

    @abstractmethod
    def sentence(self, parameters: Parameters) -> str:
        """What will be done, as an order: "Add the keywords summer, sale"."""

    @abstractmethod
    def images(self, ids: Sequence[int], parameters: Parameters) -> dict[int, Any]:
        """What the verb touches of each thing as it is now, in JSON. It must be enough to restore it."""

    @abstractmethod
    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        """Carry it out for one thing."""

    @abstractmethod
    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        """Bring one thing back to its image."""

    @abstractmethod
    def traces(self, ids: Sequence[int], parameters: Parameters) -> dict[int, list[Trace]]:
        """Where later edits of the same would be seen."""

    def spell(self, image: Any, parameters: Parameters) -> str:
        """An image in words."""
        if isinstance(image, list):
            return ", ".join(map(str, image))
        return "" if image is None else str(image)

    def carry_out(self, subjects: Iterable[Any], parameters: Parameters, actor: Actor) -> dict[int, TandemError]:
        """Change each by itself; the refusals by id. A refused one leaves nothing behind."""
        return _each({one.pk: one for one in subjects}, lambda one: self.change(one, parameters, actor))

    def bring_back(
        self, pairs: Sequence[tuple[Any, Any]], parameters: Parameters, actor: Actor
    ) -> dict[int, TandemError]:
        """Restore each of (thing, image) by itself; the refusals by id."""
        images = {one.pk: image for one, image in pairs}
        subjects = {one.pk: one for one, _ in pairs}
        return _each(subjects, lambda one: self.restore(one, images[one.pk], parameters, actor))

    def restorable(self, ids: Sequence[int], actor: Actor) -> Rows:
        """Those of these things that the actor may bring back: what they see."""
        return NOUNS[self.noun].rows(actor).filter(pk__in=ids)

    def shown_to(self, actor: Actor) -> Shown:
        """Says of parameters whether the actor may still see what the verb touches; asked once for many changes."""
        return lambda _: True

    def note_shown(self, things: Mapping[UUID, str], parameters: Parameters, actor: Actor) -> None:  # noqa: B027
        """Images of these things (uid to label) are about to be shown; the audit hears of what is not public."""


def _each(things: Mapping[int, Any], act: Callable[[Any], None]) -> dict[int, TandemError]:
    refused: dict[int, TandemError] = {}
    for pk, thing in things.items():
        try:
            with transaction.atomic():
                act(thing)
        except TandemError as error:
            refused[pk] = error
    return refused


def read_parameters(given: Parameters, *names: str) -> dict[str, Any]:
    """The parameters of a verb, none of them unknown."""
    if unknown := given.keys() - set(names):
        text = f"There is no parameter {min(unknown)!r}; there are {', '.join(names) or 'none'}"
        raise Invalid(text, path="parameters")
    return dict(given)


def choice_of(given: Parameters, name: str, *known: str) -> str:
    """A choice that has to be made."""
    value = given.get(name)
    if not isinstance(value, str) or value not in known:
        raise Invalid(f"Choose the {name}: {', '.join(known)}", path=name)
    return value


# From the parameters of a list's query string to what the list shows the actor.
Selection = Callable[[Mapping[str, Sequence[str]], Actor], Rows]
NOUNS: dict[str, Noun] = {}
VERBS: dict[str, Verb] = {}
SELECTIONS: dict[str, Selection] = {}


def register_noun(noun: Noun) -> None:
    """Let things of this kind be changed in bulk."""
    NOUNS[noun.name] = noun


def register_verbs(*verbs: Verb) -> None:
    """Offer these verbs; names read `room.verb`."""
    for verb in verbs:
        VERBS[verb.name] = verb


def register_selection(noun: str, selection: Selection) -> None:
    """Say what a list's query string selects, so that "all that match" means what the list shows."""
    SELECTIONS[noun] = selection


def verbs_for(noun: str, actor: Actor) -> list[Verb]:
    """The verbs that the actor may use on this noun, in the order of registration."""
    return [verb for verb in VERBS.values() if verb.noun == noun and actor.may(verb.permission)]
