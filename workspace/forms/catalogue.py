"""The product model: attributes, families, records, relations and rules."""

from __future__ import annotations

from typing import Any

from django import forms

from foundation.taxonomy.models import Vocabulary
from pim.checks.limits import LIMITS
from pim.checks.rules import LONGEST
from pim.choices import MAX_ROWS, AttributeType, Sensitivity, Severity
from pim.models import AttributeGroup, Family, RecordType
from workspace.forms.fields import INVERSE, LABEL, OFFERED, Columns, Offered, SettingForm, Words
from workspace.queries.shown import LOCALE
from workspace.queries.trees import labels_of

AS_JSON = "Limits and names in other languages are edited as JSON."


class RecordTypeForm(SettingForm):
    code = forms.CharField(max_length=40, help_text="Short, as brands. It stays once the type is made.")
    name = forms.CharField(max_length=200, help_text="What such records are called together.")


class FieldsForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    fields = Columns(required=False, help_text=f"What each record may say. {AS_JSON}")  # type: ignore[assignment]  # what the service calls it


class LabelledForm(SettingForm):
    """A form with what something is called in each language of the house, as far as they are few."""

    words = {LABEL: "Name in"}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for prefix, name in self.words.items():
            said = {key.removeprefix(prefix): text for key, text in self.initial.items() if key.startswith(prefix)}
            for one in labels_of(said):
                label = f"{name} {one.language}"
                self.fields[f"{prefix}{one.locale}"] = forms.CharField(required=False, max_length=200, label=label)
        self.order_fields(["code", *(name for name in self.fields if name.startswith(tuple(self.words)))])


class AttributeGroupForm(LabelledForm):
    code = forms.CharField(max_length=40, help_text="Short, as logistics. Attributes name it.")
    position = forms.IntegerField(min_value=0, label="Place", help_text="Lower numbers stand first on pages.")


class RelationTypeForm(LabelledForm):
    words = {LABEL: "Name in", INVERSE: "From the other side, in"}
    code = forms.CharField(max_length=40, help_text="Short, as spare-part. It stays once the type is made.")
    position = forms.IntegerField(min_value=0, max_value=10_000, label="Place", help_text="Lower numbers come first.")
    is_two_way = forms.BooleanField(required=False, label="Holds both ways", help_text="It stands on both pages.")
    has_quantity = forms.BooleanField(required=False, label="So many of each", help_text="As packs are made of parts.")
    is_market_limitable = forms.BooleanField(required=False, label="May hold in one market alone")


