"""From a product's values to a channel's fields, by the channel's profile. Pure: no tables, no clock.

A profile's body has these members; `SCHEMA` says it again for machines.

* `product_type`: the channel's kind of product: `default`, and `families` from our family to its kind.
* `fields`: list of `target` and `source`, which is one of `attribute` (with `attribute`), `identifier` (with
  `scheme`), `constant` (with `value`), `sku`, `model`, `family`. An attribute may have `shorten` (characters),
  `unit` (a unit, or one for each of metric and imperial) with `decimals`, and `options`: `label`, `code` or `external`.
* `media`: list of `target`, `role` and `preset`, with `limit` (how many, 1 unless given) and `min_pixels` (each side).
* `required`: targets without which nothing goes out. `schema`: a JSON Schema that the fields must satisfy.
* `hero`: what to do when no hero has the rights: `hold`, `withdraw` or `publish-without`.
* `seller`: our name there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from pim.checks.units import convert
from pim.choices import AttributeType
from pim.resolution import Resolved
from syndication.choices import HeroPolicy
from syndication.errors import BadProfile

SOURCES = ("attribute", "identifier", "constant", "sku", "model", "family")
_TEXT = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 1}
_UNIT = {"oneOf": [_TEXT, {"type": "object", "required": ["metric", "imperial"], "additionalProperties": _TEXT}]}
_FIELD: dict[str, Any] = {
    "type": "object",
    "required": ["target", "source"],
    "additionalProperties": False,
    "properties": {
        "target": _TEXT,
        "source": {"enum": list(SOURCES)},
        "attribute": _TEXT,
        "scheme": _TEXT,
        "value": {},
        "shorten": _COUNT,
        "unit": _UNIT,
        "decimals": {"type": "integer", "minimum": 0, "maximum": 9},
        "options": {"enum": ["label", "code", "external"]},
    },
    "allOf": [
        {"if": {"properties": {"source": {"const": source}}}, "then": {"required": [needed]}}
        for source, needed in (("attribute", "attribute"), ("identifier", "scheme"), ("constant", "value"))
    ],
}
_MEDIA: dict[str, Any] = {
    "type": "object",
    "required": ["target", "role", "preset"],
    "additionalProperties": False,
    "properties": {"target": _TEXT, "role": _TEXT, "preset": _TEXT, "limit": _COUNT, "min_pixels": _COUNT},
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["fields"],
    "additionalProperties": False,
    "properties": {
        "product_type": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "default": _TEXT,
                "families": {"type": "object", "additionalProperties": _TEXT},
            },
        },
        "fields": {"type": "array", "minItems": 1, "items": _FIELD},
        "media": {"type": "array", "items": _MEDIA},
        "required": {"type": "array", "items": _TEXT, "uniqueItems": True},
        "schema": {"type": "object"},
        "hero": {"enum": HeroPolicy.values},
        "seller": _TEXT,
    },
}


@dataclass(frozen=True)
class Field:
    """How one of the channel's fields is filled."""

    target: str
    source: str
    attribute: str = ""
    scheme: str = ""
    value: Any = None
    shorten: int | None = None
    unit: str | Mapping[str, str] | None = None
    decimals: int = 2
    options: str = "label"

    @property
    def origin(self) -> str:
        """What of the product fills it; where a rejection of the field goes."""
        if self.source == "attribute":
            return self.attribute
        return f"identifier:{self.scheme}" if self.source == "identifier" else self.source

    @property
    def transform(self) -> str:
        """In words, for people."""
        if self.shorten is not None:
            return f"at most {self.shorten} characters"
        units = [self.unit] if isinstance(self.unit, str) else (self.unit or {}).values()
        return f"in {' or '.join(units)}" if units else ""


@dataclass(frozen=True)
class MediaField:
    """Which media go where, and in what form."""

    target: str
    role: str
    preset: str
    limit: int = 1
    min_pixels: int = 0

    @property
    def origin(self) -> str:
        return f"media:{self.role}"


@dataclass(frozen=True)
class Profile:
    """A channel's rules, read."""

    version: int
    fields: tuple[Field, ...]
    media: tuple[MediaField, ...]
    required: tuple[str, ...]
    hero: HeroPolicy
    default_type: str
    types: Mapping[str, str]
    schema: Mapping[str, Any] | None
    seller: str

    def product_type(self, family: str) -> str:
        return self.types.get(family, self.default_type)

    def origin_of(self, target: str) -> str | None:
        """What of the product a field comes from; None for a field that is not ours."""
        parts: tuple[Field | MediaField, ...] = (*self.fields, *self.media)
        return next((one.origin for one in parts if one.target == target), None)


@dataclass(frozen=True)
class Problem:
    """Why a listing is held back, or what is less than perfect in it; `asset` is the picture that it is about."""

    code: str
    detail: str
    target: str = ""
    origin: str = ""
    blocks: bool = True
    asset: str = ""

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class OptionWords:
    labels: Mapping[str, str] = field(default_factory=dict)
    external: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Words:
    """What the engine must know of attributes (code to type), and of the options and records that values name."""

    types: Mapping[str, str]
    options: Mapping[tuple[str, str], OptionWords]


@dataclass(frozen=True)
class Place:
    """Where a document is for. `locales` is the chain of fallbacks, the own one first."""

    channel: str
    market: str
    locale: str
    locales: tuple[str, ...]
    currency: str
    units: str


