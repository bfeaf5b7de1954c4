from foundation.core.errors import TandemError


class AuditAway(TandemError):
    code = "audit-away"
    status = 503
    title = "The audit cannot be written"
