"""What a key may, how often, and how it gives way to its successor. G1."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from foundation.accounts import limits
from foundation.accounts.errors import BadKey
from foundation.accounts.models import ApiKey, User
from foundation.accounts.queries import actor_of, find_key
from foundation.accounts.services import (
    KeyScope,
    close_account,
    create_api_key,
    grant_role,
    reopen_account,
    revoke_api_key,
    revoke_role,
    rotate_api_key,
)
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Denied, Invalid, Missing
from foundation.core.permissions import DECLARED
from foundation.history.models import Revision
from tests.cast import enter

pytestmark = pytest.mark.django_db
KEYS = "/api/v1/api-keys"
ROOT = Path(__file__).parents[2]


def owner(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)


def acting(actor: Actor, **scope: Any) -> Actor:
    """Who a key of this scope acts as."""
    key, _ = create_api_key(user=owner(actor), name="shop", actor=actor, scope=KeyScope(**scope))
    return actor_of(key.user, key=key)


def test_a_key_may_what_its_scope_names_of_what_its_owner_may(steward: Actor) -> None:
    everything = acting(steward)
    assert everything.reaches == steward.reaches
    narrow = acting(steward, permissions=["pim.view", "dam.view"], markets=["GB"], channels=["shop"])
    assert narrow.permissions == {"pim.view", "dam.view"}
    assert (narrow.limits("market"), narrow.limits("channel"), narrow.limits("queue")) == ({"GB"}, {"shop"}, None)
    assert narrow.label.startswith("key:")


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ({"permissions": ["accounts.manage"]}, "permissions"),
        ({"permissions": ["*"]}, "permissions"),
        ({"permissions": ["pim.fly"]}, "permissions"),
        ({"markets": ["GB"]}, "markets"),
        ({"per_minute": 0}, "per_minute"),
        ({"per_day": -1}, "per_day"),
    ],
)
def test_no_key_may_more_than_its_owner(outsider: Actor, scope: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        acting(outsider, **scope)
    assert (refused.value.path, ApiKey.objects.count()) == (path, 0)


def test_what_its_owner_loses_the_key_loses(outsider: Actor, house_actor: Actor) -> None:
    user = owner(outsider)
    grant_role(holder=user, role="merchant", dimension="market", code="GB", actor=house_actor)
    wide = actor_of(User.objects.get(pk=user.pk))
    key, _ = create_api_key(
        user=user, name="shop", actor=wide, scope=KeyScope(permissions=["pim.view", "pim.edit"], markets=["GB", "US"])
    )
    assert actor_of(User.objects.get(pk=user.pk), key=key).limits("market") == {"GB", "US"}
    steward = user.grants.get(role="steward")
    revoke_role(holder=user, grant_id=steward.pk, actor=house_actor)
    now = actor_of(User.objects.get(pk=user.pk), key=key)
    assert (now.permissions, now.limits("market")) == ({"pim.view"}, {"GB"})


def test_rotation_overlaps_and_keeps_the_scope(steward: Actor) -> None:
    scope = KeyScope(permissions=["pim.view"], markets=["GB"], per_minute=10)
    at = moment.now()
    old, old_secret = create_api_key(
        user=owner(steward), name="shop", actor=steward, scope=scope, expires_at=at + timedelta(days=90)
    )
    new, new_secret = rotate_api_key(prefix=old.prefix, actor=steward, overlap=timedelta(hours=2))
    kept = ("name", "permissions", "markets", "channels", "per_minute", "per_day", "user_id")
    assert [getattr(new, name) for name in kept] == [getattr(old, name) for name in kept]
    assert new.replaces == old
    assert timedelta(days=89) < new.expires_at - moment.now() <= timedelta(days=90)
    later = moment.now() + timedelta(hours=2)
    assert find_key(old_secret, at=later - timedelta(minutes=1)) == old
    with pytest.raises(BadKey):
        find_key(old_secret, at=later)
    assert find_key(new_secret, at=later) == new
    with pytest.raises(Conflict, match="rotated already"):
        rotate_api_key(prefix=old.prefix, actor=steward)
    revoke_api_key(prefix=new.prefix, actor=steward)
    with pytest.raises(Conflict, match="has ended"):
        rotate_api_key(prefix=new.prefix, actor=steward)
    with pytest.raises(Invalid, match="30 days"):
        rotate_api_key(prefix=old.prefix, actor=steward, overlap=timedelta(days=31))


def test_others_keys_are_missing_and_no_key_makes_keys(steward: Actor, photographer: Actor) -> None:
    key, _ = create_api_key(user=owner(steward), name="shop", actor=steward)
    for act in (rotate_api_key, revoke_api_key):
        with pytest.raises(Missing):
            act(prefix=key.prefix, actor=photographer)
    program = actor_of(key.user, key=key)
    with pytest.raises(Denied, match="a key cannot"):
        create_api_key(user=key.user, name="more", actor=program)
    for act in (rotate_api_key, revoke_api_key):
        with pytest.raises(Denied, match="a key cannot"):
            act(prefix=key.prefix, actor=program)
    assert ApiKey.objects.get().revoked_at is None


def test_a_closed_account_takes_its_keys_along_and_reopening_revives_none(steward: Actor, house_actor: Actor) -> None:
    _, secret = create_api_key(user=owner(steward), name="shop", actor=steward)
    close_account(user=owner(steward), actor=house_actor)
    reopen_account(user=owner(steward), actor=house_actor)
    assert owner(steward).is_active
    with pytest.raises(BadKey):
        find_key(secret, at=moment.now())
    assert secret not in str(list(Revision.objects.values_list("before", flat=True)))


def test_beyond_its_limit_a_key_is_told_when_to_come_again(steward: Actor, client: Any, settings: Any) -> None:
    _, secret = create_api_key(user=owner(steward), name="shop", actor=steward, scope=KeyScope(per_minute=3, per_day=4))
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    answers = [client.get(KEYS) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"minute";q=3;w=60, "day";q=4;w=86400'
    assert [answer["RateLimit"].split(";t=")[0] for answer in answers] == [
        f'"minute";r={left}' for left in (2, 1, 0, 0)
    ]
    refused = answers[3]
    assert 0 < int(refused["Retry-After"]) <= 60
    assert (refused["Content-Type"], refused.json()["code"]) == ("application/problem+json", "throttled")
    ApiKey.objects.update(per_minute=None)
    assert client.get(KEYS).status_code == 429, "five in a day are one too many"
    ApiKey.objects.update(per_day=None)
    answer = client.get(KEYS)
    assert (answer.status_code, answer["RateLimit-Policy"]) == (200, '"minute";q=6000;w=60')
    settings.KEY_REQUESTS_PER_MINUTE = 0
    assert "RateLimit" not in client.get(KEYS)


def test_people_at_their_pages_are_not_counted(steward: Actor, client: Any) -> None:
    client.force_login(owner(steward))
    assert "RateLimit" not in client.get(KEYS)


def test_without_valkey_keys_are_let_through(
    steward: Actor, client: Any, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    limits._valkey.cache_clear()
    try:
        _, secret = create_api_key(user=owner(steward), name="shop", actor=steward, scope=KeyScope(per_minute=1))
        with caplog.at_level(logging.WARNING):
            answers = [client.get(KEYS, HTTP_AUTHORIZATION=f"Bearer {secret}") for _ in range(3)]
    finally:
        limits._valkey.cache_clear()
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "Requests of keys are not counted: ConnectionError" in caplog.text
    assert secret not in caplog.text


def test_the_api_makes_rotates_and_revokes(steward: Actor, photographer: Actor, client: Any) -> None:
    body = {"name": "Web shop", "permissions": ["pim.view"], "per_minute": 60}
    client.force_login(owner(steward))
    stale = client.post(KEYS, body, content_type="application/json")
    assert (stale.status_code, stale.json()["code"], ApiKey.objects.count()) == (403, "confirm-first", 0)
    enter(client, steward)
    made = client.post(KEYS, body, content_type="application/json")
    assert made.status_code == 201
    shown = made.json()
    secret, prefix = shown.pop("secret"), shown["prefix"]
    assert client.get(f"{KEYS}/{prefix}").json() == shown
    assert (shown["user"], shown["permissions"], shown["per_minute"], shown["last_used_at"]) == (
        owner(steward).username, ["pim.view"], 60, None,
    )  # fmt: skip
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    program = type(client)(**bearer)
    assert program.post(KEYS, body, content_type="application/json").status_code == 403
    assert program.post(f"{KEYS}/{prefix}/revoke").status_code == 403
    assert program.get(f"{KEYS}/{prefix}").json()["last_used_at"] is not None
    successor = client.post(f"{KEYS}/{prefix}/rotate", {"overlap_hours": 0}, content_type="application/json")
    assert (successor.status_code, successor.json()["replaces"]) == (201, prefix)
    assert program.get(KEYS).status_code == 401, "without an overlap the old one ends at once"
    revoked = client.post(f"{KEYS}/{successor.json()['prefix']}/revoke", content_type="application/json")
    assert revoked.json()["revoked_at"] is not None
    assert [one["prefix"] for one in client.get(KEYS).json()["results"]] == [successor.json()["prefix"], prefix]
    other = client.post(KEYS, {**body, "user": owner(photographer).username}, content_type="application/json")
    assert (other.status_code, other.json()["path"]) == (404, "user")
    client.force_login(owner(photographer))
    assert client.get(KEYS).json()["results"] == []
    assert client.post(f"{KEYS}/{prefix}/revoke", content_type="application/json").status_code == 404


def test_every_permission_that_is_asked_for_can_be_given_to_a_key() -> None:
    rooms = ("foundation", "pim", "dam", "associations", "delivery", "syndication", "workspace")
    asked = re.compile(r"""(?:require|may|page)\(\s*"([a-z]+\.[a-z_]+)\"""")
    found = {name for room in rooms for path in (ROOT / room).rglob("*.py") for name in asked.findall(path.read_text())}
    assert "accounts.manage" in found
    assert found - DECLARED.keys() == set()
