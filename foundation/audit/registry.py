"""What the rooms tell the audit: actions that are no write of truth, and what of an image not everybody sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from foundation.core.actors import Actor

Image = dict[str, Any]
Cut = Callable[[Image], Image]
ACTIONS: dict[str, str] = {}
CUTS: dict[str, Callable[[Actor], Cut]] = {}


def declare_action(name: str, sentence: str) -> str:
    """Register an action; `room.noun.participle`, unique in the house."""
    if name in ACTIONS:
        raise ValueError(f"Action {name} is declared twice")
    ACTIONS[name] = sentence
    return name


def cut_images(name: str, cut: Callable[[Actor], Cut]) -> None:
    """Register how images of a table, or details of an action, are cut to what an actor may see; `cut` is asked once
    for many of them.
    """
    CUTS[name] = cut


def hide_columns(table: str, *columns: str) -> None:
    """Let nobody see these columns in images, digests of secrets say."""

    def cut(image: Image) -> Image:
        return {name: value for name, value in image.items() if name not in columns}

    cut_images(table, lambda _: cut)


REFUSED = declare_action("access.refused", "A request was refused for want of a permission")
OUTGOING_REFUSED = declare_action("outgoing.refused", "A call to an address outside was refused")
ARCHIVE_EXPORTED = declare_action("archive.exported", "Everything was exported")
LOOKED = declare_action("audit.looked", "The audit was looked at")
EXPORTED = declare_action("audit.exported", "The audit was exported")
RETIRED = declare_action("audit.retired", "Old batches were taken out of the audit")
REDACTED = declare_action("audit.redacted", "Something was erased from an image in history")
