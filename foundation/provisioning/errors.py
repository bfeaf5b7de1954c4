from foundation.core.errors import TandemError


class TooLarge(TandemError):
    code = "request-too-large"
    status = 413
    title = "The request is larger than is taken in one piece"
