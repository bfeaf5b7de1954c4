"""People and their roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.choices import Dimension
from foundation.accounts.models import User
from foundation.accounts.queries import grants_of, why_not_viewed
from foundation.accounts.services import (
    close_account,
    create_user,
    edit_user,
    grant_role,
    reopen_account,
    reset_factors,
    revoke_role,
    set_password,
)
from foundation.core.errors import Denied, Invalid, TandemError
from workspace import forms
from workspace.queries import settings as read
from workspace.queries.groups import group_names
from workspace.queries.sign_in import factors_of, sessions_of
from workspace.views.confirming import confirmed
from workspace.views.pages import PageRequest, next_address, page
from workspace.views.sign_in import end_named


@require_safe
@page("accounts.manage")
def people(request: PageRequest) -> HttpResponse:
    q = request.GET.get("q", "").strip()
    found = read.people(request.actor, q=q, cursor=request.GET.get("cursor", ""))
    context = {"rows": found.rows, "q": q, "next_url": next_address(request, found.next_cursor)}
    return render(request, "workspace/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("accounts.manage")
def person_new(request: PageRequest) -> HttpResponse:
    form = forms.PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_user(**form.cleaned_data, actor=request.actor)
        except Denied:
            raise
        except TandemError as error:
            form.add_error(error.path if error.path in form.fields else None, error.detail)
        else:
            messages.success(request, f"{made.username} made. Give them a role and a password.")
            return redirect("person", uid=made.uid)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "workspace/person_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@page("accounts.manage")
def person(request: PageRequest, uid: UUID) -> HttpResponse:
    """Name and address; a POST saves them, with what they were as the undo."""
    someone = read.get_person(uid, actor=request.actor)
    before = read.person_values(someone)
    form = forms.PersonForm(request.POST if request.method == "POST" else None, initial=before, is_new=False)
    if request.method == "POST" and form.is_valid():
        edit_user(user=someone, name=form.cleaned_data["name"], email=form.cleaned_data["email"], actor=request.actor)
        messages.success(request, "Saved.")
        return redirect("person", uid=uid)
    return _show(request, someone, form=form)


@require_POST
@page("accounts.manage")
@confirmed
def person_grant(request: PageRequest, uid: UUID) -> HttpResponse:
    """Give a role; its undo takes it away."""
    someone = read.get_person(uid, actor=request.actor)
    form = forms.GrantForm(request.POST)
    if not form.is_valid():
        return _show(request, someone, grant=form)
    dimension, _, code = form.cleaned_data["place"].partition(":")
    role = form.cleaned_data["role"]
    row = grant_role(user=someone, role=role, dimension=Dimension(dimension), code=code, actor=request.actor)
    undo = f"{reverse('person_revoke', args=[uid])}?grant={row.pk}"
    messages.success(request, f"{someone.username} is {row.role} {code or 'everywhere'}.", extra_tags=undo)
    return redirect("person", uid=uid)


@require_POST
@page("accounts.manage")
def person_revoke(request: PageRequest, uid: UUID) -> HttpResponse:
    """Take a role away; its undo gives it again."""
    someone = read.get_person(uid, actor=request.actor)
    number = request.POST.get("grant") or request.GET.get("grant", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        raise Invalid("Say which role is to go", path="grant")
    gone = revoke_role(user=someone, grant_id=int(number), actor=request.actor)
    messages.success(request, f"{someone.username} is no longer {gone.role} {gone.code or 'everywhere'}.")
    return _back(request, uid)


@require_POST
@page("accounts.manage")
@confirmed
def person_password(request: PageRequest, uid: UUID) -> HttpResponse:
    someone = read.get_person(uid, actor=request.actor)
    form = forms.PasswordForm(request.POST)
    if not form.is_valid():
        return _show(request, someone, password=form)
    set_password(user=someone, password=form.cleaned_data["password"], actor=request.actor)
    messages.success(request, f"{someone.username} has a new password; their other sessions have ended.")
    return redirect("person", uid=uid)


@require_POST
@page("accounts.manage")
@confirmed
def person_factors(request: PageRequest, uid: UUID) -> HttpResponse:
    """Take away what they have lost; a password is what they sign in with then."""
    someone = read.get_person(uid, actor=request.actor)
    gone = reset_factors(user=someone, actor=request.actor)
    words = "has no second factor any more; their sessions have ended" if gone else "had no second factor"
    messages.success(request, f"{someone.username} {words}.")
    return redirect("person", uid=uid)


@require_POST
@page("accounts.manage")
def person_sessions_end(request: PageRequest, uid: UUID) -> HttpResponse:
    """The session that the form names, or all of theirs."""
    end_named(request, read.get_person(uid, actor=request.actor))
    return redirect("person", uid=uid)


@require_POST
@page("accounts.manage")
@confirmed
def person_close(request: PageRequest, uid: UUID) -> HttpResponse:
    someone = close_account(user=read.get_person(uid, actor=request.actor), actor=request.actor)
    undo = reverse("person_reopen", args=[uid])
    messages.success(request, f"{someone.username} is out: sessions and keys have ended.", extra_tags=undo)
    return redirect("person", uid=uid)


@require_POST
@page("accounts.manage")
@confirmed
def person_reopen(request: PageRequest, uid: UUID) -> HttpResponse:
    someone = reopen_account(user=read.get_person(uid, actor=request.actor), actor=request.actor)
    messages.success(request, f"{someone.username} may come back, once they have a new password.")
    return _back(request, uid)


def _back(request: PageRequest, uid: UUID) -> HttpResponse:
    address = reverse("person", args=[uid])
    return HttpResponse(status=204, headers={"HX-Redirect": address}) if request.htmx else redirect(address)


def _show(request: PageRequest, someone: User, **bound: Any) -> HttpResponse:
    before = read.person_values(someone)
    context = {
        "person": someone,
        "is_self": someone.pk == request.actor.user_id,
        "may_view_as": not why_not_viewed(someone, actor=request.actor),
        "form": bound.get("form") or forms.PersonForm(initial=before, is_new=False),
        "grant_form": bound.get("grant") or forms.GrantForm(),
        "password_form": bound.get("password") or forms.PasswordForm(),
        "grants": read.grant_rows(grants_of(someone)),
        "groups": group_names(someone),
        "keys": someone.api_keys.filter(revoked_at=None).count(),
        "factors": factors_of(someone),
        "sessions": sessions_of(someone, session_key=str(request.session.session_key)),
    }
    refused = any(form.is_bound and form.errors for form in bound.values())
    return render(request, "workspace/person.html", context, status=422 if refused else 200)
