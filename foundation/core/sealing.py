"""Secrets that the house must read again: sealed by SECRET_KEY, so that a database alone does not tell them. And
signatures by the same key, which a database alone does not let anybody make.

SECRET_KEY_FALLBACKS still open what was sealed, and know what was signed, before the key was changed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed; raises `ValueError` where no key of this deployment opens it."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ValueError("Sealed by another SECRET_KEY") from None


def signature(text: str, *, purpose: str) -> str:
    """HMAC-SHA256 of the text by a key for this purpose, in hexadecimal."""
    return _signed(settings.SECRET_KEY, text, purpose)


def is_signature(given: str, text: str, *, purpose: str) -> bool:
    known = (_signed(secret, text, purpose) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    return any(hmac.compare_digest(one, given) for one in known)


def _signed(secret: str, text: str, purpose: str) -> str:
    key = hashlib.sha256(f"signing {purpose}:{secret}".encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _keys() -> MultiFernet:
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"sealing:{secret}".encode()).digest()))
