"""People and their roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from foundation.accounts.models import User
from foundation.accounts.queries import actor_of, grants_of, why_not_viewed
from foundation.accounts.services import (
    close_account,
    edit_user,
    reopen_account,
    reset_factors,
    set_password,
)
from workspace import forms
from workspace.queries import settings as read
from workspace.queries.groups import group_names
from workspace.queries.sign_in import factors_of, sessions_of
from workspace.views.confirming import confirmed
from workspace.views.pages import PageRequest, back_to, page
from workspace.views.sign_in import end_named


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
    return show_person(request, someone, form=form)


@require_POST
@page("accounts.manage")
@confirmed
def person_password(request: PageRequest, uid: UUID) -> HttpResponse:
    someone = read.get_person(uid, actor=request.actor)
    form = forms.PasswordForm(request.POST)
    if not form.is_valid():
        return show_person(request, someone, password=form)
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
    return back_to(request, "person", uid)


def show_person(request: PageRequest, someone: User, **bound: Any) -> HttpResponse:
    """The page of a person, with forms that were refused."""
    before = read.person_values(someone)
    context = {
        "person": someone,
        "is_self": someone.pk == request.actor.user_id,
        "requires_factor": actor_of(someone).requires_factor,
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
