"""Changes of a family's structure: an attribute at another level, other axes. Told first, done as told, undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from foundation.core.actors import Actor
from foundation.core.errors import TandemError
from foundation.jobs.models import Job
from pim.models import Family
from pim.services import (
    change_axes,
    move_attribute,
    preview_attribute_move,
    preview_axes_change,
    start_attribute_move,
    start_axes_change,
)
from pim.services.axes import EVERY, AxesMove
from pim.services.moves import Move, is_large
from workspace.queries.families import definition_of_family, get_family
from workspace.queries.moves import axis_offers, lacking_options, level_names, movable_attributes
from workspace.queries.shown import LOCALE
from workspace.views.moving import asked_by, attempt, consent, told
from workspace.views.pages import PageRequest, page
from workspace.views.undoing import read_undo, require_same, undo_address, undone

WINNERS = [("", "Nothing: tell me where they do not agree"), ("most", "The value that most of them have")]
LEVEL, OPTION = "level-", "option-"
Options = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Step:
    """A move that a page asks for: what says so, what carries it out at once or as a job, and how it goes back."""

    words: str
    asked: dict[str, Any]
    back: dict[str, Any]
    service: Callable[..., Any]
    start: Callable[..., Job]


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.define")
def attribute_move(request: PageRequest, code: str) -> HttpResponse:
    """What moving an attribute to another level would do; a POST does it."""
    family, given = get_family(code, actor=request.actor), asked_by(request)
    choices = movable_attributes(family, request.actor)
    chosen = next((one for one in choices if one[0] == given.get("attribute")), None)
    level = int(given["level"]) if given.get("level") in {"0", "1", "2"} else None
    asked: dict[str, Any] = {
        "family": code, "attribute": chosen[0] if chosen else "", "level": level,
        "may_override_below": "below" in given, "winners": {"*": "most"} if given.get("winners") == "most" else {},
    }  # fmt: skip
    context: dict[str, Any] = {
        "family": family, "attributes": choices, "levels": level_names(family), "winners": WINNERS,
        "asked": asked | {"winners": given.get("winners", "")}, "fields": _carried(request),
    }  # fmt: skip
    if chosen is not None and level is None:
        context["asked"]["level"] = 0 if chosen[2] else 1
    if chosen is not None and level is not None:
        back = {"attribute": chosen[0], "level": chosen[2], "may_override_below": chosen[3]}
        words = f"{chosen[1]} of {family.label(LOCALE)} moved"
        step = Step(words, asked, back, move_attribute, start_attribute_move)
        if (answer := _carried_out(request, family, step, context)) is not None:
            return answer
        context["move"] = told(request, lambda: _plan_of(preview_attribute_move(**asked, actor=request.actor)))
    return render(request, "workspace/family_move.html", context, status=422 if context.get("error") else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page("pim.define")
def family_axes(request: PageRequest, code: str) -> HttpResponse:
    """What other axes would do to each variant; a POST changes them."""
    family, given = get_family(code, actor=request.actor), asked_by(request)
    before = definition_of_family(family)["axes"]
    is_asked = any(name.startswith(LEVEL) for name in given)
    axes = [_words(given.get(f"{LEVEL}{level}", "")) for level in range(1, family.depth + 1)] if is_asked else before
    options = _options(request)
    asked = {"family": code, "axes": axes, "options": options}
    context: dict[str, Any] = {
        "family": family, "offers": axis_offers(family, request.actor), "fields": _carried(request),
        "levels": [
            (f"{LEVEL}{level}", label, ", ".join(axes[level - 1])) for level, label in level_names(family)[1:]
        ],
    }  # fmt: skip
    if is_asked:
        words = f"Axes of {family.label(LOCALE)} changed"
        step = Step(words, asked, {"axes": before}, change_axes, start_axes_change)
        if (answer := _carried_out(request, family, step, context)) is not None:
            return answer
        context["move"] = told(request, lambda: _axes_told(context, asked, request.actor))
    return render(request, "workspace/family_axes.html", context, status=422 if context.get("error") else 200)


@require_POST
@page("pim.define")
def family_move_undo(request: PageRequest, code: str) -> HttpResponse:
    """Move it back, if nobody changed the family since; refused where that would lose anything."""
    family = get_family(code, actor=request.actor)
    said = read_undo(request, "family_move_undo", code)
    require_same(family.version, said["version"])
    back = change_axes if "axes" in said["back"] else move_attribute
    back(family=code, **said["back"], actor=request.actor)
    return undone(request, reverse("family", args=[code]))


def _carried_out(request: PageRequest, family: Family, step: Step, context: dict[str, Any]) -> HttpResponse | None:
    """On a POST: done, or left to a job; or the context knows why not. Undo is offered where moving back leaves
    everything as it was.
    """
    if request.method != "POST":
        return None
    if is_large(family.code):
        job = attempt(lambda: step.start(**step.asked, **consent(request)))
        if not isinstance(job, TandemError):
            return redirect("job", uid=job.uid)
        context["error"] = job.detail
        return None
    done = attempt(lambda: _plan_of(step.service(**step.asked, **consent(request))))
    if isinstance(done, TandemError):
        context["error"] = done.detail
        return None
    undo = ""
    if not done.losses and not done.gains and not (isinstance(done, AxesMove) and done.visual_axis):
        version = Family.objects.get(pk=family.pk).version
        undo = undo_address("family_move_undo", family.code, version=version, back=step.back)
    messages.success(request, step.words, extra_tags=undo)
    return redirect("family", code=family.code)


def _plan_of(found: Any) -> Move:
    move: Move = getattr(found, "move", found)
    return move


def _axes_told(context: dict[str, Any], asked: dict[str, Any], actor: Actor) -> Move:
    """The plan; into the context what may be said of products that have no option of an axis yet."""
    found = preview_axes_change(**asked, actor=actor)
    options: Options = asked["options"]
    context["lacking"] = lacking_options(found, options, actor, prefix=OPTION)
    context["said"] = [
        (f"{OPTION}{axis}:{sku}", option)
        for axis, said in options.items()
        for sku, option in said.items()
        if sku != EVERY
    ]
    return found


def _options(request: PageRequest) -> Options:
    """`option-size` is that of all who have none, `option-size:SKU` that of one."""
    given, found = asked_by(request), Options()
    for name in given:
        if name.startswith(OPTION) and (option := given[name].strip().replace("\0", "")):
            axis, _, sku = name.removeprefix(OPTION).partition(":")
            found.setdefault(axis, {})[sku or EVERY] = option
    return found


def _carried(request: PageRequest) -> list[tuple[str, str]]:
    """What was asked for, for the form that confirms it."""
    given = asked_by(request)
    return [(name, given[name]) for name in given if name not in {"csrfmiddlewaretoken", "seen", "accept"}]


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").replace("\0", "").split() if word]
