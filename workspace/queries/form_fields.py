"""Forms of verbs, as fragments/bulk_field.html draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Choice = tuple[str, str]
Given = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Field:
    """One thing to fill in. `kind`: text, lines, rich, radio, checks, select, or typed with suggestions (suggest)."""

    name: str
    label: str
    kind: str = "text"
    choices: Sequence[Choice] = ()
    values: Sequence[str] = ()
    hint: str = ""
    is_required: bool = True
    input_type: str = "text"


@dataclass(frozen=True)
class BulkForm:
    """`asks` is "get" where an answer decides what is asked next."""

    fields: list[Field] = field(default_factory=list)
    asks: str = "post"
    lead: str = ""
