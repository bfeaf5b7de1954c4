"""The content security policy of every page: nothing inline, nothing evaluated."""

from typing import Any

from csp.constants import NONE, SELF


def policy(media_origin: str) -> dict[str, Any]:
    """Return the ``CONTENT_SECURITY_POLICY`` setting of django-csp.

    ``media_origin`` is the scheme, host and port of the delivery service, the only other origin that
    pages load from. An empty string leaves pages with their own origin alone.
    """
    media = [SELF, media_origin] if media_origin else [SELF]
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF],
            "style-src": [SELF],
            "font-src": [SELF],
            "img-src": [*media, "data:", "blob:"],
            "media-src": [*media, "blob:"],
            "connect-src": media,
            "worker-src": [SELF],
            "manifest-src": [SELF],
            "object-src": [NONE],
            "base-uri": [NONE],
            "frame-ancestors": [NONE],
            "form-action": [SELF],
        },
    }
