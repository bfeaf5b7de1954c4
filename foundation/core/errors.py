"""Errors that a person or a client can act on. Each has a stable code, listed in docs/errors.md."""

from __future__ import annotations

from typing import Any, ClassVar


class TandemError(Exception):
    """A refusal: what was wrong, where (`path`, dotted), and what to do about it."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request cannot be carried out"

    def __init__(self, detail: str, *, path: str = "", **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.path = path
        self.extra = extra


class Invalid(TandemError):
    code = "invalid"
    status = 422
    title = "A value is not acceptable"


class Denied(TandemError):
    code = "denied"
    status = 403
    title = "You may not do this"


class ViewOnly(TandemError):
    """Who views as somebody else reads alone."""

    code = "view-only"
    status = 403
    title = "You are only looking on"


class Missing(TandemError):
    code = "missing"
    status = 404
    title = "There is no such thing, or you may not see it"


class Conflict(TandemError):
    code = "conflict"
    status = 409
    title = "The request collides with something that exists"


class Stale(TandemError):
    code = "stale"
    status = 412
    title = "It was changed since you read it"


class BodyTooLarge(TandemError):
    code = "body-too-large"
    status = 413
    title = "The request is larger than what is taken in one piece"


class Problems(TandemError):
    """Several refusals of one request, none of which was carried out."""

    code = "problems"
    status = 422
    title = "Several values are not acceptable"

    def __init__(self, errors: list[TandemError]) -> None:
        super().__init__("; ".join(error.detail for error in errors))
        self.errors = errors
