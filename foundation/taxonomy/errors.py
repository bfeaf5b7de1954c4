"""Refusals of taxonomy."""

from foundation.core.errors import Conflict


class StillUsed(Conflict):
    code = "still-used"
    title = "Something is in it, or refers to it"
