"""What a picture says of itself, and the codes that can be read from it."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from dam.imaging.barcodes import gtin14
from dam.models import Asset, AssetVersion
from foundation.events.models import OutboxEvent

from . import factories

pytestmark = pytest.mark.django_db
SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
)


def packet(inside: str) -> str:
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {SPACES}><rdf:Description rdf:about="">{inside}'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def product(field: str, value: str) -> str:
    return packet(
        '<Iptc4xmpExt:ProductInImage><rdf:Bag><rdf:li rdf:parseType="Resource">'
        f"<Iptc4xmpExt:{field}>{value}</Iptc4xmpExt:{field}></rdf:li></rdf:Bag></Iptc4xmpExt:ProductInImage>"
    )


def identifiers_of(content: bytes) -> list[dict[str, str]]:
    factories.make_asset(content)
    return AssetVersion.objects.get().identifiers


def tagged(*codes: tuple[str, zxingcpp.BarcodeFormat], turn: int = 0) -> bytes:
    picture = Image.new("RGB", (1200, 900), (200, 190, 170))
    for at, (text, kind) in enumerate(codes):
        made = zxingcpp.create_barcode(text, kind)
        code = Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=3, add_quiet_zones=True))
        picture.paste(code.convert("RGB").rotate(turn, expand=True, fillcolor=(255, 255, 255)), (60, 60 + 400 * at))
    return factories.jpeg(picture, quality=88)


def test_xmp_iptc_and_exif_are_read_in_that_order():
    content = factories.with_xmp(
        factories.jpeg(),
        xmp={"Xmp.dc.title": "Coat, front", "Xmp.dc.subject": ["role:hero", "coat"], "Xmp.photoshop.Credit": "Nord"},
        exif={
            "Exif.Image.Artist": "Mara",
            "Exif.Image.Copyright": "© Nord",
            "Exif.Photo.DateTimeOriginal": "2026:01:14 10:30:00",
        },
    )
    asset = factories.make_asset(content)
    assert asset.title == "Coat, front"
    assert asset.metadata == {
        "keywords": ["role:hero", "coat"],
        "credit": "Nord",
        "creator": "Mara",
        "copyright": "© Nord",
    }
    assert asset.current_version.embedded["exif"]["Exif.Photo.DateTimeOriginal"] == "2026:01:14 10:30:00"


def test_without_a_title_the_name_stands_in():
    assert factories.make_asset(name="shoot/TDM_0001.jpg").title == "TDM_0001"


@pytest.mark.parametrize(
    ("xmp", "expected"),
    [
        (packet("<dc:identifier>CT-100-M</dc:identifier>"), {"scheme": "any", "value": "CT-100-M"}),
        (packet("<dc:identifier>sku: CT-100-M</dc:identifier>"), {"scheme": "sku", "value": "CT-100-M"}),
        (packet("<dc:identifier>4006381333931</dc:identifier>"), {"scheme": "gtin", "value": "04006381333931"}),
        (product("ProductGTIN", "4006381333931"), {"scheme": "gtin", "value": "04006381333931"}),
        (product("ProductGTIN", "4006381333932"), {"scheme": "any", "value": "4006381333932"}),
        (product("ProductId", "CT-100-M"), {"scheme": "any", "value": "CT-100-M"}),
    ],
)
def test_identifiers_in_xmp(xmp, expected):
    assert identifiers_of(factories.with_xmp(factories.jpeg(), raw=xmp)) == [{"source": "xmp", **expected}]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("4006381333931", zxingcpp.BarcodeFormat.EAN13, ("gtin", "04006381333931")),
        ("96385074", zxingcpp.BarcodeFormat.EAN8, ("gtin", "00000096385074")),
        ("012345678905", zxingcpp.BarcodeFormat.UPCA, ("gtin", "00012345678905")),
        ("CT-100-M", zxingcpp.BarcodeFormat.Code128, ("any", "CT-100-M")),
        ("CT-100-M", zxingcpp.BarcodeFormat.QRCode, ("any", "CT-100-M")),
        ("https://id.example/01/04006381333931?x=1", zxingcpp.BarcodeFormat.QRCode, ("gtin", "04006381333931")),
    ],
)
@pytest.mark.parametrize("turn", [0, 90])
def test_barcodes_are_read_from_the_picture(text, kind, expected, turn):
    scheme, value = expected
    assert identifiers_of(tagged((text, kind), turn=turn)) == [{"source": "barcode", "scheme": scheme, "value": value}]


def test_two_barcodes_are_two_identifiers_and_travel_in_the_event():
    codes = ("4006381333931", "96385074")
    found = identifiers_of(tagged((codes[0], zxingcpp.BarcodeFormat.EAN13), (codes[1], zxingcpp.BarcodeFormat.EAN8)))
    assert {one["value"] for one in found} == {"04006381333931", "00000096385074"}
    event = OutboxEvent.objects.get(type="dam.asset.ingested")
    assert event.data == {"version": 1, "identifiers": found, "filename": "picture.jpg", "kind": "image"}


def test_what_a_file_says_is_bounded():
    xmp = {"Xmp.dc.description": "x" * 50_000, "Xmp.dc.subject": [f"word {number}" for number in range(500)]}
    asset = factories.make_asset(factories.with_xmp(factories.jpeg(), xmp=xmp))
    assert len(asset.metadata["caption"]) <= 2000
    assert len(asset.metadata["keywords"]) <= 100
    assert len(str(asset.current_version.embedded)) < 20_000


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("4006381333931", "04006381333931"),
        ("4 006381 333931", "04006381333931"),
        ("4006381333932", ""),
        ("96385074", "00000096385074"),
        ("0000000000000", ""),
        ("12345", ""),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", ""),
        ("CT-100", ""),
    ],
)
def test_gtins_have_their_check_digit(text, gtin):
    assert gtin14(text) == gtin


def test_formats_come_in():
    for number, format_ in enumerate(["PNG", "TIFF", "WEBP", "GIF", "AVIF"]):
        out = io.BytesIO()
        factories.quarters(seed=number + 1).save(out, format_)
        factories.make_asset(out.getvalue(), name=f"a.{format_.lower()}")
    types = set(AssetVersion.objects.values_list("media_type", flat=True))
    assert types == {"image/png", "image/tiff", "image/webp", "image/gif", "image/avif"}
    assert Asset.objects.count() == 5
