"""One coat, live on a shop and a marketplace, with a hero."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from . import factories as make


@pytest.fixture
def catalogue(world: Any) -> SimpleNamespace:
    """The world with a product model and the rules of both channels; nothing is placed yet."""
    make.make_model()
    make.make_profiles()
    return SimpleNamespace(world=world)


@pytest.fixture
def coat(catalogue: SimpleNamespace) -> SimpleNamespace:
    """COAT with COAT-red-s, placed on shop/DACH, shop/GB and bazaar/GB, shown by a hero with all rights."""
    model = make.make_coat()
    hero = make.make_picture(model)
    make.place(model)
    make.settle()
    return SimpleNamespace(world=catalogue.world, model=model, red=make.product("COAT-red-s"), hero=hero)
