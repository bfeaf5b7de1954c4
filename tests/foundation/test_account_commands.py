"""Users and keys from the command line, as a deployment makes its first ones. G1."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from foundation.accounts.errors import BadKey
from foundation.accounts.management.commands import create_user as create_user_command
from foundation.accounts.models import ApiKey, Grant, User
from foundation.accounts.queries import actor_of, find_key
from foundation.archive import fsck
from foundation.core import moment

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().strip()


def test_a_key_for_a_person_acts_with_their_role_and_can_be_revoked(steward):
    secret = run("create_key", "stella", "--name", "shop", "--days", "30")
    key = find_key(secret, at=moment.now())
    assert (key.user.username, key.name) == ("stella", "shop")
    assert (key.expires_at - key.created_at).days in {29, 30}
    assert actor_of(key.user, key=key).may("pim.edit")
    run("revoke_key", key.prefix)
    with pytest.raises(BadKey):
        find_key(secret, at=moment.now())


def test_a_service_account_is_made_with_its_key(db):
    secret = run("create_key", "webshop", "--role", "integrator")
    key = find_key(secret, at=moment.now())
    assert (key.user.is_service, key.user.has_usable_password(), key.expires_at) == (True, False, None)
    assert [grant.role for grant in key.user.grants.all()] == ["integrator"]
    assert list(fsck.no_change_without_event()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("nobody",),
        ("stella", "--role", "integrator"),
        ("stella", "--days", "0"),
        ("eve", "--role", "studio", "--days", "-1"),
    ],
)
def test_what_makes_no_sense_makes_no_key(steward, words):
    before = ApiKey.objects.count(), User.objects.count()
    with pytest.raises(CommandError):
        run("create_key", *words)
    assert (ApiKey.objects.count(), User.objects.count()) == before
    with pytest.raises(CommandError):
        run("revoke_key", "00000000")


def test_a_person_can_sign_in(client, monkeypatch):
    monkeypatch.setattr(create_user_command, "getpass", lambda prompt: "a-long-enough-password")
    run("create_user", "otto", "--role", "steward", "--market", "US", "--full-name", "Otto Reyes")
    assert client.login(username="otto", password="a-long-enough-password")
    user = User.objects.get(username="otto")
    assert (user.get_full_name(), user.is_staff) == ("Otto Reyes", False)
    assert actor_of(user).limits("market") == {"US"}
    run("create_user", "ada", "--role", "administrator")
    assert User.objects.get(username="ada").is_staff
    with pytest.raises(CommandError):
        run("create_user", "ada", "--role", "steward")
    assert list(fsck.no_change_without_event()) == []


def test_a_weak_password_makes_nobody(db, monkeypatch):
    monkeypatch.setattr(create_user_command, "getpass", lambda prompt: "short")
    with pytest.raises(CommandError, match="too short"):
        run("create_user", "eve", "--role", "steward")
    assert (User.objects.count(), Grant.objects.count()) == (0, 0)
