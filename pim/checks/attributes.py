"""One attribute's rule, and the way from what a person, a file or a program gives to the typed value in JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from pim.checks import texts
from pim.checks.currencies import CODES, decimals_of
from pim.checks.identifiers import check_identifier
from pim.checks.refusals import Refusal
from pim.checks.tables import check_rows
from pim.checks.units import convert, spell_unit
from pim.choices import MAX_ROWS, AttributeType

MAX_DIGITS = 30
MAX_AMOUNT = 100
MAX_WORD = 200
_AMOUNT = re.compile(r"(?P<amount>[+-]?[\d.,'\s\u202f\u00a0]*\d)\s*(?P<unit>\D.*)?", re.DOTALL)
_MONEY_BEFORE = re.compile(r"(?P<unit>[A-Z]{3})\s*(?P<amount>[+-]?[\d.,'\s]*\d)")
YES, NO = frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"})


@dataclass(frozen=True)
class Formats:
    """How a file spells numbers, dates, lists and truth; the defaults are those of the API."""

    decimal: str = "."
    date_format: str = "%Y-%m-%d"
    list_separator: str = "|"
    booleans: Mapping[str, bool] = field(default_factory=dict)
    labels_in: str = ""


DEFAULT_FORMATS = Formats()


@dataclass(frozen=True)
class OptionRule:
    code: str
    labels: Mapping[str, str] = field(default_factory=dict)
    synonyms: tuple[str, ...] = ()
    is_retired: bool = False

    def words(self) -> set[str]:
        return {word.casefold() for word in (self.code, *self.labels.values(), *self.synonyms)}


@dataclass(frozen=True)
class AttributeRule:
    """What the checks must know of an attribute, or of a column of a table."""

    id: int
    code: str
    type: str
    is_localizable: bool = False
    is_market_overridable: bool = False
    sensitivity: str = "public"
    unit: str = ""
    is_unique: bool = False
    validation: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[OptionRule, ...] = ()
    columns: tuple[AttributeRule, ...] = ()
    is_required: bool = False  # a column must be filled in every row

    @property
    def scheme(self) -> str:
        """The identifiers that a value of this attribute becomes."""
        return str(self.validation.get("scheme", self.code))

    @property
    def record_type(self) -> str:
        """Whose records a value names."""
        return str(self.validation.get("record_type", ""))


def check_value(rule: AttributeRule, raw: Any, *, formats: Formats = DEFAULT_FORMATS, unit: str = "") -> Any:
    """The typed value, or None when there is nothing. `unit` is what a column's header says. Raises `Refusal`."""
    if isinstance(raw, str):
        raw = texts.clean(raw)
    if raw is None or raw in ("", []) or raw == {}:
        return None
    return _READERS[AttributeType(rule.type)](rule, raw, formats, unit)


def _text(rule: AttributeRule, raw: Any, formats: Formats, unit: str) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal | date):
        raise Refusal("not-text", f"A text is wanted, not {_kind(raw)}")
    text = str(raw)
    rich = rule.type == AttributeType.RICH_TEXT
    texts.check_length(text, dict(rule.validation), most=texts.MAX_RICH_TEXT if rich else texts.MAX_TEXT)
    if rich:
        texts.check_markup(text)
    if pattern := rule.validation.get("pattern"):
        texts.check_pattern(text, str(pattern), str(rule.validation.get("pattern_hint", "")))
    return text


def _identifier(rule: AttributeRule, raw: Any, formats: Formats, unit: str) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise Refusal("not-text", f"An identifier is wanted, not {_kind(raw)}")
    return check_identifier(str(raw), rule.scheme)


def _number(rule: AttributeRule, raw: Any, formats: Formats, unit: str) -> str:
    number = parse_decimal(raw, formats)
    _check_range(rule, number)
    places = rule.validation.get("decimals")
    return spell_decimal(number, None if places is None else int(places))


