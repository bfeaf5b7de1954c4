"""Delivery links of a product's pictures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from delivery.services.links import mint_link
from foundation.core import moment
from foundation.core.errors import Invalid, TandemError
from workspace.queries.links import link_panel
from workspace.views.pages import PageRequest, page, uid_in


@require_http_methods(["GET", "HEAD", "POST"])
@page("dam.view")
def delivery_links(request: PageRequest, uid: UUID) -> HttpResponse:
    """The links that are out, and a form for a new one; a POST makes it, or says why not."""
    made = _mint(request) if request.method == "POST" else {}
    status = made["error"].status if "error" in made else 200
    if made and request.htmx:
        return render(request, "workspace/fragments/link_made.html", made, status=422 if "error" in made else 200)
    asked = request.POST.get("asset") or request.GET.get("asset", "")
    context = {"panel": link_panel(uid, asset=asked, actor=request.actor), **made}
    template = "fragments/links.html" if request.htmx else "links.html"
    return render(request, f"workspace/{template}", context, status=status)


def _mint(request: PageRequest) -> dict[str, Any]:
    given = request.POST
    try:
        minutes = given.get("minutes", "60")
        if not (minutes.isascii() and minutes.isdecimal() and len(minutes) < 6):
            raise Invalid("Say in minutes how long the link holds", path="minutes")
        link = mint_link(
            uid_in(given.get("asset", ""), "asset"),
            preset=given.get("preset", ""),
            use=given.get("use", ""),
            minutes=int(minutes),
            actor=request.actor,
            at=moment.now(),
            ask_rights=True,
        )
    except TandemError as error:
        return {"error": error}
    return {"link": link, "ends_at": min(filter(None, [link.expires_at, link.rights_end_at]))}
