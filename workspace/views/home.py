from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workspace.queries.home import home_page
from workspace.views.pages import PageRequest, page


@require_safe
@page()
def home(request: PageRequest) -> HttpResponse:
    found = home_page(actor=request.actor)
    context = vars(found) | {
        "name": request.actor.name,
        "can_import": request.actor.may("pim.import"),
    }
    return render(request, "workspace/home.html", context)
