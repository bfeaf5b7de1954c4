"""Column types that Django lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    TextLike = models.Field[str, str]
    IntLookup = models.Lookup[int]
else:
    TextLike = models.Field
    IntLookup = models.Lookup


class BitField(TextLike):
    """A fixed-length bit string, in Python a text of 0 and 1, bit 0 first (PostgreSQL `bit(n)`)."""

    def __init__(self, *args: Any, length: int, **kwargs: Any) -> None:
        self.length = length
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return f"bit({self.length})"

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "length": self.length}

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return None if value is None else str(value)

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return f"%s::bit({self.length})"


@BitField.register_lookup
class HasBit(IntLookup):
    """`mask__has_bit=7`: the bit at the position is one."""

    lookup_name = "has_bit"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return "%s", (int(value),)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"get_bit({left}, {right}) = 1", (*left_values, *right_values)


def bits(positions: set[int] | list[int], length: int) -> str:
    """The bit string with ones at the given positions."""
    chosen = set(positions)
    return "".join("1" if at in chosen else "0" for at in range(length))


def positions(value: str) -> list[int]:
    """The positions of the ones in a bit string."""
    return [at for at, bit in enumerate(value) if bit == "1"]