def _boolean(rule: AttributeRule, raw: Any, formats: Formats, unit: str) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).casefold()
    for given, meaning in formats.booleans.items():
        if given.casefold() == word:
            return bool(meaning)
    if word in YES or word in NO:
        return word in YES
    words = ", ".join(formats.booleans) or "yes, no, true, false"
    raise Refusal("not-boolean", f"{raw!r} is neither yes nor no; use {words}")


def _date(rule: AttributeRule, raw: Any, formats: Formats, unit: str) -> str:
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        return _check_date_range(rule, raw)
    if isinstance(raw, str):
        for form in (formats.date_format, "%Y-%m-%d"):
            try:
                found = datetime.strptime(raw, form).date()  # noqa: DTZ007  a day has no time zone
            except ValueError:
                continue
            return _check_date_range(rule, found)
    raise Refusal("not-date", f"{raw!r} is not a date of the calendar; write it like 2026-01-31")


def _check_date_range(rule: AttributeRule, found: date) -> str:
    text = found.isoformat()
    if (least := rule.validation.get("min")) and text < str(least):
        raise Refusal("out-of-range", f"{text} is before {least}")
    if (most := rule.validation.get("max")) and text > str(most):
        raise Refusal("out-of-range", f"{text} is after {most}")
    return text


def _select(rule: AttributeRule, raw: Any, formats: Formats, unit: str) -> str:
    if not isinstance(raw, str | int):
        raise Refusal("unknown-option", f"An option's code is wanted, not {_kind(raw)}")
    word = str(raw).strip()
    for option in rule.options:
        if option.code == word:
            return option.code
    folded = word.casefold()
    named = [one for one in rule.options if one.labels.get(formats.labels_in, "").casefold() == folded]
    named = named or [one for one in rule.options if folded in one.words()]
    if len(named) == 1:
        return named[0].code
    if named:
        raise Refusal("ambiguous-option", f"{word!r} may be any of {', '.join(one.code for one in named)}")
    known = ", ".join(option.code for option in rule.options[:12]) + (", …" if len(rule.options) > 12 else "")
    raise Refusal("unknown-option", f"{word!r} is not an option of {rule.code}; there are {known}")


def _record(rule: AttributeRule, raw: Any, formats: Formats, unit: str) -> str:
    """A code or a word of a record: which one is meant is looked up for a whole batch, in `planning`."""
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise Refusal("unknown-record", f"A record's code is wanted, not {_kind(raw)}")
    word = str(raw).strip()
    texts.check_length(word, {}, most=MAX_WORD)
    return word


def _table(rule: AttributeRule, raw: Any, formats: Formats, unit: str) -> list[dict[str, Any]] | None:
    most = int(rule.validation.get("max_rows", MAX_ROWS))
    return check_rows(rule.columns, raw, most, lambda column, cell: check_value(column, cell, formats=formats)) or None


def _multi_select(rule: AttributeRule, raw: Any, formats: Formats, unit: str) -> list[str] | None:
    parts = raw.split(formats.list_separator) if isinstance(raw, str) else raw
    if not isinstance(parts, list):
        parts = [parts]
    wanted = [part for part in parts if not isinstance(part, str) or part.strip()]
    return sorted({_select(rule, part, formats, unit) for part in wanted}) or None


def _measurement(rule: AttributeRule, raw: Any, formats: Formats, unit: str) -> dict[str, str]:
    if isinstance(raw, Mapping):
        amount, named = raw.get("amount"), str(raw.get("unit") or "")
    else:
        amount, named = _split(raw)
    number = parse_decimal(amount, formats)
    name = named or unit or rule.unit
    if not name:
        raise Refusal("no-unit", f"{raw!r} has no unit; write it like 0.42 kg")
    spelled = spell_unit(name, unit=rule.unit, accepted=tuple(rule.validation.get("units", ())))
    _check_range(rule, convert(number, spelled, rule.unit) if rule.unit else number, rule.unit)
    return {"amount": spell_decimal(number, None), "unit": spelled}


