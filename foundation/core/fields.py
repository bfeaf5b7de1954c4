"""Column types that Django lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    TextLike = models.Field[str, str]
else:
    TextLike = models.Field


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


def bits(positions: set[int] | list[int], length: int) -> str:
    """The bit string with ones at the given positions."""
    chosen = set(positions)
    return "".join("1" if at in chosen else "0" for at in range(length))


def positions(value: str) -> list[int]:
    """The positions of the ones in a bit string."""
    return [at for at, bit in enumerate(value) if bit == "1"]
