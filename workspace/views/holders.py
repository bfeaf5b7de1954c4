"""Who holds roles, people and groups: listed, made, and given roles, by one hand for both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.choices import Dimension
from foundation.accounts.services import create_group, create_user, grant_role, revoke_role
from foundation.core.errors import Invalid, TandemError
from workspace import forms
from workspace.queries import groups, settings
from workspace.views.confirming import confirmed
from workspace.views.groups import show_group
from workspace.views.pages import PageRequest, back_to, beside, next_address, page
from workspace.views.people import show_person


@dataclass(frozen=True)
class Kind:
    """People, or groups: `name` is what their addresses are called by."""

    name: str
    plural: str
    words: str
    searched: str
    nobody: tuple[str, str]
    none_yet: tuple[str, str]
    rows: Callable[..., settings.SettingList]
    get: Callable[..., Any]
    show: Callable[..., HttpResponse]
    form: type
    make: Callable[..., Any]
    made: str


KINDS = {
    "person": Kind(
        "person", "People", "Who signs in, and the programs that keys act for.", "Name or sign-in name",
        ("Nobody is called that", "Search for a part of the name or of the sign-in name."),
        ("Nobody yet", "Make an account, or connect a directory or a sign-in provider."),
        settings.people, settings.get_person, show_person, forms.PersonForm, create_user,
        "{} made. Give them a role and a password.",
    ),
    "group": Kind(
        "group", "Groups", "People who are given roles together, put in by hand, by a directory or a provider.",
        "Name", ("No group is called that", "Search for a part of the name."),
        ("No group yet", "A group gives roles to a whole team at once, and a directory can fill it."),
        groups.group_list, groups.get_group, show_group, forms.GroupForm, create_group,
        "{} made. Give it roles and members.",
    ),
}  # fmt: skip


@require_safe
@page("accounts.manage")
def holders(request: PageRequest, kind: str) -> HttpResponse:
    q = request.GET.get("q", "").strip().replace("\0", "")
    found = KINDS[kind].rows(request.actor, q=q, cursor=request.GET.get("cursor", ""))
    empty = KINDS[kind].nobody if q else KINDS[kind].none_yet
    context = {
        "kind": KINDS[kind], "new_url": reverse(f"{kind}_new"), "rows": found.rows, "q": q, "empty": empty,
        "next_url": next_address(request, found.next_cursor),
    }  # fmt: skip
    return render(request, "workspace/holders.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("accounts.manage")
def holder_new(request: PageRequest, kind: str) -> HttpResponse:
    form = KINDS[kind].form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = KINDS[kind].make(**form.cleaned_data, actor=request.actor)
        except TandemError as error:
            beside(form, error)
        else:
            messages.success(request, KINDS[kind].made.format(made))
            return redirect(kind, uid=made.uid)
    status = 422 if form.is_bound and form.errors else 200
    context = {"kind": KINDS[kind], "list_url": reverse(f"{kind}_list"), "form": form}
    return render(request, "workspace/holder_new.html", context, status=status)


@require_POST
@page("accounts.manage")
@confirmed
def grant(request: PageRequest, kind: str, uid: UUID) -> HttpResponse:
    """Give a role; its undo takes it away."""
    one = KINDS[kind].get(uid, actor=request.actor)
    form = forms.GrantForm(request.POST)
    if not form.is_valid():
        return KINDS[kind].show(request, one, grant=form)
    dimension, _, code = form.cleaned_data["place"].partition(":")
    role = form.cleaned_data["role"]
    row = grant_role(holder=one, role=role, dimension=Dimension(dimension), code=code, actor=request.actor)
    undo = f"{reverse(f'{kind}_revoke', args=[uid])}?grant={row.pk}"
    messages.success(request, f"{one} is {row.role} {code or 'everywhere'}.", extra_tags=undo)
    return redirect(kind, uid=uid)


@require_POST
@page("accounts.manage")
def revoke(request: PageRequest, kind: str, uid: UUID) -> HttpResponse:
    """Take a role away."""
    one = KINDS[kind].get(uid, actor=request.actor)
    number = request.POST.get("grant") or request.GET.get("grant", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        raise Invalid("Say which role is to go", path="grant")
    gone = revoke_role(holder=one, grant_id=int(number), actor=request.actor)
    messages.success(request, f"{one} is no longer {gone.role} {gone.code or 'everywhere'}.")
    return back_to(request, kind, uid)
