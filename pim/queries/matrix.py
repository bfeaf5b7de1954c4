"""The matrix of a model: which options its axes have, and for each combination the variant that is there, if any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product as combined
from math import prod

from foundation.core.actors import Actor
from pim.models import Attribute, FamilyAxis, Option, Product
from pim.queries.products import axis_values

SHORT = 24  # an axis with more options shows those in use, and those that are asked for
MOST_CELLS = 1_500


@dataclass(frozen=True)
class Axis:
    """An axis below the product; `options` are those that are shown, in order. `has_more`: there are others."""

    attribute: Attribute
    level: int
    options: list[Option]
    has_more: bool

    @property
    def code(self) -> str:
        return self.attribute.code


@dataclass(frozen=True)
class Cell:
    """A combination of options, in the order of the axes, and the variant that is it."""

    options: tuple[str, ...]
    variant: Product | None


@dataclass(frozen=True)
class Matrix:
    """`is_cut`: there are more combinations of the options shown than cells."""

    axes: list[Axis]
    cells: list[Cell]
    is_cut: bool

    @property
    def missing(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.variant is None]

    def combination(self, cell: Cell) -> dict[str, str]:
        return {axis.code: option for axis, option in zip(self.axes, cell.options, strict=True)}


def matrix_of(above: Product, *, actor: Actor, shown: Mapping[str, Sequence[str]] | None = None) -> Matrix | None:
    """The variants at the deepest level below a product, and the combinations without one; none for what takes no
    variants. `shown` are options of long axes to be shown besides those in use. Six queries at most.
    """
    rows = FamilyAxis.objects.filter(family_id=above.family_id, level__gt=above.level).select_related("attribute")
    found = [(row.attribute, row.level) for row in rows.order_by("level", "position")]
    if not found:
        return None
    variants = _variants(above, [attribute.code for attribute, _ in found], actor)
    used = [{place[at] for place in variants} for at in range(len(found))]
    asked = [{*(shown or {}).get(attribute.code, ())} for attribute, _ in found]
    axes = _axes(found, used, asked, is_short=True)
    if prod(len(axis.options) for axis in axes) > MOST_CELLS:
        axes = _axes(found, used, asked, is_short=False)
    cells: list[Cell] = []
    for place in combined(*([option.code for option in axis.options] for axis in axes)):
        if len(cells) == MOST_CELLS:
            return Matrix(axes, cells, is_cut=True)
        cells.append(Cell(place, variants.get(place)))
    return Matrix(axes, cells, is_cut=False)


def _variants(above: Product, codes: Sequence[str], actor: Actor) -> dict[tuple[str, ...], Product]:
    tree = Product.objects.visible_to(actor).filter(root_id=above.root_id).sellable().exclude(pk=above.pk)
    below = tree if above.is_root else tree.filter(parent=above)
    rows = list(below)
    values = axis_values([one.pk for one in rows])
    return {tuple(values[one.pk].get(code, "") for code in codes): one for one in rows}


def _axes(
    found: Sequence[tuple[Attribute, int]], used: Sequence[set[str]], asked: Sequence[set[str]], *, is_short: bool
) -> list[Axis]:
    return [
        _axis(attribute, level, in_use | wanted, is_short=is_short)
        for (attribute, level), in_use, wanted in zip(found, used, asked, strict=True)
    ]


def _axis(attribute: Attribute, level: int, wanted: set[str], *, is_short: bool) -> Axis:
    first = list(attribute.options.filter(is_retired=False).order_by("position", "code")[: SHORT + 1])
    if is_short and len(first) <= SHORT:
        wanted = wanted | {one.code for one in first}
    options = list(attribute.options.filter(code__in=wanted).order_by("position", "code"))
    return Axis(attribute, level, options, has_more=bool({one.code for one in first} - {one.code for one in options}))
