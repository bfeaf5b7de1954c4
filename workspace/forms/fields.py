"""Kinds of fields, and what forms of settings have in common."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from foundation.taxonomy.choices import TreeKind
from foundation.taxonomy.models import Category
from pim.checks.columns import CELL_TYPES
from pim.choices import MAX_COLUMNS
from workspace.queries.shown import LOCALE

OFFERED = 500
LABEL = "label-"
INVERSE = "inverse-"


class Words(forms.CharField):
    """Codes with commas between them, as a list. `suggestions` are what one may choose from: code and name."""

    suggestions: list[tuple[str, str]] = []

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return [word for word in (super().to_python(value) or "").replace(",", " ").split() if word]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class Offered(forms.CharField):
    """A text of which some are offered while one types: value and name."""

    offers: list[tuple[str, str]] = []


class Columns(forms.CharField):
    """Definitions of columns as JSON, which `column-builder` shows as fields; empty is an empty list."""

    widget = forms.Textarea(attrs={"rows": 8})
    types = json.dumps([(str(one), str(one.label)) for one in CELL_TYPES])
    most = MAX_COLUMNS
    locale = LOCALE

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return json.dumps(value, ensure_ascii=False, indent=2) if value else ""
        return value

    def to_python(self, value: Any) -> list[Any]:  # type: ignore[override]
        text = super().to_python(value) or ""
        try:
            found = json.loads(text) if text.strip() else []
        except (ValueError, RecursionError):
            raise forms.ValidationError("This is not JSON: look for a comma or a quote that is missing.") from None
        if not isinstance(found, list):
            raise forms.ValidationError("A list is wanted, in square brackets.")
        return found


def category_offers() -> list[tuple[str, str]]:
    """The first categories of the product hierarchy, the upper ones before what is below them."""
    rows = Category.objects.filter(tree__kind=TreeKind.HIERARCHY).order_by("line")[:OFFERED]
    return [(one.key, one.label(LOCALE)) for one in rows]


class SettingForm(forms.Form):
    """A form whose first field is the code, which stays as it was once made."""

    def __init__(self, *args: Any, is_new: bool = True, **more: Any) -> None:
        super().__init__(*args, **more)
        if not is_new:
            self.fields[next(iter(self.fields))].disabled = True

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if code == "new":
            raise forms.ValidationError("This word is taken by the page on which new ones are made.")
        return code
