"""Refusals of taxonomy."""

from foundation.core.errors import Conflict, TandemError


class StillUsed(Conflict):
    code = "still-used"
    title = "Something is in it, or refers to it"


class NeedsRequest(Conflict):
    code = "needs-request"
    title = "It is changed by an approved change request alone"


class BadSchema(TandemError):
    """A published file is not what it should be; `line` and `byte` say where."""

    code = "bad-schema"
    status = 422
    title = "The file cannot be read as a published tree"


class AmbiguousWord(Conflict):
    """`terms` are the codes that it may mean."""

    code = "ambiguous-word"
    title = "A word means several terms"
