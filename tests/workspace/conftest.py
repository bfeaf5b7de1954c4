"""People at their browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.cast import enter, make_world
from tests.stages import staged


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


def _make_window() -> dict[str, Any]:
    from . import factories

    world = make_world()
    return {"world": world, "window": factories.make_window(world)}


# What `factories.make_window` puts into the shop window.
window = staged("window", _make_window, gives=("world",))
