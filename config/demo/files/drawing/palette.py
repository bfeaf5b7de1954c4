"""Shades of one colour."""

from dataclasses import dataclass


def mix(first: str, second: str, share: float) -> str:
    """Return ``first`` with ``share`` (0 to 1) of ``second`` in it; colours are ``#rrggbb``."""
    pairs = [(int(first[at : at + 2], 16), int(second[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


@dataclass(frozen=True)
class Palette:
    """The base colour and what light makes of it."""

    base: str

    @property
    def light(self) -> str:
        """Where light falls."""
        return mix(self.base, "#ffffff", 0.22)

    @property
    def glow(self) -> str:
        """Edges that catch the light."""
        return mix(self.base, "#ffffff", 0.45)

    @property
    def dark(self) -> str:
        """Folds and seams."""
        return mix(self.base, "#0b0f16", 0.32)

    @property
    def deep(self) -> str:
        """Openings and undersides."""
        return mix(self.base, "#0b0f16", 0.58)
