"""The generated files hold what their manifest says, and the same seed gives the same bytes."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pyexiv2
import pytest
import zxingcpp
from openpyxl import load_workbook
from PIL import Image, ImageCms
from stdnum import ean

from config.demo.files import Manifest, Scale, make_files
from config.demo.files.gtin import gtin13
from config.demo.files.workbook import FORMULA

SMALL = Scale(models=8, colours=2, sizes=2, width=800, second=4)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    out = tmp_path_factory.mktemp("files")
    return out, make_files(out, seed=7, scale=SMALL)


@pytest.fixture(scope="module")
def rows(made: tuple[Path, Manifest]) -> list[dict[str, object]]:
    sheet = load_workbook(made[0] / "supplier/catalogue.xlsx")["Products"]
    header, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, header), line, strict=True)) for line in lines]


def test_same_seed_same_bytes(made: tuple[Path, Manifest], tmp_path: Path) -> None:
    out, manifest = made
    assert (
        make_files(tmp_path, seed=7, scale=Scale(models=8, colours=2, sizes=2, width=800, second=4, workers=2))
        == manifest
    )
    assert (tmp_path / "manifest.json").read_bytes() == (out / "manifest.json").read_bytes()


def test_other_seed_other_goods(tmp_path: Path, made: tuple[Path, Manifest]) -> None:
    other = make_files(tmp_path, seed=8, scale=Scale(models=5, colours=1, sizes=1, width=600, views=1, second=1))
    numbers = {product["gtin"] for product in made[1].catalogue["products"]}
    assert numbers & {product["gtin"] for product in other.catalogue["products"]} == {None}


def test_manifest_names_every_file(made: tuple[Path, Manifest]) -> None:
    out, manifest = made
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert found == {*manifest.files, "manifest.json"}
    for name, entry in manifest.files.items():
        assert sha256((out / name).read_bytes()).hexdigest() == entry["sha256"]
    shoot = manifest.shoot
    parts = [shoot[part] for part in ("binds", "unbound", "duplicates", "same_pixels", "refused")]
    assert sum(map(len, parts)) == shoot["files"] == sum(name.startswith("shoot/") for name in manifest.files)
    assert {entry["file"] for part in parts for entry in part} <= set(manifest.files)
    assert shoot["assets"] == len(shoot["binds"]) + len(shoot["unbound"])


def test_catalogue_counts(made: tuple[Path, Manifest], rows: list[dict[str, object]]) -> None:
    expected = made[1].catalogue
    assert len(rows) == expected["rows"] == expected["good"] + len(expected["bad"])
    assert (expected["models"], expected["variants"], expected["simple"]) == (6, 3 * 4 + 3 * 2, 2)
    faulty = {entry["row"] for entry in expected["bad"]}
    good = [row for number, row in enumerate(rows, 2) if number not in faulty]
    assert [row["sku"] for row in good] == [product["sku"] for product in expected["products"]]
    assert {name: sum(row[name] is not None for row in good) for name in rows[0]} == expected["filled"]
    assert all(ean.is_valid(str(row["gtin"])) for row in good if row["gtin"])
    assert isinstance(good[0]["launch_date"], datetime)


def test_bad_rows_are_bad_for_one_cause_and_can_be_mended(
    made: tuple[Path, Manifest], rows: list[dict[str, object]]
) -> None:
    expected = made[1].catalogue
    assert {entry["cause"] for entry in expected["bad"]} == {
        "bad_gtin", "unknown_unit", "missing_sku", "duplicate_sku", "unknown_family", "unknown_option",
    }  # fmt: skip
    rows = list(rows)
    for entry in expected["bad"]:
        row = rows[entry["row"] - 2]
        assert row[entry["column"]] == entry["value"] != entry["fix"][entry["column"]]
        rows[entry["row"] - 2] = row | entry["fix"]
    skus = [row["sku"] for row in rows]
    assert len(set(skus)) == len(skus)
    assert None not in skus
    numbers = [str(row["gtin"]) for row in rows if row["gtin"]]
    assert len(set(numbers)) == len(numbers)
    assert all(map(ean.is_valid, numbers))


def test_formula_is_text(made: tuple[Path, Manifest], rows: list[dict[str, object]]) -> None:
    (entry,) = made[1].catalogue["kept_as_text"]
    assert next(row for row in rows if row["sku"] == entry["sku"])[entry["column"]] == FORMULA
    with ZipFile(made[0] / "supplier/catalogue.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_second_supplier_reads_through_its_mapping(made: tuple[Path, Manifest]) -> None:
    out, manifest = made
    mapping = json.loads((out / manifest.second_supplier["mapping"]).read_text(encoding="utf-8"))
    raw = (out / manifest.second_supplier["file"]).read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    lines = list(csv.DictReader(StringIO(raw.decode(mapping["encoding"])), delimiter=mapping["delimiter"]))
    assert list(lines[0]) == list(mapping["columns"])
    weights = {line["Artikelnummer"]: round(float(line["Gewicht [kg]"].replace(",", ".")) * 1000) for line in lines}
    assert weights == manifest.second_supplier["weight_g"]


def test_model_covers_the_headers(made: tuple[Path, Manifest], rows: list[dict[str, object]]) -> None:
    model = json.loads((made[0] / "supplier/model.json").read_text(encoding="utf-8"))
    attributes = {entry["code"]: entry for entry in model["attributes"]}
    headers = {header.split("@")[0].split(" [")[0] for header in rows[0]} - {"sku", "parent_sku", "family"}
    assert headers <= set(attributes)
    assert attributes["cost"]["sensitivity"] == "secret"
    options = {option["code"] for option in attributes["colour"]["options"]}
    assert {str(row["colour"]) for row in rows if row["colour"]} - options == {"chartreuse-ish"}
    for family in model["families"]:
        placed = {entry["code"] for entry in family["attributes"]}
        assert set(family["axes"]) | {name for names in family["required"].values() for name in names} <= placed


def sound(out: Path, manifest: Manifest) -> Iterator[tuple[str, Image.Image]]:
    for entry in [*manifest.shoot["binds"], *manifest.shoot["unbound"]]:
        with Image.open(out / entry["file"]) as image:
            image.load()
            yield entry["file"], image


def test_pictures_decode_and_barcodes_read_back(made: tuple[Path, Manifest]) -> None:
    found = {}
    for name, image in sound(*made):
        read = zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormat.EAN13)
        if read:
            found[name] = sorted(code.text for code in read)
    assert found == {name: sorted(tags) for name, tags in made[1].shoot["barcodes"].items()}


def test_xmp_reads_back(made: tuple[Path, Manifest]) -> None:
    out, manifest = made
    known = {product["gtin"] for product in manifest.catalogue["products"]}
    for entry in manifest.shoot["binds"]:
        with pyexiv2.ImageData((out / entry["file"]).read_bytes()) as image:
            xmp, raw = image.read_xmp(), image.read_raw_xmp()
        assert xmp["Xmp.dc.creator"] == ["Mara Lindqvist"]
        assert xmp["Xmp.plus.Licensor[1]/plus:LicensorName"] == "Studio Nordlicht GbR"
        assert "Worldwide" in str(xmp["Xmp.xmpRights.UsageTerms"])
        assert f"role:{entry['role']}" in xmp["Xmp.dc.subject"]
        assert xmp.get("Xmp.dc.identifier") == (entry["sku"] if entry["by"] == "dc:identifier" else None)
        gtin = xmp.get("Xmp.iptcExt.ProductInImage[1]/Iptc4xmpExt:ProductGTIN")
        assert gtin == (entry["value"] if entry["by"] == "ProductGTIN" else None)
        assert entry["by"] == "dc:identifier" or entry["value"] in known
        assert "GBP" not in raw
    for entry in manifest.shoot["unbound"]:
        with pyexiv2.ImageData((out / entry["file"]).read_bytes()) as image:
            assert not image.read_xmp().keys() & {
                "Xmp.dc.identifier",
                "Xmp.iptcExt.ProductInImage[1]/Iptc4xmpExt:ProductGTIN",
            }


def test_odd_storage(made: tuple[Path, Manifest]) -> None:
    out, manifest = made
    odd = manifest.shoot["odd"]
    with Image.open(out / odd["rotated"]) as image:
        assert image.getexif()[0x0112] == 6
        assert image.width > image.height
    with Image.open(out / odd["cmyk"]) as image:
        assert image.mode == "CMYK"
        source = ImageCms.ImageCmsProfile(BytesIO(image.info["icc_profile"]))
        seen = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        assert seen is not None
        assert min(seen.getpixel((5, 5))) > 200
    with Image.open(out / odd["wide"]) as image:
        profile = ImageCms.ImageCmsProfile(BytesIO(image.info["icc_profile"]))
        assert ImageCms.getProfileDescription(profile).strip() == "Display P3"


def test_duplicates_and_bad_files(made: tuple[Path, Manifest]) -> None:
    out, manifest = made
    (copy,) = manifest.shoot["duplicates"]
    assert manifest.files[copy["file"]] == manifest.files[copy["of"]]
    (again,) = manifest.shoot["same_pixels"]
    assert manifest.files[again["file"]] != manifest.files[again["of"]]
    with Image.open(out / again["file"]) as first, Image.open(out / again["of"]) as second:
        assert first.tobytes() == second.tobytes()
    with Image.open(out / "shoot/TDM_interrupted.jpg") as image, pytest.raises(OSError, match="truncated"):
        image.load()
    assert (out / "shoot/TDM_banner_huge.png").stat().st_size < 2_000_000
    with pytest.raises(Image.DecompressionBombError):
        Image.open(out / "shoot/TDM_banner_huge.png")
    with pytest.raises(OSError, match="identify"):
        Image.open(out / "shoot/TDM_notes.jpg")


def test_rights_cover_all_but_one(made: tuple[Path, Manifest]) -> None:
    out, manifest = made
    content = json.loads((out / "rights/licences.json").read_text(encoding="utf-8"))
    assert {entry["code"] for entry in content["licences"]} == {entry["licence"] for entry in content["assets"]}
    assert all(manifest.files[entry["file"]]["sha256"] == entry["sha256"] for entry in content["assets"])
    assert len(content["assets"]) == manifest.shoot["assets"] - 1
    assert manifest.rights["of"]["ends-in-the-run"] == [manifest.rights["ends_in_the_run"]]


def test_titles_a_marketplace_will_refuse(made: tuple[Path, Manifest], rows: list[dict[str, object]]) -> None:
    titles = {row["sku"]: str(row["name@en-GB"]) for row in rows if row["name@en-GB"]}
    promotional, long = made[1].marketplace["rejections"]
    assert "FREE" in titles[promotional["sku"]]
    assert len(titles[long["sku"]]) > 60
    others = {sku: title for sku, title in titles.items() if sku not in {promotional["sku"], long["sku"]}}
    assert all(len(title) <= 60 and "FREE" not in title for title in others.values())


def test_gtin_of_the_demonstration_prefix() -> None:
    assert gtin13(7, 1) == "9520070000010"
    assert ean.is_valid("9520070000010")
