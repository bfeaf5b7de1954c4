"""Refusals of bindings."""

from foundation.core.errors import Conflict


class RoleTaken(Conflict):
    code = "role-taken"
    title = "Another asset has this role"


class AlreadyDecided(Conflict):
    code = "already-decided"
    title = "It does not wait for a decision"
