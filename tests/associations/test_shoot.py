"""The whole way on real files: products by pim's services, pictures by dam's ingest, bindings by the sequencer (A3)."""

from __future__ import annotations

import pytest

from associations.queries import media_of, unbound_assets
from foundation.core.actors import system
from foundation.events.sequencing import drain, outbox_depth
from pim.models import Product
from pim.services import create_product, define_attribute, define_family
from tests.dam import factories as files
from tests.dam.test_metadata import tagged

from . import factories as make
from .observing import open_items, told

pytestmark = pytest.mark.django_db
HOUSE = system("shoot")
BARCODE = "4006381333931"


@pytest.fixture
def products(db) -> None:
    for code, options in (("colour", ["red", "blue"]), ("size", ["s", "m"])):
        define_attribute(code=code, type="select", options=[{"code": one} for one in options], actor=HOUSE)
    define_attribute(code="gtin", type="identifier", validation={"scheme": "gtin"}, actor=HOUSE)
    places = [{"code": "colour", "level": 1}, {"code": "size", "level": 1}, {"code": "gtin", "level": 1}]
    define_family(code="shirts", attributes=places, axes=[["colour", "size"]], visual_axis="colour", actor=HOUSE)
    create_product(sku="SHIRT", family="shirts", actor=HOUSE)
    for colour, size, code in [("red", "m", BARCODE), ("red", "s", None), ("blue", "m", "96385074")]:
        values = {"colour": colour, "size": size} | ({"gtin": code} if code else {})
        create_product(sku=f"SHIRT-{colour}-{size}".upper(), parent="SHIRT", values=values, actor=HOUSE)


def test_a_shoot_finds_its_products(products, photographer) -> None:
    import zxingcpp

    named = files.with_xmp(
        files.jpeg(seed=1), xmp={"Xmp.dc.identifier": "SHIRT-BLUE-M", "Xmp.dc.subject": ["role:hero"]}
    )
    shoot = {
        "IMG_1.jpg": named,
        "IMG_2.png": tagged((BARCODE, zxingcpp.BarcodeFormat.EAN13)),
        "SHIRT-RED-S.jpg": files.jpeg(seed=3),
        "IMG_4.jpg": files.jpeg(seed=4),
    }
    files.ingest_files(shoot, actor=photographer)
    drain()
    drain()
    ids = dict(Product.objects.values_list("sku", "pk"))
    media = media_of(list(ids.values()))
    seen = {sku: [(one.role, one.binding.axis, one.binding.source) for one in media[pk]] for sku, pk in ids.items()}
    red, blue = ("gallery", "colour=red", "barcode"), ("hero", "colour=blue", "embedded")
    assert seen == {
        "SHIRT": [blue, red],
        "SHIRT-RED-M": [red],
        "SHIRT-RED-S": [red],
        "SHIRT-BLUE-M": [blue],
    }
    assert sorted(told()) == ["created", "created", "proposed"]
    assert len(open_items()) == 1
    assert [one.title for one in unbound_assets(make.STEWARD)] == ["IMG_4"]
    assert outbox_depth() == 0
