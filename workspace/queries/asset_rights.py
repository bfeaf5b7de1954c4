"""What may be shown of one asset, where and until when, and the licences that say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse

from dam.models import Asset, AssetLicence, Licence, LicenceTerm
from dam.queries.rights import licence_facts
from dam.verdict import LicenceFacts, Verdict, decide
from foundation.core import moment
from foundation.core.actors import CATEGORY, Actor
from foundation.markets.models import Scope
from workspace.queries.rights import badge, channel_names, term_sentence
from workspace.queries.rights_timeline import RightsTimeline, rights_timeline
from workspace.queries.scopes import visible_scopes
from workspace.queries.shown import Rights

SHOWN_VERDICTS, FOUND_LICENCES = 6, 12


@dataclass(frozen=True)
class LicenceLink:
    name: str
    url: str


@dataclass(frozen=True)
class VerdictRow:
    """`boundary_text` says what happens at the boundary: allowed until, opens, or may change."""

    scope: str
    use: str
    rights: Rights
    reason: str
    boundary: datetime | None
    boundary_text: str
    decided_by: list[LicenceLink]


@dataclass(frozen=True)
class LicenceShown:
    uid: UUID
    name: str
    url: str
    credit: str
    terms: list[str]
    is_revoked: bool
    may_change: bool


@dataclass(frozen=True)
class Edge:
    """The nearest moment at which a right ends, or opens, and where."""

    at: datetime
    where: str


@dataclass(frozen=True)
class AssetRights:
    verdicts: list[VerdictRow]
    more_verdicts: list[VerdictRow]
    licences: list[LicenceShown]
    timeline: RightsTimeline | None
    next_end: Edge | None
    next_opening: Edge | None
    may_change: bool


@dataclass(frozen=True)
class Asked:
    """One place's answer now, and when it opens, where it is refused."""

    name: str
    use: str
    verdict: Verdict
    opens: datetime | None


def asset_rights(asset: Asset, *, actor: Actor) -> AssetRights:
    at, facts = moment.now(), licence_facts([asset.pk])[asset.pk]
    held = _held(asset)
    links = {str(one.uid): LicenceLink(one.name, reverse("licence", args=[one.uid])) for one in held}
    asked = list(_ask(facts, visible_scopes(actor), at))
    rows = [_row(one, links, at) for one in asked]
    terms, names = _terms(held), channel_names()
    return AssetRights(
        verdicts=rows[:SHOWN_VERDICTS],
        more_verdicts=rows[SHOWN_VERDICTS:],
        licences=_licences(held, terms, actor),
        timeline=rights_timeline([(one, links[str(one.uid)].url, terms.get(one.pk, [])) for one in held], at, names),
        next_end=_nearest((one.verdict.boundary, one.name) for one in asked if one.verdict.allowed),
        next_opening=_nearest((one.opens, one.name) for one in asked),
        may_change=actor.may("dam.edit"),
    )


def licence_choices(asset: Asset, words: str, *, actor: Actor) -> list[LicenceShown]:
    """Licences in force that do not hold for the asset yet, by name or credit; the first few. Two queries."""
    held = AssetLicence.objects.filter(asset=asset, licence=OuterRef("pk"))
    rows = Licence.objects.visible_to(actor).filter(~Exists(held), revoked_at=None)
    for word in words.split()[:8]:
        rows = rows.filter(name__icontains=word) | rows.filter(credit__icontains=word)
    found = list(rows.order_by("name")[:FOUND_LICENCES])
    return _licences(found, _terms(found), actor)


def _held(asset: Asset) -> list[Licence]:
    rows = AssetLicence.objects.filter(asset=asset).select_related("licence").order_by("licence__name")
    return [row.licence for row in rows]


def _terms(licences: Sequence[Licence]) -> dict[int, list[LicenceTerm]]:
    found: dict[int, list[LicenceTerm]] = {}
    for term in LicenceTerm.objects.filter(licence__in=licences).order_by("-is_grant", "pk"):
        found.setdefault(term.licence_id, []).append(term)
    return found


def _licences(licences: Sequence[Licence], terms: dict[int, list[LicenceTerm]], actor: Actor) -> list[LicenceShown]:
    """A licence is withdrawn by those who see all its assets."""
    names = channel_names()
    may = actor.may("dam.edit")
    if may and actor.within("dam.edit").is_limited("market", CATEGORY):
        ids = [one.pk for one in licences]
        foreign = set(Licence.objects.filter(pk__in=ids).not_all_seen_by(actor).values_list("pk", flat=True))
    else:
        foreign = set()
    return [
        LicenceShown(
            uid=one.uid,
            name=one.name,
            url=reverse("licence", args=[one.uid]),
            credit=one.credit,
            terms=[term_sentence(term, names) for term in terms.get(one.pk, [])],
            is_revoked=one.revoked_at is not None,
            may_change=may and one.pk not in foreign,
        )
        for one in licences
    ]


def _ask(facts: Sequence[LicenceFacts], scopes: Sequence[Scope], at: datetime) -> Iterable[Asked]:
    """One answer per channel and market; the locale makes no difference to rights."""
    places = {(scope.channel_id, scope.market_id): (scope.channel, scope.market) for scope in scopes}
    for channel, market in places.values():
        territories = frozenset(market.territories)
        answer = partial(decide, facts, channel=channel.code, territories=territories, use=channel.use)
        name, verdict = f"{channel.name or channel.code} · {market.name or market.code}", answer(at=at)
        yield Asked(name, channel.use, verdict, _opening(verdict, answer))


def _opening(verdict: Verdict, answer: Callable[..., Verdict]) -> datetime | None:
    """When what is refused now is allowed: the first boundary after which it is, if there is one."""
    while not verdict.allowed and (at := verdict.boundary) is not None:
        verdict = answer(at=at)
        if verdict.allowed:
            return at
    return None


def _row(asked: Asked, links: dict[str, LicenceLink], at: datetime) -> VerdictRow:
    verdict = asked.verdict
    edge = "until" if verdict.allowed else "opens" if asked.opens else "may change"
    return VerdictRow(
        scope=asked.name,
        use=asked.use,
        rights=badge(verdict, at),
        reason=verdict.reason,
        boundary=asked.opens or verdict.boundary,
        boundary_text=edge,
        decided_by=[links[uid] for uid in verdict.licence_uids if uid in links],
    )


def _nearest(edges: Iterable[tuple[datetime | None, str]]) -> Edge | None:
    found = [(at, where) for at, where in edges if at is not None]
    if not found:
        return None
    first = min(at for at, _ in found)
    places = [where for at, where in found if at == first]
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return Edge(first, places[0] + more)
