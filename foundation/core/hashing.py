"""Digests and the one canonical form of a JSON document."""

from __future__ import annotations

import hashlib
import json
from typing import IO, Any

CHUNK = 1024 * 1024


def sha256_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sha256_stream(stream: IO[bytes]) -> tuple[str, int]:
    """Digest and length of what is left in the stream, read a chunk at a time."""
    digest, length = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        length += len(chunk)
    return digest.hexdigest(), length


def canonical_json(document: Any) -> str:
    """Sorted keys, no spaces, no escapes: equal documents give equal bytes (compare RFC 8785)."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def hash_document(document: Any) -> str:
    return sha256_bytes(canonical_json(document).encode())
