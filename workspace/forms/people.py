"""People, what they may, and their queues."""

from __future__ import annotations

from typing import Any

from django import forms

from foundation.accounts.choices import Dimension
from foundation.accounts.models import RoleDefinition
from foundation.core.actors import Actor
from foundation.core.permissions import DECLARED
from foundation.markets.models import Channel, Market
from foundation.taxonomy.queries import line_of
from foundation.workflow.models import Queue
from workspace.forms.fields import Offered, SettingForm, Words, category_offers


class QueueForm(SettingForm):
    code = forms.CharField(max_length=40, help_text="Short, as imports. Rooms that find work name it.")
    name = forms.CharField(max_length=200)
    role = forms.ChoiceField(label="Owned by", help_text="Whose work it is. Others who work on work items see it too.")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        working = RoleDefinition.objects.carrying("workflow.work").values_list("code", "name")
        self.fields["role"].choices = list(working)  # type: ignore[attr-defined]


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
