"""A family of coats with a red and a blue one, each in two sizes; markets; and two pictures."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from foundation.markets import services as markets

from . import factories as make


@pytest.fixture
def coats(db: None) -> SimpleNamespace:
    """Two levels: colour, then size. GTINs 1 to 3 are the red M, the red L and the blue M."""
    kind = make.family("coats", ["colour"], ["size"], visual="colour")
    model = make.product("COAT", kind)
    red = make.product("COAT-RED", parent=model, colour="red")
    blue = make.product("COAT-BLUE", parent=model, colour="blue")
    return SimpleNamespace(
        family=kind,
        model=model,
        red=red,
        blue=blue,
        red_m=make.product("COAT-RED-M", parent=red, number=1, size="m"),
        red_l=make.product("COAT-RED-L", parent=red, number=2, size="l"),
        blue_m=make.product("COAT-BLUE-M", parent=blue, number=3, size="m"),
    )


@pytest.fixture
def flat(db: None) -> SimpleNamespace:
    """One level with both axes; the family names no visual axis. GTINs 11 to 13."""
    kind = make.family("shirts", ["colour", "size"])
    model = make.product("SHIRT", kind)
    return SimpleNamespace(
        family=kind,
        model=model,
        red_m=make.product("SHIRT-RED-M", parent=model, number=11, colour="red", size="m"),
        red_l=make.product("SHIRT-RED-L", parent=model, number=12, colour="red", size="l"),
        blue_m=make.product("SHIRT-BLUE-M", parent=model, number=13, colour="blue", size="m"),
    )


@pytest.fixture
def places(db: None) -> SimpleNamespace:
    """Great Britain and France on one shop channel."""
    for code in ("en-GB", "fr-FR"):
        markets.define_locale(code=code, name=code, actor=make.HOUSE)
    gb = markets.define_market(
        code="GB", name="Britain", territories=["GB"], locales=["en-GB"], currency="GBP", actor=make.HOUSE
    )
    fr = markets.define_market(
        code="FR", name="France", territories=["FR"], locales=["fr-FR"], currency="EUR", actor=make.HOUSE
    )
    shop = markets.define_channel(code="shop", name="Shop", kind="d2c", actor=make.HOUSE)
    return SimpleNamespace(
        gb=gb,
        fr=fr,
        shop=shop,
        gb_scope=markets.define_scope(channel="shop", market="GB", locale="en-GB", actor=make.HOUSE),
        fr_scope=markets.define_scope(channel="shop", market="FR", locale="fr-FR", actor=make.HOUSE),
    )
