"""Licences, their terms, and the assets that they hold for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from dam import events
from dam.models import Asset, AssetLicence, Licence, LicenceTerm
from dam.queries.rights import before_version, facts_of_licences
from dam.verdict import TermFacts, boundaries
from foundation.core import moment
from foundation.core.actors import CATEGORY, Actor, system
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Stale
from foundation.events.catalogue import EventType
from foundation.events.services import append_events
from foundation.history.services import recorded
from foundation.jobs.services import set_timer

TIMER = "dam.rights"
ASSETS_PER_EVENT = 1000
NAME = 200


def define_licence(*, name: str, terms: Sequence[TermFacts], actor: Actor, credit: str = "") -> Licence:
    """A new licence. It holds for no asset until it is assigned."""
    actor = actor.require("dam.edit")
    name = name.strip()
    if not name or len(name) > NAME:
        raise Invalid(f"A licence needs a name of at most {NAME} characters", path="name")
    with recorded(actor):
        if Licence.objects.filter(name=name).exists():
            raise Conflict(f"There is a licence {name!r} already; change its terms", path="name")
        licence = Licence.objects.create(name=name, credit=credit, created_at=moment.now())
        _write_terms(licence, terms)
        _tell(events.RIGHTS_CHANGED, licence)
    return licence


def change_terms(
    licence: Licence,
    *,
    terms: Sequence[TermFacts],
    actor: Actor,
    credit: str | None = None,
    expected: int | None = None,
) -> Licence:
    """Replace the terms of a licence. The same terms again change nothing.

    `expected` is the version that the caller has read; another one is refused as stale.
    """
    actor = actor.require("dam.edit")
    with recorded(actor):
        licence = _lock_whole(licence, actor)
        if expected is not None and expected != licence.version:
            raise Stale(f"The licence is at version {licence.version}; read it again", path="version")
        facts = facts_of_licences({licence.pk})[licence.pk]
        wanted = tuple(_checked(terms))
        if facts.terms == wanted and credit in {None, licence.credit}:
            return licence
        licence.terms.all().delete()
        _write_terms(licence, wanted)
        licence.version += 1
        licence.credit = licence.credit if credit is None else credit
        licence.save(update_fields=["version", "credit"])
        _tell(events.RIGHTS_CHANGED, licence)
    return licence


def undo_terms(licence: Licence, *, version: int, actor: Actor) -> Licence:
    """Put the terms and the credit back that were there before this version, unless they were changed again since."""
    actor = actor.require("dam.edit")
    with recorded(actor):
        licence = _lock_whole(licence, actor)
        if licence.version != version or licence.revoked_at is not None:
            raise Stale("The licence was changed again since, so nothing was undone; read it again", path="version")
        before = before_version(licence, version)
        if before is None:
            raise Missing("There is no earlier version to go back to", path="version")
        return change_terms(licence, terms=before.terms, credit=before.credit, actor=actor)


def revoke_licence(licence: Licence, *, actor: Actor, at: datetime | None = None) -> Licence:
    """End a licence from this moment on, for good."""
    actor = actor.require("dam.edit")
    with recorded(actor):
        licence = _lock_whole(licence, actor)
        if licence.revoked_at is None:
            licence.revoked_at = at or moment.now()
            licence.version += 1
            licence.save(update_fields=["revoked_at", "version"])
            _set_next_boundary(licence)
            _tell(events.RIGHTS_CHANGED, licence)
    return licence


def assign_licence(assets: Iterable[Asset], *, licence: Licence, actor: Actor) -> int:
    """Let the licence hold for these assets too; how many it did not hold for before."""
    actor = actor.require("dam.edit")
    with recorded(actor):
        licence = _lock(licence)
        wanted = {asset.pk: asset for asset in assets}
        held = AssetLicence.objects.filter(licence=licence, asset_id__in=wanted).values_list("asset_id", flat=True)
        new = [wanted[asset_id] for asset_id in sorted(wanted.keys() - set(held))]
        AssetLicence.objects.bulk_create([AssetLicence(asset=asset, licence=licence) for asset in new], batch_size=1000)
        if new:
            _tell(events.RIGHTS_CHANGED, licence, new)
    return len(new)


def unassign_licence(assets: Iterable[Asset], *, licence: Licence, actor: Actor) -> int:
    """Let the licence hold for these assets no more; how many it held for."""
    actor = actor.require("dam.edit")
    with recorded(actor):
        licence = _lock(licence)
        held = AssetLicence.objects.filter(licence=licence, asset__in=list(assets)).select_related("asset")
        gone = [row.asset for row in held.order_by("asset_id")]
        held.delete()
        if gone:
            _tell(events.RIGHTS_CHANGED, licence, gone)
    return len(gone)


def pass_boundary(licence_uid: str) -> None:
    """A term of the licence has begun or ended: say so, and set the timer for the next one."""
    with recorded(system("dam.rights")):
        licence = Licence.objects.select_for_update().filter(uid=licence_uid).first()
        if licence is not None:
            _set_next_boundary(licence)
            _tell(events.RIGHTS_BOUNDARY, licence)


def _lock(licence: Licence) -> Licence:
    found = Licence.objects.select_for_update().filter(pk=licence.pk).first()
    if found is None:
        raise Missing("There is no such licence", path="licence")
    return found


def _lock_whole(licence: Licence, actor: Actor) -> Licence:
    """For changes that reach all its assets: who is limited makes them for what is theirs alone."""
    found = _lock(licence)
    limited = actor.is_limited("market", CATEGORY)
    if limited and Licence.objects.filter(pk=found.pk).not_all_seen_by(actor).exists():
        raise Denied("The licence holds for assets that are not yours too; make one for yours", path="licence")
    return found


def _write_terms(licence: Licence, terms: Iterable[TermFacts]) -> None:
    LicenceTerm.objects.bulk_create(
        [
            LicenceTerm(
                licence=licence,
                is_grant=term.is_grant,
                territories=sorted(term.territories),
                uses=sorted(term.uses),
                channels=sorted(term.channels),
                starts_at=term.starts_at,
                ends_at=term.ends_at,
            )
            for term in _checked(terms)
        ]
    )
    _set_next_boundary(licence)


def _checked(terms: Iterable[TermFacts]) -> Iterable[TermFacts]:
    for at, term in enumerate(terms):
        if term.starts_at and term.ends_at and term.starts_at >= term.ends_at:
            raise Invalid("A term ends after it starts", path=f"terms.{at}.ends_at")
        for territory in term.territories:
            if len(territory) != 2 or not territory.isascii() or not territory.isupper():
                raise Invalid(
                    f"{territory!r} is no territory; two letters of ISO 3166-1", path=f"terms.{at}.territories"
                )
        yield term


def _set_next_boundary(licence: Licence) -> None:
    """The next moment after now; a revoked licence has none, except for a revocation that is to come."""
    at = moment.now()
    moments = [later for later in boundaries(facts_of_licences({licence.pk}).values()) if later > at]
    if licence.revoked_at is not None:
        moments = [later for later in moments if later <= licence.revoked_at]
    set_timer(TIMER, str(licence.uid), moments[0] if moments else None)


def _tell(event_type: EventType, licence: Licence, assets: Sequence[Asset] | None = None) -> None:
    """One event per thousand assets, at least one."""
    if assets is None:
        held = Asset.objects.present().filter(asset_licences__licence=licence).order_by("id")
        uids = [str(uid) for uid in held.values_list("uid", flat=True)]
    else:
        uids = [str(asset.uid) for asset in assets]
    parts = [uids[at : at + ASSETS_PER_EVENT] for at in range(0, len(uids), ASSETS_PER_EVENT)] or [[]]
    append_events(event_type, [(licence.uid, {"licence": str(licence.uid), "assets": part}) for part in parts])
