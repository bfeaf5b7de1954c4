"""What was put into the files, so that a scorecard can compare it with what it observes."""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The expectations, one section per input; see each maker for the keys of its section."""

    seed: int
    scale: dict[str, int]
    catalogue: dict[str, Any]
    second_supplier: dict[str, Any]
    shoot: dict[str, Any]
    rights: dict[str, Any]
    marketplace: dict[str, Any]
    #: Path below the output folder → ``{"bytes", "sha256"}``.
    files: dict[str, dict[str, Any]]

    def write(self, path: Path) -> None:
        """Write the manifest as JSON."""
        write_json(path, asdict(self))


def write_json(path: Path, content: object) -> None:
    """Write UTF-8 JSON that a person can read and compare."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def inventory(folder: Path) -> dict[str, dict[str, Any]]:
    """Return size and SHA-256 of every file below ``folder``, by path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            name = path.relative_to(folder).as_posix()
            found[name] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    return found
