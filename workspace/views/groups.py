"""Groups: their members and their roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from foundation.accounts.choices import Source
from foundation.accounts.models import Group
from foundation.accounts.services import (
    add_members,
    delete_group,
    edit_group,
    remove_members,
)
from foundation.core.errors import Invalid, TandemError
from workspace import forms
from workspace.queries import groups as read
from workspace.queries.settings import grant_rows
from workspace.views.confirming import confirmed
from workspace.views.pages import PageRequest, back_to, beside, next_address, page


@require_http_methods(["GET", "HEAD", "POST"])
@page("accounts.manage")
def group(request: PageRequest, uid: UUID) -> HttpResponse:
    """Its members and roles; a POST gives it another name."""
    one = read.get_group(uid, actor=request.actor)
    form = forms.GroupForm(request.POST if request.method == "POST" else None, initial={"name": one.name})
    if request.method == "POST" and form.is_valid():
        try:
            edit_group(group=one, name=form.cleaned_data["name"], actor=request.actor)
        except TandemError as error:
            beside(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("group", uid=uid)
    return show_group(request, one, form=form)


@require_POST
@page("accounts.manage")
@confirmed
def group_add(request: PageRequest, uid: UUID) -> HttpResponse:
    """Put somebody in by hand; its undo takes them out."""
    one = read.get_group(uid, actor=request.actor)
    form = forms.MemberForm(request.POST)
    if form.is_valid():
        try:
            user = read.get_user_named(form.cleaned_data["username"])
            add_members(group=one, users=[user], actor=request.actor)
        except TandemError as error:
            beside(form, error)
        else:
            undo = f"{reverse('group_remove', args=[uid])}?user={user.uid}"
            messages.success(request, f"{user} is in {one}.", extra_tags=undo)
            return redirect("group", uid=uid)
    return show_group(request, one, member=form)


@require_POST
@page("accounts.manage")
def group_remove(request: PageRequest, uid: UUID) -> HttpResponse:
    """Take out somebody who was put in by hand; its undo puts them back."""
    one = read.get_group(uid, actor=request.actor)
    user = read.get_user(request.POST.get("user") or request.GET.get("user", ""))
    if not remove_members(group=one, users=[user], actor=request.actor):
        raise Invalid("They are not in this group by hand", path="user")
    messages.success(request, f"{user} is no longer in {one} by hand.")
    return back_to(request, "group", uid)


@require_POST
@page("accounts.manage")
def group_delete(request: PageRequest, uid: UUID) -> HttpResponse:
    one = read.get_group(uid, actor=request.actor)
    delete_group(group=one, actor=request.actor)
    messages.success(request, f"{one} is no more.")
    return redirect("group_list")


def show_group(request: PageRequest, one: Group, **bound: Any) -> HttpResponse:
    """The page of a group, with forms that were refused."""
    found = read.members(one, cursor=request.GET.get("cursor", ""))
    context = {
        "group": one,
        "keeper": "" if one.source == Source.HAND else read.keeper(one.source),
        "form": bound.get("form") or forms.GroupForm(initial={"name": one.name}),
        "grant_form": bound.get("grant") or forms.GrantForm(),
        "member_form": bound.get("member") or forms.MemberForm(),
        "grants": grant_rows(one.grants.all()),
        "members": found.rows,
        "next_url": next_address(request, found.next_cursor),
    }
    refused = any(form.is_bound and form.errors for form in bound.values())
    return render(request, "workspace/group.html", context, status=422 if refused else 200)
