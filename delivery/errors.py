"""Why delivery does not serve. Each is a problem document with its code; V7 keeps those about a link as rows."""

from __future__ import annotations

from foundation.core.errors import TandemError


class NotServed(TandemError):
    """The link was understood, and the answer is no."""

    code = "not-served"
    status = 403
    title = "The media is not served"


class UnknownMedia(NotServed):
    code = "unknown-media"
    status = 404
    title = "There is no such media"


class Unpublished(NotServed):
    code = "unpublished"
    status = 404
    title = "The media is not published"


class WrongAudience(NotServed):
    code = "wrong-audience"
    title = "The link was made for somebody who may not see this any more"


class NoLicence(NotServed):
    code = "no-licence"
    title = "No licence covers the media"


class Embargoed(NotServed):
    code = "embargoed"
    title = "The licence has not begun"


class WrongChannel(NotServed):
    code = "channel"
    title = "No licence covers this channel"


class WrongUse(NotServed):
    code = "use"
    title = "No licence covers this use"


class Excluded(NotServed):
    code = "excluded"
    title = "A licence excludes this"


class Expired(NotServed):
    code = "expired"
    status = 410
    title = "The licence has ended"


class Revoked(NotServed):
    code = "revoked"
    status = 410
    title = "The licence was revoked"


class WrongTerritory(NotServed):
    code = "territory"
    status = 451
    title = "No licence covers this territory"


class MethodNotAllowed(TandemError):
    code = "method-not-allowed"
    status = 405
    title = "Media is read with GET and HEAD"


class RangeNotSatisfiable(TandemError):
    code = "range-not-satisfiable"
    status = 416
    title = "The media has no such part"


class NotReady(TandemError):
    code = "not-ready"
    status = 503
    title = "The rendition is being made"


class Undecidable(TandemError):
    code = "undecidable"
    status = 503
    title = "Rights cannot be asked at this moment, so nothing is served"


BY_VERDICT: dict[str, type[NotServed]] = {
    kind.code: kind
    for kind in (NoLicence, Embargoed, WrongChannel, WrongUse, Excluded, Expired, Revoked, WrongTerritory)
}
