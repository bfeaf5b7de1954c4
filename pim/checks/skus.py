"""Patterns by which SKUs of variants are spelled, and the pattern by which they were."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

PATTERN = "{parent}-{axes}"
LONGEST_PATTERN = 200
_FIELD = re.compile(r"\{([^{}:]*)(?::([1-9]\d?))?\}")


def fields_of(*, parent: str, model: str, options: Mapping[str, str], axes: Sequence[str]) -> dict[str, str]:
    """What a pattern may name: each in capitals too, which puts the word in capitals."""
    fields = {**options, "parent": parent, "model": model, "axes": "-".join(options[code] for code in axes)}
    return fields | {name.upper(): word.upper() for name, word in fields.items()}


def unknown_names(pattern: str, fields: Mapping[str, str]) -> list[str]:
    """What a pattern names and there is not."""
    return [name for name, _ in _FIELD.findall(pattern) if name not in fields]


def spell_sku(pattern: str, fields: Mapping[str, str]) -> str:
    """`{colour:3}` has the first three letters."""
    return _FIELD.sub(lambda found: fields[found[1]][: int(found[2]) if found[2] else None], pattern)


def guess_pattern(spelled: Sequence[tuple[str, Mapping[str, str]]], axes: Sequence[str]) -> str:
    """The pattern after which these are spelled: SKUs with the fields of each; the usual one where there is none."""
    for sku, fields in spelled[:1]:
        parts = sku.removeprefix(f"{fields['parent']}-").split("-")
        if len(parts) == len(axes):
            named = [_named(code, fields[code], part) for code, part in zip(axes, parts, strict=True)]
            for pattern in (PATTERN, PATTERN.replace("axes", "AXES"), "-".join(["{parent}", *named])):
                if not unknown_names(pattern, fields) and all(spell_sku(pattern, one) == said for said, one in spelled):
                    return pattern
    return PATTERN


def _named(code: str, option: str, part: str) -> str:
    for name, word in ((code, option), (code.upper(), option.upper())):
        if part == word:
            return f"{{{name}}}"
        if part and word.startswith(part):
            return f"{{{name}:{len(part)}}}"
    return f"{{{code}}}"
