"""Licences: the list, with what each allows by now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Count, Exists, F, Func, Min, OuterRef, Q
from django.urls import reverse

from associations.models import LibraryEntry
from dam.models import AssetLicence, Licence, LicenceTerm
from foundation.core import moment
from foundation.core.actors import CATEGORY, Actor
from foundation.core.errors import Missing
from foundation.core.pages import keyset_page
from workspace.queries.facets import Filter, Rows, Wanted, conditions, counted, narrowed
from workspace.queries.rights import SOON, ChannelNames, channel_names, moment_text, term_sentence
from workspace.queries.shown import Facet, State

PAGE = 50
ORDER = ("name",)
LABELS = {
    "current": "In force",
    "ending": "Ends in 30 days",
    "embargoed": "To come",
    "ended": "Ended",
    "revoked": "Revoked",
    "empty": "Grants nothing",
}


@dataclass(frozen=True)
class LicenceRow:
    url: str
    name: str
    credit: str
    state: State
    boundary: datetime | None
    boundary_text: str
    assets: int
    terms: str


@dataclass(frozen=True)
class LicenceList:
    total: int
    facets: list[Facet]
    licences: list[LicenceRow]
    next_cursor: str
    has_any: bool


def get_licence(uid: UUID | str, *, actor: Actor) -> Licence:
    """The licence, if the actor may see it."""
    licence = Licence.objects.visible_to(actor).filter(uid=uid).first()
    if licence is None:
        raise Missing("There is no such licence", path="licence")
    return licence


def licence_list(wanted: Wanted, *, actor: Actor) -> LicenceList:
    """One page by name."""
    at, is_limited = moment.now(), actor.within("dam.view").is_limited("market", CATEGORY)
    limited = _held_by_seen(actor) if is_limited else None
    visible = Licence.objects.all() if limited is None else Licence.objects.held_by_none_but(limited)
    rows, filters = _matching(visible, wanted.q), _filters(at)
    total, found = counted(rows, filters, wanted)
    page = keyset_page(narrowed(rows, filters, wanted), order=ORDER, cursor=wanted.cursor, limit=PAGE)
    ids = [one.pk for one in page.rows]
    held = _holding(ids) if limited is None else {pk: limited[pk] for pk in ids if pk in limited}
    shown = page.rows if limited is None else _still_seen(page.rows, held, actor)
    counts = {pk: one.assets for pk, one in held.items()}
    return LicenceList(total, found, _rows(shown, counts, at), page.next_cursor, bool(total) or visible.exists())


@dataclass(frozen=True)
class Held:
    """For how many assets a licence holds, and one of them."""

    assets: int
    example: int


def _holding(ids: Sequence[int]) -> dict[int, Held]:
    rows = AssetLicence.objects.filter(licence__in=ids, asset__deleted_at=None).order_by().values_list("licence")
    return {pk: Held(assets, example) for pk, assets, example in rows.annotate(Count("pk"), Min("asset"))}


def _held_by_seen(actor: Actor) -> dict[int, Held]:
    """Each licence of an asset that somebody limited sees, by the library's entries. One query."""
    each = (
        LibraryEntry.objects.visible_to(actor)
        .order_by()
        .annotate(licence=Func(F("licences"), function="unnest", output_field=BigIntegerField()))
    )
    rows = each.values_list("licence").annotate(Count("pk"), Min("asset_id"))
    return {pk: Held(assets, example) for pk, assets, example in rows}


def _still_seen(licences: Sequence[Licence], held: Mapping[int, Held], actor: Actor) -> list[Licence]:
    """Those of a page that hold for none, or whose example the actor sees this very moment."""
    examples = AssetLicence.objects.filter(licence__in=held, asset__in=[one.example for one in held.values()])
    seen = set(examples.visible_to(actor).values_list("licence", flat=True))
    return [one for one in licences if one.pk in seen or one.pk not in held]


