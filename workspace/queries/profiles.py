"""A channel's rules in words: what fills each of its fields, what it must have, which pictures in which form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from associations.choices import BindingRole
from dam.models import Preset
from pim.models import Attribute
from syndication.choices import HeroPolicy
from syndication.mapping import Field, MediaField, Profile
from workspace.queries.shown import LOCALE
from workspace.queries.words import phrase

HERO = {
    HeroPolicy.HOLD: "The listing is held back until a hero picture has the rights.",
    HeroPolicy.WITHDRAW: "The listing is withdrawn until a hero picture has the rights.",
    HeroPolicy.PUBLISH_WITHOUT: "The listing stays out, without the picture.",
}
SOURCES = {"sku": "The SKU", "model": "The model's SKU", "family": "The family's code"}
OPTIONS = {"code": "by its code", "external": "by the channel's own code"}


@dataclass(frozen=True)
class Rule:
    """One field of the channel: what fills it, and what is done to that on the way."""

    target: str
    filled_by: str
    how: str
    is_required: bool


@dataclass(frozen=True)
class ProfileInWords:
    version: int
    seller: str
    types: list[tuple[str, str]]
    fields: list[Rule]
    media: list[Rule]
    hero: str
    has_schema: bool


def profile_in_words(profile: Profile) -> ProfileInWords:
    """Two queries: what attributes and presets are called."""
    labels = {
        one.code: one.label(LOCALE)
        for one in Attribute.objects.filter(code__in=[rule.attribute for rule in profile.fields if rule.attribute])
    }
    presets = dict(Preset.objects.filter(code__in=[rule.preset for rule in profile.media]).values_list("code", "label"))
    return ProfileInWords(
        version=profile.version,
        seller=profile.seller,
        types=[("Any other family", profile.default_type), *sorted(profile.types.items())],
        fields=[
            Rule(rule.target, _filled_by(rule, labels), _how(rule), rule.target in profile.required)
            for rule in profile.fields
        ],
        media=[
            Rule(rule.target, _role(rule), _form(rule, presets), rule.target in profile.required)
            for rule in profile.media
        ],
        hero=HERO[profile.hero],
        has_schema=profile.schema is not None,
    )


def _filled_by(rule: Field, labels: Mapping[str, str]) -> str:
    match rule.source:
        case "attribute":
            return labels.get(rule.attribute, rule.attribute)
        case "identifier":
            return f"The {rule.scheme.upper()}"
        case "constant":
            return f"Always “{rule.value}”"
    return SOURCES[rule.source]


def _how(rule: Field) -> str:
    words = [OPTIONS[rule.options]] if rule.options in OPTIONS else []
    if rule.shorten is not None:
        words.append(f"cut to {rule.shorten:,} characters")
    if isinstance(rule.unit, str):
        words.append(f"in {rule.unit}")
    elif rule.unit:
        words.append(f"in {rule.unit['metric']}, or {rule.unit['imperial']} where units are imperial")
    return ", ".join(words)


def _role(rule: MediaField) -> str:
    role = dict(BindingRole.choices).get(rule.role, rule.role)
    return phrase(str(role)) + (f", up to {rule.limit}" if rule.limit > 1 else "")


def _form(rule: MediaField, presets: Mapping[str, str]) -> str:
    least = f", each side at least {rule.min_pixels:,} pixels" if rule.min_pixels else ""
    return f"{presets.get(rule.preset, rule.preset)}{least}"
