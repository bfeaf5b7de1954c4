from __future__ import annotations


class Refusal(Exception):
    """Why a value is refused: a stable code, and a sentence that a steward can act on."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
