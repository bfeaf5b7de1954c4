"""Markets' own values: looked through, and decided on many at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from foundation.core.errors import Invalid
from pim.queries.overrides import OverrideAsked
from pim.services import clear_overrides, extend_overrides, keep_overrides, note_overrides_read
from workspace.queries.overrides import STATES, override_list
from workspace.views.pages import PageRequest, next_address, page
from workspace.views.typed import read_last_day

MAX_DIGITS = 18


@require_safe
@page("pim.view")
def overrides(request: PageRequest) -> HttpResponse:
    """The list; by htmx the next rows of it."""
    given = {name: request.GET.get(name, "")[:200].replace("\0", "") for name in ("market", "attribute", "by", "state")}
    if given["state"] not in dict(STATES):
        given["state"] = ""
    asked = OverrideAsked(given["market"], given["attribute"], given["by"], given["state"])
    found = override_list(asked, actor=request.actor, cursor=request.GET.get("cursor", ""))
    note_overrides_read(found.found, actor=request.actor)
    context = vars(found) | {
        "can_edit": request.actor.may("pim.edit"),
        "is_filtered": any(given.values()),
        "next_url": next_address(request, found.next_cursor),
        "here": request.get_full_path(),
    }
    if request.htmx and "cursor" in request.GET and not request.htmx.history_restore_request:
        return render(request, "workspace/fragments/override_rows.html", context)
    return render(request, "workspace/overrides.html", context)


@require_POST
@page("pim.edit")
def decide(request: PageRequest) -> HttpResponse:
    """Keep what is ticked, give it another end, or take it back."""
    ids = [
        int(one) for one in request.POST.getlist("id") if one.isascii() and one.isdecimal() and len(one) <= MAX_DIGITS
    ]
    reason, verb = request.POST.get("reason", "").strip(), request.POST.get("verb", "")
    if not ids:
        raise Invalid("Tick what you decide on", path="id")
    if verb == "keep":
        count, done = len(keep_overrides(ids=ids, reason=reason, actor=request.actor)), "kept"
    elif verb == "extend":
        until = read_last_day(request.POST.get("last_day", ""))
        count, done = len(extend_overrides(ids=ids, expires_at=until, actor=request.actor)), "given another end"
    elif verb == "clear":
        count, done = clear_overrides(ids=ids, reason=reason, actor=request.actor), "taken back"
    else:
        raise Invalid("Keep, extend or take back", path="verb")
    messages.success(request, f"{count} override{'' if count == 1 else 's'} {done}")
    wish = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()})
    return redirect(wish if is_ours else reverse("override_list"))
