"""What people type on the pages of settings, read and refused beside the field. Services check it all once more."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from dam.recipes import FITS, FORMATS, LARGEST_SIDE
from foundation.accounts.choices import Dimension
from foundation.accounts.models import RoleDefinition
from foundation.core.actors import Actor
from foundation.core.permissions import DECLARED
from foundation.core.territories import TERRITORIES
from foundation.markets.models import Channel, Locale, Market
from foundation.taxonomy.choices import SchemaFormat, TreeKind
from foundation.taxonomy.models import Category
from foundation.taxonomy.queries import line_of
from foundation.workflow.models import Queue
from pim.checks.limits import LIMITS
from pim.checks.rules import LONGEST
from pim.choices import MAX_ROWS, AttributeType, Sensitivity, Severity
from pim.models import AttributeGroup, Family, RecordType
from workspace.queries.shown import LOCALE
from workspace.queries.trees import labels_of

OFFERED = 500
LABEL, INVERSE = "label-", "inverse-"


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


class JsonList(forms.CharField):
    """A list as JSON; empty is an empty one."""

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


class MarketForm(SettingForm):
    code = forms.CharField(max_length=40, help_text="Short, as DACH or GB. It stays once the market is made.")
    name = forms.CharField(max_length=200)
    territories = Words(help_text="Countries where it sells. A listing needs rights in all of them.")
    locales = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, required=False, label="Languages", help_text="What its customers read."
    )
    currency = forms.CharField(max_length=3, help_text="Three letters of ISO 4217, as EUR.")
    units = forms.ChoiceField(choices=Market.Units.choices, help_text="Measurements are converted for it.")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["territories"].suggestions = sorted(TERRITORIES.items(), key=lambda pair: pair[1])  # type: ignore[attr-defined]
        known = Locale.objects.values_list("code", "name")
        self.fields["locales"].choices = [(code, f"{name} ({code})") for code, name in known]  # type: ignore[attr-defined]

    def clean_territories(self) -> list[str]:
        return [code.upper() for code in self.cleaned_data["territories"]]

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class LocaleForm(SettingForm):
    code = forms.CharField(max_length=40, help_text="A language tag, as de, de-AT or zh-Hant-TW.")
    name = forms.CharField(max_length=200, help_text="As people call it, for example German (Austria).")
    fallback = forms.ChoiceField(
        required=False, label="Falls back to", help_text="Where readers look for a text that is missing here."
    )
    fallback_counts = forms.BooleanField(
        required=False, label="What is found there counts as translated",
        help_text="On for Austrian to German, off for German to English.",
    )  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own = self.initial.get("code", "")
        others = Locale.objects.exclude(code=own).values_list("code", "name")
        chosen = [("", "Nothing"), *((code, f"{name} ({code})") for code, name in others)]
        self.fields["fallback"].choices = chosen  # type: ignore[attr-defined]


class RecordTypeForm(SettingForm):
    code = forms.CharField(max_length=40, help_text="Short, as brands. It stays once the type is made.")
    name = forms.CharField(max_length=200, help_text="What such records are called together.")


class FieldsForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    fields = JsonList(  # type: ignore[assignment]  # what the service calls it
        required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="What each record may say, as JSON: a list of code, type (text, number, boolean, date, select, "
        "measurement), labels, unit, validation, required and, of a select, choices.",
    )  # fmt: skip


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
    columns = JsonList(
        required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Of a table, as JSON: a list of code, type (text, number, boolean, date, select, measurement), "
        "labels, unit, validation, required and, of a select, choices.",
    )  # fmt: skip
    max_rows = forms.IntegerField(required=False, min_value=1, max_value=MAX_ROWS, label="Rows, at most")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        kind = self.initial.get("type")
        limits = set(LIMITS[kind]) if kind else {"scheme", "record_type", "columns"}
        for name in {name for names in LIMITS.values() for name in names} - limits:
            self.fields.pop(name, None)
        if kind and kind != AttributeType.MEASUREMENT:
            del self.fields["unit"]
        known = [("", "–"), *((one.code, one.label(LOCALE)) for one in RecordType.objects.all()[:OFFERED])]
        if "record_type" in self.fields:
            self.fields["record_type"].choices = known  # type: ignore[attr-defined]
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


class ChannelForm(SettingForm):
    code = forms.CharField(max_length=40, help_text="Short, as d2c. Programs ask for the channel by it.")
    name = forms.CharField(max_length=200)
    kind = forms.ChoiceField(
        choices=Channel.Kind.choices, help_text="A shop pulls listings, a marketplace is sent feeds."
    )
    use = forms.CharField(
        max_length=40, help_text="The use, in the words of licences, that publishing here is: web, print."
    )
    asks_restricted = forms.BooleanField(
        required=False,
        label="Receives restricted attributes",
        help_text="Such as the retail price. Secret ones never leave.",
    )
    endpoint = forms.CharField(
        required=False, max_length=2000, label="Where feeds are sent", help_text="Empty for a channel that pulls."
    )
    scopes = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, required=False, label="Published in",
        help_text="Markets and languages. One that is on stays on: others have seen its listings.",
    )  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        places = Market.objects.prefetch_related("locales")
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (f"{market.code}/{locale.code}", f"{market.name} · {locale.name}")
            for market in places for locale in market.locales.all()
        ]  # fmt: skip


class PresetForm(SettingForm):
    code = forms.CharField(max_length=40, help_text="Short, as card or zoom. Profiles and links name it.")
    label = forms.CharField(max_length=200)
    width = forms.IntegerField(min_value=1, max_value=LARGEST_SIDE, help_text="Pixels.")
    height = forms.IntegerField(min_value=1, max_value=LARGEST_SIDE, help_text="Pixels.")
    fit = forms.ChoiceField(
        choices=[(one, one) for one in FITS],
        help_text="contain: inside the box; cover: fills it, cropped at the middle; pad: inside, on the background.",
    )
    format = forms.ChoiceField(choices=[(one, one.upper()) for one in FORMATS])
    quality = forms.IntegerField(min_value=1, max_value=100, help_text="1 to 100, where the format has one.")
    background = forms.RegexField(
        r"(?i)#[0-9a-f]{6}",
        required=False,
        help_text="As #ffffff: behind what is transparent and beside what is padded.",
    )
    max_bytes = forms.IntegerField(
        min_value=1024, required=False, label="At most so many bytes", help_text="Quality gives way first, then size."
    )


class QueueForm(SettingForm):
    code = forms.CharField(max_length=40, help_text="Short, as imports. Rooms that find work name it.")
    name = forms.CharField(max_length=200)
    role = forms.ChoiceField(label="Owned by", help_text="Whose work it is. Others who work on work items see it too.")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        working = RoleDefinition.objects.carrying("workflow.work").values_list("code", "name")
        self.fields["role"].choices = list(working)  # type: ignore[attr-defined]


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


class PersonForm(SettingForm):
    username = forms.CharField(max_length=150, label="Sign-in name")
    name = forms.CharField(max_length=300, required=False)
    email = forms.EmailField(required=False, label="E-mail")
    is_service = forms.BooleanField(
        required=False, label="A program, not a person", help_text="It has no password; keys act for it."
    )

    def __init__(self, *args: Any, is_new: bool = True, **more: Any) -> None:
        super().__init__(*args, is_new=is_new, **more)
        self.fields["is_service"].disabled = not is_new


class GrantForm(forms.Form):
    role = forms.ChoiceField()
    place = forms.ChoiceField(label="Where")
    category = Offered(
        required=False, max_length=100, label="Or in a branch", help_text="A category's key, as products/shoes."
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        parts = [("*", "everywhere")]
        parts += [
            (f"{Dimension.MARKET}:{code}", f"market {name}")
            for code, name in Market.objects.values_list("code", "name")
        ]
        parts += [
            (f"{Dimension.CHANNEL}:{code}", f"channel {name}")
            for code, name in Channel.objects.values_list("code", "name")
        ]
        roles = [(one.code, f"{one.name}: {one.sentence}") for one in RoleDefinition.objects.all()]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        self.fields["place"].choices = parts  # type: ignore[attr-defined]
        self.fields["category"].offers = category_offers()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A branch stands for the place."""
        given = super().clean() or {}
        if key := given.get("category", "").strip():
            if given.get("place") not in (None, "*"):
                self.add_error("category", "One place at a time; give the role again for another")
            elif not line_of(key):
                self.add_error("category", "There is no such category in the product hierarchy")
            given["place"] = f"{Dimension.CATEGORY}:{key}"
        return given


