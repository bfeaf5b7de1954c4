"""Where people sign in from."""

from __future__ import annotations

from typing import Any

from django import forms

from workspace.forms.fields import SettingForm


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
