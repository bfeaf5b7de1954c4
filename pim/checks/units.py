"""Units of measurement, by pint. Text from outside is matched to a short form before pint parses it."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any

from pim.checks.refusals import Refusal

_UNIT = re.compile(r"[A-Za-zµμ°%Ω][A-Za-zµμ°Ω0-9/*^²³ ]{0,23}")


@cache
def _registry() -> Any:
    from pint import UnitRegistry  # noqa: PLC0415  half a second, and only measurements need it

    return UnitRegistry(non_int_type=Decimal, cache_folder=None)


@cache
def _unit(text: str) -> Any:
    """Pint's unit, or None."""
    if not _UNIT.fullmatch(text):
        return None
    try:
        return _registry().parse_units(text.replace("²", "**2").replace("³", "**3").replace("^", "**"))
    except Exception:  # noqa: BLE001  pint raises what its parser, tokenizer and registry happen to raise
        return None


def spell_unit(text: str, *, unit: str, accepted: tuple[str, ...]) -> str:
    """The one spelling of a unit. `unit` is the attribute's own; `accepted` names others, empty for any of its kind."""
    names = accepted or ((unit,) if unit else ())
    if text in names:
        return text
    found = _unit(text)
    listing = ", ".join(names) or "a unit of measurement"
    if found is None:
        raise Refusal("unknown-unit", f"{text!r} is not a unit; use {listing}")
    for name in names:
        if _unit(name) == found:
            return name
    if unit and (own := _unit(unit)) is not None and own.dimensionality != found.dimensionality:
        raise Refusal("wrong-dimension", f"{text!r} does not measure the same as {unit}; use {listing}")
    if accepted:
        raise Refusal("unit-not-accepted", f"{text!r} is not used here; use {listing}")
    return f"{found:~}"


def convert(amount: Decimal, source: str, target: str) -> Decimal:
    """The amount in another unit of the same kind."""
    if source == target:
        return amount
    registry = _registry()
    return Decimal(registry.Quantity(amount, _unit(source)).to(_unit(target)).magnitude)
