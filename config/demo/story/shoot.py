"""Chapter 2: a photo shoot comes in, is looked at, bound, licensed and approved. D1 to D9, A1, A3."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import httpx
from PIL import Image

from config.demo.story.cast import Stage
from config.demo.story.house import wait_for


def tell(stage: Stage) -> None:
    with stage.card.step("Ingesting a photo shoot"):
        ingest(stage)
    with stage.card.step("Binding pictures to products"):
        bind(stage)
        decide(stage)
    with stage.card.step("Licensing and approving"):
        license_assets(stage)
        approve(stage)
    with stage.card.step("Looking at renditions"):
        renditions(stage)


def ingest(stage: Stage) -> None:
    expected = stage.manifest["shoot"]
    paths = sorted((stage.folder / "shoot").iterdir())
    files = [("files", (path.name, path.read_bytes())) for path in paths]
    started = stage.studio.upload("/assets/uploads", files)
    uid = started["uid"]
    wait_for("the ingest", lambda: stage.studio.get(f"/ingests/{uid}")["state"] in {"done", "failed"}, patience=120)
    rows = {row["path"]: row for row in stage.studio.pages(f"/ingests/{uid}/files", limit=200)}
    stage.notes["files"] = rows
    states = Counter(row["state"] for row in rows.values())
    stage.card.see("D2", "every file has an outcome of its own", expected["files"], sum(states.values()))
    refused = {f"shoot/{name}": row["code"] for name, row in rows.items() if row["state"] == "refused"}
    causes = {one["file"]: one["cause"] for one in expected["refused"]}
    stage.card.see("D2", "hostile and broken files are refused, the rest goes on", sorted(causes), sorted(refused))
    stage.card.judge("D2", "each refusal has its reason", str(causes), str(refused), passed=all(refused.values()))
    twins = {one["file"]: one["of"] for one in expected["duplicates"]}
    folded = {
        copy: rows[PurePosixPath(copy).name]["asset"] == rows[PurePosixPath(original).name]["asset"]
        for copy, original in twins.items()
    }
    stage.card.see("D2", "the same bytes under another name are one asset", dict.fromkeys(twins, True), folded)
    read = stage.studio.sql(
        "SELECT count(*) FROM dam_assetversion WHERE identifiers @> %s::jsonb", '[{"source": "barcode"}]'
    )
    stage.card.see("D3", "barcodes are read from the pictures", True, read >= len(expected["barcodes"]))


def bind(stage: Stage) -> None:
    """What names exactly one product binds by itself; a file name never does."""
    expected = stage.manifest["shoot"]
    wait_for("the events to come to rest", lambda: stage.admin.sql("SELECT count(*) FROM events_outbox") == 0)
    wait_for("the bindings", lambda: bound_count(stage) >= len(expected["binds"]))
    wrong = [one["file"] for one in expected["binds"] if not is_bound_right(stage, one)]
    stage.card.see(
        "A3",
        "identifiers and barcodes bound their pictures",
        (len(expected["binds"]), []),
        (len(expected["binds"]) - len(wrong), wrong),
    )
    loose = [one["file"] for one in expected["unbound"] if any(by_itself(stage, one["file"]))]
    stage.card.see("A3", "file names, foreign and doubled barcodes bound nothing", [], loose)


def by_itself(stage: Stage, file: str) -> Iterator[bool]:
    """Whether each binding of the file was made without a person."""
    return (row["settled_by"] not in {"person", "api"} for row in bindings(stage, file, "active"))


def bound_count(stage: Stage) -> int:
    count: int = stage.admin.sql(
        "SELECT count(DISTINCT asset_id) FROM associations_binding WHERE status = 'active' AND source <> 'person'"
    )
    return count


def bindings(stage: Stage, file: str, status: str) -> list[dict[str, Any]]:
    asset = stage.notes["files"][PurePosixPath(file).name]["asset"]
    return stage.steward.pages("/bindings", asset=asset, status=status)


def is_bound_right(stage: Stage, one: dict[str, Any]) -> bool:
    """Bound to the product named, or to its model for the colour that it shows."""
    axis = ",".join(f"{name}={code}" for name, code in one["axis"].items())
    places = {(one["sku"], ""), (one["root"], axis)}
    return [row for row in bindings(stage, one["file"], "active") if (row["sku"], row["axis"]) in places] != []


def decide(stage: Stage) -> None:
    """A steward answers what the house would not decide alone; the last question is left for a visitor."""
    proposals = stage.steward.pages("/bindings", status="proposed")
    queue = "SELECT count(*) FROM workflow_workitem WHERE kind = 'proposal' AND closed_at IS NULL"
    stage.card.see("P10", "each proposal is a work item", len(proposals), stage.steward.sql(queue))
    for proposal in proposals[:-1]:
        named = proposal["title"] == proposal["sku"] or proposal["source"] == "filename"
        verb = "confirm" if named else "reject"
        stage.steward.send("POST", f"/bindings/{proposal['uid']}/{verb}", {})
    left = stage.steward.pages("/bindings", status="proposed")
    stage.card.see("A4", "confirmed and rejected by a steward, one left", (1, 1), (len(left), stage.steward.sql(queue)))


def license_assets(stage: Stage) -> None:
    wanted = json.loads(stage.read(stage.manifest["rights"]["file"]))
    known = {row["name"]: row for row in stage.admin.pages("/licences")}
    for licence in wanted["licences"]:
        terms = [term_of(term) for term in licence["terms"]]
        if licence["code"] in known:
            row = stage.admin.send("PATCH", f"/licences/{known[licence['code']]['uid']}", {"terms": terms})
        else:
            body = {"name": licence["code"], "credit": licence["credit"], "terms": terms}
            row = stage.admin.send("POST", "/licences", body)
        files = [one["file"] for one in wanted["assets"] if one["licence"] == licence["code"]]
        assets = [stage.notes["files"][PurePosixPath(file).name]["asset"] for file in files]
        stage.notes.setdefault("licences", {})[licence["code"]] = row["uid"]
        stage.admin.send("POST", f"/licences/{row['uid']}/assign", {"assets": assets})
    expected = {
        "not-in-japan": ("JP", "excluded"),
        "embargoed": ("GB", "embargoed"),
        "ended": ("GB", "expired"),
        "studio-worldwide": ("GB", "granted"),
    }
    seen = {}
    for code, (territory, _) in expected.items():
        file = next(one["file"] for one in wanted["assets"] if one["licence"] == code)
        asset = stage.notes["files"][PurePosixPath(file).name]["asset"]
        seen[code] = stage.admin.get(f"/assets/{asset}", channel="d2c", territory=territory)["rights"]["code"]
    stage.card.see("D8", "verdicts give their reason", {code: want for code, (_, want) in expected.items()}, seen)
    [bare] = stage.manifest["rights"]["without"]
    asset = stage.notes["files"][PurePosixPath(bare).name]["asset"]
    verdict = stage.admin.get(f"/assets/{asset}", channel="d2c", territory="GB")["rights"]
    stage.card.see("D8", "no licence means refused", (False, "no-licence"), (verdict["allowed"], verdict["code"]))


def term_of(term: dict[str, Any]) -> dict[str, Any]:
    everything = ["*"]
    return {
        "is_grant": term["grant"],
        "territories": [] if term["territories"] == everything else term["territories"],
        "uses": [] if term["uses"] == everything else term["uses"],
        "channels": [] if term["channels"] == everything else term["channels"],
        "starts_at": term["from"],
        "ends_at": term["until"],
    }


def approve(stage: Stage) -> None:
    assets = {row["asset"] for row in stage.notes["files"].values() if row["asset"]}
    for uid in sorted(assets):
        stage.studio.send("POST", f"/assets/{uid}/approve", {})
    approved = stage.studio.sql("SELECT count(*) FROM dam_asset WHERE state = 'approved'")
    stage.card.see("D13", "every picture that came in is approved", len(assets), approved)


def made(stage: Stage, url: str) -> httpx.Response | None:
    """The answer, once it is another than "being made; come again"."""
    answer = stage.studio.media.get(url)
    return answer if answer.status_code != 503 else None


def renditions(stage: Stage) -> None:
    """The odd ones: CMYK, turned by its EXIF, wide gamut. All leave upright and in sRGB."""
    odd = stage.manifest["shoot"]["odd"]
    seen = {}
    for kind, file in odd.items():
        asset = stage.notes["files"][PurePosixPath(file).name]["asset"]
        link = stage.studio.send("POST", "/delivery-links", {"asset": asset, "preset": "preview", "use": "preview"})
        answer = wait_for(f"the {kind} picture", partial(made, stage, link["url"]))
        picture = Image.open(io.BytesIO(answer.content))
        seen[kind] = (answer.status_code, picture.mode, picture.height > picture.width)
    stage.card.see(
        "D9",
        "CMYK, rotated and wide-gamut pictures come out upright in RGB",
        dict.fromkeys(odd, (200, "RGB", True)),
        seen,
    )
