"""Coming by a provider in a real browser: under the pages' policy, there and back, and once more to confirm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from foundation.accounts.models import User
from foundation.accounts.services import add_provider
from foundation.core.actors import system
from tests.cast import enter
from tests.providers.running import free_port, running

from . import browsers

SECRET = "the-secret-of-this-house-at-the-provider"


@pytest.fixture
def north(transactional_db: None, live_server: Any, world: Any, settings: Any) -> Iterator[str]:
    """A provider beside the live server; its address."""
    settings.OUTGOING_HOSTS = ["127.0.0.1"]
    cache.clear()
    port = free_port()
    redirect = f"{live_server.url}/sso/openid/north/callback/"
    issuer = f"http://127.0.0.1:{port}"
    with running("openid.mjs", {"port": port, "client": "tandem", "secret": SECRET, "redirect": redirect}):
        add_provider(
            code="north", kind="openid_connect", name="North", issuer=issuer, client_id="tandem", secret=SECRET,
            may_create=True, actor=system("tests"),
        )  # fmt: skip
        yield issuer


def at_the_provider(page: Page, issuer: str) -> None:
    """Sign in there, and agree where it asks."""
    page.wait_for_url(f"{issuer}/**")
    page.locator("input[name=login]").fill("subject-1")
    page.locator("input[name=password]").fill("any")
    page.locator("button[type=submit]").click()
    if page.url.startswith(issuer):
        page.locator("button[type=submit]").click()


def test_there_and_back_and_once_more(chromium: Browser, live_server: Any, north: str) -> None:
    watch = browsers.Watch()
    context = chromium.new_context(base_url=live_server.url)
    context.add_init_script(browsers.COLLECTOR)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.on("console", lambda message: watch.note(page, message) if live_server.url in page.url else None)
    page.goto("/login/?next=/settings/keys/")
    page.get_by_role("link", name="North").click()
    at_the_provider(page, north)
    expect(page.get_by_role("heading", name="API keys")).to_be_visible()
    assert User.objects.get().username == "nora"

    page.get_by_role("link", name="New key").first.click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_role("link", name="Sign in again at North").click()
    at_the_provider(page, north)
    expect(page.get_by_role("heading", name="New API key")).to_be_visible()
    page.get_by_label("Name").fill("Mine")
    page.get_by_role("button", name="Make").click()
    expect(page.get_by_text("Copy it now")).to_be_visible()
    context.close()
    assert watch.seen == []


@pytest.mark.parametrize("size", [browsers.WIDE, browsers.NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_administrators_have_no_barrier(
    chromium: Browser, street: Any, administrator: Any, north: str, scheme: str, size: dict[str, int]
) -> None:
    client = Client()
    enter(client, administrator)
    session = str(next(iter(client.cookies.values())).value)
    user = User.objects.get(username="stella")
    paths = [
        "/settings/providers/",
        "/settings/providers/new/?kind=openid_connect",
        "/settings/providers/new/?kind=saml",
        "/settings/providers/north/",
        "/settings/sign-in/",
        f"/settings/people/{user.uid}/",
    ]
    options = {"bypass_csp": True, "color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    with browsers.signed_in(chromium, street.address, session, **options) as context:
        page = context.new_page()
        found = {}
        for path in paths:
            assert page.goto(path).status == 200
            found[path] = browsers.barriers(page)
    assert {path: rows for path, rows in found.items() if rows} == {}
