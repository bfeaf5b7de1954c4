"""The people of the tests, the same everywhere, and the reference data they stand on."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.stages import staged

PASSWORD = "a-long-enough-password"


def make_actor(username: str, role: str, *, market: str = "", category: str = "") -> Any:
    """A user with one role, everywhere, in one market or in one branch, or where both are, as an actor."""
    from foundation.accounts.choices import Dimension, Role
    from foundation.accounts.queries import actor_of
    from foundation.accounts.services import create_user, grant_role
    from foundation.core.actors import system

    user = create_user(username=username, password=PASSWORD, actor=system("tests"), is_staff=role == "administrator")
    places = [(Dimension.MARKET, market), (Dimension.CATEGORY, category)]
    for dimension, code in [one for one in places if one[1]] or [(Dimension.EVERYWHERE, "")]:
        grant_role(holder=user, role=Role(role), actor=system("tests"), dimension=dimension, code=code)
    return actor_of(user)


@pytest.fixture(autouse=True)
def _first_rows(request: Any) -> None:
    """Tests with transactions of their own end with a flush, which takes what migrations put there."""
    from foundation.accounts.services.roles import seed_roles
    from pim.services.relation_types import seed_relation_types

    marker = request.node.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & {*request.fixturenames}:
        request.getfixturevalue("_django_db_helper")
        seed_roles()
        seed_relation_types()


def enter(client: Any, actor: Any) -> None:
    """Sign the client in as the actor, as if by password just now."""
    import time

    from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY

    from foundation.accounts.models import User

    client.force_login(User.objects.get(pk=actor.user_id))
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(actor.user_id)
    session.save()


@pytest.fixture
def house_actor() -> Any:
    """The house itself."""
    from foundation.core.actors import system

    return system("tests")


@pytest.fixture
def administrator(db: None) -> Any:
    return make_actor("ada", "administrator")


@pytest.fixture
def steward(db: None) -> Any:
    return make_actor("stella", "steward")


@pytest.fixture
def photographer(db: None) -> Any:
    return make_actor("phil", "studio")


@pytest.fixture
def merchant(db: None) -> Any:
    return make_actor("mona", "merchant")


@pytest.fixture
def outsider(db: None) -> Any:
    """A steward who may see the market US only."""
    return make_actor("otto", "steward", market="US")


@pytest.fixture
def client_of(db: None) -> Any:
    """An API client that sends the key of an actor: `client_of(steward).get("/api/v1/…")`."""
    from rest_framework.test import APIClient

    from foundation.accounts.models import User
    from foundation.accounts.services import create_api_key
    from foundation.core.actors import system

    def make(actor: Any) -> APIClient:
        user = User.objects.get(pk=actor.user_id)
        _, secret = create_api_key(user=user, name="tests", actor=system("tests"))
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return make


def make_world() -> SimpleNamespace:
    """Five locales, four markets, a shop and a marketplace, and five scopes."""
    from foundation.core.actors import system
    from foundation.markets.models import Channel, Market, Scope
    from foundation.markets.services import define_channel, define_locale, define_market, define_scope

    actor = system("tests")
    define_locale(code="en-GB", name="English (UK)", actor=actor)
    define_locale(code="en-US", name="English (US)", fallback="en-GB", fallback_counts=True, actor=actor)
    define_locale(code="de-DE", name="German", fallback="en-GB", actor=actor)
    define_locale(code="de-AT", name="German (Austria)", fallback="de-DE", fallback_counts=True, actor=actor)
    define_locale(code="ja-JP", name="Japanese", actor=actor)
    for code, territories, locales, currency in (
        ("DACH", ["DE", "AT"], ["de-DE", "de-AT"], "EUR"),
        ("GB", ["GB"], ["en-GB"], "GBP"),
        ("US", ["US"], ["en-US"], "USD"),
        ("JP", ["JP"], ["ja-JP"], "JPY"),
    ):
        define_market(code=code, name=code, territories=territories, locales=locales, currency=currency, actor=actor)
    define_channel(code="shop", name="Web shop", kind="d2c", actor=actor, asks_restricted=True)
    define_channel(code="bazaar", name="Bazaar", kind="marketplace", actor=actor)
    scopes = [
        ("shop", "DACH", "de-DE"),
        ("shop", "DACH", "de-AT"),
        ("shop", "GB", "en-GB"),
        ("shop", "US", "en-US"),
        ("bazaar", "GB", "en-GB"),
    ]
    for channel, market, locale in scopes:
        define_scope(channel=channel, market=market, locale=locale, actor=actor)
    return SimpleNamespace(
        shop=Channel.objects.get(code="shop"),
        bazaar=Channel.objects.get(code="bazaar"),
        markets={market.code: market for market in Market.objects.all()},
        scopes={str(scope): scope for scope in Scope.objects.select_related("channel", "market", "locale")},
    )


world = staged("world", lambda: {"world": make_world()})


@pytest.fixture(autouse=True)
def audit_heads(settings: Any, tmp_path: Any) -> Any:
    """Each test's own folder for heads of the audit chain."""
    folder = tmp_path / "audit"
    options = {"location": str(folder)}
    place = {"BACKEND": "foundation.blobs.storage.FolderStorage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"audit": place}
    return folder


@pytest.fixture
def bucket(settings: Any, monkeypatch: Any) -> Iterator[str]:
    """An empty bucket behind STORAGE_URL; gives the endpoint."""
    import boto3
    from moto.server import ThreadedMotoServer

    from config import env

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    client.create_bucket(Bucket="tandem")
    monkeypatch.setenv("STORAGE_URL", f"s3://key:secret@{host}:{port}/tandem?region=us-east-1&tls=false")
    settings.STORAGES = settings.STORAGES | {"default": env.storage("STORAGE_URL", "", "for the test")}
    yield f"http://{host}:{port}"
    server.stop()
