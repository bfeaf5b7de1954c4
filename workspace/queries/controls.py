"""What a value is typed into: a kind of control for each type of attribute, with the value or what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pim.checks.texts import MAX_MATCHED
from pim.choices import GTIN, AttributeType
from pim.models import Attribute
from workspace.queries.cells import Grid, grid
from workspace.queries.options import Choice, OptionWords
from workspace.queries.words import Words, in_words

ONE_LINE = 120  # a text that may be longer, or is, gets an area
KINDS: dict[str, str] = {
    AttributeType.TEXT: "line",
    AttributeType.RICH_TEXT: "rich",
    AttributeType.IDENTIFIER: "line",
    AttributeType.NUMBER: "number",
    AttributeType.BOOLEAN: "truth",
    AttributeType.DATE: "date",
    AttributeType.SELECT: "choice",
    AttributeType.MULTI_SELECT: "choices",
    AttributeType.MEASUREMENT: "measure",
    AttributeType.MONEY: "money",
    AttributeType.RECORD: "choice",
    AttributeType.TABLE: "table",
}
GROUPED = frozenset({"truth", "choices", "searches", "measure", "money", "table"})
PLACEHOLDING = frozenset({"line", "area", "rich", "number", "search", "measure"})


@dataclass(frozen=True)
class Amount:
    currency: str
    value: str
    placeholder: str = ""


@dataclass(frozen=True)
class Control:
    """`kind` chooses the markup; `chosen` are the options of a list that is too long to show."""

    kind: str
    value: str = ""
    placeholder: str = ""
    label: str = ""
    unit: str = ""
    units: Sequence[str] = ()
    choices: Sequence[Choice] = ()
    chosen: Sequence[Choice] = ()
    amounts: Sequence[Amount] = ()
    limit: int | None = None
    is_code: bool = False
    grid: Grid | None = None

    @property
    def is_grouped(self) -> bool:
        return self.kind in GROUPED

    @property
    def is_compound(self) -> bool:
        """Several inputs make one value, which is whole when the focus has left them all."""
        return self.kind in {"measure", "money", "table"}

    @property
    def length(self) -> int:
        return len(self.value)


@dataclass(frozen=True)
class Around:
    """What controls are made of besides the value: short lists of options, words of chosen ones, the currency."""

    lists: Mapping[int, Sequence[Choice]] = field(default_factory=dict)
    words: OptionWords = field(default_factory=dict)
    currency: str = ""


def control(attribute: Attribute, raw: Any, inherited: Any, around: Around) -> Control:
    """The control with a stored value, or with what was typed and refused; `inherited` holds while it is empty."""
    kind = kind_of(attribute, raw, inherited, around)
    shown = in_words(attribute, inherited, around.words)
    made = Control(kind, "" if raw is None else _text(raw), shown.text, limit=_limit(attribute))
    match kind:
        case "line" | "rich":
            return replace(made, is_code=attribute.type != AttributeType.TEXT)
        case "number":
            return replace(made, unit=attribute.unit)
        case "truth":
            return replace(made, value={True: "true", False: "false"}.get(raw, made.value))
        case "choice" | "choices" | "search" | "searches":
            return _choosing(made, attribute, raw, around)
        case "measure":
            return _measure(made, attribute, raw, inherited, shown)
        case "money":
            return replace(made, value="", amounts=_amounts(attribute, raw, inherited, around.currency))
        case "table":
            return replace(made, value="", grid=grid(attribute, raw, prefix=f"field-{attribute.code}"))
    return made


def kind_of(attribute: Attribute, raw: Any, inherited: Any, around: Around) -> str:
    kind = KINDS[attribute.type]
    if kind.startswith("choice") and attribute.pk not in around.lists:
        return {"choice": "search", "choices": "searches"}[kind]
    if kind == "line" and attribute.type == AttributeType.TEXT:
        most = attribute.validation.get("max_length")
        texts = [text for text in (raw, inherited) if isinstance(text, str)]
        is_long = any(len(text) > ONE_LINE or "\n" in text for text in texts)
        return "area" if is_long or (most is not None and int(most) > 2 * ONE_LINE) else "line"
    return kind


def _text(raw: Any) -> str:
    return raw if isinstance(raw, str) else ""


def _limit(attribute: Attribute) -> int | None:
    if attribute.type not in (AttributeType.TEXT, AttributeType.RICH_TEXT):
        return None
    most = attribute.validation.get("max_length")
    matched = MAX_MATCHED if attribute.validation.get("pattern") else None
    return min((int(one) for one in (most, matched) if one is not None), default=None)


def _choosing(made: Control, attribute: Attribute, raw: Any, around: Around) -> Control:
    codes = [str(code) for code in (raw if isinstance(raw, list) else [raw] if raw else [])]
    chosen = [Choice(code, around.words.get((attribute.pk, code), code), is_on=True) for code in codes]
    if made.kind in {"choice", "choices"}:
        options = around.lists[attribute.pk]
        listed = {one.code for one in options}
        retired = [one for one in chosen if one.code not in listed]
        return replace(made, choices=[*(replace(one, is_on=one.code in codes) for one in options), *retired])
    return replace(made, chosen=chosen, label=chosen[0].label if chosen and made.kind == "search" else "")


def _measure(made: Control, attribute: Attribute, raw: Any, inherited: Any, shown: Words) -> Control:
    said: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    units = list(attribute.validation.get("units") or ([attribute.unit] if attribute.unit else []))
    unit = str(said.get("unit") or (inherited or {}).get("unit") or attribute.unit)
    if unit and unit not in units:
        units.append(unit)
    return replace(
        made, value=str(said.get("amount") or ""), unit=unit, units=units, placeholder=shown.text,
    )  # fmt: skip


def _amounts(attribute: Attribute, raw: Any, inherited: Any, currency: str) -> list[Amount]:
    said: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    held: Mapping[str, Any] = inherited if isinstance(inherited, Mapping) else {}
    usual = [currency, str(attribute.validation.get("currency", ""))]
    names = dict.fromkeys([*(one for one in usual if one), *sorted(said), *sorted(held)])
    return [Amount(one, str(said.get(one) or ""), str(held.get(one) or "")) for one in names]


def help_text(attribute: Attribute) -> str:
    """What is accepted, said before it is refused."""
    limits, words = attribute.validation, []
    if attribute.type == AttributeType.IDENTIFIER and limits.get("scheme", attribute.code) == GTIN:
        words.append("8, 12, 13 or 14 digits")
    if limits.get("min_length"):
        words.append(f"at least {limits['min_length']} characters")
    if limits.get("pattern_hint"):
        words.append(str(limits["pattern_hint"]))
    words += _range(limits, attribute.unit if attribute.type == AttributeType.MEASUREMENT else "")
    if limits.get("decimals") is not None:
        places = int(limits["decimals"])
        words.append(f"{places} decimal{'' if places == 1 else 's'}" if places else "whole numbers")
    text = ", ".join(words)
    return text[:1].upper() + text[1:]


def _range(limits: Mapping[str, Any], unit: str) -> list[str]:
    least, most = limits.get("min"), limits.get("max")
    if least is not None and most is not None:
        return [f"{least} to {most} {unit}".strip()]
    if least is not None:
        return [f"at least {least} {unit}".strip()]
    return [f"at most {most} {unit}".strip()] if most is not None else []
