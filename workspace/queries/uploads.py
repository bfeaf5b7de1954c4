"""What the upload tray of the library starts with."""

from __future__ import annotations

from dataclasses import dataclass

from dam.imaging.limits import FILE_BYTES
from dam.models import Ingest, Licence
from foundation.core.actors import Actor
from foundation.markets.models import Market

LICENCES = 100


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_on: bool


@dataclass(frozen=True)
class UploadTray:
    """`ingest` is the uid of one that the actor left open, or empty. Without `may_license` no licence is chosen."""

    ingest: str
    largest: int
    may_license: bool
    licences: list[Choice]
    has_more_licences: bool
    markets: list[Choice]
    keywords: str


def upload_tray(*, actor: Actor) -> UploadTray | None:
    """The newest licences and the actor's markets; nothing for who may not take in media."""
    if not actor.may("dam.ingest"):
        return None
    ingest = Ingest.objects.owned_by(actor).still_open().select_related("licence").order_by("-pk").first()
    may_license = actor.may("dam.edit")
    licences = _licences(actor) if may_license else []
    chosen = ingest.licence if ingest else None
    if chosen and chosen not in licences[:LICENCES]:
        licences.insert(0, chosen)
    marked = set(ingest.markets) if ingest else set()
    return UploadTray(
        ingest=str(ingest.uid) if ingest else "",
        largest=FILE_BYTES,
        may_license=may_license,
        licences=[Choice(str(one.uid), one.name, one == chosen) for one in licences[:LICENCES]],
        has_more_licences=len(licences) > LICENCES,
        markets=[Choice(one.code, one.name, one.code in marked) for one in Market.objects.visible_to(actor)],
        keywords=", ".join(ingest.keywords) if ingest else "",
    )


def _licences(actor: Actor) -> list[Licence]:
    return list(Licence.objects.visible_to(actor).filter(revoked_at=None).order_by("-pk")[: LICENCES + 1])
