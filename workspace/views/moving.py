"""What pages of moves have in common: a plan told in words, and one carried out as it was told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from foundation.core.errors import Denied, Missing, TandemError
from pim.services import note_many_read
from pim.services.moves import Move
from workspace.queries.moves import MoveShown, move_refused, move_shown
from workspace.views.pages import PageRequest

T = TypeVar("T")


def told(request: PageRequest, plan: Callable[[], Move]) -> MoveShown:
    """What would happen, in words; a refusal beside the form. Who may not at all is told so by a page."""
    found = attempt(plan)
    if isinstance(found, TandemError):
        return move_refused(found)
    shown = move_shown(found)
    note_many_read(shown.shown, actor=request.actor)
    return shown


def attempt(act: Callable[[], T]) -> T | TandemError:
    """What comes of it, or why not."""
    try:
        return act()
    except (Denied, Missing):
        raise
    except TandemError as error:
        return error


def consent(request: PageRequest) -> dict[str, Any]:
    """Which plan was seen, and whether what it loses may be lost."""
    return {"accept": "accept" in request.POST, "seen": request.POST.get("seen", ""), "actor": request.actor}


def asked_by(request: PageRequest) -> Mapping[str, str]:
    """Where the choices of the form are: in the address of a preview, in the body of what confirms it."""
    return request.POST if request.method == "POST" else request.GET
