"""Attributes in a list, and the options of one: as many as there are, each with its form and Undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.core.errors import Denied, TandemError
from pim.choices import AttributeType
from pim.models import Option
from pim.queries.options import get_attribute, get_option
from pim.services import delete_option, write_option
from workspace.queries.attributes import attribute_list
from workspace.queries.option_pages import OptionPage, new_option_page, option_list_page, option_page
from workspace.views.pages import PageRequest, next_address, page
from workspace.views.records import document_of, version_in
from workspace.views.undoing import read_undo, require_same, undo_address, undone

SAID = ("labels", "synonyms", "external_codes", "swatch", "position", "is_retired")


@require_safe
@page("pim.view")
def attributes(request: PageRequest) -> HttpResponse:
    """All attributes that one may see; for htmx the next rows."""
    asked = {
        name: request.GET.get(name, "").strip().replace("\0", "")[:200] for name in ("q", "group", "kind", "cursor")
    }
    found = attribute_list(request.actor, **asked)
    context = {
        "list": found, "asked": asked, "next_url": next_address(request, found.next_cursor),
        "kinds": AttributeType.choices, "may_edit": request.actor.may("pim.define"),
    }  # fmt: skip
    is_more = request.htmx and "cursor" in request.GET
    return render(request, f"workspace/{'fragments/setting_rows' if is_more else 'attributes'}.html", context)


@require_safe
@page("pim.view")
def options(request: PageRequest, code: str) -> HttpResponse:
    """The options of a select, by `q` those with some words."""
    asked = {name: request.GET.get(name, "").strip().replace("\0", "")[:200] for name in ("q", "cursor")}
    found = option_list_page(code, actor=request.actor, retired="retired" in request.GET, **asked)
    context = {"list": found, "page": found, "next_url": next_address(request, found.next_cursor)}
    is_more = request.htmx and "cursor" in request.GET
    return render(request, f"workspace/{'fragments/setting_rows' if is_more else 'options'}.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.define")
def option_new(request: PageRequest, code: str) -> HttpResponse:
    """A POST makes an option."""
    if request.method != "POST":
        return _show(request, new_option_page(code, actor=request.actor))
    document = _document(request, request.POST.get("code", "").strip())
    try:
        made = write_option(
            get_attribute(code, actor=request.actor), document=document, must_be="new", actor=request.actor
        )
    except Denied:
        raise
    except TandemError as error:
        return _show(request, new_option_page(code, actor=request.actor, typed=document), error)
    messages.success(request, f"{made.code} is made.", extra_tags=_undo_url(made, None))
    return redirect("option_list", code=code)


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.view")
def option(request: PageRequest, key: str) -> HttpResponse:
    """One option; a POST saves it, if nobody was faster."""
    found = get_option(key, actor=request.actor)
    if request.method != "POST":
        return _show(request, option_page(found, actor=request.actor))
    document, before = _document(request, found.code), _said(found)
    try:
        made = write_option(
            found.attribute,
            document=document,
            must_be="known",
            expected_version=version_in(request),
            actor=request.actor,
        )
    except Denied:
        raise
    except TandemError as error:
        return _show(request, option_page(found, actor=request.actor, typed=document), error)
    messages.success(request, "Saved.", extra_tags=_undo_url(made, before))
    return redirect("option", key=key)


@require_POST
@page("pim.define")
def option_retire(request: PageRequest, key: str) -> HttpResponse:
    """Retire it, or use it again."""
    found = get_option(key, actor=request.actor)
    before, retired = _said(found), request.POST.get("do") != "restore"
    document = {"code": found.code, "is_retired": retired}
    made = write_option(found.attribute, document=document, must_be="known", actor=request.actor)
    text = "is not chosen anew; where it stands, it stays" if retired else "is in use again"
    messages.success(request, f"{found.code} {text}.", extra_tags=_undo_url(made, before))
    return redirect("option", key=key)


@require_POST
@page("pim.define")
def option_delete(request: PageRequest, key: str) -> HttpResponse:
    found = get_option(key, actor=request.actor)
    delete_option(found, actor=request.actor)
    messages.success(request, f"{found.code} is deleted.", extra_tags=_undo_url(found, _said(found), is_gone=True))
    return redirect("option_list", code=found.attribute.code)


@require_POST
@page("pim.define")
def option_undo(request: PageRequest, key: str) -> HttpResponse:
    """Take one change back, unless somebody went on from there."""
    told = read_undo(request, "option_undo", key)
    name, _, code = key.partition("/")
    attribute = get_attribute(name, actor=request.actor)
    known = attribute.options.filter(code=code).first()
    require_same(known.version if known else 0, told["version"])
    if told["before"] is None and known is not None:
        delete_option(known, actor=request.actor)
    else:
        write_option(attribute, document={"code": code, **told["before"]}, is_whole=True, actor=request.actor)
    target = reverse("option_list", args=[name])
    return undone(request, target)


def _document(request: PageRequest, code: str) -> dict[str, Any]:
    document = document_of(request, code)
    del document["values"]
    position = request.POST.get("position", "").strip()
    if position.isascii() and position.isdecimal() and len(position) < 10:
        document["position"] = int(position)
    return document | {"swatch": request.POST.get("swatch", "").strip()}


def _said(found: Option) -> dict[str, Any]:
    return {name: getattr(found, name) for name in SAID}


def _undo_url(made: Option, before: dict[str, Any] | None, *, is_gone: bool = False) -> str:
    key = f"{made.attribute.code}/{made.code}"
    return undo_address("option_undo", key, version=0 if is_gone else made.version, before=before)


def _show(request: PageRequest, found: OptionPage, error: TandemError | None = None) -> HttpResponse:
    context = {"page": found, "error": error.detail if error else ""}
    return render(request, "workspace/option.html", context, status=error.status if error else 200)