@dataclass(frozen=True)
class ProductFacts:
    """A product as the mapping sees it."""

    sku: str
    model: str
    family: str
    values: Mapping[str, Resolved]
    identifiers: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Mapped:
    """One field filled, or not: `value` is None then. `resolved` says where an attribute's value comes from."""

    field: Field
    value: Any
    resolved: Resolved | None = None
    problem: Problem | None = None


def read_profile(body: Mapping[str, Any], *, version: int = 0) -> Profile:
    """Check and complete a profile's body. Raises `BadProfile` naming the place."""
    error = next(iter(sorted(Draft202012Validator(SCHEMA).iter_errors(body), key=lambda one: list(one.path))), None)
    if error is not None:
        raise BadProfile(error.message[:500], path=".".join(map(str, error.path)))
    targets = [one["target"] for one in [*body["fields"], *body.get("media", [])]]
    for name in targets:
        if targets.count(name) > 1:
            raise BadProfile(f"{name} is filled twice", path="fields")
    for name in body.get("required", []):
        if name not in targets:
            raise BadProfile(f"{name} is required, and nothing fills it", path="required")
    if "schema" in body:
        try:
            Draft202012Validator.check_schema(body["schema"])
        except SchemaError as wrong:
            raise BadProfile(f"The schema is none: {wrong.message[:300]}", path="schema") from None
    kinds = body.get("product_type", {})
    return Profile(
        version=version,
        fields=tuple(Field(**one) for one in body["fields"]),
        media=tuple(MediaField(**one) for one in body.get("media", [])),
        required=tuple(body.get("required", [])),
        hero=HeroPolicy(body.get("hero", HeroPolicy.HOLD)),
        default_type=kinds.get("default", "PRODUCT"),
        types=kinds.get("families", {}),
        schema=body.get("schema"),
        seller=body.get("seller", "tandem"),
    )


def map_fields(profile: Profile, product: ProductFacts, place: Place, words: Words) -> list[Mapped]:
    """Fill every field of the profile."""
    return [_fill(one, product, place, words) for one in profile.fields]


def find_problems(profile: Profile, fields: Mapping[str, Any], filled: frozenset[str]) -> list[Problem]:
    """What the channel's own rules say of the fields; `filled` are the targets that have a value or media."""
    found = [
        Problem("missing", f"{target} is required and empty", target, profile.origin_of(target) or "")
        for target in profile.required
        if target not in filled
    ]
    if profile.schema is not None:
        errors = Draft202012Validator(profile.schema).iter_errors(dict(fields))
        for error in sorted(errors, key=lambda one: (list(map(str, one.path)), one.message)):
            target = str(error.path[0]) if error.path else ""
            origin = profile.origin_of(target) or ""
            found.append(Problem("schema", error.message[:300], target, origin))
    return found


def _fill(rule: Field, product: ProductFacts, place: Place, words: Words) -> Mapped:
    match rule.source:
        case "constant":
            return Mapped(rule, rule.value)
        case "sku" | "model" | "family":
            return Mapped(rule, getattr(product, rule.source))
        case "identifier":
            return Mapped(rule, next(iter(product.identifiers.get(rule.scheme, ())), None))
    resolved = product.values.get(rule.attribute)
    if resolved is None:
        return Mapped(rule, None)
    value, problem = _convert(rule, resolved.value, place, words)
    return Mapped(rule, value, resolved, problem)


def _convert(rule: Field, value: Any, place: Place, words: Words) -> tuple[Any, Problem | None]:
    match words.types.get(rule.attribute):
        case AttributeType.SELECT | AttributeType.RECORD:
            return _option(rule, value, place, words)
        case AttributeType.MULTI_SELECT:
            pairs = [_option(rule, one, place, words) for one in value]
            return [name for name, _ in pairs if name], next((problem for _, problem in pairs if problem), None)
        case AttributeType.MEASUREMENT:
            return _measure(rule, value, place), None
        case AttributeType.MONEY:
            amount = value.get(place.currency)
            return {"amount": amount, "currency": place.currency} if amount is not None else None, None
        case AttributeType.TEXT | AttributeType.RICH_TEXT:
            return cut_text(value, rule.shorten), None
    return value, None


def _option(rule: Field, code: str, place: Place, words: Words) -> tuple[Any, Problem | None]:
    known = words.options.get((rule.attribute, code), OptionWords())
    if rule.options == "code":
        return code, None
    if rule.options == "external":
        name = known.external.get(place.channel)
        text = f"{rule.attribute} {code!r} has no code of {place.channel}"
        return name, None if name else Problem("no-external-code", text, rule.target, rule.attribute, blocks=False)
    return next((known.labels[one] for one in place.locales if one in known.labels), code), None


def _measure(rule: Field, value: Mapping[str, str], place: Place) -> dict[str, str]:
    if rule.unit is None:
        return {"amount": value["amount"], "unit": value["unit"]}
    unit = rule.unit if isinstance(rule.unit, str) else rule.unit[place.units]
    amount = convert(Decimal(value["amount"]), value["unit"], unit)
    rounded = amount.quantize(Decimal(1).scaleb(-rule.decimals), ROUND_HALF_UP)
    return {"amount": f"{rounded:f}", "unit": unit}


def cut_text(text: str, limit: int | None) -> str:
    """At most so many characters, ending with a whole word where there is one."""
    if limit is None or len(text) <= limit:
        return text
    ends = (text[:at].rstrip() for at in range(limit, 0, -1) if text[at].isspace())
    return next((end for end in ends if end), text[:limit].rstrip())
