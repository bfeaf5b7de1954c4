"""The fields of a product's form: saving each by itself, undoing, and the parts that come when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from foundation.core.errors import Denied, Invalid, Missing, TandemError
from pim.errors import StaleValues
from pim.services import note_sensitive_read, set_values, undo_value
from workspace.queries.fields import Answer, FieldMaker, clash_of, last_change
from workspace.queries.options import find_options
from workspace.queries.origins import trail
from workspace.queries.placements import get_visible_product
from workspace.queries.product_page import Workbench, open_workbench
from workspace.queries.product_values import Asked, more_fields
from workspace.queries.scopes import PARTS, address, codes
from workspace.queries.sheets import MARKET, SHARED, Entry, Sheet
from workspace.queries.shown import LOCALE
from workspace.views.pages import PageRequest, page, toast
from workspace.views.typed import read_expected, read_last_day, read_value

MAX_DIGITS = 18


@dataclass(frozen=True)
class Edit:
    """What a form asks for."""

    raw: Any
    expected: Any
    place: str
    overriding: bool
    reason: str
    last_day: str


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.view")
def values(request: PageRequest, uid: UUID) -> HttpResponse:
    """A field or the fields of a group; by POST one value is said, or cleared."""
    if request.method == "POST":
        return _save(request, _open(request, uid))
    if not request.htmx:
        return _whole_page(request, uid)
    bench = _open(request, uid)
    if "group" not in request.GET:
        entry = _entry(bench, request.GET.get("attribute", ""))
        return _show_field(request, bench, entry, overriding="override" in request.GET)
    start = request.GET.get("from", "")
    found = more_fields(
        _sheet(bench), Asked.of(request.GET.dict()), group=request.GET["group"],
        start=int(start) if start.isascii() and start.isdigit() and len(start) < MAX_DIGITS else 0,
    )  # fmt: skip
    if found is None:
        raise Missing("There is no such group", path="group")
    context = {"group": found, **bench.score, "asked": Asked.of(request.GET.dict())}
    return render(request, "workspace/fragments/value_group.html", context)


@require_safe
@page("pim.view")
def origin(request: PageRequest, uid: UUID) -> HttpResponse:
    """Each place that was looked in for a value."""
    if not request.htmx:
        return _whole_page(request, uid)
    bench = _open(request, uid)
    entry = _entry(bench, request.GET.get("attribute", ""))
    context = {"label": entry.attribute.label(LOCALE), "places": trail(_sheet(bench), entry), **bench.score}
    return render(request, "workspace/fragments/value_origin.html", context)


@require_safe
@page("pim.view")
def options(request: PageRequest, uid: UUID) -> HttpResponse:
    """Options of a long list, by their words."""
    if not request.htmx:
        return _whole_page(request, uid)
    bench = _open(request, uid)
    sheet, entry = _sheet(bench), _entry(bench, request.GET.get("attribute", ""))
    words, chosen = request.GET.get("q", "").strip()[:100], request.GET.getlist("but")[:200]
    found = find_options(entry.attribute, words, sheet.scope.locale_id, but=chosen)
    return render(request, "workspace/fragments/value_options.html", {"code": entry.code, **vars(found)})


@require_POST
@page("pim.edit")
def undo(request: PageRequest, uid: UUID) -> HttpResponse:
    """Take one change of one value back. The page may stand in another scope by now: its parts come for where it is."""
    bench = open_workbench(uid, wanted=_where(request, uid), actor=request.actor)
    entry, change = _entry(bench, request.GET.get("attribute", "")), request.GET.get("change", "")
    if not (change.isascii() and change.isdigit() and len(change) < MAX_DIGITS):
        raise Missing("There is no such change", path="change")
    try:
        undo_value(bench.product, attribute=entry.code, change=int(change), actor=request.actor)
    except StaleValues:
        text = f"{_label(entry)} was changed again since; nothing was undone"
        return _told(request, bench, HttpResponse(status=409), text, tone="bad")
    bench = open_workbench(uid, wanted=_where(request, uid), actor=request.actor)
    response = HttpResponse()
    if request.htmx:
        response = _show_field(request, bench, _entry(bench, entry.code), is_aside=True)
    trigger_client_event(response, "value-saved")
    return _told(request, bench, response, f"Undone: {_label(entry)}")


def _whole_page(request: PageRequest, uid: UUID) -> HttpResponse:
    """Parts of the form are nothing by themselves."""
    get_visible_product(uid, actor=request.actor)
    return redirect(f"{reverse('product', args=[uid])}?{request.GET.urlencode()}")


def _open(request: PageRequest, uid: UUID) -> Workbench:
    """The product in exactly the scope of the address: a page may choose another one, an edit may not."""
    bench = open_workbench(uid, wanted=request.GET.dict(), actor=request.actor)
    if bench.current is None or codes(bench.current) != {part: request.GET.get(part) for part in PARTS}:
        raise Missing("There is no such channel, market and language, or it is not yours", path="market")
    note_sensitive_read(bench.product, codes=bench.sensitive, actor=request.actor)
    return bench


def _save(request: PageRequest, bench: Workbench) -> HttpResponse:
    """Say it. What is refused stays in the field, with the reason beside it; so does what somebody else overtook."""
    request.actor.require("pim.edit")
    sheet, entry = _sheet(bench), _entry(bench, request.POST.get("attribute", ""))
    edit = _edit_of(request, sheet, entry)
    seen = request.POST.get("expected", "") or "null"
    typed = {"raw": edit.raw, "reason": edit.reason, "last_day": edit.last_day}
    try:
        _write(bench, entry, edit)
    except (Denied, Missing):
        raise
    except TandemError as error:
        if not request.htmx:
            raise
        answer = Answer(**typed, place=edit.place, error=error.detail, expected=seen)
        if isinstance(error, StaleValues):
            bench = open_workbench(bench.product.uid, wanted=request.GET.dict(), actor=request.actor)
            sheet, entry = _sheet(bench), _entry(bench, entry.code)
            answer = Answer(**typed, place=edit.place, clash=clash_of(sheet, entry, edit.place))
        return _show_field(request, bench, entry, overriding=edit.overriding, answer=answer, status=422)
    return _saved(request, bench, entry, edit)


def _edit_of(request: PageRequest, sheet: Sheet, entry: Entry) -> Edit:
    form = request.POST
    overriding = "override" in form
    return Edit(
        raw=None if "clear" in form else read_value(entry.attribute, form, sheet.scope.locale_id),
        expected=read_expected(form),
        place=MARKET if overriding or form.get("place") == MARKET else SHARED,
        overriding=overriding,
        reason=form.get("reason", "").strip(),
        last_day=form.get("last_day", ""),
    )


def _write(bench: Workbench, entry: Entry, edit: Edit) -> None:
    sheet = _sheet(bench)
    market = sheet.scope.market.code
    if edit.overriding and edit.raw is None:
        raise Invalid(f"Say the value that {market} has", path="value")
    if edit.overriding and not edit.reason:
        raise Invalid(f"Say why {market} has a value of its own", path="reason")
    set_values(
        bench.product,
        values={entry.code: edit.raw},
        market=sheet.market_of(edit.place),
        locale=sheet.locale_of(entry),
        reason=edit.reason,
        expires_at=read_last_day(edit.last_day),
        expected={entry.code: edit.expected},
        actor=sheet.actor,
    )


def _saved(request: PageRequest, before: Workbench, entry: Entry, edit: Edit) -> HttpResponse:
    """The field as it stands now, the counts that it changed, and a toast with the way back."""
    uid, old = before.product.uid, _sheet(before).own(entry, edit.place)
    bench = open_workbench(uid, wanted=request.GET.dict(), actor=request.actor)
    sheet, entry = _sheet(bench), _entry(bench, entry.code)
    new, change = sheet.own(entry, edit.place), last_change(sheet, entry, edit.place)
    if request.htmx:
        answer = Answer(is_saved=new is not None or old is not None)
        response = _show_field(request, bench, entry, answer=answer, with_score=True)
    else:
        response = HttpResponse()
    if change is None or old == new:
        return response if request.htmx else redirect(_page(bench, entry))
    undo_url = f"{reverse('product_values_undo', args=[uid])}{address(sheet.scope)}"
    undo_url += f"&attribute={entry.code}&change={change.pk}"
    verb = "saved" if new is not None else "cleared"
    where = [sheet.market_of(edit.place), sheet.locale_of(entry).strip("*")]
    place = ", ".join(one for one in where if one)
    text = f"{_label(entry)}{f' ({place})' if place else ''} {verb}"
    trigger_client_event(response, "value-saved")
    return _told(request, bench, response, text, undo_url=undo_url, at=entry)


def _show_field(
    request: PageRequest, bench: Workbench, entry: Entry, *, overriding: bool = False, answer: Answer | None = None,
    with_score: bool = False, is_aside: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """One field; `is_aside` sends it out of band as well, for an answer that is put nowhere itself."""
    maker = FieldMaker(_sheet(bench), [entry], typed=answer.raw if answer else None)
    context = {
        "field": maker.field(entry, overriding=overriding, answer=answer),
        "with_score": with_score or is_aside,
        "is_aside": is_aside,
        **bench.score,
    }
    return render(request, "workspace/fragments/value_field.html", context, status=status)


def _told(
    request: PageRequest, bench: Workbench, response: HttpResponse, text: str, *, tone: str = "ok", undo_url: str = "",
    at: Entry | None = None,
) -> HttpResponse:  # fmt: skip
    if request.htmx:
        return toast(response, text, tone=tone, undo_url=undo_url)
    messages.add_message(request, messages.ERROR if tone == "bad" else messages.SUCCESS, text, extra_tags=undo_url)
    return redirect(_page(bench, at))


def _page(bench: Workbench, entry: Entry | None) -> str:
    query = address(_sheet(bench).scope)
    at = f"&field={entry.code}#value-{entry.code}" if entry else ""
    return f"{reverse('product', args=[bench.product.uid])}{query}{at}"


def _where(request: PageRequest, uid: UUID) -> dict[str, str]:
    """The scope of the page that asks, if it is this product's; else that of the address."""
    current = urlsplit(request.htmx.current_url or "") if request.htmx else None
    if current and current.path == reverse("product", args=[uid]):
        return {**request.GET.dict(), **dict(parse_qsl(current.query))}
    return request.GET.dict()


def _sheet(bench: Workbench) -> Sheet:
    if bench.sheet is None:
        raise Missing("There is no scope to say it in", path="market")
    return bench.sheet


def _entry(bench: Workbench, code: str) -> Entry:
    found = _sheet(bench).by_code.get(code)
    if found is None:
        raise Missing("The product has no such attribute", path="attribute")
    return found


def _label(entry: Entry) -> str:
    return entry.attribute.label(LOCALE)
