"""A browser, a street of shops behind a live server, and the watch over what is thrown or blocked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests.cast import enter
from tests.config.stacks import until
from tests.workspace import factories

from . import browsers

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "workspace/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="module", autouse=True)
def _orm_beside_playwright() -> Iterator[None]:
    """Playwright keeps a loop running in this thread, beside which the ORM refuses to work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="module")
def chromium(_orm_beside_playwright: None) -> Iterator[Browser]:
    browsers.needs_chromium()
    with browsers.chromium() as browser:
        yield browser


def session_of(actor: Any) -> str:
    """The cookie of somebody who is signed in."""
    client = Client()
    enter(client, actor)
    return str(next(iter(client.cookies.values())).value)


@pytest.fixture
def street(transactional_db: None, live_server: Any, world: Any, steward: Any) -> Iterator[Any]:
    """The window behind a live server, and a steward's session. What is still asked at the end is waited for."""
    window = factories.make_window(world)
    window.listing = factories.make_listing(factories.product("RIDGE-RED-S"), world.scopes["shop/GB/en-GB"])
    window.feed = factories.make_feed(window.listing)
    factories.make_tree()
    factories.define_brands()
    window.session = session_of(steward)
    window.bulk_change = factories.make_bulk_change(steward)
    window.address = live_server.url
    yield window
    until(lambda: not _busy_elsewhere())


def _busy_elsewhere() -> bool:
    """The tables are emptied next, which must not meet a request."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND state <> 'idle'"
        )
        return cursor.fetchone() is not None


@pytest.fixture
def opened(chromium: Browser, street: Any) -> Iterator[Callable[..., Page]]:
    """Opens pages; at the end nothing may have been thrown or blocked."""
    watch = browsers.Watch()
    contexts = []

    def open_page(path: str, **options: Any) -> Page:
        manager = browsers.signed_in(chromium, street.address, street.session, watch, **options)
        context = manager.__enter__()
        contexts.append(manager)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for manager in contexts:
        manager.__exit__(None, None, None)
    assert watch.seen == []
