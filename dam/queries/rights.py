"""Licences as the verdict engine sees them, and verdicts about assets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dam.models import AssetLicence, Licence, LicenceTerm
from dam.verdict import LicenceFacts, TermFacts, Verdict, decide


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


def verdicts(
    asset_ids: Sequence[int], channel: str, territories: frozenset[str], use: str, at: datetime
) -> dict[int, Verdict]:
    """The verdict about each asset. `channel` is empty, `territories` empty for the whole world."""
    facts = licence_facts(asset_ids)
    return {
        asset_id: decide(facts[asset_id], channel=channel, territories=territories, use=use, at=at)
        for asset_id in asset_ids
    }


def _term_facts(term: LicenceTerm) -> TermFacts:
    return TermFacts(
        is_grant=term.is_grant,
        territories=frozenset(term.territories),
        uses=frozenset(term.uses),
        channels=frozenset(term.channels),
        starts_at=term.starts_at,
        ends_at=term.ends_at,
    )
