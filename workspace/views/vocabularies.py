"""Vocabularies: shown to everybody, changed by who defines them, each change with its way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.core.errors import Invalid, TandemError
from foundation.taxonomy.models import Vocabulary
from foundation.taxonomy.queries import get_term, get_vocabulary
from foundation.taxonomy.services import change_term, create_term, create_vocabulary, delete_term
from workspace import forms
from workspace.queries.trees import labels_of
from workspace.queries.vocabularies import vocabulary_address, vocabulary_page, vocabulary_rows
from workspace.views.pages import PageRequest, beside, next_address, page

Asked = Mapping[str, str]
# What was done, the term to open, and what a POST says to take it back.
Done = tuple[str, str, dict[str, Any]]


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def vocabularies(request: PageRequest) -> HttpResponse:
    """All vocabularies; a POST makes one."""
    form = forms.VocabularyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        language = labels_of({})[:1]
        try:
            if not language:
                raise Invalid("Define a language first: a vocabulary has a name in one", path="name")
            labels = {language[0].locale: form.cleaned_data["name"]}
            made = create_vocabulary(code=form.cleaned_data["code"], labels=labels, actor=request.actor)
        except TandemError as error:
            beside(form, error)
        else:
            messages.success(request, f"The vocabulary {made.code} is made. Give it terms.")
            return redirect("vocabulary", code=made.code)
    may_edit = request.actor.may("taxonomy.define")
    context = {"rows": vocabulary_rows(request.actor), "form": form, "may_edit": may_edit}
    return render(request, "workspace/vocabularies.html", context, status=422 if form.is_bound else 200)


@require_safe
@page()
def vocabulary(request: PageRequest, code: str) -> HttpResponse:
    """Its terms, found by any of their words, and the one that is open."""
    asked = {name: request.GET.get(name, "").strip().replace("\0", "")[:200] for name in ("term", "q", "cursor")}
    found = vocabulary_page(code, actor=request.actor, **asked)
    context = {"page": found, "rows": found.rows, "next_url": next_address(request, found.next_cursor)}
    is_more = request.htmx and not request.htmx.history_restore_request and "cursor" in request.GET
    return render(request, f"workspace/{'fragments/term_rows' if is_more else 'vocabulary'}.html", context)


@require_POST
@page("taxonomy.define")
def vocabulary_change(request: PageRequest, code: str) -> HttpResponse:
    """One change of a term, named by `do`; its undo is another one."""
    found = get_vocabulary(code)
    given = request.POST if "do" in request.POST else request.GET
    asked = {name: str(given.get(name, "")).strip() for name in given}
    do = CHANGES.get(asked.get("do", ""))
    if do is None:
        raise Invalid("Say what to do", path="do")
    text, opened, back = do(request, found, asked)
    undo = f"{reverse('vocabulary_change', args=[code])}?{urlencode(back)}"
    messages.success(request, text, extra_tags=undo)
    return redirect(vocabulary_address(code, opened))


def _words(asked: Asked) -> dict[str, Any]:
    """Labels and synonyms as the fields name them, by language."""
    labels = {name.removeprefix("label-"): text for name, text in asked.items() if name.startswith("label-") and text}
    synonyms = {
        name.removeprefix("also-"): [word.strip() for word in text.split(",") if word.strip()]
        for name, text in asked.items()
        if name.startswith("also-") and text
    }
    return {"labels": labels, "synonyms": synonyms, "broader": asked.get("broader") or None}


def _spelled(term: Any) -> dict[str, str]:
    labels = {f"label-{locale}": text for locale, text in term.labels.items()}
    also = {f"also-{locale}": ", ".join(words) for locale, words in term.synonyms.items()}
    return {**labels, **also, "broader": term.broader.code if term.broader else ""}


def _add(request: PageRequest, found: Vocabulary, asked: Asked) -> Done:
    made = create_term(found, code=asked.get("code", ""), **_words(asked), actor=request.actor)
    return f"{made.code} is made", made.code, {"do": "delete", "term": made.code}


def _change(request: PageRequest, found: Vocabulary, asked: Asked) -> Done:
    term = get_term(found, asked.get("term", ""))
    back = {"do": "change", "term": term.code, **_spelled(term)}
    version = asked.get("version", "")
    expected = int(version) if version.isascii() and version.isdecimal() and len(version) < 19 else None
    change_term(term, **_words(asked), actor=request.actor, expected_version=expected)
    return f"{term.code} has other words", term.code, back


def _retire(is_retired: bool) -> Callable[[PageRequest, Vocabulary, Asked], Done]:  # noqa: FBT001  the one choice
    def change(request: PageRequest, found: Vocabulary, asked: Asked) -> Done:
        term = change_term(get_term(found, asked.get("term", "")), is_retired=is_retired, actor=request.actor)
        text = f"{term.code} is not chosen any more" if is_retired else f"{term.code} is in use again"
        return text, term.code, {"do": "restore" if is_retired else "retire", "term": term.code}

    return change


def _delete(request: PageRequest, found: Vocabulary, asked: Asked) -> Done:
    term = get_term(found, asked.get("term", ""))
    back = {"do": "add", "code": term.code, **_spelled(term)}
    delete_term(term, actor=request.actor)
    return f"{term.code} is deleted", "", back


CHANGES = {"add": _add, "change": _change, "retire": _retire(True), "restore": _retire(False), "delete": _delete}
