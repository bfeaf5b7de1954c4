"""The variants of a model as a matrix of its first two axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from foundation.core.actors import Actor
from foundation.markets.models import Scope
from pim.models import Attribute, Completeness, FamilyAxis, Option, Product
from pim.queries.products import axis_values
from workspace.queries.scopes import address
from workspace.queries.shown import LOCALE


@dataclass(frozen=True)
class MatrixCell:
    url: str
    sku: str
    percent: float | None


@dataclass(frozen=True)
class MatrixRow:
    label: str
    cells: list[MatrixCell | None]


@dataclass(frozen=True)
class Matrix:
    row_axis: str
    column_axis: str
    columns: list[str]
    rows: list[MatrixRow]

    @property
    def cells(self) -> list[MatrixCell]:
        """All variants, row by row."""
        return [cell for row in self.rows for cell in row.cells if cell]


@dataclass(frozen=True)
class Neighbours:
    """The variants before and after one, in the order of the matrix; addresses are empty at the ends."""

    place: int
    count: int
    previous_url: str
    next_url: str


def neighbours_of(product: Product, matrix: Matrix | None, *, only: str = "") -> Neighbours | None:
    """A model stands before its first variant."""
    if matrix is None:
        return None
    more = f"&only={only}" if only else ""
    urls = [cell.url + more for cell in matrix.cells]
    skus = [cell.sku for cell in matrix.cells]
    at = skus.index(product.sku) if product.sku in skus else -1
    following = urls[at + 1] if at + 1 < len(urls) else ""
    return Neighbours(at + 1, len(urls), urls[at - 1] if at > 0 else "", following)


def variant_matrix(product: Product, scope: Scope | None, actor: Actor) -> Matrix | None:
    """What is sold of the product's tree, each with its completeness in the scope; none for what has no variants.

    The first axis goes down, all others go across.
    """
    sold = list(Product.objects.visible_to(actor).sellable().filter(root_id=product.root_id).exclude(parent=None))
    found = FamilyAxis.objects.filter(family_id=product.family_id).select_related("attribute")
    axes = [axis.attribute for axis in found.order_by("level", "position")]
    if not sold or not axes:
        return None
    values, percents = axis_values([one.pk for one in sold]), _percents(sold, scope)
    words = _words(axes, {code for said in values.values() for code in said.values()})
    cells: dict[tuple[str, ...], MatrixCell] = {}
    for one in sold:
        url = reverse("product", args=[one.uid]) + (address(scope) if scope else "")
        place = tuple(values.get(one.pk, {}).get(axis.code, "") for axis in axes)
        cells[place] = MatrixCell(url, one.sku, percents.get(one.pk))
    ordered = sorted(cells, key=lambda place: words.order(axes, place))
    heads = list(dict.fromkeys(place[0] for place in ordered))
    tops = sorted({place[1:] for place in ordered}, key=lambda rest: words.order(axes[1:], rest))
    return Matrix(
        row_axis=axes[0].label(LOCALE),
        column_axis=" / ".join(axis.label(LOCALE) for axis in axes[1:]) or "Variant",
        columns=[words.heading(axes[1:], rest) for rest in tops],
        rows=[MatrixRow(words.label(axes[0], head), [cells.get((head, *rest)) for rest in tops]) for head in heads],
    )


@dataclass(frozen=True)
class OptionOrder:
    """Labels and places of the options of some axes."""

    labels: Mapping[tuple[int, str], str]
    places: Mapping[tuple[int, str], int]

    def label(self, axis: Attribute, code: str) -> str:
        return self.labels.get((axis.pk, code), code)

    def order(self, axes: Sequence[Attribute], codes: Sequence[str]) -> list[tuple[int, str]]:
        return [(self.places.get((axis.pk, code), 0), code) for axis, code in zip(axes, codes, strict=True)]

    def heading(self, axes: Sequence[Attribute], codes: Sequence[str]) -> str:
        return " / ".join(self.label(*pair) for pair in zip(axes, codes, strict=True)) or "Complete"


def _percents(sold: Sequence[Product], scope: Scope | None) -> Mapping[int, float]:
    if scope is None:
        return {}
    rows = Completeness.objects.filter(product_id__in=[one.pk for one in sold], scope=scope, is_placed=True)
    return {row.product_id: row.percent for row in rows}


def _words(axes: Sequence[Attribute], codes: set[str]) -> OptionOrder:
    options = list(Option.objects.filter(attribute__in=axes, code__in=codes))
    return OptionOrder(
        {(one.attribute_id, one.code): one.label(LOCALE) for one in options},
        {(one.attribute_id, one.code): one.position for one in options},
    )
