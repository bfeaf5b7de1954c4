"""Asking for a rendition that a request met missing."""

from __future__ import annotations

from django.db import connection

from dam.models import AssetVersion
from dam.services.renditions import request_rendition
from foundation.core.actors import system


def request_missing(version_id: int, *, preset: str) -> None:
    """Have it made; asking again while it is made changes nothing. For threads: leaves no connection behind."""
    try:
        request_rendition(AssetVersion.objects.get(pk=version_id), preset=preset, actor=system("delivery"))
    finally:
        connection.close()
