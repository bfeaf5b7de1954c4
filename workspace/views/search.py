from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workspace.queries.search import search as find
from workspace.views.pages import PageRequest, page


@require_safe
@page()
def search(request: PageRequest) -> HttpResponse:
    """Everything that the words find, on a page of its own or in the palette."""
    q = request.GET.get("q", "").strip()
    is_part = request.htmx and not request.htmx.history_restore_request
    context = {"q": q, "groups": find(q, actor=request.actor), "is_palette": bool(is_part)}
    return render(request, f"workspace/{'fragments/search_results' if is_part else 'search'}.html", context)
