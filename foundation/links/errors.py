from foundation.core.errors import TandemError


class BadToken(TandemError):
    code = "bad-token"
    status = 403
    title = "The link was not made here, or was changed on its way"


class TokenOver(TandemError):
    code = "token-over"
    status = 410
    title = "The link has ended"
