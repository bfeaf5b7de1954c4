"""What is sold in one market is nothing to an editor of another, to a stranger of a third, and to who has no role. F23.

Every endpoint and page is read by each of them and each role before and after the US gets its products, pictures,
rights, listings and work, and the answers must be the same; then by ids of these, which must be like unknown ones.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from dam.models import Asset
from foundation.accounts.choices import Dimension
from foundation.accounts.models import User
from foundation.accounts.services import KeyScope, create_api_key, create_user, grant_role
from foundation.core.actors import system
from tests.cast import PASSWORD, make_actor

from . import filled, walking
from .test_outsider import LIMITED, addresses, asked, difference, holds, ids_for, own_ids, reads
from .walking import browser, text_of
from .writing import SHARED

MARKETS = {"editor": "GB", "stranger": "JP"}


@pytest.fixture(autouse=True)
def _static_from_source(settings: Any) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture
def clients(world: Any) -> dict[str, Any]:
    """Everybody to whom the US is foreign, signed in."""
    filled.lay_ground()
    found = {
        f"{name}, {role}": browser(make_actor(f"{name}-{role}", role, market=market))
        for name, market in MARKETS.items()
        for role in LIMITED
    }
    nobody = create_user(username="norah", password=PASSWORD, actor=system("tests"))
    found["no role"] = browser(_actor(nobody))
    piler = create_user(username="piper", password=PASSWORD, actor=system("tests"))
    for dimension, code in ((Dimension.QUEUE, "ingest"), (Dimension.MARKET, "JP")):
        grant_role(holder=piler, role="steward", actor=system("tests"), dimension=dimension, code=code)
    found["one queue"] = browser(_actor(piler))
    return found | {"a key": _key_of(make_actor("kim", "steward"), market="JP")}


def _actor(user: User) -> Any:
    from foundation.accounts.queries import actor_of

    return actor_of(user)


def _key_of(owner: Any, *, market: str) -> APIClient:
    """A key for one market, of somebody who sees them all."""
    user = User.objects.get(pk=owner.user_id)
    _, secret = create_api_key(user=user, name="narrow", scope=KeyScope(markets=[market]), actor=system("tests"))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def _shared_addresses() -> list[str]:
    ids: dict[str, list[str]] = {one.kind: [] for one in reads() if one.parameters}
    shared = {"attributes": ["name", "price"], "families": ["coats", "cups"], "presets": ["card"], "roles": ["steward"],
              "channels": ["shop", "bazaar"], "queues": ["catalogue"]}  # fmt: skip
    return list(addresses(ids | shared))


def _read(client: Any, paths: list[str]) -> dict[str, tuple[int, str]]:
    found = {}
    for path in paths:
        if isinstance(client, APIClient) and not path.startswith("/api/"):
            continue
        response = client.get(path)
        assert response.status_code < 500, path
        found[path] = (response.status_code, text_of(response))
    return found


def _names() -> list[str]:
    """Texts that no answer may hold."""
    shas = Asset.objects.values_list("first_sha256", flat=True)
    return ["atlas", "boreal", "cirrus", "studio of ours", "loose.jpg", filled.SECRET, filled.RESTRICTED, *shas]


@pytest.mark.timeout(900)
def test_the_goods_of_a_market_change_no_answer_elsewhere(
    clients: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foundation.accounts.services.keys.USED_AGAIN_AFTER", timedelta(days=1))  # a page tells it
    paths = _shared_addresses()
    before = {name: _read(client, paths) for name, client in clients.items()}
    assert {status for answers in before.values() for status, _ in answers.values()} >= {200, 302, 403}
    assert len([path for path, (status, _) in before["editor, steward"].items() if status == 200]) > 40
    filled.fill_market()
    forbidden, complaints = _names(), []
    for name, client in clients.items():
        for path, (status, text) in _read(client, paths).items():
            if found := holds(text, forbidden):
                complaints.append(f"{name} {path} tells {found[:3]}")
            elif (status, text) != before[name][path]:
                complaints.append(f"{name} {path} changed: {difference(before[name][path][1], text)}")
    assert not complaints, "\n".join(complaints)


@pytest.mark.timeout(900)
def test_ids_from_another_market_are_like_unknown_ones(clients: dict[str, Any]) -> None:
    filled.fill_market()
    ids, forbidden, complaints, walked = own_ids(), _names(), [], set()
    for name, client in clients.items():
        for operation in reads():
            if not operation.parameters or operation.kind in SHARED:
                continue
            if isinstance(client, APIClient) and not operation.path.startswith("/api/"):
                continue
            for one in ids_for(operation, ids):
                walked.add(operation.kind)
                unknown = walking.like(one, unknown=str(uuid4()))
                told, plain = asked(client, operation.at(one), one), asked(client, operation.at(unknown), unknown)
                if told != plain or told[0] not in {403, 404, 405}:
                    complaints.append(f"{name} {operation.at(one)}: {told[0]} {told[1][:200]!r} is not {plain[0]}")
                elif found := holds(told[1], forbidden):
                    complaints.append(f"{name} {operation.at(one)} tells {found}")
    assert not complaints, "\n".join(complaints)
    assert walked >= {"products", "assets", "licences", "bindings", "listings", "work-items", "work"}