def licence_state(licence: Licence, terms: Sequence[LicenceTerm], at: datetime) -> State:
    """What it grants by now, in a chip."""
    if licence.revoked_at is not None and licence.revoked_at <= at:
        return State("Revoked", "bad")
    grants = [term for term in terms if term.is_grant]
    now = [term for term in grants if _is_now(term, at)]
    if now:
        lasting = [term for term in now if term.ends_at is None or term.ends_at > at + SOON]
        if lasting:
            return State("In force", "ok")
        return State(f"Ends in {_days(max(term.ends_at for term in now if term.ends_at) - at)}", "attention")
    later = [term.starts_at for term in grants if term.starts_at is not None and term.starts_at > at]
    if later:
        return State(f"From {moment_text(min(later))}", "blue")
    return State("Ended") if grants else State("Grants nothing", "attention")


def next_boundary(licence: Licence, terms: Sequence[LicenceTerm], at: datetime) -> tuple[datetime | None, str]:
    """The next moment at which one of its terms begins or ends, and which of the two."""
    if licence.revoked_at is not None and licence.revoked_at <= at:
        return None, ""
    starts = [(term.starts_at, "begins") for term in terms if term.starts_at and term.starts_at > at]
    ends = [(term.ends_at, "ends") for term in terms if term.ends_at and term.ends_at > at]
    found = min([*starts, *ends], default=None)
    return found or (None, "")


def _is_now(term: LicenceTerm, at: datetime) -> bool:
    return (term.starts_at is None or term.starts_at <= at) and (term.ends_at is None or term.ends_at > at)


def _days(span: Any) -> str:
    days = max(1, span.days)
    return f"{days} day{'s' if days > 1 else ''}"


def _matching(rows: Rows, q: str) -> Rows:
    for word in q.split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(credit__icontains=word))
    return rows


def _filters(at: datetime) -> list[Filter]:
    grants = LicenceTerm.objects.filter(licence=OuterRef("pk"), is_grant=True)
    begun = Q(starts_at=None) | Q(starts_at__lte=at)
    now = grants.filter(begun, Q(ends_at=None) | Q(ends_at__gt=at))
    lasting: Any = Exists(grants.filter(begun, Q(ends_at=None) | Q(ends_at__gt=at + SOON)))
    stands, is_now = ~Q(revoked_at__lte=at), Q(Exists(now))
    later, any_grant = Q(Exists(grants.filter(starts_at__gt=at))), Q(Exists(grants))
    tests = {
        "current": stands & is_now,
        "ending": stands & is_now & ~Q(lasting),
        "embargoed": stands & ~is_now & later,
        "ended": stands & ~is_now & ~later & any_grant,
        "revoked": Q(revoked_at__lte=at),
        "empty": stands & ~any_grant,
    }
    return [conditions("state", "State", tests, LABELS)]


def _rows(licences: Sequence[Licence], counts: Mapping[int, int], at: datetime) -> list[LicenceRow]:
    ids = [one.pk for one in licences]
    terms: dict[int, list[LicenceTerm]] = {pk: [] for pk in ids}
    for term in LicenceTerm.objects.filter(licence__in=ids).order_by("-is_grant", "pk"):
        terms[term.licence_id].append(term)
    names = channel_names()
    return [_row(one, _first(terms[one.pk], names), terms[one.pk], counts.get(one.pk, 0), at=at) for one in licences]


def _first(terms: Sequence[LicenceTerm], names: ChannelNames) -> str:
    """The first of its terms in words, and how many more there are."""
    if not terms:
        return ""
    more = f", and {len(terms) - 1} more" if len(terms) > 1 else ""
    return term_sentence(terms[0], names) + more


def _row(licence: Licence, words: str, terms: Sequence[LicenceTerm], assets: int, *, at: datetime) -> LicenceRow:
    boundary, verb = next_boundary(licence, terms, at)
    return LicenceRow(
        url=reverse("licence", args=[licence.uid]),
        name=licence.name,
        credit=licence.credit,
        state=licence_state(licence, terms, at),
        boundary=boundary,
        boundary_text=verb,
        assets=assets,
        terms=words,
    )
