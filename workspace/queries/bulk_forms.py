"""What a verb asks for, as fields of a form, and the way from what was filled in to its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dam.models import Licence
from dam.services.assets import TEXTS
from foundation.bulk.models import BulkChange
from foundation.core.actors import Actor
from foundation.markets.models import Locale, Market, Scope
from foundation.taxonomy.models import Category
from pim.choices import ANY_LOCALE, AttributeType
from pim.models import Attribute, Option
from workspace.queries.form_fields import BulkForm, Choice, Field, Given
from workspace.queries.shown import LOCALE
from workspace.queries.words import phrase
from workspace.queries.work_forms import WORK_FORMS, WORK_READERS

# Beyond this one types a name or a code, with suggestions, instead of choosing from a list.
LISTED = 200
MODES = [
    ("append", "Add to what is there"),
    ("replace", "Replace what is there"),
    ("remove", "Remove from what is there"),
]


def bulk_form(change: BulkChange, given: Given, *, actor: Actor) -> BulkForm:
    """The form, filled with what was given before or, at first, with what the change has."""
    asked = given or _given(change.parameters or {})
    return FORMS[change.verb](asked, actor)


def read_form(change: BulkChange, given: Given, *, actor: Actor) -> dict[str, Any]:
    """The verb's parameters from a filled form. The verb checks them."""
    return read_parameters(change.verb, given, actor=actor)


def read_parameters(verb: str, given: Given, *, actor: Actor) -> dict[str, Any]:
    """The same before there is a change."""
    return READERS[verb](given, actor) if verb in READERS else {}


