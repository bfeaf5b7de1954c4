"""Every page, light and dark, wide and narrow: no barrier, nothing inline, nothing wider than the window."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from . import browsers
from .addresses import addresses


@pytest.mark.parametrize("size", [browsers.WIDE, browsers.NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier(chromium: Browser, street: Any, scheme: str, size: dict[str, int]) -> None:
    """Axe cannot be injected under the policy, so it looks from a context that passes it by."""
    found = {}
    options = {"bypass_csp": True, "color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    with browsers.signed_in(chromium, street.address, street.session, **options) as context:
        page = context.new_page()
        for name, path in addresses(street).items():
            page.goto(path)
            found[name] = browsers.barriers(page)
    assert {name: rows for name, rows in found.items() if rows} == {}


def test_the_sign_in_page_has_no_barrier(chromium: Browser, street: Any) -> None:
    for scheme in ("light", "dark"):
        context = chromium.new_context(base_url=street.address, bypass_csp=True, color_scheme=scheme)
        page = context.new_page()
        page.goto("/login/")
        assert browsers.barriers(page) == []
        context.close()


def test_no_page_breaks_the_policy(street: Any, opened: Any) -> None:
    page = opened("/")
    for path in addresses(street).values():
        page.goto(path)
        if not path.startswith("/admin/"):  # which leads a steward to the sign-in page, that has no scripts
            expect(page.locator("html[data-ready]")).to_be_attached()


def test_what_is_inline_is_seen(chromium: Browser, street: Any) -> None:
    watch = browsers.Watch()
    with browsers.signed_in(chromium, street.address, street.session, watch) as context:
        page = context.new_page()
        page.goto("/parts/")
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
        page.evaluate("setTimeout(() => { throw new Error('oh') })")
        page.wait_for_timeout(300)
    assert any("CSP: style-src-attr" in line for line in watch.seen)
    assert any(line.endswith("oh") for line in watch.seen)
