"""The page of a model's matrix: options by options, what is there, what may be made, and how it would be called."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.errors import TandemError
from pim.checks.skus import PATTERN, fields_of, guess_pattern
from pim.models import Product
from pim.queries.classifications import actor_at
from pim.queries.matrix import Axis, Cell, Matrix, matrix_of
from pim.services.matrix import PlannedVariant, VariantsPlan
from workspace.queries.families import LEVELS
from workspace.queries.options import Choices, find_options
from workspace.queries.shown import LOCALE

FIND, SHOW = "find-", "show"
SEEN = 50  # variants by whose SKUs a pattern is guessed


@dataclass(frozen=True)
class GridCell:
    """A combination; `sku` and `url` are those of the variant that is there."""

    value: str
    words: str
    is_ticked: bool
    sku: str = ""
    url: str = ""


@dataclass(frozen=True)
class GridRow:
    label: str
    cells: list[GridCell]


@dataclass(frozen=True)
class LongAxis:
    """An axis with more options than are shown: `found` are those that a search offers to show too."""

    name: str
    label: str
    words: str
    found: Choices | None


@dataclass(frozen=True)
class PatternField:
    label: str
    value: str
    names: str


@dataclass(frozen=True)
class VariantGrid:
    """`shown` are the options that the address asks for, each as `axis=option`."""

    product: Product
    row_axis: str
    column_axis: str
    columns: list[str]
    rows: list[GridRow]
    there: int
    missing: int
    is_cut: bool
    long_axes: list[LongAxis]
    shown: list[str]
    patterns: list[PatternField]
    may_create: bool
    matrix: Matrix

    @property
    def combinations(self) -> list[dict[str, str]]:
        """All that are missing of what is shown."""
        return [self.matrix.combination(cell) for cell in self.matrix.missing]


@dataclass(frozen=True)
class PlanLine:
    sku: str
    parent: str
    words: str
    problems: list[str]


@dataclass(frozen=True)
class PlanShown:
    """What would be made; `problems` belong to no single line."""

    seen: str
    lines: list[PlanLine]
    there: int
    problems: list[str]
    is_possible: bool


def variant_grid(
    product: Product, *, actor: Actor, asked: Mapping[str, Sequence[str]], ticked: Collection[str] = (),
    patterns: Sequence[str] = (),
) -> VariantGrid | None:  # fmt: skip
    """None for what takes no variants. `asked` has `show` and what is looked for on each axis."""
    shown = [one for one in asked.get(SHOW, ()) if "=" in one]
    found = matrix_of(product, actor=actor, shown=_by_axis(shown))
    if found is None:
        return None
    labels = {(axis.code, option.code): option.label(LOCALE) for axis in found.axes for option in axis.options}
    rows: dict[str, list[GridCell]] = {option.code: [] for option in found.axes[0].options}
    columns: dict[tuple[str, ...], str] = {}
    for cell in found.cells:
        columns[cell.options[1:]] = _words(found, cell, labels, first=1) or "Variant"
        rows[cell.options[0]].append(_cell(found, cell, labels, ticked))
    editor = actor_at(product, actor.within("pim.edit"))
    return VariantGrid(
        product=product,
        row_axis=found.axes[0].attribute.label(LOCALE),
        column_axis=" / ".join(axis.attribute.label(LOCALE) for axis in found.axes[1:]) or "Variant",
        columns=list(columns.values()),
        rows=[GridRow(labels[found.axes[0].code, code], cells) for code, cells in rows.items()],
        there=len(found.cells) - len(found.missing),
        missing=len(found.missing),
        is_cut=found.is_cut,
        long_axes=[_long(axis, asked, shown) for axis in found.axes if axis.has_more],
        shown=shown,
        patterns=_patterns(product, found, patterns),
        may_create=editor.may("pim.edit") and editor.limits("market") is None,
        matrix=found,
    )


def plan_shown(plan: VariantsPlan, grid: VariantGrid) -> PlanShown:
    """A plan in words."""
    labels = {(axis.code, option.code): option.label(LOCALE) for axis in grid.matrix.axes for option in axis.options}
    of_lines = {id(problem) for one in plan.new for problem in one.problems}
    return PlanShown(
        seen=plan.digest,
        lines=[_line(one, labels) for one in plan.new],
        there=len(plan.variants) - len(plan.new),
        problems=[one.detail for one in plan.problems if id(one) not in of_lines],
        is_possible=bool(plan.new) and not plan.problems,
    )


def plan_refused(error: TandemError) -> PlanShown:
    """Where there is no plan at all."""
    return PlanShown("", [], 0, [error.detail], is_possible=False)


def read_combination(text: str) -> dict[str, str]:
    """What a ticked box says."""
    return dict(parse_qsl(text))


def _line(one: PlannedVariant, labels: Mapping[tuple[str, str], str]) -> PlanLine:
    words = " / ".join(labels.get(pair, pair[1]) for pair in one.options.items())
    return PlanLine(one.sku, one.parent, words, [problem.detail for problem in one.problems[:1]])


def _by_axis(shown: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in shown:
        axis, _, option = one.partition("=")
        found.setdefault(axis, []).append(option)
    return found


def _words(matrix: Matrix, cell: Cell, labels: Mapping[tuple[str, str], str], *, first: int = 0) -> str:
    pairs = list(zip(matrix.axes, cell.options, strict=True))[first:]
    return " / ".join(labels[axis.code, option] for axis, option in pairs)


def _cell(matrix: Matrix, cell: Cell, labels: Mapping[tuple[str, str], str], ticked: Collection[str]) -> GridCell:
    value, words = urlencode(matrix.combination(cell)), _words(matrix, cell, labels)
    if cell.variant is None:
        return GridCell(value, words, value in ticked)
    return GridCell(value, words, False, cell.variant.sku, reverse("product", args=[cell.variant.uid]))


def _long(axis: Axis, asked: Mapping[str, Sequence[str]], shown: Sequence[str]) -> LongAxis:
    words = next(iter(asked.get(f"{FIND}{axis.code}", ())), "").strip()[:100]
    but = [option.code for option in axis.options]
    found = find_options(axis.attribute, words, LOCALE, but=but) if words else None
    return LongAxis(axis.code, axis.attribute.label(LOCALE), words, found)


def _patterns(product: Product, matrix: Matrix, given: Sequence[str]) -> list[PatternField]:
    """One for each level below; of the deepest as the variants that are there are called."""
    levels = sorted({axis.level for axis in matrix.axes})
    fields = []
    for at, level in enumerate(levels):
        label = f"SKUs of {LEVELS[level].lower()}" if len(levels) > 1 else "SKUs"
        codes = [axis.code for axis in matrix.axes if axis.level <= level]
        names = ", ".join(f"{{{name}}}" for name in ("parent", "model", "axes", *codes))
        usual = _habit(product, matrix) if level == levels[-1] else PATTERN
        fields.append(PatternField(label, given[at] if at < len(given) else usual, names))
    return fields


def _habit(product: Product, matrix: Matrix) -> str:
    axes = [axis.code for axis in matrix.axes if axis.level == matrix.axes[-1].level]
    there = [(cell.variant, matrix.combination(cell)) for cell in matrix.cells if cell.variant]
    parents = Product.objects.filter(children__in=[one.pk for one, _ in there[:SEEN]]).distinct().in_bulk()
    spelled = [
        (one.sku, fields_of(parent=parents[one.parent_id].sku, model=product.sku, options=options, axes=axes))
        for one, options in there[:SEEN]
        if one.parent_id
    ]
    return guess_pattern(spelled, axes)
