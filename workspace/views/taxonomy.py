"""Trees of categories: shown to everybody, changed by who defines them, each change with its way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.approval.services import propose_change
from foundation.core.errors import Denied, Invalid, TandemError
from foundation.taxonomy.models import Category, Tree
from foundation.taxonomy.queries import get_category
from foundation.taxonomy.services import (
    control_tree,
    create_category,
    create_tree,
    delete_category,
    delete_tree,
    move_category,
    rename_category,
    rename_tree,
    retire_category,
)
from workspace import forms
from workspace.queries.trees import (
    address,
    category_choices,
    get_visible_tree,
    labels_of,
    tree_page,
    tree_rows,
)
from workspace.views.confirming import confirmed
from workspace.views.pages import PageRequest, page

LABEL = "label-"


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def trees(request: PageRequest) -> HttpResponse:
    """All trees; a POST makes one."""
    form = forms.TreeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        language = labels_of({})[:1]
        try:
            if not language:
                raise Invalid("Define a language first: a tree has a name in one", path="name")
            labels = {language[0].locale: given["name"]}
            made = create_tree(code=given["code"], kind=given["kind"], labels=labels, actor=request.actor)
        except Denied:
            raise
        except TandemError as error:
            form.add_error(error.path if error.path in form.fields else None, error.detail)
        else:
            messages.success(request, f"The tree {made.code} is made. Give it categories.")
            return redirect("tree", code=made.code)
    context = {"rows": tree_rows(request.actor), "form": form, "may_edit": request.actor.may("taxonomy.define")}
    return render(request, "workspace/trees.html", context, status=422 if form.is_bound else 200)


@require_safe
@page()
def tree(request: PageRequest, code: str) -> HttpResponse:
    """A tree with the branches open that lead to `category`; `q` looks for one."""
    asked = {name: request.GET.get(name, "").strip().replace("\0", "")[:200] for name in ("category", "q")}
    found = tree_page(code, actor=request.actor, asks="ask" in request.GET, **asked)
    return render(request, "workspace/tree.html", {"page": found})


@require_safe
@page()
def tree_picker(request: PageRequest, code: str) -> HttpResponse:
    """The options of a category picker for what is typed; none of the branch that is moved."""
    q, moved = request.GET.get("parent", "").strip()[:200], request.GET.get("moved", "")[:40].replace("\0", "")
    choices = category_choices(code, actor=request.actor, q=q, moved=moved)
    return render(request, "workspace/fragments/category_options.html", {"choices": choices, "q": q})


@require_POST
@page("taxonomy.define")
def tree_change(request: PageRequest, code: str) -> HttpResponse:
    """One change, named by `do`; its undo is another one."""
    return _carried_out(request, code, CHANGES)


@require_POST
@page("taxonomy.define")
@confirmed
def tree_move(request: PageRequest, code: str) -> HttpResponse:
    """A branch elsewhere is seen by others, so it is asked who is there."""
    return _carried_out(request, code, MOVES)


@require_POST
@page()
def tree_propose(request: PageRequest, code: str) -> HttpResponse:
    """The same changes, asked for: somebody else decides."""
    found, asked = get_visible_tree(code, actor=request.actor), _asked(request)
    do = asked.get("do", "")
    if do not in PROPOSED:
        raise Invalid("Say what to ask for", path="do")
    given: dict[str, Any] = {"category": f"{found.code}/{asked.get('category') or asked.get('code', '')}"}
    if do in {"add", "rename"}:
        given["labels"] = _labels(asked)
    if do in {"add", "move"}:
        given |= {"parent": asked.get("parent") or None, "position": _number(asked, "position")}
    made = propose_change(kind=PROPOSED[do], parameters=given, reason=asked.get("reason", ""), actor=request.actor)
    undo = f"{reverse('change_request_decide', args=[made.uid])}?do=withdraw"
    messages.success(request, "It is asked for: somebody else decides", extra_tags=undo)
    return redirect("change_request", uid=made.uid)


def _carried_out(request: PageRequest, code: str, known: Mapping[str, Change]) -> HttpResponse:
    found = get_visible_tree(code, actor=request.actor)
    asked = _asked(request)
    do = known.get(asked.get("do", ""))
    if do is None:
        raise Invalid("Say what to do", path="do")
    text, opened, back = do(request, found, asked)
    undoing = "tree_move" if known is MOVES else "tree_change"
    undo = f"{reverse(undoing, args=[code])}?{urlencode(back)}" if back else ""
    messages.success(request, text, extra_tags=undo)
    where = address(code, opened) if opened is not None else reverse("tree_list")
    return HttpResponse(status=204, headers={"HX-Redirect": where}) if request.htmx else redirect(where)


Asked = Mapping[str, str]
# What was done, the category to open (None: the tree is gone), and what a POST says to take it back.
Done = tuple[str, str | None, dict[str, Any]]
Change = Callable[[PageRequest, Tree, Asked], Done]


def _asked(request: PageRequest) -> dict[str, str]:
    """The body, or for an undo the query."""
    given: QueryDict = request.POST if "do" in request.POST else request.GET
    return {name: str(given.get(name, "")).strip() for name in given}


def _labels(asked: Asked) -> dict[str, str]:
    return {name.removeprefix(LABEL): text for name, text in asked.items() if name.startswith(LABEL) and text}


def _spelled(labels: Mapping[str, str]) -> dict[str, str]:
    return {f"{LABEL}{locale}": text for locale, text in labels.items()}


def _number(asked: Asked, name: str) -> int | None:
    text = asked.get(name, "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise Invalid("A position is a number, counted from 0", path=name)
    return int(text) if text else None


def _category(found: Tree, asked: Asked) -> Category:
    return get_category(found, asked.get("category", ""))


def _place(category: Category) -> dict[str, Any]:
    siblings = list(category.tree.categories.children_of(category.parent).values_list("pk", flat=True))
    parent = category.parent.code if category.parent else ""
    return {"parent": parent, "position": siblings.index(category.pk)}


def _add(request: PageRequest, found: Tree, asked: Asked) -> Done:
    made = create_category(
        found, code=asked.get("code", ""), labels=_labels(asked), parent=asked.get("parent") or None,
        position=_number(asked, "position"), actor=request.actor,
    )  # fmt: skip
    return f"{made.code} is made", made.code, {"do": "delete", "category": made.code}


def _rename(request: PageRequest, found: Tree, asked: Asked) -> Done:
    one = _category(found, asked)
    before = _spelled(one.labels)
    expected = _number(asked, "version")
    rename_category(one, labels=_labels(asked), actor=request.actor, expected_version=expected)
    return f"{one.code} is called otherwise", one.code, {"do": "rename", "category": one.code, **before}


def _move(request: PageRequest, found: Tree, asked: Asked) -> Done:
    one = _category(found, asked)
    before, expected = _place(one), _number(asked, "version")
    parent, position = asked.get("parent") or None, _number(asked, "position")
    move_category(one, parent=parent, position=position, actor=request.actor, expected_version=expected)
    return f"{one.code} is below {parent or 'the top'}", one.code, {"do": "move", "category": one.code, **before}


def _retire(request: PageRequest, found: Tree, asked: Asked) -> Done:
    one = retire_category(_category(found, asked), actor=request.actor)
    return f"{one.code} takes in nothing new", one.code, {"do": "restore", "category": one.code}


def _restore(request: PageRequest, found: Tree, asked: Asked) -> Done:
    one = retire_category(_category(found, asked), is_retired=False, actor=request.actor)
    return f"{one.code} is in use again", one.code, {"do": "retire", "category": one.code}


def _delete(request: PageRequest, found: Tree, asked: Asked) -> Done:
    one = _category(found, asked)
    before = {"do": "add", "code": one.code, **_place(one), **_spelled(one.labels)}
    delete_category(one, actor=request.actor)
    return f"{one.code} is deleted", str(before["parent"]), before


def _rename_tree(request: PageRequest, found: Tree, asked: Asked) -> Done:
    before = {"do": "rename-tree", **_spelled(found.labels)}
    rename_tree(found, labels=_labels(asked), actor=request.actor)
    return f"The tree {found.code} is called otherwise", "", before


def _control(request: PageRequest, found: Tree, asked: Asked) -> Done:
    control_tree(found, is_controlled=True, actor=request.actor)
    return f"{found.code} is changed by approved requests alone", "", {"do": "release"}


def _release(request: PageRequest, found: Tree, asked: Asked) -> Done:
    control_tree(found, is_controlled=False, actor=request.actor)
    return f"{found.code} is changed at once", "", {"do": "control"}


def _delete_tree(request: PageRequest, found: Tree, asked: Asked) -> Done:
    delete_tree(found, actor=request.actor)
    return f"The tree {found.code} is deleted", None, {}


MOVES: dict[str, Change] = {"move": _move}
CHANGES: dict[str, Change] = {
    "add": _add,
    "rename": _rename,
    "retire": _retire,
    "restore": _restore,
    "delete": _delete,
    "rename-tree": _rename_tree,
    "delete-tree": _delete_tree,
    "control": _control,
    "release": _release,
}
PROPOSED = {
    "add": "taxonomy.create",
    "rename": "taxonomy.rename",
    "move": "taxonomy.move",
    "retire": "taxonomy.retire",
    "restore": "taxonomy.restore",
    "delete": "taxonomy.delete",
}
