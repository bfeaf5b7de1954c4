"""Identifiers that outsiders see: UUID version 7 (RFC 9562), ordered by creation."""

from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7


def uuid7() -> UUID:
    return _uuid7()
