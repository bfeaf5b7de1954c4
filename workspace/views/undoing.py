"""Taking back what a page of settings did: its toast has a sealed address that says how it was.

Sealed, since it may say more than who made the change may see.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from foundation.core.errors import Invalid, Stale
from foundation.core.sealing import seal, unseal
from workspace.views.pages import PageRequest

UNDONE_WITHIN = 24 * 60 * 60


def undo_address(name: str, key: str, **told: Any) -> str:
    """Where one thing's change is taken back; `told` is what `read_undo` gives there."""
    change = signing.dumps({**told, "key": key}, salt=f"workspace.{name}", compress=True)
    return f"{reverse(name, args=[key])}?change={seal(change)}"


def read_undo(request: PageRequest, name: str, key: str) -> dict[str, Any]:
    """What the address tells of a change of this very thing."""
    try:
        change = unseal(request.GET.get("change", ""))
        told = signing.loads(change, salt=f"workspace.{name}", max_age=UNDONE_WITHIN)
    except (ValueError, signing.BadSignature):
        told = {}
    if told.get("key") != key:
        raise Invalid("This undo is too old, or not one of ours; change the fields by hand", path="change")
    return dict(told)


def require_same(now: object, then: object) -> None:
    """Nobody went on from there."""
    if now != then:
        raise Stale("Somebody changed it again since; look at it before you take anything back", path="change")


def undone(request: PageRequest, target: str) -> HttpResponse:
    """To where it can be seen, for htmx too."""
    messages.success(request, "Undone: it is as it was.")
    return HttpResponse(status=204, headers={"HX-Redirect": target}) if request.htmx else redirect(target)