class GroupForm(forms.Form):
    name = forms.CharField(max_length=200, help_text="As the team is called. A sign-in provider finds it by this name.")


class MemberForm(forms.Form):
    username = forms.CharField(max_length=150, label="Sign-in name")


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


class RoleForm(forms.Form):
    """A role; what it may is said in the matrix."""

    name = forms.CharField(max_length=100)
    code = forms.RegexField(
        r"[a-z][a-z0-9-]{0,39}", max_length=40, help_text="Small letters, digits and hyphens. It stays as it is."
    )
    sentence = forms.CharField(max_length=300, required=False, label="What it is for")
    copied = forms.ChoiceField(required=False, label="May at first what this role may")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        roles = [(one.code, one.name) for one in RoleDefinition.objects.all()]
        self.fields["copied"].choices = [("", "nothing"), *roles]  # type: ignore[attr-defined]


class AccessForm(forms.Form):
    """Who may do what, where; only who manages accounts asks for others."""

    person = forms.CharField(max_length=150, required=False, label="Sign-in name", help_text="Empty: yourself.")
    permission = forms.ChoiceField(label="May")
    market = forms.ChoiceField(required=False)
    channel = forms.ChoiceField(required=False)
    queue = forms.ChoiceField(required=False)
    category = Offered(max_length=100, required=False, label="Category", help_text="Its key, as products/shoes.")
    product = forms.CharField(max_length=200, required=False, label="SKU of a product")

    def __init__(self, *args: Any, actor: Actor, permissions: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["permission"].choices = permissions  # type: ignore[attr-defined]
        for name, model in (("market", Market), ("channel", Channel), ("queue", Queue)):
            known = model.objects.visible_to(actor).values_list("code", "name")
            self.fields[name].choices = [("", "any"), *known]  # type: ignore[attr-defined]
        self.fields["category"].offers = category_offers()  # type: ignore[attr-defined]
        if not actor.may("accounts.manage"):
            del self.fields["person"]

    def clean_category(self) -> str:
        key = str(self.cleaned_data["category"]).strip()
        if key and not line_of(key):
            raise forms.ValidationError("There is no such category in the product hierarchy")
        return key


class ViewAsForm(forms.Form):
    reason = forms.CharField(max_length=300, help_text="Kept with your name: a ticket, or what they asked you for.")


class PasswordForm(forms.Form):
    password = forms.CharField(
        min_length=12, max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        label="New password", help_text="Twelve characters or more. Tell it to them by another way than e-mail.",
    )  # fmt: skip


class KeyForm(forms.Form):
    """A key for a program. What is left open is as wide as its owner's own rights."""

    name = forms.CharField(max_length=100, help_text="Which program uses it, as Web shop or ERP.")
    user = forms.CharField(
        max_length=150,
        required=False,
        label="Acts for",
        help_text="A sign-in name, best a program's own. Empty: for you.",
    )  # fmt: skip
    days = forms.ChoiceField(
        required=False, label="Ends after", initial="90", help_text="You can rotate it before, without a gap.",
        choices=[("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "never")],
    )  # fmt: skip
    permissions = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="May",
        help_text="None chosen: all that its owner may.",
    )
    markets = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, required=False, help_text="None chosen: all that its owner sees."
    )
    channels = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, required=False, help_text="None chosen: all that its owner sees."
    )
    categories = Words(
        required=False, help_text="Branches of the product hierarchy, as products/shoes. None: all that its owner sees."
    )
    per_minute = forms.IntegerField(
        min_value=1, required=False, label="Requests a minute", help_text="Empty: as many as the house allows any key."
    )
    per_day = forms.IntegerField(
        min_value=1, required=False, label="Requests a day", help_text="Empty: no limit by day."
    )

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        if not actor.may("accounts.manage"):
            del self.fields["user"]
        choices = {
            "permissions": [(one, one) for one in sorted(DECLARED) if actor.may(one)],
            "markets": [(one.code, one.name) for one in Market.objects.visible_to(actor)],
            "channels": [(one.code, one.name or one.code) for one in Channel.objects.visible_to(actor)],
        }
        for name, pairs in choices.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]
        self.fields["categories"].suggestions = category_offers()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        return {"user": "", **(super().clean() or {})}


