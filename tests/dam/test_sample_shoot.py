"""The shoot of the demonstration, whose manifest says what was put into it, comes in as the manifest says."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from config.demo.files.make import make_files
from config.demo.files.scale import Scale
from dam import services
from dam.models import Asset, AssetVersion, IngestFile, Rendition
from foundation.jobs.running import run_due_jobs

pytestmark = pytest.mark.django_db


def name_of(path: str) -> str:
    return PurePosixPath(path).name


def test_the_shoot_comes_in_as_its_manifest_says(tmp_path, photographer):
    shoot = make_files(tmp_path / "files", seed=7, scale=Scale(models=5, views=2, width=1000)).shoot
    ingest = services.ingest_folder(tmp_path / "files" / "shoot", actor=photographer)
    run_due_jobs()
    rows = {file.path: file for file in IngestFile.objects.filter(ingest=ingest).select_related("asset")}
    assert len(rows) == shoot["files"]
    assert Asset.objects.count() == shoot["assets"]

    refused = {path: file.code for path, file in rows.items() if file.state == "refused"}
    assert refused == {name_of(one["file"]): one["cause"].replace("_", "-") for one in shoot["refused"]}
    for kind, code in (("duplicates", "same-bytes"), ("same_pixels", "same-pixels")):
        for pair in shoot[kind]:
            both = [rows[name_of(pair["file"])], rows[name_of(pair["of"])]]
            # whichever name sorts first is the one that came in
            assert sorted((file.state, file.code) for file in both) == [("duplicate", code), ("ingested", "")]
            assert both[0].asset_id == both[1].asset_id

    by_asset = {version.asset_id: version for version in AssetVersion.objects.all()}
    versions = {path: by_asset[file.asset_id] for path, file in rows.items() if file.state != "refused"}
    for one in shoot["binds"]:
        found = {(item["source"], item["value"]) for item in versions[name_of(one["file"])].identifiers}
        source = "barcode" if one["by"] == "barcode" else "xmp"
        value = one["value"] if one["by"] == "dc:identifier" else one["value"].zfill(14)
        assert (source, value) in found, one
    read = {
        name: sorted(item["value"] for item in version.identifiers if item["source"] == "barcode")
        for name, version in versions.items()
    }
    printed = {name_of(path): sorted(tag.zfill(14) for tag in tags) for path, tags in shoot["barcodes"].items()}
    copies = {name_of(pair["file"]) for kind in ("duplicates", "same_pixels") for pair in shoot[kind]}
    assert {name: codes for name, codes in read.items() if codes and name not in copies} == printed
    assert Rendition.objects.done().count() == 2 * shoot["assets"]
