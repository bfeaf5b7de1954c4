"""Who asks: the authentication puts the actor on Django's own request."""

from __future__ import annotations

from typing import Any

from foundation.core.actors import Actor


def actor_of(request: Any) -> Actor:
    actor: Actor = request._request.actor
    return actor