class AttributeForm(LabelledForm):
    """An attribute with the limits of its type; a new one has those without which its type means nothing."""

    code = forms.CharField(max_length=60, help_text="Letters, digits and _. It stays once the attribute is made.")
    type = forms.ChoiceField(
        choices=AttributeType.choices, help_text="Fixed once products have values. Limits follow when it is saved."
    )
    group = Offered(required=False, max_length=40, help_text="Attributes of a group stand together on pages.")
    sensitivity = forms.ChoiceField(
        choices=Sensitivity.choices, help_text="Who may see it. Secret attributes leave by no channel."
    )
    is_localizable = forms.BooleanField(required=False, label="Per language")
    is_market_overridable = forms.BooleanField(required=False, label="Markets may have their own value")
    is_unique = forms.BooleanField(required=False, label="Unique", help_text="No two products have the same value.")
    unit = forms.CharField(required=False, max_length=24, help_text="Of a measurement, and of its limits: g, cm.")
    min = forms.CharField(
        required=False, max_length=40, label="At least", help_text="A number, or a day as 2026-01-31."
    )
    max = forms.CharField(required=False, max_length=40, label="At most")
    decimals = forms.IntegerField(required=False, min_value=0, max_value=9)
    min_length = forms.IntegerField(required=False, min_value=0, label="Characters, at least")
    max_length = forms.IntegerField(required=False, min_value=0, label="Characters, at most")
    pattern = forms.CharField(
        required=False, max_length=200, help_text="A regular expression that the whole text fits."
    )
    pattern_hint = forms.CharField(required=False, max_length=200, label="Pattern in words")
    units = Words(required=False, help_text="Units that are accepted. Empty: any that measures the same.")
    currency = forms.CharField(required=False, max_length=3, help_text="Of an amount without one, as EUR.")
    scheme = forms.CharField(required=False, max_length=40, help_text="gtin, isbn, issn, or a word of your own.")
    record_type = forms.ChoiceField(required=False, label="Records of", help_text="Whose records a value names.")
    vocabulary = forms.ChoiceField(
        required=False, label="Options are the terms of", help_text="Empty: options of its own."
    )
    columns = Columns(required=False, help_text=f"Of a table. {AS_JSON}")
    max_rows = forms.IntegerField(required=False, min_value=1, max_value=MAX_ROWS, label="Rows, at most")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        kind = self.initial.get("type")
        limits = set(LIMITS[kind]) if kind else {"scheme", "record_type", "columns", "vocabulary"}
        for name in {name for names in LIMITS.values() for name in names} - limits:
            self.fields.pop(name, None)
        if kind and kind != AttributeType.MEASUREMENT:
            del self.fields["unit"]
        known = [("", "–"), *((one.code, one.label(LOCALE)) for one in RecordType.objects.all()[:OFFERED])]
        if "record_type" in self.fields:
            self.fields["record_type"].choices = known  # type: ignore[attr-defined]
        if "vocabulary" in self.fields:
            words = [(one.code, one.label(LOCALE)) for one in Vocabulary.objects.all()[:OFFERED]]
            self.fields["vocabulary"].choices = [("", "–"), *words]  # type: ignore[attr-defined]
        self.fields["group"].offers = [  # type: ignore[attr-defined]
            (one.code, one.label(LOCALE)) for one in AttributeGroup.objects.all()[:OFFERED]
        ]


class FamilyForm(SettingForm):
    code = forms.CharField(max_length=40, help_text="Short, as coats. It stays once the family is made.")
    name = forms.CharField(max_length=200)
    axes = Words(
        required=False, label="Variants differ in",
        help_text="Codes of attributes, as colour and size; empty for simple products. A move changes them.",
    )  # fmt: skip
    lower_axes = Words(required=False, label="Those below them differ in", help_text="For a second level of variants.")

    def definition(self) -> dict[str, Any]:
        """What `define_family` takes."""
        given = self.cleaned_data
        axes = [level for level in (given["axes"], given["lower_axes"]) if level]
        members = [{"code": code, "level": at} for at, codes in enumerate(axes, 1) for code in codes]
        return {"code": given["code"], "labels": {LOCALE: given["name"]}, "attributes": members, "axes": axes}


class RuleForm(SettingForm):
    code = forms.CharField(max_length=40, help_text="Short, as heavy-cups. It stays once the rule is made.")
    expression = forms.CharField(
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="What must hold",
        help_text="In CEL, by codes of attributes: product.width <= product.length. It is judged where all that it "
        "reads has a value; has(product.care) asks whether there is one. Measurements are numbers in the attribute’s "
        "unit, prices maps: product.price.EUR.",
    )
    message = forms.CharField(
        max_length=500, label="What to do where it does not", help_text="A sentence for whoever typed the value."
    )
    severity = forms.ChoiceField(
        choices=[(Severity.ERROR, "Refuse the value"), (Severity.WARNING, "Let it pass, and list it")],
        label="When a value breaks it",
    )
    family = forms.ChoiceField(required=False, help_text="Whose products it is for.")
    attribute = Offered(required=False, label="Shown beside", help_text="The code of an attribute; empty for none.")
    is_active = forms.BooleanField(required=False, initial=True, label="In force")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        families = [(one.code, one.label(LOCALE)) for one in Family.objects.all()]
        self.fields["family"].choices = [("", "All families"), *families]  # type: ignore[attr-defined]
