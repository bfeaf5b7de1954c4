"""What rules over several values find: all of it, and of one product."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from pim.choices import Severity
from pim.models import Finding, Product, ValidationRule
from pim.queries.products import labels_of
from workspace.queries.shown import LOCALE, State, Tab

A_PAGE = 50
MOST_OF_ONE = 20
STATES = {Severity.ERROR: State("Error", "bad"), Severity.WARNING: State("Warning", "warn")}


@dataclass(frozen=True)
class FindingLine:
    """A rule that does not hold: of which product, where, what to do, and the page on which it is done."""

    message: str
    state: State
    where: str
    url: str
    sku: str = ""
    title: str = ""


@dataclass(frozen=True)
class FindingList:
    rows: list[FindingLine]
    next_cursor: str
    tabs: list[Tab]


def finding_list(actor: Actor, *, rule: str = "", cursor: str = "") -> FindingList:
    """All that the actor sees, or those of one rule."""
    found = Finding.objects.visible_to(actor).select_related("rule__attribute")
    if rule:
        found = found.filter(rule__code=rule)
    page = keyset_page(found, order=("product_id", "rule_id", "market", "locale"), cursor=cursor, limit=A_PAGE)
    ids = {one.product_id for one in page.rows}
    products = Product.objects.in_bulk(ids)
    names = labels_of(list(ids), LOCALE)
    rows = [
        _line(one, products[one.product_id], names[one.product_id]) for one in page.rows if one.product_id in products
    ]
    return FindingList(rows, page.next_cursor, _tabs(actor, rule))


def findings_of(product: Product, actor: Actor) -> list[FindingLine]:
    """Those of one product, errors first. One query."""
    found = Finding.objects.visible_to(actor).filter(product_id=product.pk).select_related("rule__attribute")
    rows = found.order_by("rule__severity", "rule__code", "market", "locale")[:MOST_OF_ONE]
    return [_line(one, product) for one in rows]


def _tabs(actor: Actor, rule: str) -> list[Tab]:
    url = reverse("finding_list")
    rules = ValidationRule.objects.visible_to(actor).filter(is_active=True)
    return [
        Tab("All", url, not rule),
        *(Tab(one.code, f"{url}?rule={one.code}", one.code == rule) for one in rules),
    ]


def _line(one: Finding, product: Product, title: str = "") -> FindingLine:
    """The page of the product at the field, in the market and the language in which it is so."""
    field = one.rule.attribute.code if one.rule.attribute else min(one.rule.inputs)
    parts = {"market": one.market, "locale": "" if one.locale == "*" else one.locale, "field": field}
    query = "&".join(f"{name}={value}" for name, value in parts.items() if value)
    return FindingLine(
        message=one.rule.message(LOCALE),
        state=STATES[Severity(one.rule.severity)],
        where=" · ".join(value for value in (parts["market"], parts["locale"]) if value),
        url=f"{reverse('product', args=[product.uid])}?{query}#value-{field}",
        sku=product.sku,
        title=title,
    )
