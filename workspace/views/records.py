"""Types of records and their records: seen by who sees products, changed by who defines them, each change with Undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from foundation.core.errors import Denied, TandemError
from pim.models import Record, RecordType
from pim.queries.records import get_record, get_record_type
from pim.services import define_record_type, delete_record, delete_record_type, write_record
from workspace import forms
from workspace.queries.records import RecordPage, new_record_page, record_page, refused_page, type_page, type_rows
from workspace.queries.shown import LOCALE
from workspace.views.pages import PageRequest, beside, next_address, page
from workspace.views.undoing import read_undo, require_same, undo_address, undone

LABEL, VALUE, CODE_AT = "label-", "value-", "code-at-"


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.view")
def record_types(request: PageRequest) -> HttpResponse:
    """All types; a POST makes one."""
    form = forms.RecordTypeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = define_record_type(
                code=given["code"], labels={LOCALE: given["name"]}, must_be="new", actor=request.actor
            )
        except TandemError as error:
            beside(form, error)
        else:
            messages.success(request, f"{made.code} is made. Say which fields its records have, and give it records.")
            return redirect("record_type", code=made.code)
    context = {"rows": type_rows(request.actor), "form": form, "may_edit": request.actor.may("pim.define")}
    return render(request, "workspace/record_types.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.view")
def record_type(request: PageRequest, code: str) -> HttpResponse:
    """A type with its records, by `q` those with some words; a POST changes its name and its fields."""
    kind, form = get_record_type(code, actor=request.actor), None
    if request.method == "POST":
        form = forms.FieldsForm(request.POST)
        if form.is_valid() and _defined(request, kind, form):
            return redirect("record_type", code=code)
    asked = {name: request.GET.get(name, "").strip().replace("\0", "")[:200] for name in ("q", "cursor")}
    found = type_page(code, actor=request.actor, retired="retired" in request.GET, **asked)
    context = {
        "page": found, "next_url": next_address(request, found.next_cursor),
        "form": form or forms.FieldsForm(initial={"fields": kind.fields, "version": kind.version}),
    }  # fmt: skip
    if request.htmx and "cursor" in request.GET:
        return render(request, "workspace/fragments/setting_rows.html", context | {"list": found})
    return render(request, "workspace/record_type.html", context, status=422 if form else 200)


def _defined(request: PageRequest, kind: RecordType, form: forms.FieldsForm) -> bool:
    try:
        define_record_type(
            code=kind.code, labels=_starting(request, LABEL), fields=form.cleaned_data["fields"], must_be="known",
            expected_version=form.cleaned_data["version"], actor=request.actor,
        )  # fmt: skip
    except Denied:
        raise
    except TandemError as error:
        where = "fields" if error.path.startswith("fields") else None
        form.add_error(where, f"{error.detail} ({error.path})" if where else error.detail)
        return False
    messages.success(request, "Saved.")
    return True


@require_POST
@page("pim.define")
def record_type_delete(request: PageRequest, code: str) -> HttpResponse:
    delete_record_type(get_record_type(code, actor=request.actor), actor=request.actor)
    messages.success(request, f"{code} is deleted.")
    return redirect("record_type_list")


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.define")
def record_new(request: PageRequest, code: str) -> HttpResponse:
    """A POST makes a record."""
    if request.method != "POST":
        return _show(request, new_record_page(code, actor=request.actor))
    document = document_of(request, request.POST.get("code", "").strip())
    try:
        made = write_record(
            get_record_type(code, actor=request.actor),
            document=document,
            must_be="new",
            is_whole=True,
            actor=request.actor,
        )
    except Denied:
        raise
    except TandemError as error:
        return _show(request, new_record_page(code, actor=request.actor, typed=document), error)
    messages.success(request, f"{made.code} is made.", extra_tags=_undo_url(made, None))
    return redirect("record", key=made.key)


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.view")
def record(request: PageRequest, key: str) -> HttpResponse:
    """One record; a POST saves it, if nobody was faster."""
    if request.method != "POST":
        return _show(request, record_page(key, actor=request.actor))
    found = get_record(key, actor=request.actor)
    document, before = document_of(request, found.code), _said(found)
    try:
        made = write_record(
            found.record_type, document=document | {"is_retired": found.is_retired}, must_be="known", is_whole=True,
            expected_version=version_in(request), actor=request.actor,
        )  # fmt: skip
    except Denied:
        raise
    except TandemError as error:
        return _show(request, refused_page(key, actor=request.actor, typed=document), error)
    messages.success(request, "Saved.", extra_tags=_undo_url(made, before))
    return redirect("record", key=key)


@require_POST
@page("pim.define")
def record_retire(request: PageRequest, key: str) -> HttpResponse:
    """Retire it, or use it again."""
    found = get_record(key, actor=request.actor)
    before, retired = _said(found), request.POST.get("do") != "restore"
    made = write_record(
        found.record_type, document={"code": found.code, "is_retired": retired}, must_be="known", actor=request.actor
    )
    text = "is not chosen anew; where it stands, it stays" if retired else "is in use again"
    messages.success(request, f"{found.code} {text}.", extra_tags=_undo_url(made, before))
    return redirect("record", key=key)


@require_POST
@page("pim.define")
def record_delete(request: PageRequest, key: str) -> HttpResponse:
    found = get_record(key, actor=request.actor)
    delete_record(found, actor=request.actor)
    messages.success(request, f"{found.code} is deleted.", extra_tags=_undo_url(found, _said(found), is_gone=True))
    return redirect("record_type", code=found.record_type.code)


@require_POST
@page("pim.define")
def record_undo(request: PageRequest, key: str) -> HttpResponse:
    """Take one change back, unless somebody went on from there."""
    told = read_undo(request, "record_undo", key)
    kind, _, code = key.partition("/")
    known = Record.objects.filter(record_type__code=kind, code=code).first()
    require_same(known.version if known else 0, told["version"])
    if told["before"] is None and known is not None:
        delete_record(known, actor=request.actor)
        target = reverse("record_type", args=[kind])
    else:
        found = get_record_type(kind, actor=request.actor)
        write_record(found, document={"code": code, **told["before"]}, is_whole=True, actor=request.actor)
        target = reverse("record", args=[key])
    return undone(request, target)


def _said(found: Record) -> dict[str, Any]:
    names = ("labels", "synonyms", "external_codes", "values", "is_retired")
    return {name: getattr(found, name) for name in names}


def _undo_url(made: Record, before: dict[str, Any] | None, *, is_gone: bool = False) -> str:
    key = made.key
    return undo_address("record_undo", key, version=0 if is_gone else made.version, before=before)


def _starting(request: PageRequest, prefix: str) -> dict[str, str]:
    names = [name for name in request.POST if name.startswith(prefix)]
    return {name.removeprefix(prefix): text for name in names if (text := request.POST[name].strip())}


def document_of(request: PageRequest, code: str) -> dict[str, Any]:
    synonyms = request.POST.get("synonyms", "").split(",")
    return {
        "code": code,
        "labels": _starting(request, LABEL),
        "synonyms": [word.strip() for word in synonyms if word.strip()],
        "external_codes": _starting(request, CODE_AT),
        "values": _starting(request, VALUE),
    }


def version_in(request: PageRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _show(request: PageRequest, found: RecordPage, error: TandemError | None = None) -> HttpResponse:
    errors = {one.path: one.detail for one in getattr(error, "errors", [error] if error else [])}
    context = {"page": found, "errors": errors}
    return render(request, "workspace/record.html", context, status=error.status if error else 200)
