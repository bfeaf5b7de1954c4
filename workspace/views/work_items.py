from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workspace.queries.work_items import work_list
from workspace.views.pages import PageRequest, next_address, page


@require_safe
@page()
def work_items(request: PageRequest) -> HttpResponse:
    found = work_list(actor=request.actor, queue=request.GET.get("queue", ""), cursor=request.GET.get("cursor", ""))
    context = {
        "queues": found.queues,
        "items": found.items,
        "is_filtered": found.is_filtered,
        "next_url": next_address(request, found.next_cursor),
    }
    if request.htmx and "cursor" in request.GET and not request.htmx.history_restore_request:
        return render(request, "workspace/fragments/work_item_rows.html", context)
    return render(request, "workspace/work_items.html", context)
