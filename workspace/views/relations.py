"""What a product is to others, on its page: related, taken back, sorted, so many of each, and any of it undone."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from foundation.core.errors import Invalid, Missing
from pim.models import Product
from pim.queries.relations import relations_of
from pim.services import relate_products, sort_relations, undo_relating, unrelate_products
from pim.services.relations import Related
from workspace.queries.placements import get_visible_product
from workspace.queries.relations import relation_choices, relation_panel
from workspace.queries.scopes import PARTS
from workspace.views.pages import PageRequest, page, toast, uid_in
from workspace.views.undoing import read_undo, undo_address

PANEL = "#relations"
MOST_DIGITS = 18


@require_safe
@page("pim.view")
def relations(request: PageRequest, uid: UUID) -> HttpResponse:
    """The card as it is now, for a page that saw another one."""
    product = get_visible_product(uid, actor=request.actor)
    return _draw(request, product) if request.htmx else redirect(_product_page(request, uid))


@require_safe
@page("pim.edit")
def relation_picker(request: PageRequest, uid: UUID) -> HttpResponse:
    """What the picker loads: a field to search in, and what it finds."""
    found = relation_choices(uid, request.GET.get("q", "").replace("\0", ""), actor=request.actor)
    return render(request, "workspace/fragments/relation_picker.html", {"uid": uid, "found": found})


@require_POST
@page("pim.edit")
def relate(request: PageRequest, uid: UUID) -> HttpResponse:
    """What the picker chose, all or none: a refusal says why, and all stay chosen there."""
    product, given = get_visible_product(uid, actor=request.actor), request.POST
    chosen = [uid_in(text, "product") for text in given.getlist("product")]
    skus = dict(Product.objects.visible_to(request.actor).filter(uid__in=chosen).values_list("uid", "sku"))
    if not chosen or len(skus) != len(set(chosen)):
        raise Missing("There is no such product (any more)", path="product")
    quantity = _number(given.get("quantity", "")) if given.get("quantity") else None
    said = {"type": given.get("type", ""), "market": given.get("market") or None, "quantity": quantity}
    done = relate_products(
        product, relations=[{**said, "product": skus[one]} for one in dict.fromkeys(chosen)], actor=request.actor
    )
    many = len(done.made) + len(done.changed)
    text = f"{many} relation{'s' if many != 1 else ''} of {product.sku} saved" if many else "All of them were there"
    drawn = _answer(request, product, text, done)
    return trigger_client_event(drawn, "picked", {"bound": [str(one) for one in chosen], "refused": []})


@require_POST
@page("pim.edit")
def sort_related(request: PageRequest, uid: UUID) -> HttpResponse:
    """The order is on the screen already: nothing is drawn, a refusal says why."""
    product, given = get_visible_product(uid, actor=request.actor), request.POST
    after, before = ([_number(text) for text in given.getlist(name)] for name in ("binding", "seen"))
    kind = given.get("role", "")
    done = sort_relations(product, type=kind, ids=after, seen=before or None, actor=request.actor)
    if not request.htmx:
        return redirect(_product_page(request, uid))
    if not done.changed:
        return HttpResponse(status=204)
    address = _undo(request, uid, order=before, seen=after, type=kind)
    return toast(HttpResponse(status=204), "Order saved", undo_url=address, target=PANEL)


@require_POST
@page("pim.edit")
def related_quantity(request: PageRequest, uid: UUID) -> HttpResponse:
    """Another number of one part of a pack or a bundle."""
    product, number = get_visible_product(uid, actor=request.actor), _number(request.POST.get("relation", ""))
    row = next((one for one in relations_of(product, actor=request.actor) if one.pk == number), None)
    if row is None:
        raise Missing("There is no such relation (any more)", path="relation")
    document = {
        "type": row.type.code, "product": row.other(product).sku, "market": row.place,
        "quantity": _number(request.POST.get("quantity", "")),
    }  # fmt: skip
    done = relate_products(product, relations=[document], actor=request.actor)
    return _answer(request, product, f"{document['quantity']:,} × {document['product']}", done)


@require_POST
@page("pim.edit")
def unrelate(request: PageRequest, uid: UUID) -> HttpResponse:
    product = get_visible_product(uid, actor=request.actor)
    done = unrelate_products(product, ids=[_number(request.POST.get("relation", ""))], actor=request.actor)
    others = ", ".join(row.other(product).sku for row in done.ended)
    return _answer(request, product, f"{others} is not related any more", done)


@require_POST
@page("pim.edit")
def undo_related(request: PageRequest, uid: UUID) -> HttpResponse:
    """Take one change back, unless somebody went on from there."""
    product = get_visible_product(uid, actor=request.actor)
    told = read_undo(request, "product_relations_undo", str(uid))
    if "order" in told:
        sort_relations(product, type=told["type"], ids=told["order"], seen=told["seen"], actor=request.actor)
    else:
        seen = {number: said for number, *said in told["seen"]}
        undo_relating(product, drop=told["drop"], put=told["put"], seen=seen, actor=request.actor)
    if not request.htmx:
        messages.success(request, "Undone")
        return redirect(_product_page(request, uid))
    return toast(_draw(request, product), "Undone")


def _answer(request: PageRequest, product: Product, text: str, done: Related) -> HttpResponse:
    undo_url = _undo(request, product.uid, **done.undoing) if done.touched else ""
    if not request.htmx:
        messages.success(request, text, extra_tags=undo_url)
        return redirect(_product_page(request, product.uid))
    return toast(_draw(request, product), text, undo_url=undo_url, target=PANEL)


def _draw(request: PageRequest, product: Product) -> HttpResponse:
    panel = relation_panel(product, actor=request.actor, scope_query=_scope(request))
    return render(request, "workspace/fragments/relations.html", {"relations": panel})


def _undo(request: PageRequest, uid: UUID, **told: object) -> str:
    return undo_address("product_relations_undo", str(uid), **told) + _scope(request).replace("?", "&", 1)


def _scope(request: PageRequest) -> str:
    parts = {part: request.GET[part] for part in PARTS if part in request.GET}
    return f"?{urlencode(parts)}" if parts else ""


def _product_page(request: PageRequest, uid: UUID) -> str:
    return reverse("product", args=[uid]) + _scope(request)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise Invalid("A whole number is wanted", path="quantity")
    return int(text)
