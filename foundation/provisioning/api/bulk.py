"""Many operations in one request (RFC 7644 section 3.7), each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from foundation.core.errors import Invalid
from foundation.provisioning.api.calls import Call, Document, Reply, error_reply
from foundation.provisioning.errors import TooLarge
from foundation.provisioning.schemas import MOST_OPERATIONS

SCHEMA = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
METHODS = {"POST", "PUT", "PATCH", "DELETE"}
PREFIX = "bulkId:"


def carry_out(call: Call, answer: Callable[[Call], Reply]) -> Reply:
    """Operations in their order; one that names another's `bulkId` waits until that one is made."""
    operations, most_errors = _read(call.data)
    made: dict[str, str] = {}
    results: list[Document | None] = [None] * len(operations)
    waiting, errors = list(enumerate(operations)), 0
    while waiting:
        later = []
        for at, one in waiting:
            if not _names(one, "") <= made.keys():
                later.append((at, one))
                continue
            reply = _perform(call, _resolved(one, made), answer)
            if reply.status < 300 and one.get("bulkId"):
                made[str(one["bulkId"])] = reply.location.rpartition("/")[2]
            results[at] = _result(one, reply, call)
            errors += reply.status >= 400
            if errors >= most_errors:
                return _reply(results)
        if len(later) == len(waiting):
            for at, one in later:
                unknown = min(_names(one, "") - made.keys())
                results[at] = _result(one, error_reply(409, f"{PREFIX}{unknown} was not made", "invalidValue"), call)
            break
        waiting = later
    return _reply(results)


def _read(data: Any) -> tuple[list[Document], int]:
    operations = data.get("Operations") if isinstance(data, dict) else None
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise Invalid("A bulk request has Operations, a list of objects", path="Operations")
    if len(operations) > MOST_OPERATIONS:
        raise TooLarge(f"A bulk request has at most {MOST_OPERATIONS} operations")
    ids = [one["bulkId"] for one in operations if one.get("bulkId")]
    if not all(isinstance(one, str) for one in ids) or len(set(ids)) < len(ids):
        raise Invalid("Each bulkId is a text of its own", path="Operations")
    most = data.get("failOnErrors")
    return operations, most if isinstance(most, int) and most > 0 else MOST_OPERATIONS + 1


def _perform(call: Call, one: Document, answer: Callable[[Call], Reply]) -> Reply:
    method, path = str(one.get("method", "")).upper(), one.get("path")
    if method not in METHODS or not isinstance(path, str):
        return error_reply(400, "An operation has a method (POST, PUT, PATCH, DELETE) and a path", "invalidSyntax")
    if method == "POST" and not one.get("bulkId"):
        return error_reply(400, "What makes something has a bulkId", "invalidSyntax")
    segments = tuple(path.strip("/").split("/"))
    if segments[0].casefold() not in {"users", "groups"} or ".search" in segments:
        return error_reply(400, "A bulk request is about /Users and /Groups", "invalidPath")
    match = one.get("version")
    return answer(
        replace(call, method=method, segments=segments, data=one.get("data"), query={},
                match=match if isinstance(match, str) else "")
    )  # fmt: skip


def _result(one: Document, reply: Reply, call: Call) -> Document:
    result: Document = {"method": one.get("method"), "status": str(reply.status)}
    if one.get("bulkId"):
        result["bulkId"] = one["bulkId"]
    if reply.version:
        result["version"] = reply.version
    if reply.location:
        result["location"] = reply.location
    elif isinstance(one.get("path"), str) and one.get("method") != "POST":
        result["location"] = f"{call.base}/{one['path'].strip('/')}"
    if reply.status >= 400:
        result["response"] = reply.body
    return result


def _names(value: Any, key: str) -> set[str]:
    """The bulkIds that an operation hangs on."""
    if isinstance(value, dict):
        return set().union(*(_names(one, name) for name, one in value.items()), set())
    if isinstance(value, list):
        return set().union(*(_names(one, key) for one in value), set())
    if isinstance(value, str) and value.startswith(PREFIX):
        return {value.removeprefix(PREFIX)}
    if isinstance(value, str) and key == "path" and f"/{PREFIX}" in value:
        return {value.rpartition(PREFIX)[2]}
    return set()


def _resolved(value: Any, made: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _resolved(one, made) for name, one in value.items()}
    if isinstance(value, list):
        return [_resolved(one, made) for one in value]
    if isinstance(value, str) and PREFIX in value:
        head, _, name = value.rpartition(PREFIX)
        return head + made[name] if name in made and head in {"", "/Users/", "/Groups/"} else value
    return value


def _reply(results: list[Document | None]) -> Reply:
    done = [one for one in results if one is not None]
    return Reply(200, {"schemas": [SCHEMA], "Operations": done})
