"""Passkeys with Chromium's own virtual authenticator: made, used alone, used after a password, removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from tests.cast import PASSWORD

from . import browsers

PLATFORM = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Visitor:
    """A browser with an authenticator, and nobody signed in."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cdp = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable")
        self.device = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": PLATFORM})["authenticatorId"]

    def credentials(self) -> list[Any]:
        found: list[Any] = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.device})["credentials"]
        return found

    def sign_in(self) -> None:
        self.page.goto("/login/?next=/work/")
        self.page.get_by_label("Sign-in name").fill("stella")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/login/?" not in url)

    def sign_out(self) -> None:
        self.page.context.clear_cookies()

    def verified(self, is_verified: bool) -> None:
        given = {"authenticatorId": self.device, "isUserVerified": is_verified}
        self.cdp.send("WebAuthn.setUserVerified", given)


@pytest.fixture
def visitor(chromium: Browser, transactional_db: None, live_server: Any, world: Any, steward: Any) -> Iterator[Visitor]:
    cache.clear()
    watch = browsers.Watch()
    context = chromium.new_context(base_url=live_server.url)
    context.set_default_timeout(10_000)
    context.add_init_script(browsers.COLLECTOR)
    context.on("page", watch.over)
    yield Visitor(context.new_page())
    context.close()
    assert watch.seen == []


def test_a_passkey_signs_in_by_itself_and_after_a_password(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in()
    page.goto("/settings/sign-in/")
    page.get_by_role("link", name="New passkey").click()
    page.get_by_label("Name").fill("Blue key")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert page.locator(".recovery-codes li").count() == 10
    made = visitor.credentials()
    assert [(one["isResidentCredential"], one["rpId"]) for one in made] == [(True, "localhost")]
    page.goto("/settings/sign-in/")
    expect(page.get_by_text("Blue key", exact=True)).to_be_visible()

    visitor.sign_out()
    page.goto("/login/?next=/work/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Work items")).to_be_visible()
    assert page.url.endswith("/work/")

    visitor.sign_out()
    visitor.sign_in()
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Work items")).to_be_visible()

    page.goto("/settings/sign-in/")
    page.get_by_role("link", name="Remove Blue key").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("Blue key", exact=True)).to_be_hidden()
    visitor.sign_out()
    page.goto("/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("not the one")
    assert page.url.endswith("/login/")


def test_a_passkey_that_checked_nobody_signs_nobody_in(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in()
    page.goto("/settings/sign-in/passkeys/new/")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    visitor.sign_out()
    visitor.verified(False)
    page.goto("/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("passkey-form [role=alert]")).to_contain_text("cancelled")
    page.goto("/work/")
    assert "/login/" in page.url
