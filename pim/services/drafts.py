"""What is asked for, before it is checked: products and their values as a client, a page or a file names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pim.checks import DEFAULT_FORMATS, Formats
from pim.choices import ANY_LOCALE
from pim.errors import BadProduct

UNNAMED = "\0"  # the parent is not mentioned; None says that there is none
ANYTHING: Any = object()  # whoever writes does not say what they saw
MAX_VALUES = 2_000


@dataclass(frozen=True)
class ValueDraft:
    """One value for one cell; None clears. `path` is where a refusal will point.

    `expected` is the own value that the writer saw there, None where there was none. `reason` is that of this value
    alone; without it the product's holds.
    """

    attribute: str
    raw: Any
    market: str | None = None
    locale: str = ANY_LOCALE
    path: str = ""
    unit: str = ""
    expires_at: datetime | None = None
    reason: str = ""
    expected: Any = ANYTHING


@dataclass(frozen=True)
class CategoriesDraft:
    """Where a product shall lie, by keys `tree/code`: in exactly these, or in some more and in some no longer.

    One added in the product hierarchy takes the place of the one that is there. `expected` are those that the writer
    saw; where others are there by now, nothing is changed.
    """

    exactly: Sequence[str] | None = None
    added: Sequence[str] = ()
    removed: Sequence[str] = ()
    expected: Sequence[str] | None = None

    @property
    def keys(self) -> set[str]:
        return {*(self.exactly or ()), *self.added, *self.removed}


UNTOUCHED = CategoriesDraft()


@dataclass(frozen=True)
class ProductDraft:
    """One product to be created or changed. Fields that are not mentioned stay."""

    sku: str
    values: Sequence[ValueDraft] = ()
    parent: str | None = UNNAMED
    family: str | None = None
    state: str | None = None
    reason: str = ""
    path: str = ""
    expected_version: int | None = None
    must_be: str = ""  # "new" or "known", where the caller says so
    formats: Formats = DEFAULT_FORMATS
    categories: CategoriesDraft = UNTOUCHED
    columns: Mapping[str, str] = field(default_factory=dict)  # field → path, where the two differ

    def at(self, name: str) -> str:
        """Where a refusal of this field points."""
        if name in self.columns:
            return self.columns[name]
        return f"{self.path}.{name}" if self.path else name


def read_document(
    document: Mapping[str, Any], *, path: str = "", reason: str = "", expected_version: int | None = None
) -> ProductDraft:
    """A draft from a JSON document: sku, parent, family, state, reason, categories and values.

    `categories` is a list of keys `tree/code`, all that the product shall lie in; `values` is a list of {attribute,
    market, locale, value, expires_at, expected}.
    """
    unknown = document.keys() - {"sku", "parent", "family", "state", "reason", "categories", "values"}
    if unknown:
        raise BadProduct(f"{', '.join(sorted(unknown))}: no such field of a product", path=path)
    for name in ("sku", "parent", "family", "state"):
        if not isinstance(document.get(name, ""), str) and not (document[name] is None and name != "sku"):
            raise BadProduct(f"{name} must be a text", path=_join(path, name))
    values = document.get("values", [])
    if not isinstance(values, list) or len(values) > MAX_VALUES or not all(isinstance(one, Mapping) for one in values):
        raise BadProduct(f"values must be a list of at most {MAX_VALUES} objects", path=_join(path, "values"))
    categories = document.get("categories")
    if categories is not None and not (
        isinstance(categories, list) and all(isinstance(one, str) for one in categories)
    ):
        raise BadProduct("categories must be a list of texts: tree/code", path=_join(path, "categories"))
    return ProductDraft(
        sku=document.get("sku", ""),
        parent=document.get("parent", UNNAMED),
        family=document.get("family"),
        state=document.get("state"),
        reason=str(document.get("reason") or reason),
        values=[_read_value(one, _join(path, f"values.{at}")) for at, one in enumerate(values)],
        path=path,
        expected_version=expected_version,
        categories=UNTOUCHED if categories is None else CategoriesDraft(exactly=categories[:MAX_VALUES]),
    )


def _read_value(value: Mapping[str, Any], path: str) -> ValueDraft:
    for name in ("attribute", "market", "locale"):
        if not isinstance(value.get(name) or "", str):
            raise BadProduct(f"{name} must be a text", path=_join(path, name))
    expires = value.get("expires_at")
    if isinstance(expires, str):
        try:
            expires = datetime.fromisoformat(expires)
        except ValueError:
            expires = False
    if expires is not None and (not isinstance(expires, datetime) or expires.tzinfo is None):
        raise BadProduct("expires_at must be a moment with a time zone, in ISO 8601", path=_join(path, "expires_at"))
    return ValueDraft(
        attribute=str(value.get("attribute", "")),
        raw=value.get("value"),
        market=value.get("market") or None,
        locale=str(value.get("locale") or ANY_LOCALE),
        path=path,
        expires_at=expires,
        expected=value.get("expected", ANYTHING),
    )


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
