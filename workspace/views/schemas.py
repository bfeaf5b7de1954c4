"""Schemas of others: brought in, looked at, and what our categories are in them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.approval.services import propose_change
from foundation.core.errors import Invalid, TandemError
from foundation.core.hashing import CHUNK
from foundation.taxonomy.choices import MOST_SENT
from foundation.taxonomy.models import SchemaVersion
from foundation.taxonomy.queries import find_category, get_schema, mappings_of
from foundation.taxonomy.services import import_schema, map_category
from workspace import forms
from workspace.queries.schemas import schema_address, schema_page, schema_rows
from workspace.views.pages import PageRequest, beside, page


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def schemas(request: PageRequest) -> HttpResponse:
    """All schemas; a POST brings a published file in."""
    form = forms.SchemaForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        request.actor.require("taxonomy.define")
        if form.is_valid():
            try:
                made = _bring_in(request, form)
                messages.success(request, f"{made} is in, with {made.nodes:,} nodes")
                return redirect("schema", code=made.schema.code)
            except TandemError as error:
                beside(form, error)
    context = {"rows": schema_rows(request.actor), "form": form, "may_edit": request.actor.may("taxonomy.define")}
    return render(request, "workspace/schemas.html", context, status=422 if request.method == "POST" else 200)


def _bring_in(request: PageRequest, form: forms.SchemaForm) -> SchemaVersion:
    given = form.cleaned_data
    file = given["file"]
    if file.size > MOST_SENT:
        raise Invalid("A file above 20 MB comes in by `manage.py import_schema`", path="file")
    with tempfile.NamedTemporaryFile() as copy:
        for chunk in file.chunks(CHUNK):
            copy.write(chunk)
        copy.flush()
        named = {name: given[name] for name in ("code", "locale", "name", "version")}
        return import_schema(Path(copy.name), form=given["format"], filename=file.name, actor=request.actor, **named)


@require_safe
@page()
def schema(request: PageRequest, code: str) -> HttpResponse:
    """A schema beside one of our trees: what is mapped, suggestions for the category that is open."""
    asked = {name: request.GET.get(name, "").strip().replace("\0", "")[:200] for name in ("tree", "category", "q")}
    return render(request, "workspace/schema.html", {"page": schema_page(code, actor=request.actor, **asked)})


@require_POST
@page()
def schema_map(request: PageRequest, code: str) -> HttpResponse:
    """Say what a category is there, or take its word back; where somebody else decides, ask for it."""
    given = request.POST if "category" in request.POST else request.GET
    category, node = find_category(given.get("category", "").replace("\0", "")), given.get("node", "") or None
    tree, _, opened = category.key.partition("/")
    reason, version = given.get("reason", ""), given.get("version", "")
    if category.tree.is_controlled or not request.actor.may("taxonomy.define"):
        asked = {"category": category.key, "schema": code, "node": node}
        made = propose_change(kind="taxonomy.map", parameters=asked, reason=reason, actor=request.actor)
        undo = f"{reverse('change_request_decide', args=[made.uid])}?do=withdraw"
        messages.success(request, "It is asked for: somebody else decides", extra_tags=undo)
        return redirect("change_request", uid=made.uid)
    found = mappings_of([category], get_schema(code)).get(category.key)
    before = found.mapping.node.code if found and found.is_own else ""
    expected = int(version) if version.isascii() and version.isdecimal() and len(version) < 19 else None
    map_category(category, schema=code, node=node, reason=reason, expected_version=expected, actor=request.actor)
    undo = f"{reverse('schema_map', args=[code])}?{urlencode({'category': category.key, 'node': before})}"
    messages.success(
        request, f"{category.code} is mapped" if node else f"{category.code} says nothing", extra_tags=undo
    )
    return redirect(schema_address(code, tree, opened))
