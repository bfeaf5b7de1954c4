"""Roles: one matrix to see and to edit; roles made by copying, described, deleted."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.services import copy_role, define_role, delete_role, permit
from foundation.core.errors import Invalid, TandemError
from foundation.core.permissions import DECLARED
from workspace import forms
from workspace.queries.roles import FACTOR, cell_of, role_matrix
from workspace.views.confirming import confirmed
from workspace.views.pages import PageRequest, beside, page, toast


@require_safe
@page()
def roles(request: PageRequest) -> HttpResponse:
    return render(request, "workspace/roles.html", {"matrix": role_matrix(request.actor)})


@require_POST
@page("accounts.manage")
@confirmed
def role_permit(request: PageRequest, code: str) -> HttpResponse:
    """One cell of the matrix; its undo turns it back."""
    asked = request.POST if "permission" in request.POST else request.GET
    permission, holds = asked.get("permission", ""), asked.get("holds") == "yes"
    line = FACTOR if permission == FACTOR.name else DECLARED.get(permission)
    if line is None:
        raise Invalid(f"There is no permission {permission!r}", path="permission")
    if line is FACTOR:
        role = define_role(code=code, requires_factor=holds, is_new=False, actor=request.actor)
        text = f"{role.name}: a second factor is {'required' if holds else 'no longer required'}"
    else:
        role = permit(code=code, permission=permission, holds=holds, actor=request.actor)
        text = f"{role.name} {'may' if holds else 'may no longer'}: {line.sentence}"
    back = urlencode({"permission": permission, "holds": "no" if holds else "yes"})
    undo = f"{reverse('role_permit', args=[code])}?{back}"
    if not request.htmx:
        messages.success(request, text, extra_tags=undo)
        return redirect("role_list")
    cell = cell_of(role, line)
    response = render(request, "workspace/fragments/role_cell.html", {"cell": cell, "may_edit": True})
    return toast(response, text, undo_url=undo, target=f"#{cell.id}")


@require_http_methods(["GET", "HEAD", "POST"])
@page("accounts.manage")
@confirmed
def role_new(request: PageRequest) -> HttpResponse:
    """A role that begins as a copy of another one."""
    initial = {"copied": request.GET.get("from", "")}
    form = forms.RoleForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            said = {"name": given["name"], "sentence": given["sentence"] or None, "actor": request.actor}
            if given["copied"]:
                role = copy_role(code=given["copied"], to=given["code"], **said)
            else:
                role = define_role(code=given["code"], is_new=True, **said)
        except TandemError as error:
            beside(form, error)
        else:
            messages.success(request, f"{role.name} made. Say in its column what it may.")
            return redirect("role_list")
    return render(request, "workspace/role_new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@page("accounts.manage")
@confirmed
def role_delete(request: PageRequest, code: str) -> HttpResponse:
    delete_role(code=code, actor=request.actor)
    messages.success(request, f"The role {code} is gone. Nobody had it.")
    return redirect("role_list")
