"""Groups: their members and their roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.choices import Dimension, Source
from foundation.accounts.models import Group
from foundation.accounts.services import (
    add_members,
    create_group,
    delete_group,
    edit_group,
    grant_group_role,
    remove_members,
    revoke_group_role,
)
from foundation.core.errors import Denied, Invalid, TandemError
from workspace import forms
from workspace.queries import groups as read
from workspace.queries.settings import grant_rows
from workspace.views.confirming import confirmed
from workspace.views.pages import PageRequest, next_address, page


@require_safe
@page("accounts.manage")
def groups(request: PageRequest) -> HttpResponse:
    q = request.GET.get("q", "").strip().replace("\0", "")
    found = read.group_list(request.actor, q=q, cursor=request.GET.get("cursor", ""))
    context = {"rows": found.rows, "q": q, "next_url": next_address(request, found.next_cursor)}
    return render(request, "workspace/groups.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("accounts.manage")
def group_new(request: PageRequest) -> HttpResponse:
    form = forms.GroupForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_group(name=form.cleaned_data["name"], actor=request.actor)
        except TandemError as error:
            _refuse(form, error)
        else:
            messages.success(request, f"{made} made. Give it roles and members.")
            return redirect("group", uid=made.uid)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "workspace/group_new.html", {"form": form}, status=status)


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
            _refuse(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("group", uid=uid)
    return _show(request, one, form=form)


@require_POST
@page("accounts.manage")
@confirmed
def group_grant(request: PageRequest, uid: UUID) -> HttpResponse:
    """Give all members a role; its undo takes it away."""
    one = read.get_group(uid, actor=request.actor)
    form = forms.GrantForm(request.POST)
    if not form.is_valid():
        return _show(request, one, grant=form)
    dimension, _, code = form.cleaned_data["place"].partition(":")
    role = form.cleaned_data["role"]
    row = grant_group_role(group=one, role=role, dimension=Dimension(dimension), code=code, actor=request.actor)
    undo = f"{reverse('group_revoke', args=[uid])}?grant={row.pk}"
    messages.success(request, f"{one} is {row.role} {code or 'everywhere'}.", extra_tags=undo)
    return redirect("group", uid=uid)


@require_POST
@page("accounts.manage")
def group_revoke(request: PageRequest, uid: UUID) -> HttpResponse:
    one = read.get_group(uid, actor=request.actor)
    number = request.POST.get("grant") or request.GET.get("grant", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        raise Invalid("Say which role is to go", path="grant")
    gone = revoke_group_role(group=one, grant_id=int(number), actor=request.actor)
    messages.success(request, f"{one} is no longer {gone.role} {gone.code or 'everywhere'}.")
    return _back(request, uid)


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
            _refuse(form, error)
        else:
            undo = f"{reverse('group_remove', args=[uid])}?user={user.uid}"
            messages.success(request, f"{user} is in {one}.", extra_tags=undo)
            return redirect("group", uid=uid)
    return _show(request, one, member=form)


@require_POST
@page("accounts.manage")
def group_remove(request: PageRequest, uid: UUID) -> HttpResponse:
    """Take out somebody who was put in by hand; its undo puts them back."""
    one = read.get_group(uid, actor=request.actor)
    user = read.get_user(request.POST.get("user") or request.GET.get("user", ""))
    if not remove_members(group=one, users=[user], actor=request.actor):
        raise Invalid("They are not in this group by hand", path="user")
    messages.success(request, f"{user} is no longer in {one} by hand.")
    return _back(request, uid)


@require_POST
@page("accounts.manage")
def group_delete(request: PageRequest, uid: UUID) -> HttpResponse:
    one = read.get_group(uid, actor=request.actor)
    delete_group(group=one, actor=request.actor)
    messages.success(request, f"{one} is no more.")
    return redirect("group_list")


def _back(request: PageRequest, uid: UUID) -> HttpResponse:
    address = reverse("group", args=[uid])
    return HttpResponse(status=204, headers={"HX-Redirect": address}) if request.htmx else redirect(address)


def _refuse(form: Any, error: TandemError) -> None:
    if isinstance(error, Denied):
        raise error
    form.add_error(error.path if error.path in form.fields else None, error.detail)


def _show(request: PageRequest, one: Group, **bound: Any) -> HttpResponse:
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
