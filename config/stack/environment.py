"""The variables by which the processes of a stack, and commands in other terminals, find each other."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from config.stack.place import write_private

SECRETS = "secrets.env"
STACK = "stack.env"
EMBEDDED = ("DATABASE_URL", "REDIS_URL")


def read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    pairs = (line.partition("=") for line in path.read_text().splitlines() if not line.startswith("#"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}


def write(path: Path, values: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, "".join(f"{name}={value}\n" for name, value in values.items()))


def ensure_secrets(var_dir: Path) -> dict[str, str]:
    """Keys that sign sessions and delivery links: made once, kept as long as the folder is."""
    path = var_dir / SECRETS
    kept = read(path)
    fresh = {"SECRET_KEY": secrets.token_urlsafe(48), "LINK_KEYS": f"k1:{secrets.token_hex(32)}"}
    values = {**fresh, **kept}
    if values != kept:
        write(path, values)
    return values


def real(var_dir: Path) -> dict[str, str]:
    """The environment without what settings took from a stack.env that an earlier stack has left behind."""
    left = read(var_dir / STACK)
    return {name: value for name, value in os.environ.items() if left.get(name) != value}
