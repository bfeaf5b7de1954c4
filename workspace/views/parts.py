from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from workspace.queries.examples import examples
from workspace.views.pages import PageRequest, page, toast


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def parts(request: PageRequest) -> HttpResponse:
    """Every part on one page. A POST shows a toast whose Undo shows another; what the asset picker sends is taken."""
    if request.method == "POST":
        answer = HttpResponse(status=204)
        if chosen := request.POST.getlist("asset"):
            trigger_client_event(answer, "picked", {"bound": chosen, "refused": []})
        return toast(answer, "Moved 3 pictures", undo_url=reverse("parts"))
    return render(request, "workspace/parts_page.html", examples())
