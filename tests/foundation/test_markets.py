"""Cells and chains. P5, P6."""

import pytest
from django.db import connection

from foundation.core.errors import Denied, Invalid
from foundation.events.models import OutboxEvent
from foundation.history.services import recorded
from foundation.markets.models import Locale, Market, Scope
from foundation.markets.queries import get_scope, scope_chain
from foundation.markets.services import define_locale, define_market, define_scope

pytestmark = pytest.mark.django_db


def chain(scope: Scope) -> list[tuple[int, str | None, str, bool]]:
    return [(cell.step, cell.market, cell.locale, cell.counts) for cell in scope_chain(scope.pk)]


def test_a_chain_asks_the_market_before_the_shared_and_ends_at_any_locale(world):
    assert chain(world.scopes["shop/DACH/de-AT"]) == [
        (0, "DACH", "de-AT", True),
        (0, None, "de-AT", True),
        (1, "DACH", "de-DE", True),
        (1, None, "de-DE", True),
        (2, "DACH", "en-GB", False),
        (2, None, "en-GB", False),
        (3, "DACH", "*", True),
        (3, None, "*", True),
    ]


def test_another_fallback_rewrites_the_chains_that_pass_through_it_and_says_so(world, house_actor):
    OutboxEvent.objects.all().delete()
    define_locale(code="de-DE", name="German", fallback=None, actor=house_actor)
    assert [cell[2] for cell in chain(world.scopes["shop/DACH/de-DE"])] == ["de-DE", "de-DE", "*", "*"]
    told = OutboxEvent.objects.filter(type="markets.scope.changed").values_list("data__scope", flat=True)
    assert sorted(told) == ["shop/DACH/de-AT", "shop/DACH/de-DE"]


def test_defining_again_changes_nothing(world, house_actor):
    OutboxEvent.objects.all().delete()
    define_scope(channel="shop", market="GB", locale="en-GB", actor=house_actor)
    assert not OutboxEvent.objects.exists()


def test_a_circle_of_fallbacks_is_refused_and_ends(world, house_actor):
    with pytest.raises(Invalid, match="go round in a circle"):
        define_locale(code="en-GB", name="English", fallback="de-DE", actor=house_actor)
    assert Locale.objects.get(code="en-GB").fallback_id is None
    with recorded(house_actor):
        Locale.objects.filter(code="en-GB").update(fallback="de-DE")
    with pytest.raises(Invalid, match="go round in a circle"):
        define_locale(code="en-US", name="American", fallback="en-GB", actor=house_actor)
    define_scope(channel="shop", market="GB", locale="en-GB", actor=house_actor)
    assert [cell[2] for cell in chain(world.scopes["shop/GB/en-GB"])][::2] == ["en-GB", "de-DE", "*"]


def test_errors_say_what_there_is(world, house_actor):
    with pytest.raises(Invalid, match="not a locale of the market GB"):
        define_scope(channel="shop", market="GB", locale="ja-JP", actor=house_actor)
    with pytest.raises(Invalid, match="no such scope"):
        get_scope("bazaar", "JP", "ja-JP")
    with pytest.raises(Invalid, match="at least one territory"):
        define_market(code="XX", name="X", territories=[], locales=[], currency="EUR", actor=house_actor)


def test_who_sees_what(world, steward, outsider):
    assert list(Market.objects.visible_to(outsider).values_list("code", flat=True)) == ["US"]
    assert Market.objects.visible_to(steward).count() == 4
    assert [str(scope) for scope in Scope.objects.visible_to(outsider)] == ["shop/US/en-US"]
    with pytest.raises(Denied):
        define_locale(code="fr-FR", name="French", actor=steward)


@pytest.mark.parametrize("table", ["markets_market", "markets_scope", "markets_cell", "pim_family", "pim_attribute"])
def test_small_tables_are_counted_at_their_first_change(table: str) -> None:
    """Else the planner takes five markets for hundreds, and reads large tables row by row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE oid = %s::regclass", [table])
        assert cursor.fetchone() == (["autovacuum_analyze_threshold=1"],)
