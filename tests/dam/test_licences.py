"""Licences through the services: terms, assignment, boundaries in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dam import services
from dam.models import AssetLicence, Licence
from dam.queries.rights import facts_of_licences, licence_facts, verdicts
from dam.verdict import TermFacts
from foundation.core import moment
from foundation.core.errors import Conflict, Denied, Invalid, Stale
from foundation.events.models import OutboxEvent
from foundation.jobs.models import Timer
from foundation.jobs.services import fire_timers

from . import factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _still():
    with moment.frozen(AT):
        yield


def told(type_: str) -> list[tuple[str, list[str]]]:
    found = OutboxEvent.objects.filter(type=type_).order_by("id")
    return [(str(event.subject), event.data["assets"]) for event in found]


def code_of(asset, *, at=AT, territory="DE"):
    return verdicts([asset.pk], "d2c", frozenset({territory}), "web", at)[asset.pk].code


def timer(licence):
    return Timer.objects.filter(kind="dam.rights", subject=str(licence.uid)).values_list("due_at", flat=True).first()


def test_no_licence_is_a_refusal():
    assert code_of(factories.make_asset()) == "no-licence"


def test_a_licence_holds_for_what_it_is_assigned_to(photographer):
    asset, other = factories.make_asset(seed=1), factories.make_asset(seed=2)
    licence = factories.make_licence()
    assert services.assign_licence([asset], licence=licence, actor=photographer) == 1
    assert services.assign_licence([asset], licence=licence, actor=photographer) == 0
    assert (code_of(asset), code_of(other)) == ("granted", "no-licence")
    uid = str(licence.uid)
    assert told("dam.rights.changed") == [(uid, []), (uid, [str(asset.uid)])]
    assert services.unassign_licence([asset, other], licence=licence, actor=photographer) == 1
    assert code_of(asset) == "no-licence"


def test_verdicts_take_the_same_queries_for_any_number(django_assert_num_queries):
    assets = [factories.make_asset(seed=number, run=False) for number in range(1, 5)]
    licences = [factories.make_licence(f"L{number}") for number in range(3)]
    for licence in licences:
        services.assign_licence(assets, licence=licence, actor=factories.HOUSE)
    with django_assert_num_queries(3):
        assert len(licence_facts([assets[0].pk])[assets[0].pk]) == 3
    with django_assert_num_queries(3):
        found = verdicts([asset.pk for asset in assets], "d2c", frozenset({"DE"}), "web", AT)
    assert {verdict.code for verdict in found.values()} == {"granted"}


def test_changed_terms_are_told_once(photographer):
    asset, licence = factories.make_asset(), factories.make_licence(territories=frozenset({"DE"}))
    services.assign_licence([asset], licence=licence, actor=photographer)
    terms = [TermFacts(territories=frozenset({"FR"}))]
    for _ in range(2):
        services.change_terms(licence, terms=terms, actor=photographer)
    assert told("dam.rights.changed")[2:] == [(str(licence.uid), [str(asset.uid)])]
    assert (code_of(asset), code_of(asset, territory="FR")) == ("territory", "granted")
    assert Licence.objects.get().version == 2


def test_a_revoked_licence_ends_at_once_and_for_good(photographer):
    asset, licence = factories.make_asset(), factories.make_licence(ends_at=AT + 5 * DAY)
    services.assign_licence([asset], licence=licence, actor=photographer)
    assert timer(licence) == AT + 5 * DAY
    for _ in range(2):
        services.revoke_licence(licence, actor=photographer)
    assert code_of(asset) == "revoked"
    assert told("dam.rights.changed")[2:] == [(str(licence.uid), [str(asset.uid)])]
    assert timer(licence) is None


def test_each_boundary_is_told_when_it_comes(photographer):
    term = {"starts_at": AT + DAY, "ends_at": AT + 3 * DAY}
    asset, licence = factories.make_asset(), factories.make_licence(**term)
    services.assign_licence([asset], licence=licence, actor=photographer)
    assert (code_of(asset), timer(licence)) == ("embargoed", AT + DAY)
    assert fire_timers() == 0
    with moment.frozen(AT + DAY):
        assert fire_timers() == 1
    assert told("dam.rights.boundary") == [(str(licence.uid), [str(asset.uid)])]
    assert (code_of(asset, at=AT + DAY), timer(licence)) == ("granted", AT + 3 * DAY)
    with moment.frozen(AT + 3 * DAY):
        assert fire_timers() == 1
        assert fire_timers() == 0
    assert (code_of(asset, at=AT + 3 * DAY), timer(licence)) == ("expired", None)
    assert len(told("dam.rights.boundary")) == 2


def test_terms_moved_move_the_timer(photographer):
    licence = factories.make_licence(ends_at=AT + DAY)
    services.change_terms(licence, terms=[TermFacts(ends_at=AT + 9 * DAY)], actor=photographer)
    assert timer(licence) == AT + 9 * DAY
    services.change_terms(licence, terms=[TermFacts()], actor=photographer)
    assert timer(licence) is None


def test_bad_terms_write_nothing(photographer, merchant):
    before = OutboxEvent.objects.count()
    with pytest.raises(Invalid) as error:
        factories.make_licence(starts_at=AT, ends_at=AT)
    assert error.value.path == "terms.0.ends_at"
    with pytest.raises(Invalid):
        factories.make_licence(territories=frozenset({"Germany"}))
    with pytest.raises(Denied):
        services.define_licence(name="x", terms=[], actor=merchant)
    assert (Licence.objects.count(), AssetLicence.objects.count()) == (0, 0)
    assert OutboxEvent.objects.count() == before
    factories.make_licence("Twice")
    with pytest.raises(Conflict):
        factories.make_licence("Twice")


def test_terms_are_put_back(photographer):
    terms = [
        TermFacts(territories=frozenset({"DE"}), ends_at=AT + DAY),
        TermFacts(is_grant=False, uses=frozenset({"tv"})),
    ]
    licence = services.define_licence(name="Studio", terms=terms, credit="Nord", actor=factories.HOUSE)
    changed = services.change_terms(licence, terms=[], credit="Süd", actor=photographer, expected=1)
    with pytest.raises(Stale):
        services.change_terms(licence, terms=terms, actor=photographer, expected=1)
    back = services.undo_terms(licence, version=changed.version, actor=photographer)
    assert (back.version, back.credit) == (3, "Nord")
    assert facts_of_licences({licence.pk})[licence.pk].terms == tuple(terms)
    assert timer(licence) == AT + DAY
    for version in (1, 2):
        with pytest.raises(Stale):
            services.undo_terms(licence, version=version, actor=photographer)
    services.revoke_licence(licence, actor=photographer)
    with pytest.raises(Stale):
        services.undo_terms(licence, version=4, actor=photographer)