def _given(parameters: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    found: dict[str, Sequence[str]] = {}
    for name, value in parameters.items():
        if isinstance(value, list):
            found[name] = [str(one) for one in value]
        elif isinstance(value, bool):
            found[name] = ["true" if value else "false"]
        elif isinstance(value, dict):
            found[name] = [" ".join(map(str, value.values() if "unit" in value else next(iter(value.items()))[::-1]))]
        else:
            found[name] = [] if value is None else [str(value)]
    if "channel" in found:
        found["place"] = [f"{parameters['channel']}/{parameters['market']}"]
    if "name" in found:
        found["licence"] = found["name"]
    return found


def _mode(given: Given, modes: Sequence[Choice] = MODES) -> Field:
    """Asked each time: the wrong one costs a day."""
    return Field("mode", "What to do", "radio", modes, given.get("mode", ()))


def _keywords(given: Given, actor: Actor) -> BulkForm:
    hint = "One a line, or separated by commas."
    words = [", ".join(given.get("keywords", ()))]
    return BulkForm([_mode(given), Field("keywords", "Keywords", "lines", values=words, hint=hint, is_required=False)])


def _text(given: Given, actor: Actor) -> BulkForm:
    fields = [(name, phrase(name)) for name in TEXTS]
    modes = [("append", "Add at its end"), ("replace", "Replace it"), ("remove", "Empty it")]
    return BulkForm(
        [
            Field("field", "Field", "select", fields, given.get("field", ())),
            _mode(given, modes),
            Field("text", "Text", "lines", values=given.get("text", ()), is_required=False),
        ]
    )


def _markets(given: Given, actor: Actor) -> BulkForm:
    markets = [(market.code, market.name) for market in Market.objects.visible_to(actor)[:LISTED]]
    hint = "None at all means every market."
    return BulkForm(
        [
            _mode(given),
            Field("markets", "Markets", "checks", markets, given.get("markets", ()), hint, is_required=False),
        ]
    )


def _licence(given: Given, actor: Actor) -> BulkForm:
    names = Licence.objects.visible_to(actor).filter(revoked_at=None).values_list("name", flat=True)[:LISTED]
    modes = [("add", "Add it"), ("remove", "Remove it")]
    return BulkForm(
        [
            Field(
                "licence",
                "Licence",
                "suggest",
                [(name, "") for name in names],
                given.get("licence", ()),
                "Type a part of its name and choose.",
            ),
            _mode(given, modes),
        ]
    )


def _place(given: Given, actor: Actor) -> BulkForm:
    scopes = Scope.objects.visible_to(actor).order_by("channel__code", "market__code")
    pairs = scopes.values_list("channel__code", "channel__name", "market__code", "market__name").distinct()
    places = [(f"{channel}/{market}", f"{name} in {where}") for channel, name, market, where in pairs]
    return BulkForm(
        [
            Field("place", "Where", "select", places, given.get("place", ())),
            Field("reason", "Why", values=given.get("reason", ()), hint="It stays with each placement."),
        ]
    )


def _category(given: Given, actor: Actor) -> BulkForm:
    """By its name or its key, with the first few of the trees to choose from."""
    rows = Category.objects.visible_to(actor).filter(is_retired=False).order_by("line")[:LISTED]
    modes = [("put", "Put into it"), ("take", "Take out of it")]
    hint = "In the product hierarchy a product leaves the category where it was."
    named = [(one.key, one.label(LOCALE)) for one in rows]
    return BulkForm(
        [
            Field("category", "Category", "suggest", named, given.get("category", ()), hint),
            _mode(given, modes),
        ]
    )


def _value(given: Given, actor: Actor) -> BulkForm:
    code = next(iter(given.get("attribute", ())), "")
    attributes = Attribute.objects.visible_to(actor)
    attribute = attributes.filter(code=code).first()
    if attribute is None:
        usual = attributes.filter(is_unique=False).exclude(type=AttributeType.IDENTIFIER)
        names = [(one.code, one.label(LOCALE)) for one in usual[:LISTED]]
        hint = f"There is no attribute {code!r}." if code else "Type a part of its name and choose."
        return BulkForm([Field("attribute", "Attribute", "suggest", names, [code] if code else (), hint)], asks="get")
    fields = [_mode(given, _value_modes(attribute)), *_value_fields(attribute, given.get("value", ()))]
    if attribute.is_localizable:
        locales = [(ANY_LOCALE, "All languages"), *Locale.objects.values_list("code", "name")[:LISTED]]
        fields.append(Field("locale", "Language", "select", locales, given.get("locale", ())))
    if attribute.is_market_overridable:
        markets = list(Market.objects.visible_to(actor.within("pim.edit")).values_list("code", "name")[:LISTED])
        everywhere = [("", "All markets")] if actor.within("pim.edit").limits("market") is None else []
        fields.append(
            Field("market", "Market", "select", [*everywhere, *markets], given.get("market", ()), is_required=False)
        )
        hint = "Asked for where a market gets a value of its own."
        fields.append(Field("reason", "Why", values=given.get("reason", ()), hint=hint, is_required=False))
    fields.append(Field("attribute", "", "hidden", values=[attribute.code]))
    return BulkForm(fields, lead=attribute.label(LOCALE))


def _value_modes(attribute: Attribute) -> list[Choice]:
    if attribute.type == AttributeType.MULTI_SELECT:
        return [("append", MODES[0][1]), ("set", MODES[1][1]), ("remove", MODES[2][1]), ("clear", "Clear it")]
    return [("set", "Set it"), ("clear", "Clear it")]


def _value_fields(attribute: Attribute, values: Sequence[str]) -> list[Field]:
    name, is_required = attribute.label(LOCALE), False
    match attribute.type:
        case AttributeType.SELECT | AttributeType.MULTI_SELECT:
            options = [
                (one.code, one.label(LOCALE)) for one in Option.objects.filter(attribute=attribute)[: LISTED + 1]
            ]
            is_many = attribute.type == AttributeType.MULTI_SELECT
            if len(options) <= LISTED:
                kind = "checks" if is_many else "select"
                choices = options if is_many else [("", "Choose …"), *options]
                return [Field("value", name, kind, choices, values, is_required=is_required)]
            hint = "Codes or words, separated by commas." if is_many else "A code or a word."
            return [Field("value", name, "suggest", options[:LISTED], [", ".join(values)], hint, is_required)]
        case AttributeType.BOOLEAN:
            return [Field("value", name, "radio", [("true", "Yes"), ("false", "No")], values, is_required=is_required)]
        case AttributeType.RICH_TEXT:
            return [Field("value", name, "rich", values=values, is_required=is_required)]
        case AttributeType.DATE:
            return [Field("value", name, values=values, is_required=is_required, input_type="date")]
    hints = {
        AttributeType.MEASUREMENT: f"With its unit, such as 420 {attribute.unit or 'g'}.",
        AttributeType.MONEY: "With its currency, such as 129.00 EUR.",
        AttributeType.RECORD: "The code of a record, or what it is called.",
        AttributeType.TABLE: 'Rows as JSON, such as [{"size": "M"}].',
    }
    return [
        Field("value", name, values=values, hint=hints.get(AttributeType(attribute.type), ""), is_required=is_required)
    ]


def _one(given: Given, name: str) -> str:
    return next(iter(given.get(name, ())), "")


def _read_keywords(given: Given, actor: Actor) -> dict[str, Any]:
    words = _one(given, "keywords").replace("\n", ",").split(",")
    return {"mode": _one(given, "mode"), "keywords": [word.strip() for word in words if word.strip()]}


def _read_text(given: Given, actor: Actor) -> dict[str, Any]:
    return {name: _one(given, name) for name in ("field", "mode", "text")}


def _read_markets(given: Given, actor: Actor) -> dict[str, Any]:
    return {"mode": _one(given, "mode"), "markets": list(given.get("markets", ()))}


def _read_licence(given: Given, actor: Actor) -> dict[str, Any]:
    found = Licence.objects.visible_to(actor).filter(name=_one(given, "licence").strip()).first()
    return {"mode": _one(given, "mode"), "licence": str(found.uid) if found else ""}


def _read_place(given: Given, actor: Actor) -> dict[str, Any]:
    channel, _, market = _one(given, "place").partition("/")
    return {"channel": channel, "market": market, "reason": _one(given, "reason")}


def _read_value(given: Given, actor: Actor) -> dict[str, Any]:
    code, value = _one(given, "attribute"), list(given.get("value", ()))
    attribute = Attribute.objects.visible_to(actor).filter(code=code).first()
    is_many = attribute is not None and attribute.type == AttributeType.MULTI_SELECT
    if is_many and len(value) == 1:
        value = [one.strip() for one in value[0].split(",") if one.strip()]
    return {
        "attribute": code, "mode": _one(given, "mode"), "value": value if is_many else (value or [""])[0],
        "market": _one(given, "market") or None, "locale": _one(given, "locale") or ANY_LOCALE,
        "reason": _one(given, "reason"),
    }  # fmt: skip


def _read_category(given: Given, actor: Actor) -> dict[str, Any]:
    return {"mode": _one(given, "mode"), "category": _one(given, "category").strip()}


FORMS: dict[str, Callable[[Given, Actor], BulkForm]] = {
    "dam.keywords": _keywords,
    "dam.text": _text,
    "dam.markets": _markets,
    "dam.licence": _licence,
    "pim.place": _place,
    "pim.withdraw": _place,
    "pim.value": _value,
    "pim.classify": _category,
    **WORK_FORMS,
}
READERS: dict[str, Callable[[Given, Actor], dict[str, Any]]] = {
    "dam.keywords": _read_keywords,
    "dam.text": _read_text,
    "dam.markets": _read_markets,
    "dam.licence": _read_licence,
    "pim.place": _read_place,
    "pim.withdraw": _read_place,
    "pim.value": _read_value,
    "pim.classify": _read_category,
    **WORK_READERS,
}
