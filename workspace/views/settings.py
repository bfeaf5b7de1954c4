"""Settings: markets, languages, channels, presets, queues and more. Each noun has a list, a form, and an undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dam.services import define_preset
from foundation.core.actors import Actor
from foundation.core.errors import Denied, Missing, TandemError
from foundation.markets.services import define_channel, define_locale, define_market, define_scope
from foundation.workflow.services import define_queue
from pim.queries.relations import get_relation_type
from pim.services import (
    define_attribute,
    define_attribute_group,
    define_relation_type,
    define_rule,
    delete_relation_type,
)
from workspace import forms
from workspace.queries import settings as read
from workspace.queries.attributes import (
    LABEL,
    about_attribute,
    attribute_values,
    definition_of,
    group_rows,
    group_values,
    no_rows,
)
from workspace.queries.relations import INVERSE, relation_type_rows, relation_type_values
from workspace.queries.setting_parts import sections
from workspace.queries.shown import LOCALE
from workspace.views.pages import PageRequest, page
from workspace.views.undoing import read_undo, require_same, undo_address, undone

FILLED = signing.Signer(salt="workspace.settings.form")  # without a time: the same form has the same bytes
Values = dict[str, Any]


@dataclass(frozen=True)
class Noun:
    """What a part of settings deals in. `values` reads what a form holds, `write` hands it to one service."""

    key: str
    name: str
    plural: str
    words: str
    permission: str
    form: type[forms.SettingForm]
    rows: Callable[[Actor], list[read.SettingRow]]
    values: Callable[[str, Actor], Values]
    write: Callable[[Values, Actor], Any]
    list_url: str
    url: str
    new_url: str
    about: Callable[[str, Actor], list[tuple[str, str]]] | None = None  # what belongs to one
    delete: Callable[[str, Actor], None] | None = None


def _write_market(given: Values, actor: Actor) -> None:
    define_market(**given, actor=actor)


def _write_locale(given: Values, actor: Actor) -> None:
    define_locale(**given | {"fallback": given["fallback"] or None}, actor=actor)


def _write_channel(given: Values, actor: Actor) -> None:
    scopes = [place.split("/", 1) for place in given["scopes"]]
    define_channel(**{name: value for name, value in given.items() if name != "scopes"}, actor=actor)
    for market, locale in scopes:
        define_scope(channel=given["code"], market=market, locale=locale, actor=actor)


def _write_preset(given: Values, actor: Actor) -> None:
    body = {name: given[name] for name in ("width", "height", "fit", "format", "quality")}
    body |= {name: given[name] for name in ("background", "max_bytes") if given[name] not in (None, "")}
    define_preset(code=given["code"], label=given["label"], body=body, actor=actor)


def _write_queue(given: Values, actor: Actor) -> None:
    define_queue(**given, actor=actor)


def _write_rule(given: Values, actor: Actor) -> None:
    """Other languages of the message stay as they are."""
    told = read.rule_messages(given["code"], actor) | {LOCALE: given["message"]}
    define_rule(**{name: value for name, value in given.items() if name != "message"}, messages=told, actor=actor)


def _write_attribute(given: Values, actor: Actor) -> None:
    define_attribute(**definition_of(given, actor), actor=actor)


def _write_group(given: Values, actor: Actor) -> None:
    define_attribute_group(code=given["code"], labels=_words(given, LABEL), position=given["position"], actor=actor)


def _write_relation_type(given: Values, actor: Actor) -> None:
    facts = {name: value for name, value in given.items() if not name.startswith((LABEL, INVERSE))}
    define_relation_type(**facts, labels=_words(given, LABEL), inverse_labels=_words(given, INVERSE), actor=actor)


def _delete_relation_type(code: str, actor: Actor) -> None:
    delete_relation_type(get_relation_type(code, actor=actor), actor=actor)


def _words(given: Values, prefix: str) -> dict[str, str]:
    """What was typed for each language."""
    return {name.removeprefix(prefix): text for name, text in given.items() if name.startswith(prefix) and text}


NOUNS = {
    one.key: one
    for one in (
        Noun("market", "market", "Markets", "Where you sell. A listing needs rights in all countries of its market.",
             "markets.define", forms.MarketForm, read.market_rows, read.market_values, _write_market,
             "market_list", "market_setting", "market_new"),
        Noun("locale", "language", "Languages", "Languages of texts. Who has no text of their own reads the fallback.",
             "markets.define", forms.LocaleForm, read.locale_rows, read.locale_values, _write_locale,
             "locale_list", "locale_setting", "locale_new"),
        Noun("channel", "channel", "Channels", "Where you publish. What is sold there is told on the products’ pages.",
             "markets.define", forms.ChannelForm, read.channel_rows, read.channel_values, _write_channel,
             "channel_settings", "channel_setting", "channel_new"),
        Noun("preset", "preset", "Presets", "Sizes and formats in which pictures go out. A change makes new ones.",
             "dam.edit", forms.PresetForm, read.preset_rows, read.preset_values, _write_preset,
             "preset_list", "preset_setting", "preset_new"),
        Noun("queue", "queue", "Queues", "Piles of work, each owned by a role, and how much waits in them.",
             "workflow.define", forms.QueueForm, read.queue_rows, read.queue_values, _write_queue,
             "queue_list", "queue_setting", "queue_new"),
        Noun("rule", "rule", "Rules", "What must hold of several values of a product together.",
             "pim.define", forms.RuleForm, read.rule_rows, read.rule_values, _write_rule,
             "rule_list", "rule_setting", "rule_new"),
        Noun("attribute", "attribute", "Attributes", "The facts that can be said of products.",
             "pim.define", forms.AttributeForm, no_rows, attribute_values, _write_attribute,
             "attribute_list", "attribute_setting", "attribute_new", about_attribute),
        Noun("attribute_group", "group of attributes", "Groups of attributes",
             "What stands together on pages, in this order.",
             "pim.define", forms.AttributeGroupForm, group_rows, group_values, _write_group,
             "attribute_group_list", "attribute_group_setting", "attribute_group_new"),
        Noun("relation_type", "type of relations", "Types of relations",
             "What one product may be to another, in this order on pages.",
             "pim.define", forms.RelationTypeForm, relation_type_rows, relation_type_values, _write_relation_type,
             "relation_type_list", "relation_type_setting", "relation_type_new", delete=_delete_relation_type),
    )
}  # fmt: skip
SEEN_WITH = {
    "preset": "dam.view",
    "rule": "pim.view",
    "queue": "workflow.work",
    "attribute": "pim.view",
    "attribute_group": "pim.view",
    "relation_type": "pim.view",
}


@require_safe
@page()
def settings_home(request: PageRequest) -> HttpResponse:
    return render(request, "workspace/settings.html", {"sections": sections(request.actor)})


@require_safe
@page()
def setting_list(request: PageRequest, noun: str) -> HttpResponse:
    kind = _seen(request, noun)
    context = {"noun": kind, "rows": kind.rows(request.actor), "may_edit": request.actor.may(kind.permission)}
    return render(request, "workspace/setting_list.html", context | {"new_url": reverse(kind.new_url)})


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def setting_new(request: PageRequest, noun: str) -> HttpResponse:
    kind = _seen(request, noun)
    request.actor.require(kind.permission)
    form = kind.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            kind.values(given["code"], request.actor)
            form.add_error("code", f"There is a {kind.name} {given['code']} already; open it instead.")
        except Missing:
            if _written(kind, given, form, request.actor):
                messages.success(request, f"{given['code']} made.")
                return redirect(kind.url, code=given["code"])
    return _show(request, kind, form, title=f"New {kind.name}")


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def setting(request: PageRequest, noun: str, code: str) -> HttpResponse:
    """One of a noun. A POST is refused when somebody else changed it since it was read."""
    kind = _seen(request, noun)
    now = kind.values(code, request.actor)
    if request.method != "POST":
        return _show(request, kind, kind.form(initial=now, is_new=False), now=now, title=_title(now))
    request.actor.require(kind.permission)
    form = kind.form(request.POST, initial=now, is_new=False)
    if form.is_valid():
        given, was = dict(form.cleaned_data), _filled(request.POST.get("was", ""))
        if was != now:
            meanwhile = read.differences(was or {}, now)
            return _show(request, kind, form, now=now, title=_title(now), meanwhile=meanwhile, status=409)
        if _written(kind, given, form, request.actor):
            after = kind.values(code, request.actor)
            if after == now:
                messages.info(request, "Nothing was changed.")
            else:
                messages.success(
                    request,
                    f"{code} saved.",
                    extra_tags=undo_address(f"{kind.url}_undo", code, before=now, after=after),
                )
            return redirect(kind.url, code=code)
    return _show(request, kind, form, now=now, title=_title(now))


@require_POST
@page()
def setting_delete(request: PageRequest, noun: str, code: str) -> HttpResponse:
    """End one that nothing uses."""
    kind = _seen(request, noun)
    if kind.delete is None:
        raise Missing(f"Nothing ends a {kind.name}", path="")
    request.actor.require(kind.permission)
    before = kind.values(code, request.actor)
    kind.delete(code, request.actor)
    undo = undo_address(f"{kind.url}_undo", code, before=before, after=None)
    messages.success(request, f"{code} is deleted.", extra_tags=undo)
    return redirect(kind.list_url)


@require_POST
@page()
def setting_undo(request: PageRequest, noun: str, code: str) -> HttpResponse:
    """What it was before the change, unless somebody has changed it again."""
    kind = _seen(request, noun)
    request.actor.require(kind.permission)
    told = read_undo(request, f"{kind.url}_undo", code)
    require_same(_now(kind, code, request.actor), told["after"])
    kind.write(told["before"], request.actor)
    return undone(request, reverse(kind.url, args=[code]))


def _now(kind: Noun, code: str, actor: Actor) -> Values | None:
    try:
        return kind.values(code, actor)
    except Missing:
        return None


def _seen(request: PageRequest, noun: str) -> Noun:
    if permission := SEEN_WITH.get(noun):
        request.actor.require(permission)
    return NOUNS[noun]


def _written(kind: Noun, given: Values, form: forms.SettingForm, actor: Actor) -> bool:
    """Hand it to the service; what it refuses stands beside the field."""
    try:
        kind.write(given, actor)
    except Denied:
        raise
    except TandemError as error:
        where = error.path.removeprefix("validation.").partition(".")[0]
        form.add_error(where if where in form.fields else None, error.detail)
        return False
    return True


def _show(
    request: PageRequest, kind: Noun, form: forms.SettingForm, *, title: str, now: Mapping[str, Any] | None = None,
    meanwhile: list[tuple[str, str, str]] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "noun": kind, "form": form, "title": title, "meanwhile": meanwhile, "list_url": reverse(kind.list_url),
        "was": FILLED.sign_object(dict(now)) if now is not None else "",
        "may_edit": request.actor.may(kind.permission), "may_delete": now is not None and kind.delete is not None,
        "about": kind.about(str(now["code"]), request.actor) if kind.about and now else [],
    }  # fmt: skip
    refused = form.is_bound and bool(form.errors)
    return render(request, "workspace/setting.html", context, status=422 if refused else status)


def _title(now: Mapping[str, Any]) -> str:
    return str(now.get("name") or now.get("label") or now.get(f"{LABEL}{LOCALE}") or now["code"])


def _filled(token: str) -> Any:
    """What the form was filled with; nothing where the word is not ours."""
    try:
        return FILLED.unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
