"""Trees, vocabularies and external schemas."""

from __future__ import annotations

from typing import Any

from django import forms

from foundation.markets.models import Locale
from foundation.taxonomy.choices import SchemaFormat, TreeKind


class VocabularyForm(forms.Form):
    code = forms.CharField(max_length=40, help_text="Letters, digits and hyphens. It stays as it is.")
    name = forms.CharField(max_length=200, help_text="What people call it.")


class SchemaForm(forms.Form):
    """A published file: a new schema, its next version, or another language of the latest."""

    file = forms.FileField(label="Published file", help_text="As it was published, 20 MB at most")
    format = forms.ChoiceField(label="Format", choices=SchemaFormat.choices)
    code = forms.CharField(label="Code", max_length=40, help_text="Small letters, digits, hyphens: google, gpc")
    name = forms.CharField(label="Name", max_length=100, required=False)
    locale = forms.ChoiceField(label="Language of the file")
    version = forms.CharField(
        label="Version", max_length=100, required=False, help_text="Where the file does not say it"
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        choice: Any = self.fields["locale"]
        choice.choices = [(one.code, one.name) for one in Locale.objects.order_by("code")]


class TreeForm(forms.Form):
    kind = forms.ChoiceField(choices=TreeKind.choices, initial=TreeKind.HIERARCHY)
    code = forms.CharField(max_length=40, help_text="Letters, digits and hyphens. It stays as it is.")
    name = forms.CharField(max_length=200, help_text="What people call it.")
