"""Licences: the list, one with its terms and assets, a new one, and the end of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from dam.models import Licence
from dam.services import change_terms, define_licence, revoke_licence, undo_terms
from foundation.core.errors import Denied, Invalid, Missing, Stale, TandemError
from workspace.queries.licence_impact import impact_of_revoking, impact_of_terms, still_out
from workspace.queries.licence_page import (
    TermEditor,
    TermRow,
    changed_meanwhile,
    choices,
    licence_page,
    may_change,
)
from workspace.queries.licences import get_licence, licence_list
from workspace.views.licence_terms import BLANK, checked_rows, has_errors, typed_rows
from workspace.views.pages import PageRequest, next_address, page, show_list, toast, wanted

FACETS = ("state",)
WHOLE = "#licence"


@require_safe
@page("dam.view")
def licences(request: PageRequest) -> HttpResponse:
    found = licence_list(wanted(request, FACETS), actor=request.actor)
    context = {
        "total": found.total,
        "q": request.GET.get("q", ""),
        "facets": found.facets,
        "licences": found.licences,
        "next_url": next_address(request, found.next_cursor),
        "has_any": found.has_any,
        "may_edit": request.actor.may("dam.edit"),
    }
    return show_list(request, "licence", context, more="licence_rows")


@require_safe
@page("dam.view")
def licence(request: PageRequest, uid: UUID) -> HttpResponse:
    return _show(request, uid)


@require_http_methods(["GET", "HEAD", "POST"])
@page("dam.edit")
def licence_new(request: PageRequest) -> HttpResponse:
    """The form; a POST makes the licence, or adds and removes terms of the form."""
    rows, context, status = [BLANK], {"name": "", "credit": "", "name_error": ""}, 200
    if request.method == "POST":
        context |= {name: request.POST.get(name, "") for name in ("name", "credit")}
        rows, facts = checked_rows(typed_rows(request))
        if not _is_draft(request):
            try:
                _refuse_errors(rows)
                made = define_licence(
                    name=context["name"], credit=context["credit"].strip(), terms=facts, actor=request.actor
                )
                messages.success(request, "Licence made. Assign it to assets in the library or on their pages.")
                return _go(request, reverse("licence", args=[made.uid]))
            except (Denied, Missing):
                raise
            except TandemError as error:
                context["name_error" if error.path == "name" else "form_error"] = error.detail
                status = 422
    editor = TermEditor(0, context["credit"], rows, choices(request.actor))
    template = "workspace/fragments/licence_form.html" if request.htmx else "workspace/licence_new.html"
    return render(request, template, context | {"editor": editor}, status=status)


@require_POST
@page("dam.edit")
def licence_draft(request: PageRequest, uid: UUID) -> HttpResponse:
    """The editor after a change that is not saved, with what it would do to live listings."""
    found = get_licence(uid, actor=request.actor)
    rows, facts = checked_rows(typed_rows(request))
    context = _editor(request, found, rows)
    if not has_errors(rows) and may_change(found, request.actor):
        context["impact"] = impact_of_terms(found, facts, actor=request.actor)
    if request.htmx and request.htmx.target == "impact":
        return render(request, "workspace/fragments/licence_impact.html", context)
    template = "workspace/fragments/licence_terms.html" if request.htmx else "workspace/licence_terms.html"
    return render(request, template, context)


@require_POST
@page("dam.edit")
def licence_terms(request: PageRequest, uid: UUID) -> HttpResponse:
    """Save the terms and the credit. What is wrong is said beside its field, and nothing is lost."""
    found = get_licence(uid, actor=request.actor)
    rows, facts = checked_rows(typed_rows(request))
    version = _version(request)
    try:
        _refuse_errors(rows)
        credit = request.POST.get("credit", "").strip()
        saved = change_terms(found, terms=facts, credit=credit, expected=version, actor=request.actor)
    except Stale:
        context = _editor(request, found, rows, overtaken=changed_meanwhile(found, version or 0))
        return _refused(request, context, 412)
    except Invalid as error:
        return _refused(request, _editor(request, found, rows, error=error.detail), 422)
    is_same = saved.version == found.version
    undo = "" if is_same else f"{reverse('licence_undo', args=[uid])}?version={saved.version}"
    text = "Nothing was changed" if is_same else f"Saved as version {saved.version}"
    return _after(request, uid, text, undo)


@require_POST
@page("dam.edit")
def licence_undo(request: PageRequest, uid: UUID) -> HttpResponse:
    """Put the terms back that a version replaced."""
    version = _version(request)
    if version is None:
        raise Invalid("Say which version is undone", path="version")
    undo_terms(get_licence(uid, actor=request.actor), version=version, actor=request.actor)
    return _after(request, uid, "Undone: the terms are as they were", "")


@require_http_methods(["GET", "HEAD", "POST"])
@page("dam.edit")
def licence_revoke(request: PageRequest, uid: UUID) -> HttpResponse:
    """What ending the right would touch, and ending it. There is no way back, so it is asked first."""
    found = get_licence(uid, actor=request.actor)
    back = _back(request, reverse("licence", args=[uid]))
    impact = impact_of_revoking(found, actor=request.actor)
    if request.method == "POST":
        revoke_licence(found, actor=request.actor)
        messages.success(request, _revoked_text(found.name, impact.lost.pictures, impact.lost.listings))
        return _go(request, back)
    total = found.asset_licences.filter(asset__deleted_at=None).count()
    context = {"licence": found, "impact": impact, "total": total, "back": back,
               "may": may_change(found, request.actor)}  # fmt: skip
    template = "workspace/fragments/licence_revoke.html" if request.htmx else "workspace/licence_revoke.html"
    return render(request, template, context)


@require_safe
@page("dam.view")
def licence_aftermath(request: PageRequest, uid: UUID) -> HttpResponse:
    """How many live listings still name what may not be shown any more; asked again until there is none."""
    found = get_licence(uid, actor=request.actor)
    if not request.htmx:
        return redirect("licence", uid=uid)
    context = {"uid": uid, "still": still_out(found, actor=request.actor)}
    return render(request, "workspace/fragments/licence_aftermath.html", context)


def _show(request: PageRequest, uid: UUID) -> HttpResponse:
    found = licence_page(uid, actor=request.actor, cursor=request.GET.get("cursor", ""))
    context = vars(found) | {"next_url": next_address(request, found.next_cursor)}
    if found.licence.revoked_at is not None:
        context["still"] = still_out(get_licence(uid, actor=request.actor), actor=request.actor)
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "workspace/licence.html", context)
    part = "asset_tiles" if "cursor" in request.GET else "licence_body"
    return render(request, f"workspace/fragments/{part}.html", context)


def _editor(
    request: PageRequest, found: Licence, rows: list[TermRow], *, overtaken: str = "", error: str = ""
) -> dict[str, Any]:
    """The editor with what was typed. After being overtaken it is as of the present version, for saving over it."""
    version = found.version if overtaken else _version(request) or found.version
    editor = TermEditor(
        version, request.POST.get("credit", ""), rows, choices(request.actor), overtaken=overtaken, error=error
    )
    return {"uid": found.uid, "name": found.name, "editor": editor}


def _refused(request: PageRequest, context: dict[str, Any], status: int) -> HttpResponse:
    if not request.htmx:
        return render(request, "workspace/licence_terms.html", context, status=status)
    response = render(request, "workspace/fragments/licence_terms.html", context, status=status)
    return reswap(retarget(response, "#terms"), "outerHTML")


def _after(request: PageRequest, uid: UUID, text: str, undo: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, text, extra_tags=undo)
        return redirect("licence", uid=uid)
    return toast(_show(request, uid), text, undo_url=undo, target=WHOLE)


def _refuse_errors(rows: list[TermRow]) -> None:
    if has_errors(rows):
        raise Invalid("Mend the marked fields; nothing was saved", path="terms")


def _is_draft(request: PageRequest) -> bool:
    return bool({"add_term", "drop_term"} & request.POST.keys())


def _go(request: PageRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _back(request: PageRequest, fallback: str) -> str:
    """Where one came from, if that is in this house."""
    wish = request.POST.get("next") or request.GET.get("next", "")
    return wish if url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()}) else fallback


def _revoked_text(name: str, pictures: int, listings: int) -> str:
    if not pictures:
        return f"{name} is revoked. No live listing used it."
    return (
        f"{name} is revoked. Links to {pictures:,} picture{'s' if pictures > 1 else ''} refuse from now on; "
        f"{listings:,} live listing{'s are' if listings > 1 else ' is'} being rewritten without them."
    )


def _version(request: PageRequest) -> int | None:
    text = request.POST.get("version") or request.GET.get("version", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Invalid("A version is a whole number", path="version")
    return int(text)
