"""Keys on pages: one's own for everybody, all of them for administrators; a secret is seen once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from foundation.accounts.models import ApiKey, User
from foundation.accounts.queries import actor_of, find_key
from foundation.accounts.services import create_api_key, create_user
from foundation.core import moment

pytestmark = pytest.mark.django_db
NEW, LIST = "/settings/keys/new/", "/settings/keys/"
SECRET = re.compile(r"tk_[0-9a-f]{8}_[\w-]{43}")


def secret_on(answer: Any) -> str:
    found = set(SECRET.findall(answer.content.decode()))
    assert len(found) == 1
    return found.pop()


def test_a_key_is_made_and_its_secret_shown_once(world: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    asked = {"name": "Web shop", "days": "90", "permissions": ["pim.view"], "markets": ["GB"], "per_minute": "60"}
    made = client.post(NEW, asked)
    assert (made.status_code, "no-store" in made["Cache-Control"]) == (200, True)
    key = find_key(secret_on(made), at=moment.now())
    actor = actor_of(key.user, key=key)
    assert (key.user_id, actor.permissions, actor.limits("market")) == (steward.user_id, {"pim.view"}, {"GB"})
    assert (key.per_minute, key.per_day) == (60, None)
    assert timedelta(days=89) < key.expires_at - moment.now() <= timedelta(days=90)
    listed = client.get(LIST).content.decode()
    assert not SECRET.search(listed)
    assert f"tk_{key.prefix}…" in listed
    assert "pim.view; in GB; 60 a minute" in listed


def test_what_cannot_be_is_said_beside_its_field(world: Any, steward: Any, administrator: Any, browser_of: Any) -> None:
    answer = browser_of(steward).post(NEW, {"name": " ", "days": "12", "permissions": ["accounts.manage"]})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "days", "permissions"}
    ada = browser_of(administrator)
    assert ada.post(NEW, {"name": "x", "user": "nobody"}).context["form"].errors["user"] == [
        "Nobody signs in by this name"
    ]
    refused = ada.post(NEW, {"name": "x", "user": User.objects.get(pk=steward.user_id).username,
                             "permissions": ["accounts.manage"]})  # fmt: skip
    assert "may not accounts.manage either" in refused.context["form"].errors["permissions"][0]
    assert not ApiKey.objects.exists()


def test_an_administrator_makes_one_for_a_program(world: Any, administrator: Any, browser_of: Any) -> None:
    create_user(username="erp", actor=administrator, is_service=True, name="ERP")
    made = browser_of(administrator).post(NEW, {"name": "Orders", "user": "erp", "days": ""})
    key = find_key(secret_on(made), at=moment.now())
    assert (key.user.username, key.expires_at) == ("erp", None)


def test_rotating_and_revoking(world: Any, steward: Any, photographer: Any, browser_of: Any) -> None:
    key, _ = create_api_key(user=User.objects.get(pk=steward.user_id), name="Web shop", actor=steward)
    stella, phil = browser_of(steward), browser_of(photographer)
    assert "Web shop" not in phil.get(LIST).content.decode()
    for verb in ("rotate", "revoke"):
        assert phil.post(f"{LIST}{key.prefix}/{verb}/").status_code == 404
        assert phil.post(f"{LIST}unknown/{verb}/").status_code == 404
    successor = find_key(secret_on(stella.post(f"{LIST}{key.prefix}/rotate/")), at=moment.now())
    key.refresh_from_db()
    assert (successor.replaces, key.revoked_at) == (key, None)
    assert timedelta(days=6) < key.expires_at - moment.now() <= timedelta(days=7)
    rows = {row.prefix: row for row in stella.get(LIST).context["keys"]}
    assert (rows[key.prefix].may_rotate, rows[key.prefix].state.label) == (False, "Ends soon")
    assert (rows[successor.prefix].may_rotate, rows[successor.prefix].state.label) == (True, "In force")
    assert stella.post(f"{LIST}{successor.prefix}/revoke/").status_code == 302
    rows = {row.prefix: row for row in stella.get(LIST).context["keys"]}
    assert (rows[successor.prefix].may_revoke, rows[successor.prefix].state.label) == (False, "Revoked")
    assert rows[key.prefix].may_revoke, "the one before goes on until it ends"
