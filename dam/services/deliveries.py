"""Ingests that stand open while files are uploaded into them."""

from __future__ import annotations

from collections.abc import Sequence

from dam import events
from dam.choices import IngestStage
from dam.models import Ingest, Licence
from dam.services.assets import check_words
from dam.services.ingests import JOB
from foundation.accounts.queries import actor_of
from foundation.blobs.services import remove_parts
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.jobs.services import cancel_job, start_job
from foundation.markets.models import Market


def open_ingest(
    *, actor: Actor, licence: Licence | None = None, markets: Sequence[str] = (), keywords: Sequence[str] = ()
) -> Ingest:
    """An ingest that uploads may go into until it is finished."""
    actor = actor.require("dam.ingest")
    with recorded(actor):
        return Ingest.objects.create(
            owner_id=actor.user_id, stage=IngestStage.OPEN, created_at=moment.now(),
            licence=_allowed(licence, actor), markets=_known(markets, actor), keywords=_said(keywords),
        )  # fmt: skip


def describe_ingest(
    ingest: Ingest,
    *,
    actor: Actor,
    licence: Licence | None = None,
    markets: Sequence[str] = (),
    keywords: Sequence[str] = (),
) -> Ingest:
    """Say, while files are on their way, their licence, markets and keywords."""
    actor = actor.require("dam.ingest")
    with recorded(actor):
        row = lock_open_ingest(ingest, actor=actor)
        row.licence, row.markets, row.keywords = _allowed(licence, actor), _known(markets, actor), _said(keywords)
        row.save(update_fields=["licence", "markets", "keywords"])
    return row


def finish_ingest(ingest: Ingest, *, actor: Actor, without_unfinished: bool = False) -> Ingest:
    """Take in what has arrived, by a job. Uploads that are still on their way are in the way, unless given up."""
    actor = actor.require("dam.ingest")
    folders: list[str] = []
    with recorded(actor):
        row = lock_open_ingest(ingest, actor=actor)
        unfinished = row.uploads.receiving()
        if unfinished.exists():
            if not without_unfinished:
                raise Conflict(f"{unfinished.count()} files are still on their way; wait for them, or give them up")
            folders = [upload.folder for upload in unfinished]
            unfinished.delete()
        if not row.files.exists():
            raise Invalid("There is no file to take in", path="files")
        begin_ingest(row, actor=actor)
    _remove(folders)
    return row


def cancel_ingest(ingest: Ingest, *, actor: Actor) -> Ingest:
    """Throw an open ingest away with its bytes; stop one that runs. Files that are in stay in."""
    actor = actor.require("dam.ingest")
    if ingest.stage != IngestStage.OPEN:
        if ingest.job is None:
            raise Conflict("The ingest is over", path="uid")
        cancel_job(uid=ingest.job.uid, actor=actor)
        return ingest
    with recorded(actor):
        row = lock_open_ingest(ingest, actor=actor)
        folders = _close_empty(row)
    _remove(folders)
    return row


def settle_left_ingest(ingest: Ingest, *, actor: Actor) -> None:
    """Nobody goes on with it: what has arrived is taken in as its owner would have done; without files it is over."""
    with recorded(actor):
        row = Ingest.objects.select_for_update().still_open().filter(pk=ingest.pk).first()
        if row is None:
            return
        owner = actor_of(row.owner) if row.owner else actor
        if row.files.exists():
            begin_ingest(row, actor=owner if owner.may("dam.ingest") else actor)
        else:
            row.stage = IngestStage.CANCELLED
            row.save(update_fields=["stage"])


def begin_ingest(ingest: Ingest, *, actor: Actor) -> None:
    """Start the job of a locked, open ingest; nothing can be added from here on."""
    total = ingest.files.count()
    ingest.job = start_job(kind=JOB, queue="media", payload={"ingest": ingest.pk}, actor=actor, total=total)
    ingest.stage = IngestStage.STARTED
    ingest.save(update_fields=["job", "stage"])
    append_event(events.INGEST_STARTED, ingest.uid, files=total)


def lock_open_ingest(ingest: Ingest, *, actor: Actor) -> Ingest:
    """The actor's own ingest, locked, while it is open."""
    row = Ingest.objects.owned_by(actor).select_for_update().filter(pk=ingest.pk).first()
    if row is None:
        raise Missing("There is no such ingest", path="ingest")
    if row.stage != IngestStage.OPEN:
        raise Conflict("The ingest has begun; open another one for further files", path="ingest")
    return row


def _close_empty(ingest: Ingest) -> list[str]:
    folders = [upload.folder for upload in ingest.uploads.all()]
    ingest.uploads.all().delete()
    ingest.files.all().delete()
    ingest.stage = IngestStage.CANCELLED
    ingest.save(update_fields=["stage"])
    return folders


def _remove(folders: Sequence[str]) -> None:
    """After the commit: bytes without a row are a loss of room, a row without bytes a loss."""
    for folder in folders:
        remove_parts(folder)


def _allowed(licence: Licence | None, actor: Actor) -> Licence | None:
    if licence is not None:
        actor = actor.require("dam.edit")
    return licence


def _said(keywords: Sequence[str]) -> list[str]:
    return check_words(list(keywords), name="keywords")


def _known(markets: Sequence[str], actor: Actor) -> list[str]:
    """Codes of markets that the actor sees; others are like such as do not exist."""
    wanted = set(markets)
    seen = set(Market.objects.visible_to(actor).filter(code__in=wanted).values_list("code", flat=True))
    if unknown := sorted(wanted - seen):
        raise Invalid(f"There is no market {unknown[0]!r}", path="markets")
    return sorted(wanted)
