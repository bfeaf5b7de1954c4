"""People at their browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.cast import enter


@pytest.fixture(autouse=True)
def _static_from_source(settings: Any) -> Iterator[None]:
    """Pages name static files by their plain names: nothing is collected in tests."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    return


@pytest.fixture
def browser_of(db: None) -> Callable[..., Client]:
    """A signed-in client: `browser_of(steward)`; with `htmx=True` it asks for fragments."""

    def make(actor: Any, *, htmx: bool = False) -> Client:
        client = Client(headers={"HX-Request": "true"} if htmx else None)
        enter(client, actor)
        return client

    return make


@pytest.fixture
def window(world: Any) -> Any:
    """What `factories.make_window` puts into the shop window."""
    from . import factories

    return factories.make_window(world)
