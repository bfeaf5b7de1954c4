"""SCIM filters (RFC 7644 section 3.4.2.2) as conditions of the database, with limits on what one may ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q
from scim2_models import InvalidFilterException, ScimFilter
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)

from foundation.accounts.choices import Source
from foundation.accounts.models import Membership
from foundation.core.parsers import check_text

LONGEST, DEEPEST, MOST = 2_000, 20, 50  # characters, parentheses, comparisons
EVERYTHING, NOTHING = Q(pk__isnull=False), Q(pk__isnull=True)
LOOKUPS = {
    "eq": "exact", "co": "contains", "sw": "startswith", "ew": "endswith",
    "gt": "gt", "ge": "gte", "lt": "lt", "le": "lte",
}  # fmt: skip

TEXT, EXACT, UID, FLAG = "text", "exact", "uid", "flag"
PEOPLE = {
    "id": ("uid", UID),
    "username": ("username", TEXT),
    "externalid": ("entry__external_id", EXACT),
    "name.givenname": ("first_name", TEXT),
    "name.familyname": ("last_name", TEXT),
    "emails": ("email", TEXT),
    "emails.value": ("email", TEXT),
    "active": ("is_active", FLAG),
    "displayname": ("entry__document__displayName", TEXT),
    "title": ("entry__document__title", TEXT),
    "usertype": ("entry__document__userType", TEXT),
}
GROUPS = {"id": ("uid", UID), "displayname": ("name", TEXT), "externalid": ("external_id", EXACT)}


def condition(text: str, *, model: Any, columns: Mapping[str, tuple[str, str]]) -> Q:
    """The filter as a condition; raises `InvalidFilterException` for one that is wrong, or asks too much."""
    if len(text) > LONGEST or text.count("(") > DEEPEST:
        raise InvalidFilterException(detail=f"A filter has at most {LONGEST} characters and {DEEPEST} parentheses")
    check_text(text)
    return _Conditions(columns).visit(ScimFilter[model](text).ast)


class _Conditions(FilterVisitor[Q]):
    """Only the columns that are named can be asked about: no path leads elsewhere."""

    def __init__(self, columns: Mapping[str, tuple[str, str]]) -> None:
        self.columns, self.left = columns, MOST

    def visit_not(self, node: Not) -> Q:
        return ~self.visit(node.expr)

    def visit_logical_expr(self, node: LogicalExpr) -> Q:
        terms = [self.visit(term) for term in node.terms]
        connector = Q.AND if node.op == LogicalOperator.and_ else Q.OR
        return Q(*terms, _connector=connector)

    def visit_present(self, node: Present) -> Q:
        if _name(node.attr_path).startswith("members") and self.columns is GROUPS:
            return Q(pk__in=Membership.objects.filter(source=Source.SCIM).values("group"))
        column, kind = self._column(node.attr_path)
        present = ~Q(**{f"{column}__isnull": True})
        return present & ~Q(**{column: ""}) if kind in {TEXT, EXACT} else present

    def visit_comparison(self, node: Comparison) -> Q:
        self.left -= 1
        if self.left < 0:
            raise InvalidFilterException(detail=f"A filter has at most {MOST} comparisons")
        if isinstance(node.value, str):
            check_text(node.value)
        if self.columns is GROUPS and _name(node.attr_path) in {"members", "members.value"}:
            return self._of_member(node)
        column, kind = self._column(node.attr_path)
        if node.op == CompareOperator.ne:
            return ~self._compare(column, kind, CompareOperator.eq, node.value)
        return self._compare(column, kind, node.op, node.value)

    def visit_value_path(self, node: ValuePath) -> Q:
        """Of somebody's addresses only one is asked about: the account's own, whatever type it has."""
        name = _name(node.attr_path)
        return _Inside(self, name).visit(node.val_filter)

    def _compare(self, column: str, kind: str, op: CompareOperator, value: Any) -> Q:
        if value is None:
            return Q(**{f"{column}__isnull": True}) | (Q(**{column: ""}) if kind in {TEXT, EXACT} else NOTHING)
        if kind == UID:
            return Q(**{column: UUID(value)}) if op == CompareOperator.eq and _is_uid(value) else NOTHING
        if kind == FLAG:
            return Q(**{column: str(value).casefold() == "true"})
        lookup = LOOKUPS[op.value]
        is_folded = kind == TEXT and lookup not in {"gt", "gte", "lt", "lte"}
        return Q(**{f"{column}__{'i' if is_folded else ''}{lookup}": str(value)})

    def _of_member(self, node: Comparison) -> Q:
        if node.op != CompareOperator.eq or not _is_uid(node.value):
            return NOTHING
        return Q(pk__in=Membership.objects.filter(source=Source.SCIM, user__uid=node.value).values("group"))

    def _column(self, path: AttrPath) -> tuple[str, str]:
        found = self.columns.get(_name(path))
        if found is None:
            raise InvalidFilterException(detail=f"{path} cannot be filtered by; try {', '.join(sorted(self.columns))}")
        return found


class _Inside(FilterVisitor[Q]):
    """A filter in brackets: `emails[type eq "work" and value eq "a@example.org"]`, `members[value eq "…"]`."""

    def __init__(self, outer: _Conditions, name: str) -> None:
        self.outer, self.name = outer, name

    def visit_not(self, node: Not) -> Q:
        return ~self.visit(node.expr)

    def visit_logical_expr(self, node: LogicalExpr) -> Q:
        connector = Q.AND if node.op == LogicalOperator.and_ else Q.OR
        return Q(*(self.visit(term) for term in node.terms), _connector=connector)

    def visit_present(self, node: Present) -> Q:
        return self.outer.visit(Present(AttrPath(self.name)))

    def visit_comparison(self, node: Comparison) -> Q:
        inner = node.attr_path.attr.casefold()
        if inner in {"type", "primary"}:
            return EVERYTHING
        return self.outer.visit(Comparison(AttrPath(self.name, inner), node.op, node.value))

    def visit_value_path(self, node: ValuePath) -> Q:
        raise InvalidFilterException(detail="Brackets do not stand in brackets")


def _name(path: AttrPath) -> str:
    return f"{path.attr}.{path.sub_attr}".casefold() if path.sub_attr else path.attr.casefold()


def _is_uid(value: Any) -> bool:
    try:
        UUID(value)
    except (ValueError, TypeError, AttributeError):
        return False
    return True
