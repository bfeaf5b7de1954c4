"""Seeing the pages as somebody else does: why is asked, and one stops by one button."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from foundation.accounts.authentication import VIEWING, viewing_of
from foundation.accounts.models import Viewing
from foundation.accounts.queries import why_not_viewed
from foundation.accounts.services import end_viewing, start_viewing
from foundation.core.errors import Invalid
from workspace import forms
from workspace.queries.settings import get_person
from workspace.views.confirming import confirmed
from workspace.views.pages import PageRequest, page


@require_http_methods(["GET", "HEAD", "POST"])
@page("accounts.manage")
@confirmed
def view_as(request: PageRequest, uid: UUID) -> HttpResponse:
    """Asks why; a POST begins it."""
    whom = get_person(uid, actor=request.actor)
    form = forms.ViewAsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = start_viewing(whom=whom, reason=form.cleaned_data["reason"], actor=request.actor)
        except Invalid as error:
            form.add_error("reason", error.detail)
        else:
            request.session[VIEWING] = str(made.uid)
            return redirect("home")
    context = {"person": whom, "form": form, "refusal": why_not_viewed(whom, actor=request.actor)}
    return render(request, "workspace/view_as.html", context, status=422 if form.errors else 200)


@require_POST
@page()
def stop(request: PageRequest) -> HttpResponse:
    """Back to being oneself, at the page of whom one viewed as; forms that were drawn as theirs are void."""
    viewing = viewing_of(request)
    if viewing is None:
        return redirect("home")
    end_viewing(viewing=viewing, end=Viewing.End.STOPPED, actor=request.actor)
    del request.session[VIEWING]
    rotate_token(request)
    return redirect("person", uid=viewing.whom.uid)
