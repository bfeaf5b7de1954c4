from foundation.core.errors import Conflict, Invalid, TandemError


class BadKey(TandemError):
    code = "bad-key"
    status = 401
    title = "The API key is unknown, expired or revoked"


class ConfirmFirst(TandemError):
    code = "confirm-first"
    status = 403
    title = "Confirm first that it is you"


class FactorFirst(TandemError):
    code = "factor-first"
    status = 403
    title = "Set up a second factor first"


class StillRunning(Conflict):
    code = "still-running"
    title = "The first request with this idempotency key is still running"


class KeyReused(Invalid):
    code = "idempotency-key-reused"
    title = "This idempotency key was used for another request"
