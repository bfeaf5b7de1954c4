"""Refusals of the media room."""

from __future__ import annotations

from foundation.core.errors import Conflict, Invalid


class ProductFact(Invalid):
    code = "product-fact"
    title = "A fact of a product does not belong to an asset"


class Refused(Invalid):
    """A file that is not let in. `reason_code` is one word of what was wrong with it."""

    code = "file-refused"
    title = "The file is not let in"

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(detail, reason=reason_code)
        self.reason_code = reason_code


class SameBytes(Conflict):
    code = "same-bytes"
    title = "The house already has these bytes"
