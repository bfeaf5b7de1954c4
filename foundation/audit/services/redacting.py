"""Erasing from history what must not be kept, so that the chain stays whole and says that it was done."""

from __future__ import annotations

import json
from collections.abc import Collection

from django.db import connection

from foundation.audit.models import Entry, Link, Source
from foundation.audit.queries.rows import digest_of
from foundation.audit.registry import REDACTED
from foundation.audit.services.entries import record_act
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid
from foundation.history.models import Revision
from foundation.history.services import recorded

WITHOUT = """
UPDATE history_revision SET before = before || %s::jsonb WHERE id = %s AND at = %s
"""


def redact(*, table: str, key: str, columns: Collection[str], reason: str, actor: Actor, by: str = "") -> int:
    """Erase columns of one row from all its images in history; of how many revisions. `by` names who is at the
    command line, where the house itself is the actor.

    Each one's digest before and after is entered, which the chain then vouches for. Raises `Conflict` while some of
    them are not in the chain yet.
    """
    actor = actor.require("audit.redact")
    if not reason.strip():
        raise Invalid("Say why it is erased", path="reason")
    if not columns:
        raise Invalid("Name what is erased", path="columns")
    with recorded(actor, reason=reason):
        revisions = list(Revision.objects.filter(table_name=table, row_key=key, before__has_any_keys=[*columns]))
        linked = Link.objects.filter(source=Source.REVISION, row__in=[one.pk for one in revisions]).count()
        if linked < len(revisions):
            raise Conflict("Some of it is not in the chain yet; try again in a few seconds", path="key")
        for revision in revisions:
            _erase(revision, [one for one in columns if one in (revision.before or {})], actor=actor, by=by)
    return len(revisions)


def _erase(revision: Revision, columns: Collection[str], *, actor: Actor, by: str) -> None:
    was = _first_digest(revision)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tandem.retiring', 'on', true)")
        cursor.execute(WITHOUT, [_nothing(columns), revision.pk, revision.at])
        cursor.execute("SELECT set_config('tandem.retiring', '', true)")
    now = digest_of(Source.REVISION, revision.pk, revision.at).hex()
    record_act(
        REDACTED, actor=actor, subject_type=Source.REVISION.label, subject=str(revision.pk), columns=sorted(columns),
        was=was, now=now, **({"by": by} if by else {}),
    )  # fmt: skip


def _first_digest(revision: Revision) -> str:
    """The digest that was linked, also where something was erased before."""
    said = Entry.objects.filter(action=REDACTED, subject_type=Source.REVISION.label, subject=str(revision.pk)).last()
    return str(said.detail["was"]) if said else digest_of(Source.REVISION, revision.pk, revision.at).hex()


def _nothing(columns: Collection[str]) -> str:
    return json.dumps(dict.fromkeys(columns))