def _money(rule: AttributeRule, raw: Any, formats: Formats, unit: str) -> dict[str, str]:
    if isinstance(raw, Mapping):
        pairs = [(str(currency), amount) for currency, amount in raw.items()]
    elif isinstance(raw, str) and (before := _MONEY_BEFORE.fullmatch(raw)):
        pairs = [(before["unit"], before["amount"])]
    else:
        amount, named = _split(raw)
        pairs = [(named or unit or str(rule.validation.get("currency", "")), amount)]
    result = {}
    for currency, amount in sorted(pairs):
        if not currency:
            raise Refusal("no-currency", f"{raw!r} has no currency; write it like 129.00 EUR")
        if currency not in CODES:
            raise Refusal("unknown-currency", f"{currency!r} is not a currency of ISO 4217, such as EUR")
        number = parse_decimal(amount, formats)
        _check_range(rule, number, currency)
        result[currency] = spell_decimal(number, decimals_of(currency), strict=True)
    return result


def _split(raw: Any) -> tuple[Any, str]:
    """An amount and what follows it."""
    if not isinstance(raw, str):
        return raw, ""
    found = _AMOUNT.fullmatch(raw) if len(raw) <= MAX_AMOUNT else None
    if found is None:
        raise Refusal("not-number", f"{raw[:40]!r} does not begin with a number")
    return found["amount"], (found["unit"] or "").strip()


def parse_decimal(raw: Any, formats: Formats = DEFAULT_FORMATS) -> Decimal:
    """The number that is meant. One kind of separator groups thousands only in threes."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise Refusal("not-number", f"A number is wanted, not {_kind(raw)}")
    if isinstance(raw, float):
        raw = format(raw, ".15g")
    text = re.sub(r"[\s'\u202f\u00a0]", "", str(raw))
    if isinstance(raw, str):
        group = "." if formats.decimal == "," else ","
        if group in text:
            if not re.fullmatch(rf"[+-]?\d{{1,3}}({re.escape(group)}\d{{3}})+({re.escape(formats.decimal)}\d+)?", text):
                raise Refusal("not-number", f"{raw!r} is not a number written with {formats.decimal!r} for decimals")
            text = text.replace(group, "")
        text = text.replace(formats.decimal, ".")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Refusal("not-number", f"{raw!r} is not a number") from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or number.adjusted() > MAX_DIGITS or exponent < -MAX_DIGITS:
        raise Refusal("not-number", f"{raw!r} is not a number of at most {MAX_DIGITS} digits")
    return number


def spell_decimal(number: Decimal, places: int | None, *, strict: bool = True) -> str:
    """One spelling for equal numbers: the given decimals, or none that are not needed."""
    if places is not None:
        rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        if strict and rounded != number:
            raise Refusal("too-many-decimals", f"{number} has more than {places} decimals")
        return f"{rounded or abs(rounded):f}"
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _check_range(rule: AttributeRule, number: Decimal, unit: str = "") -> None:
    least, most = rule.validation.get("min"), rule.validation.get("max")
    if least is not None and number < Decimal(str(least)):
        raise Refusal("out-of-range", f"{number:f} is less than {least} {unit}".strip())
    if most is not None and number > Decimal(str(most)):
        raise Refusal("out-of-range", f"{number:f} is more than {most} {unit}".strip())


def _kind(raw: Any) -> str:
    return {"bool": "yes or no", "dict": "an object", "list": "a list"}.get(type(raw).__name__, repr(raw)[:40])


Reader = Callable[[AttributeRule, Any, Formats, str], Any]
_READERS: dict[AttributeType, Reader] = {
    AttributeType.TEXT: _text,
    AttributeType.RICH_TEXT: _text,
    AttributeType.IDENTIFIER: _identifier,
    AttributeType.NUMBER: _number,
    AttributeType.BOOLEAN: _boolean,
    AttributeType.DATE: _date,
    AttributeType.SELECT: _select,
    AttributeType.MULTI_SELECT: _multi_select,
    AttributeType.MEASUREMENT: _measurement,
    AttributeType.MONEY: _money,
    AttributeType.RECORD: _record,
    AttributeType.TABLE: _table,
}
