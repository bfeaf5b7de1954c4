"""One SCIM request, alone or in a bulk, and its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from scim2_models import Error, SCIMException

from foundation.core.actors import Actor
from foundation.core.errors import TandemError

Document = dict[str, Any]
CODES = {"invalid": "invalidValue", "conflict": "uniqueness"}


@dataclass(frozen=True)
class Call:
    """What is asked. `segments` is the path below /scim/v2/, `base` the address of /scim/v2 for this caller."""

    method: str
    segments: tuple[str, ...]
    actor: Actor
    base: str
    data: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    match: str = ""
    none_match: str = ""

    @property
    def path(self) -> str:
        return "/" + "/".join(self.segments)


@dataclass(frozen=True)
class Reply:
    """What is answered; `subject` is whom it was about, for the log."""

    status: int
    body: Document | None = None
    subject: str = ""
    location: str = ""
    version: str = ""
    error: str = ""


Handler = Callable[[Call], Reply]


def refusal(error: Exception) -> Reply | None:
    """A refusal as an error of RFC 7644 section 3.12, or None for what is a fault of ours."""
    if isinstance(error, SCIMException):
        found = error.to_error()
    elif isinstance(error, ValidationError):
        found = Error.from_validation_errors(error)[0]
    elif isinstance(error, TandemError):
        is_plain_conflict = error.code == "conflict" and error.path not in {"username", "userName", "name"}
        code = None if is_plain_conflict else CODES.get(error.code)
        found = Error(status=400 if error.status == 422 else error.status, scim_type=code, detail=error.detail)
    else:
        return None
    return error_reply(found.status or 400, found.detail or "", found.scim_type)


def error_reply(status: int, detail: str, code: str | None = None) -> Reply:
    """An error with its words."""
    body = Error(status=status, scim_type=code, detail=detail).model_dump()
    return Reply(status, body, error=detail)


def written(data: Any) -> str:
    """What was to be written, by attribute and without values, for the log."""
    if not isinstance(data, dict):
        return ""
    operations = data.get("Operations")
    if not isinstance(operations, list):
        return ", ".join(sorted(str(name) for name in data if name != "schemas"))
    return "; ".join(_operation(one) for one in operations[:20] if isinstance(one, dict))


def _operation(one: Document) -> str:
    value = one.get("value")
    named = one.get("path") or (", ".join(map(str, value)) if isinstance(value, dict) else "")
    return f"{str(one.get('op', one.get('method', ''))).lower()} {named}".strip()
