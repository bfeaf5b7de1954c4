"""A real browser against a live server. What breaks the policy or throws fails the test that saw it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SERIOUS = ("serious", "critical")
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# Pictures come from the delivery service, which does not run beside these tests; htmx tells of what it did not get.
EXPECTED = ("Failed to load resource", "Response Status Error Code", "htmx:afterRequest", "htmx:sendError")
COLLECTOR = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield launch(playwright)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)


def needs_chromium() -> None:
    """Skipped loudly: the plugin lists it, and REQUIRE_ALL=1 fails the run."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}; name one with CHROMIUM=")


def barriers(page: Any) -> list[str]:
    """What axe finds serious, and how much wider than the window the page is."""
    violations = Axe().run(page).response["violations"]
    found = [
        f"{one['id']}: {node['target']}" for one in violations if one["impact"] in SERIOUS for node in one["nodes"]
    ]
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, f"wider than the window by {overflow} px"] if overflow > 0 else found


class Watch:
    """What went wrong on a page: errors that were thrown, and breaches of the policy."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def over(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.seen.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self.note(page, message))

    def note(self, page: Page, message: Any) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.seen.append(f"{page.url}: {message.text}")


@contextmanager
def signed_in(
    browser: Browser, address: str, session: str, watch: Watch | None = None, **options: Any
) -> Iterator[BrowserContext]:
    """A context with the session's cookie; watched unless it bypasses the policy."""
    from django.conf import settings

    context = browser.new_context(base_url=address, **options)
    context.set_default_timeout(10_000)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address, "httpOnly": True}
    context.add_cookies([cookie])
    if watch is not None:
        context.add_init_script(COLLECTOR)
        context.on("page", watch.over)
    try:
        yield context
    finally:
        context.close()
