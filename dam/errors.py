"""Refusals of the media room."""

from __future__ import annotations

from foundation.core.errors import Conflict, Invalid, TandemError


class ProductFact(Invalid):
    code = "product-fact"
    title = "A fact of a product does not belong to an asset"


class Refused(Invalid):
    """A file that is not let in. `reason_code` is one word of what was wrong with it."""

    code = "file-refused"
    title = "The file is not let in"

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(detail, reason=reason_code)
        self.reason_code = reason_code


class SameBytes(Conflict):
    code = "same-bytes"
    title = "The house already has these bytes"


class UnspokenVersion(TandemError):
    code = "tus-version"
    status = 412
    title = "Uploads speak tus 1.0.0"


class WrongOffset(Conflict):
    code = "upload-offset"
    title = "The upload has another offset"


class UploadHeld(TandemError):
    code = "upload-held"
    status = 423
    title = "Another request is writing this upload"


class UploadExpired(TandemError):
    code = "upload-expired"
    status = 410
    title = "The upload has expired"


class UploadTooLarge(TandemError):
    code = "upload-too-large"
    status = 413
    title = "The upload is too large"


class WrongChecksum(TandemError):
    code = "upload-checksum"
    status = 460
    title = "The bytes do not match their checksum"


class LengthRequired(TandemError):
    code = "length-required"
    status = 411
    title = "The request must say how long it is"


class NotAChunk(TandemError):
    code = "not-a-chunk"
    status = 415
    title = "Bytes of an upload come as application/offset+octet-stream"
