"""What the shell itself needs on every page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest

from foundation.core.actors import ANONYMOUS
from workspace.choices import THEME_COOKIE, THEMES
from workspace.queries.counts import Capped
from workspace.queries.inbox import my_count
from workspace.queries.jobs import running_jobs
from workspace.queries.places import Place, open_places


@dataclass(frozen=True)
class Entry:
    """A place in the navigation of one page."""

    place: Place
    is_current: bool
    count: Callable[[], Capped] | None = None  # of what waits there, asked when it is drawn


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the chosen theme (empty: follow the system) and the navigation.

    What costs a query is asked only where a template draws it: fragments have no header.
    """
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    entries = list(_entries(request))
    viewing = getattr(request, "viewing", None)
    return {
        "viewing": viewing,
        "shown_person": viewing.whom if viewing else getattr(request, "user", None),
        "dress": "workspace/base.html" if entries else "workspace/bare.html",
        "theme": chosen if chosen in THEMES else "",
        "main_places": [entry for entry in entries if entry.place.is_main],
        "more_places": [entry for entry in entries if not entry.place.is_main],
        "my_work": partial(my_count, getattr(request, "actor", ANONYMOUS)),
        "running_jobs": partial(running_jobs, getattr(request, "actor", ANONYMOUS)),
        "current_place": next((entry.place for entry in entries if entry.is_current), None),
    }


def _entries(request: HttpRequest) -> Iterator[Entry]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return
    actor = getattr(request, "actor", ANONYMOUS)
    for place in open_places(actor, is_staff=user.is_staff and not actor.is_viewing):
        is_home = place.name == "home"
        is_current = request.path == place.url if is_home else request.path.startswith(place.url)
        yield Entry(place, is_current, partial(my_count, actor) if place.name == "work_items" else None)
