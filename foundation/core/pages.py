"""Keyset pages: a page costs the same at any depth, and rows that arrive meanwhile shift nothing."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

from foundation.core.errors import Invalid

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows, and the cursor after the last of them (empty on the last page)."""

    rows: list[M]
    next_cursor: str


def encode_cursor(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, UnicodeDecodeError, RecursionError):
        values = None
    if not isinstance(values, list) or len(values) != length or not all(map(_is_plain, values)):
        raise _not_ours()
    return values


def _not_ours() -> Invalid:
    return Invalid("The cursor is not one of ours; start again without it", path="cursor")


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    return type(value) is int and abs(value) < 2**63


def keyset_page(queryset: QuerySet[M], *, order: tuple[str, ...], cursor: str = "", limit: int = 50) -> Page[M]:
    """One page in the given order (`-` for descending); the last field must be unique."""
    if cursor:
        try:
            queryset = queryset.filter(_after(order, decode_cursor(cursor, len(order))))
        except (ValueError, TypeError, ValidationError):  # a value of another type than the field's
            raise _not_ours() from None
    rows = list(queryset.order_by(*order)[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit]
    return Page(rows, encode_cursor([_value(rows[-1], field) for field in order]) if more else "")


def _value(row: Model, field: str) -> Any:
    value: Any = row
    for part in field.lstrip("-").split("__"):
        value = getattr(value, part)
    return value


def _after(order: tuple[str, ...], values: list[Any]) -> Q:
    condition, equal = Q(pk__in=[]), Q()
    for field, value in zip(order, values, strict=True):
        name = field.lstrip("-")
        condition |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return condition


class KeysetPagination(BasePagination):
    """DRF pages by keyset: `?cursor=` and `?limit=` (1 to 200). A view may name `keyset_order`."""

    default_limit = 50
    max_limit = 200

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        order = tuple(getattr(view, "keyset_order", ("pk",)))
        page = keyset_page(
            queryset, order=order, cursor=request.query_params.get("cursor", ""), limit=self.limit_of(request)
        )
        self.request, self.next_cursor = request, page.next_cursor
        return page.rows

    def limit_of(self, request: Any) -> int:
        """The rows of a page that the request asks for."""
        raw = request.query_params.get("limit", str(self.default_limit))
        if not (raw.isascii() and raw.isdecimal() and len(raw) < 9) or not 1 <= int(raw) <= self.max_limit:
            raise Invalid(f"limit must be a whole number from 1 to {self.max_limit}", path="limit")
        return int(raw)

    def get_paginated_response(self, data: Any) -> Response:
        following = None
        if self.next_cursor:
            query = self.request.query_params.copy()  # a parameter may stand there several times
            query["cursor"] = self.next_cursor
            following = self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")
        return Response({"next": following, "results": data})

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": "string", "format": "uri", "nullable": True},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "schema": {"type": "string"},
                "description": "Where to go on, from `next` of the page before",
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": self.max_limit, "default": self.default_limit},
                "description": "Rows a page",
            },
        ]
