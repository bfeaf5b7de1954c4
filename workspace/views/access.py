"""Why can I not? One question at an address that can be shared."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.accounts.queries import owner_named
from foundation.core.errors import Missing
from foundation.core.permissions import DECLARED
from workspace import forms
from workspace.queries.access import Access, Question, explain, find_product, permission_choices
from workspace.views.pages import PageRequest, page

PLACES = ("market", "channel", "queue", "category")


@require_safe
@page()
def access(request: PageRequest) -> HttpResponse:
    asked = "permission" in request.GET
    form = forms.AccessForm(
        request.GET if asked else None, actor=request.actor, permissions=permission_choices(), auto_id="access-%s"
    )
    found = _answer(request, form) if asked and form.is_valid() else None
    status = 422 if form.errors else 200
    return render(request, "workspace/access.html", {"form": form, "access": found}, status=status)


def _answer(request: PageRequest, form: forms.AccessForm) -> Access | None:
    given = form.cleaned_data
    try:
        user = owner_named(given.get("person", ""), actor=request.actor)
        product = find_product(given["product"], actor=request.actor)
    except Missing as error:
        form.add_error("person" if error.path == "user" else error.path, error.detail)
        return None
    places = {name: given[name] for name in PLACES if given[name]}
    return explain(Question(user, DECLARED[given["permission"]], places, product), actor=request.actor)
