"""Typed getters over the environment. A missing or malformed variable fails at start, by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Variable:
    """What `manage.py environment` prints and the docs table is generated from."""

    name: str
    kind: str
    default: str
    meaning: str


REGISTRY: dict[str, Variable] = {}


def load_file(path: Path) -> None:
    """Let KEY=VALUE lines stand in for variables that the real environment does not set."""
    if not path.is_file():
        return
    for line in path.read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip())


def is_set(name: str) -> bool:
    return bool(os.environ.get(name))


def assume(values: Mapping[str, str]) -> None:
    """Let these stand in for variables that are not set."""
    for name, value in values.items():
        os.environ.setdefault(name, value)


def text(name: str, default: str | None, meaning: str) -> str:
    _register(name, "text", default, meaning)
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}: {meaning}")
    return value


def optional(name: str, meaning: str) -> str | None:
    _register(name, "text", "", meaning)
    return os.environ.get(name) or None


def boolean(name: str, *, default: bool, meaning: str) -> bool:
    _register(name, "boolean", str(default).lower(), meaning)
    value = os.environ.get(name, str(default)).lower()
    if value not in {"true", "false", "1", "0", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")
    return value in {"true", "1", "yes"}


def integer(name: str, default: int, meaning: str) -> int:
    _register(name, "integer", str(default), meaning)
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None


def items(name: str, default: str, meaning: str) -> list[str]:
    _register(name, "list", default, meaning)
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def database(name: str, meaning: str) -> dict[str, object]:
    """`postgres://user:password@host:port/name?sslmode=…` as Django's DATABASES entry."""
    url = optional(name, meaning)
    if url is None:
        return {"ENGINE": "django.db.backends.postgresql", "NAME": "unset", "HOST": "no-database.invalid"}
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must read postgres://user:password@host:port/database")
    options: dict[str, object] = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def storage(name: str, default: str, meaning: str) -> dict[str, object]:
    """`file:///folder` or `s3://key:secret@host:port/bucket?region=…&tls=false` as a STORAGES entry."""
    url = text(name, default, meaning)
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "foundation.blobs.storage.FolderStorage",
            "OPTIONS": {"location": unquote(parts.path)},
        }
    if parts.scheme != "s3":
        raise ImproperlyConfigured(f"{name} must read file:///folder or s3://key:secret@host/bucket")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    port = f":{parts.port}" if parts.port else ""
    scheme = "http" if query.get("tls") == "false" else "https"
    return {
        "BACKEND": "foundation.blobs.storage.BucketStorage",
        "OPTIONS": {
            "access_key": unquote(parts.username or ""),
            "secret_key": unquote(parts.password or ""),
            "bucket_name": parts.path.strip("/"),
            "region_name": query.get("region", "us-east-1"),
            "endpoint_url": f"{scheme}://{parts.hostname}{port}" if parts.hostname else None,
        },
    }


def _register(name: str, kind: str, default: str | None, meaning: str) -> None:
    REGISTRY[name] = Variable(name, kind, default or "", meaning)
