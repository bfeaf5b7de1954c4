"""Actors, keys and who is let in. G1."""

from datetime import timedelta

import pytest

from foundation.accounts.choices import Dimension, Role
from foundation.accounts.errors import BadKey
from foundation.accounts.models import ApiKey, ApiKeyUse, Grant, User
from foundation.accounts.queries import actor_of, find_key
from foundation.accounts.services import create_api_key, create_user, grant_role, revoke_api_key
from foundation.core import moment
from foundation.core.actors import ANONYMOUS, Actor, system
from foundation.core.errors import Denied, Missing
from foundation.history.models import Revision
from pim.choices import Sensitivity
from pim.models.attributes import clearance_of

pytestmark = pytest.mark.django_db


def test_a_role_in_one_market_limits_and_a_role_everywhere_lifts_the_limit(outsider, house_actor):
    assert outsider.limits("market") == {"US"}
    assert (outsider.sees("market", "US"), outsider.sees("market", "GB")) == (True, False)
    user = User.objects.get(pk=outsider.user_id)
    grant_role(holder=user, role="merchant", actor=house_actor)
    assert actor_of(user).limits("market") is None


def test_a_closed_account_is_nobody(steward):
    User.objects.filter(pk=steward.user_id).update(is_active=False)
    assert actor_of(User.objects.get(pk=steward.user_id)) is ANONYMOUS


def test_only_who_manages_accounts_may(steward):
    before = User.objects.count(), Grant.objects.count()
    with pytest.raises(Denied, match=r"accounts\.manage"):
        create_user(username="eve", actor=steward)
    assert (User.objects.count(), Grant.objects.count()) == before


def test_the_secret_is_shown_once_and_kept_as_a_digest(steward):
    user = User.objects.get(pk=steward.user_id)
    key, secret = create_api_key(user=user, name="shop", actor=steward)
    assert secret.startswith(f"tk_{key.prefix}_")
    assert secret not in str(ApiKey.objects.filter(pk=key.pk).values().get())
    assert find_key(secret, at=moment.now()).user == user


@pytest.mark.parametrize("spoil", ["unknown", "tk_", "tk_00000000_x", "", "tk_é_ü"])
def test_a_wrong_key_is_refused(spoil, db):
    with pytest.raises(BadKey):
        find_key(spoil, at=moment.now())


def test_an_expired_a_revoked_and_an_orphaned_key_are_refused(steward, photographer):
    user, at = User.objects.get(pk=steward.user_id), moment.now()
    _, expiring = create_api_key(user=user, name="a", actor=steward, expires_at=at + timedelta(hours=1))
    key, revoked = create_api_key(user=user, name="b", actor=steward)
    assert find_key(expiring, at=at + timedelta(minutes=59))
    with pytest.raises(BadKey):
        find_key(expiring, at=at + timedelta(hours=1))
    with pytest.raises(Missing):
        revoke_api_key(prefix=key.prefix, actor=photographer)
    revoke_api_key(prefix=key.prefix, actor=steward)
    with pytest.raises(BadKey):
        find_key(revoked, at=at)
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(BadKey):
        find_key(expiring, at=at)


def test_an_actor_survives_a_job(outsider):
    assert Actor.from_json(outsider.to_json()) == outsider


def test_an_actor_of_an_older_job_is_read():
    kept = {"label": "user:a", "user_id": 1, "name": "A", "permissions": ["pim.view"], "scopes": {"market": ["US"]}}
    actor = Actor.from_json(kept)
    assert (actor.may("pim.view"), actor.may("pim.edit"), actor.limits("market")) == (True, False, {"US"})


def granted(username, *grants):
    user = create_user(username=username, actor=system("tests"))
    for role, dimension, code in grants:
        grant_role(holder=user, role=Role(role), dimension=Dimension(dimension), code=code, actor=system("tests"))
    return actor_of(user)


def test_a_permission_holds_where_its_role_holds():
    actor = granted("mo", ("steward", "market", "FR"), ("merchant", "*", ""))
    assert actor.within("pim.edit").limits("market") == {"FR"}
    assert actor.within("pim.view").limits("market") is None
    editor = actor.require("pim.edit")
    assert editor.within("pim.view").limits("market") == {"FR"}
    assert (editor.sees("market", "FR"), editor.sees("market", "DE")) == (True, False)
    with pytest.raises(Denied):
        actor.require("dam.edit")


def test_grants_of_one_role_combine():
    narrow = granted("na", ("steward", "market", "FR"), ("steward", "market", "DE"), ("steward", "channel", "web"))
    assert [narrow.admits(market=one, channel="web") for one in ("FR", "DE", "US")] == [True, True, False]
    assert not narrow.admits(market="FR", channel="bazaar")
    mixed = granted("mi", ("steward", "market", "FR"), ("merchant", "channel", "web"))
    assert mixed.admits(market="US", channel="web")
    assert mixed.admits(market="FR", channel="bazaar")
    assert not mixed.admits(market="US", channel="bazaar")
    whole = granted("wh", ("steward", "market", "FR"), ("steward", "*", ""))
    assert whole.limits("market") is None


def test_what_is_the_same_for_the_whole_house_needs_a_role_that_is_not_limited():
    french = granted("fr", ("administrator", "market", "FR"))
    assert (french.may("pim.edit"), french.may("accounts.manage"), french.may("pim.define")) == (True, False, False)
    assert french.limits("market") == {"FR"}


def test_a_clearance_counts_only_where_it_covers_all_that_is_seen():
    mixed = granted("mi", ("steward", "market", "FR"), ("studio", "*", ""))
    assert clearance_of(mixed) == Sensitivity.PUBLIC
    assert clearance_of(mixed.require("pim.edit")) == Sensitivity.RESTRICTED


def test_the_answer_carries_the_request_id(client):
    assert len(client.get("/healthz")["X-Request-Id"]) == 36


def test_the_use_of_a_key_is_noted_to_the_minute_and_leaves_no_revision(client_of, steward):
    client = client_of(steward)
    key, at = ApiKey.objects.get(user_id=steward.user_id), moment.now()
    before = Revision.objects.count()
    for later in (timedelta(0), timedelta(seconds=30), timedelta(seconds=61)):
        with moment.frozen(at + later):
            assert client.get("/api/v1/assets").status_code == 200
    assert ApiKeyUse.objects.get(key=key).at == at + timedelta(seconds=61)
    assert Revision.objects.count() == before


def test_signing_in_changes_no_truth(client, steward):
    before = Revision.objects.count()
    assert client.login(username="stella", password="a-long-enough-password")
    assert Revision.objects.count() == before
