"""Markets, languages, channels and presets."""

from __future__ import annotations

from typing import Any

from django import forms

from dam.recipes import FITS, FORMATS, LARGEST_SIDE
from foundation.core.territories import TERRITORIES
from foundation.markets.models import Channel, Locale, Market
from workspace.forms.fields import SettingForm, Words


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
