"""History is the database's work: bulk SQL cannot escape it, and it knows who acted."""

import pytest
from django.db import connection

from foundation.accounts.models import Grant, User
from foundation.accounts.services import grant_role
from foundation.core.actors import system
from foundation.history.models import Revision
from foundation.history.queries import changes_of
from foundation.history.services import current_recording, recorded
from foundation.markets.models import Market

pytestmark = pytest.mark.django_db


def test_a_bulk_update_leaves_one_revision_a_row_with_the_image_before(world, steward):
    with recorded(steward, change_set="spring"):
        Market.objects.filter(code__in=["GB", "US"]).update(name="renamed")
    rows = Revision.objects.filter(table_name="markets_market", op="U", change_set="spring").order_by("id")
    assert [(row.before["code"], row.before["name"], row.actor) for row in rows] == [
        ("GB", "GB", "user:stella"),
        ("US", "US", "user:stella"),
    ]


def test_raw_sql_is_caught_too(world):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE markets_market SET currency = 'CHF' WHERE code = 'GB'")
    market = Market.objects.get(code="GB")
    newest = changes_of("markets_market", market.pk)[0]
    assert newest.differences == {"currency": ("GBP", "CHF")}
    assert newest.actor == ""


def test_each_change_knows_its_image_after_from_the_next(world, steward):
    market = Market.objects.get(code="JP")
    for name in ("one", "two"):
        with recorded(steward):
            Market.objects.filter(pk=market.pk).update(name=name)
    assert [change.differences.get("name") for change in changes_of("markets_market", market.pk)] == [
        ("one", "two"),
        ("JP", "one"),
        (None, "JP"),
    ]


def test_a_deleted_row_keeps_its_last_image(world, steward, photographer):
    grant = Grant.objects.get(user_id=photographer.user_id)
    with recorded(steward):
        Grant.objects.filter(pk=grant.pk).delete()
    last = changes_of("accounts_grant", grant.pk)[0]
    assert (last.op, last.before["role"], last.after) == ("D", "studio", None)


def test_after_an_inner_block_the_outer_actor_acts_again(world, steward):
    with recorded(steward):
        with recorded(system("inner")):
            Market.objects.filter(code="GB").update(name="inner")
        Market.objects.filter(code="US").update(name="outer")
    rows = Revision.objects.filter(table_name="markets_market", op="U").order_by("id")
    assert [(row.before["code"], row.actor) for row in rows] == [("GB", "system:inner"), ("US", "user:stella")]


def test_writing_outside_a_recording_is_a_programming_error(db):
    with pytest.raises(RuntimeError, match="recorded"):
        current_recording()


def test_a_failed_service_leaves_no_revision(world, steward):
    before = Revision.objects.count()
    with pytest.raises(Exception, match="lacks the permission"):
        grant_role(holder=User.objects.get(pk=steward.user_id), role="administrator", actor=steward)
    assert Revision.objects.count() == before
