"""Whole delivery links, on the media origin."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote

from django.conf import settings
from django.utils.text import slugify

from foundation.links.tokens import KeyRing, Token


@cache
def key_ring() -> KeyRing:
    """The keys of this deployment, from LINK_KEYS."""
    return KeyRing.parse(settings.LINK_KEYS)


def delivery_link(token: Token, *, name: str, extension: str = "jpg") -> str:
    """`{media origin}/m/{token}/{readable name}`: the name serves readers and search engines and decides nothing."""
    readable = quote(slugify(name)[:80] or "picture")
    return f"{settings.MEDIA_ORIGIN}/m/{key_ring().sign(token)}/{readable}.{extension}"
