"""Families: a list, and a grid of attributes and channels in which a box says that a channel requires one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from foundation.core.errors import Denied, TandemError
from pim.services import define_family
from workspace import forms
from workspace.queries.families import asked_definition, definition_of_family, family_page, family_rows, get_family
from workspace.views.pages import PageRequest, beside, next_address, page
from workspace.views.records import version_in
from workspace.views.undoing import read_undo, undo_address, undone

LABEL, LEVEL, REQUIRED = "label-", "level-", "required-"


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.view")
def families(request: PageRequest) -> HttpResponse:
    """All families; a POST makes one."""
    form = forms.FamilyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = define_family(**form.definition(), expected_version=0, actor=request.actor)
        except TandemError as error:
            beside(form, error)
        else:
            messages.success(request, f"The family {made.code} is made. Give it attributes.")
            return redirect("family", code=made.code)
    asked = {name: request.GET.get(name, "").strip().replace("\0", "")[:200] for name in ("q", "cursor")}
    found = family_rows(request.actor, **asked)
    context = {
        "list": found, "q": asked["q"], "form": form, "next_url": next_address(request, found.next_cursor),
        "may_edit": request.actor.may("pim.define"),
    }  # fmt: skip
    is_more = request.htmx and "cursor" in request.GET
    template = f"workspace/{'fragments/setting_rows' if is_more else 'families'}.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.view")
def family(request: PageRequest, code: str) -> HttpResponse:
    """The grid; a POST writes all of it, if nobody was faster."""
    if request.method != "POST":
        return render(request, "workspace/family.html", {"page": family_page(code, actor=request.actor)})
    found = get_family(code, actor=request.actor)
    before = definition_of_family(found)
    try:
        wanted = asked_definition(found, _form(request), actor=request.actor)
        made = define_family(**wanted, expected_version=version_in(request), actor=request.actor)
    except Denied:
        raise
    except TandemError as error:
        context = {"page": family_page(code, actor=request.actor), "error": error.detail}
        return render(request, "workspace/family.html", context, status=error.status)
    if made.version == found.version:
        messages.info(request, "Nothing was changed.")
    else:
        undo = undo_address("family_undo", code, version=made.version, before=before)
        messages.success(request, f"{code} saved.", extra_tags=undo)
    return redirect("family", code=code)


@require_POST
@page("pim.define")
def family_undo(request: PageRequest, code: str) -> HttpResponse:
    """Take one change back, unless somebody went on from there."""
    told = read_undo(request, "family_undo", code)
    define_family(**told["before"], expected_version=told["version"], actor=request.actor)
    return undone(request, reverse("family", args=[code]))


def _form(request: PageRequest) -> dict[str, Any]:
    levels = {
        name.removeprefix(LEVEL): int(request.POST[name])
        for name in request.POST
        if name.startswith(LEVEL) and request.POST[name] in {"0", "1", "2"}
    }
    return {
        "labels": {
            name.removeprefix(LABEL): request.POST[name].strip() for name in request.POST if name.startswith(LABEL)
        },
        "add": [word for word in request.POST.get("add", "").replace(",", " ").split() if word],
        "leave": set(request.POST.getlist("leave")),
        "levels": levels,
        "below": set(request.POST.getlist("below")),
        "required": {
            name.removeprefix(REQUIRED): request.POST.getlist(name)
            for name in request.POST
            if name.startswith(REQUIRED)
        },
    }
