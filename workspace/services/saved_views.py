"""Saving, naming, sharing and deleting views of lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db import IntegrityError, transaction

from foundation.core import moment
from foundation.core.actors import CATEGORY, Actor
from foundation.core.errors import Conflict, Denied, Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded
from pim.choices import Sensitivity
from pim.models import Attribute
from pim.queries.facets import PREFIX
from workspace import events
from workspace.choices import LISTS
from workspace.models import SavedView

LONGEST_NAME, LONGEST_QUERY, MOST = 80, 2_000, 100
# Where in the list somebody was is no part of a view.
PASSING = {"cursor", "view"}


def save_view(*, page: str, name: str, query: str, actor: Actor, is_shared: bool = False) -> SavedView:
    """Keep a list's filters under a name."""
    actor = actor.require(_permission(page))
    if actor.user_id is None:
        raise Denied("Views belong to people; the system has none")
    fields: dict[str, Any] = {
        "owner_id": actor.user_id,
        "page": page,
        "name": clean_name(name),
        "query": clean_query(query),
    }
    if is_shared:
        _check_open(fields["query"])
    if SavedView.objects.of(actor).filter(page=page).count() >= MOST:
        raise Conflict(f"You have {MOST} views of this list; delete one first", path="name")
    with recorded(actor):
        view = _unique(
            lambda: SavedView.objects.create(
                is_shared=is_shared,
                markets=_limits(page, actor, "market"),
                categories=_limits(page, actor, CATEGORY),
                created_at=moment.now(),
                **fields,
            )
        )
        _tell(view)
    return view


def rename_view(*, uid: UUID, name: str, actor: Actor) -> SavedView:
    """Give one's own view another name."""
    wanted = clean_name(name)
    with recorded(actor):
        view = _own(uid, actor)
        if view.name != wanted:
            view.name = wanted
            _unique(lambda: view.save(update_fields=["name"]))
            _tell(view)
    return view


def share_view(*, uid: UUID, is_shared: bool, actor: Actor) -> SavedView:
    """Show one's own view to the others who see the list, or keep it to oneself again.

    What it may be shown to is what its owner is limited to now.
    """
    with recorded(actor):
        view = _own(uid, actor)
        if is_shared:
            _check_open(view.query)
        if view.is_shared != is_shared:
            view.is_shared, view.markets = is_shared, _limits(view.page, actor, "market")
            view.categories = _limits(view.page, actor, CATEGORY)
            view.save(update_fields=["is_shared", "markets", "categories"])
            _tell(view)
    return view


def delete_view(*, uid: UUID, actor: Actor) -> SavedView:
    """Take one's own view away; `restore_view` brings it back."""
    with recorded(actor):
        view = _own(uid, actor)
        view.deleted_at = moment.now()
        view.save(update_fields=["deleted_at"])
        append_event(events.VIEW_DELETED, view.uid, page=view.page)
    return view


def restore_view(*, uid: UUID, actor: Actor) -> SavedView:
    """Bring one's own deleted view back, unless its name was given again; one that is there stays as it is."""
    with recorded(actor):
        view = _own(uid, actor, deleted=True)
        if view.deleted_at is not None:
            view.deleted_at = None
            _unique(lambda: view.save(update_fields=["deleted_at"]))
            _tell(view)
    return view


def clean_name(name: str) -> str:
    """One line that the database keeps."""
    wanted = " ".join(name.split())
    if not wanted:
        raise Invalid("Give the view a name", path="name")
    if len(wanted) > LONGEST_NAME:
        raise Invalid(f"A name has at most {LONGEST_NAME} characters", path="name")
    return wanted


def clean_query(query: str) -> str:
    """The filters alone, in one spelling, so that the same view is known again."""
    pairs = parse_qsl(query.removeprefix("?"), errors="replace")
    kept = sorted({(name, value) for name, value in pairs if name not in PASSING and "\0" not in name + value})
    spelled = urlencode(kept)
    if len(spelled) > LONGEST_QUERY:
        raise Invalid("The filters are too many to be saved", path="query")
    return spelled


def _check_open(query: str) -> None:
    """A view is seen with its filters: one by what is not public is nobody else's."""
    codes = {value if name == "by" else name.removeprefix(PREFIX) for name, value in parse_qsl(query)
             if name == "by" or name.startswith(PREFIX)}  # fmt: skip
    if Attribute.objects.exclude(sensitivity=Sensitivity.PUBLIC).filter(code__in=codes).exists():
        raise Invalid("This view filters by what not everybody may see; keep it to yourself", path="is_shared")


def _permission(page: str) -> str:
    if page not in LISTS:
        raise Invalid(f"Views can be saved of {', '.join(LISTS)}", path="page")
    return LISTS[page]


def _own(uid: UUID, actor: Actor, *, deleted: bool = False) -> SavedView:
    """Locked. Somebody else's shared view is seen, and not theirs to change."""
    mine = SavedView.objects.filter(owner_id=actor.user_id or -1)
    found = (mine if deleted else mine.filter(deleted_at=None)).select_for_update().filter(uid=uid).first()
    if found is None and SavedView.objects.visible_to(actor).filter(uid=uid).exists():
        raise Denied("Only who saved the view may change it; save one of your own")
    if found is None:
        raise Missing("There is no such view", path="uid")
    return found


T = TypeVar("T")


def _unique(write: Callable[[], T]) -> T:
    try:
        with transaction.atomic():
            return write()
    except IntegrityError:
        raise Conflict("You have a view of this name here already", path="name") from None


def _tell(view: SavedView) -> None:
    append_event(events.VIEW_SAVED, view.uid, page=view.page, is_shared=view.is_shared)


def _limits(page: str, actor: Actor, dimension: str) -> list[str]:
    """What the owner's words may come from; none is all."""
    return sorted(actor.within(_permission(page)).limits(dimension) or ())
