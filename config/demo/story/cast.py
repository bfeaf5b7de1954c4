"""What every chapter of the story is given."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from config.demo.story.house import House
from config.demo.story.scorecard import Scorecard


@dataclass
class Stage:
    """The folder of foreign files, the people as callers, the marketplace, and the card to note on."""

    folder: Path
    card: Scorecard
    people: dict[str, House]
    marketplace: str
    marketplace_key: str
    notes: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the maker of the files put into them: the expectation that observations are held against."""
        found: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())
        return found

    @property
    def steward(self) -> House:
        return self.people["stella"]

    @property
    def studio(self) -> House:
        return self.people["phil"]

    @property
    def admin(self) -> House:
        return self.people["ada"]

    @property
    def outsider(self) -> House:
        return self.people["otto"]

    def read(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()
