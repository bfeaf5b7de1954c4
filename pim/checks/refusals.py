from __future__ import annotations


class Refusal(Exception):
    """Why a value is refused: a stable code, and a sentence that a steward can act on.

    `path` is where in the value, dotted; `others` are what else is wrong in it.
    """

    def __init__(self, code: str, detail: str, *, path: str = "", others: tuple[Refusal, ...] = ()) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.path = path
        self.others = others

    @property
    def each(self) -> tuple[Refusal, ...]:
        return (self, *self.others)

    def below(self, path: str) -> str:
        """Where it is, seen from outside the value."""
        return ".".join(part for part in (path, self.path) if part)
