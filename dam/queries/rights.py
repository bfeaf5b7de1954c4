"""Licences as the verdict engine sees them, and verdicts about assets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dam.models import AssetLicence, Licence, LicenceTerm
from dam.verdict import LicenceFacts, TermFacts, Verdict, decide
from foundation.history.models import Revision


def licence_facts(asset_ids: Sequence[int]) -> dict[int, list[LicenceFacts]]:
    """The licences of each asset; an asset without any has an empty list. Three queries for any number."""
    pairs = list(
        AssetLicence.objects.filter(asset_id__in=asset_ids).order_by("licence_id").values_list("asset_id", "licence_id")
    )
    facts = facts_of_licences({licence_id for _, licence_id in pairs})
    found: dict[int, list[LicenceFacts]] = {asset_id: [] for asset_id in asset_ids}
    for asset_id, licence_id in pairs:
        found[asset_id].append(facts[licence_id])
    return found


def facts_of_licences(licence_ids: set[int]) -> dict[int, LicenceFacts]:
    """Each licence with its terms."""
    terms: dict[int, list[TermFacts]] = {licence_id: [] for licence_id in licence_ids}
    for term in LicenceTerm.objects.filter(licence_id__in=licence_ids).order_by("id"):
        terms[term.licence_id].append(_term_facts(term))
    return {
        licence.pk: LicenceFacts(str(licence.uid), tuple(terms[licence.pk]), licence.revoked_at, licence.credit)
        for licence in Licence.objects.filter(pk__in=licence_ids)
    }


def before_version(licence: Licence, version: int) -> LicenceFacts | None:
    """What the licence said before it came to this version, from its history; None where that is not kept."""
    rows = Revision.objects.filter(table_name=Licence._meta.db_table, row_key=str(licence.pk))
    change = rows.filter(op=Revision.Operation.UPDATE, before__version=version - 1).order_by("-id").first()
    if change is None or change.before is None:
        return None
    gone = Revision.objects.filter(tx=change.tx, table_name=LicenceTerm._meta.db_table, op=Revision.Operation.DELETE)
    terms = sorted((row.before for row in gone if row.before), key=lambda term: int(term["id"]))
    facts = tuple(_facts_of_row(term) for term in terms if term["licence_id"] == licence.pk)
    return LicenceFacts(str(licence.uid), facts, credit=change.before["credit"])


def verdicts(
    asset_ids: Sequence[int], channel: str, territories: frozenset[str], use: str, at: datetime
) -> dict[int, Verdict]:
    """The verdict about each asset. `channel` is empty, `territories` empty for the whole world."""
    facts = licence_facts(asset_ids)
    return {
        asset_id: decide(facts[asset_id], channel=channel, territories=territories, use=use, at=at)
        for asset_id in asset_ids
    }


def _facts_of_row(term: dict[str, Any]) -> TermFacts:
    """A term as history keeps it."""
    starts, ends = (term[name] and datetime.fromisoformat(term[name]) for name in ("starts_at", "ends_at"))
    territories, uses, channels = (frozenset(term[name]) for name in ("territories", "uses", "channels"))
    return TermFacts(term["is_grant"], territories, uses, channels, starts, ends)


def _term_facts(term: LicenceTerm) -> TermFacts:
    return TermFacts(
        is_grant=term.is_grant,
        territories=frozenset(term.territories),
        uses=frozenset(term.uses),
        channels=frozenset(term.channels),
        starts_at=term.starts_at,
        ends_at=term.ends_at,
    )