class ProviderForm(SettingForm):
    """What every identity provider has."""

    code = forms.CharField(max_length=40, help_text="Short, as okta. It is in addresses, and stays.")
    name = forms.CharField(max_length=60, help_text="On the button of the sign-in page.")


class ProviderRights(forms.Form):
    groups_claim = forms.CharField(
        max_length=200,
        required=False,
        label="Groups",
        help_text="The claim or attribute that names groups. Empty: none.",
    )
    may_create = forms.BooleanField(
        required=False, label="Whoever it knows may come", help_text="They get an account without any role."
    )
    is_open = forms.BooleanField(
        required=False,
        initial=True,
        label="Open",
        help_text="Closed, it is not on the sign-in page and lets nobody in.",
    )


class OpenIDForm(ProviderRights, ProviderForm):
    """A provider that speaks OpenID Connect."""

    issuer = forms.CharField(
        max_length=500,
        help_text="As the provider spells it, as https://login.example.com. Its host stands in OUTGOING_HOSTS.",
    )
    client_id = forms.CharField(max_length=190, label="Client id")
    secret = forms.CharField(
        max_length=1000, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), label="Client secret",
        help_text="Kept sealed and shown to nobody.",
    )  # fmt: skip
    field_order = ["code", "name", "issuer", "client_id", "secret"]

    def __init__(self, *args: Any, is_new: bool = True, **more: Any) -> None:
        super().__init__(*args, is_new=is_new, **more)
        if not is_new:
            self.fields["issuer"].disabled = True
            self.fields["secret"].required = False
            self.fields["secret"].help_text = "Empty: the one that is kept stays."


class SAMLForm(ProviderRights, ProviderForm):
    """A provider that speaks SAML 2.0."""

    metadata = forms.CharField(
        max_length=262_144,
        widget=forms.Textarea(attrs={"rows": 8}),
        label="Metadata",
        help_text="The XML that the provider offers.",
    )
    subject_claim = forms.CharField(
        max_length=200, required=False, label="Subject",
        help_text="The attribute that names a person for ever. Empty: subject-id, or a persistent NameID.",
    )  # fmt: skip
    field_order = ["code", "name", "metadata", "subject_claim"]

    def __init__(self, *args: Any, is_new: bool = True, **more: Any) -> None:
        super().__init__(*args, is_new=is_new, **more)
        if not is_new:
            self.fields["metadata"].required = False
            self.fields["metadata"].help_text = "New certificates or addresses of the same issuer. Empty: as it is."
