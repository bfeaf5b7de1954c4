"""Chapter 4: pictures leave only while their rights stand. V1, V2, V7, S7."""

from __future__ import annotations

import json
import re
import time
from pathlib import PurePosixPath
from typing import Any

import httpx

from config.demo.story.cast import Stage
from config.demo.story.house import wait_for
from config.demo.story.publishing import read_all
from config.demo.story.shoot import term_of


def tell(stage: Stage) -> None:
    with stage.card.step("Delivering pictures"):
        fetch(stage)
        forge(stage)
    with stage.card.step("Ending a licence while its pictures are live"):
        expire(stage)
    with stage.card.step("Withdrawing a territory"):
        territories(stage)


def urls(rows: list[dict[str, Any]], market: str = "") -> list[str]:
    """Every picture's URL in the documents."""
    found: list[str] = []
    for row in rows:
        if not market or row["market"] == market:
            found += re.findall(r'https?://[^"]+/m/[^"]+', row["text"])
    return found


def documents(stage: Stage) -> list[dict[str, Any]]:
    """The shop's live documents with their text."""
    rows, _ = read_all(stage)
    return [row | {"text": json.dumps(row["document"])} for row in rows if row["state"] == "live"]


def fetch(stage: Stage) -> None:
    links = sorted(set(urls(documents(stage))))
    answers = [stage.admin.media.get(link) for link in links]
    stage.card.see(
        "V1",
        "every picture of every live listing is served",
        {200: len(links)},
        {200: sum(answer.status_code == 200 for answer in answers)},
    )
    first = answers[0]
    stage.card.judge(
        "V3",
        "as a picture, with a validator",
        "image/webp and an ETag",
        f"{first.headers['content-type']}, {first.headers.get('etag', '')[:14]}…",
        passed=first.headers["content-type"].startswith("image/") and "etag" in first.headers,
    )
    again = stage.admin.media.get(links[0], headers={"If-None-Match": first.headers["etag"]})
    stage.card.see("V2", "asked again it is 304, after rights were asked", 304, again.status_code)


def forge(stage: Stage) -> None:
    link = urls(documents(stage))[0]
    head, token, name = link.rsplit("/", 2)
    spoiled = token[:-1] + ("A" if token[-1] != "A" else "B")
    answers = {
        "another signature": stage.admin.media.get(f"{head}/{spoiled}/{name}").status_code,
        "no token": stage.admin.media.get(f"{head}/nothing/{name}").status_code,
    }
    stage.card.see("V1", "forged links are refused", {"another signature": 403, "no token": 403}, answers)


def expire(stage: Stage) -> None:
    """The link worked a second ago. Then the licence ends, and the very next request is refused."""
    file = stage.manifest["rights"]["ends_in_the_run"]
    one = next(bind for bind in stage.manifest["shoot"]["binds"] if bind["file"] == file)
    rows = [row for row in documents(stage) if row["document"]["sku"] == one["sku"] and row["market"] == "GB"]
    link = urls(rows)[0]
    before = stage.admin.media.get(link).status_code
    uid = stage.notes["licences"]["ends-in-the-run"]
    ended = {
        "is_grant": True,
        "territories": [],
        "uses": [],
        "channels": ["d2c", "market"],
        "starts_at": "2020-01-01T00:00:00Z",
        "ends_at": "2026-01-01T00:00:00Z",
    }
    began = time.monotonic()
    stage.admin.send("PATCH", f"/licences/{uid}", {"terms": [ended]})
    answer = wait_for("the refusal", lambda: refused(stage.admin.media, link), patience=5)
    taken = time.monotonic() - began
    stage.card.judge(
        "V1",
        "a link that worked is refused once its licence ends",
        "200, then 404 or 410 within 2 s",
        f"{before}, then {answer.status_code} {answer.json()['code']}",
        passed=before == 200 and answer.status_code in {404, 410} and taken < 2,
        seconds=taken,
    )
    began = time.monotonic()
    gone = wait_for(
        "the swapped listing",
        lambda: link not in urls([row for row in documents(stage) if row["document"]["sku"] == one["sku"]]),
    )
    stage.card.see("S7", "its listings drop the picture by themselves", True, gone, seconds=time.monotonic() - began)
    logged = wait_for("the refusal's row", lambda: stage.admin.sql("SELECT count(*) FROM delivery_deliveryrefusal"))
    stage.card.judge("V7", "refusals are logged", "at least 3", str(logged), passed=logged >= 3)
    restore(stage, uid)


def refused(media: httpx.Client, link: str) -> httpx.Response | None:
    answer = media.get(link)
    return answer if answer.status_code != 200 else None


def restore(stage: Stage, uid: str) -> None:
    """Open it again, so that the house can be looked at whole."""
    wanted = json.loads(stage.read(stage.manifest["rights"]["file"]))
    [licence] = [one for one in wanted["licences"] if one["code"] == "ends-in-the-run"]
    stage.admin.send("PATCH", f"/licences/{uid}", {"terms": [term_of(term) for term in licence["terms"]]})


def territories(stage: Stage) -> None:
    """A licence that excludes Japan: shown in Britain, not listed in Japan."""
    [file] = stage.manifest["rights"]["of"]["not-in-japan"]
    one = next(bind for bind in stage.manifest["shoot"]["binds"] if bind["file"] == file)
    asset = stage.notes["files"][PurePosixPath(file).name]["asset"]
    rows = [row for row in documents(stage) if row["document"]["sku"] == one["sku"]]
    british = [stage.admin.media.get(link).status_code for link in urls(rows, "GB")]
    shown = stage.admin.sql(
        "SELECT count(*) FROM syndication_listing l JOIN markets_scope s ON s.id = l.scope_id "
        "JOIN markets_market m ON m.id = s.market_id JOIN delivery_publication p ON p.listing = l.uid "
        "JOIN dam_asset a ON a.id = p.asset_id WHERE m.code = 'JP' AND a.uid = %s",
        asset,
    )
    stage.card.see(
        "S7",
        "a picture excluded in Japan is shown in Britain and not listed in Japan",
        (True, 0),
        (200 in british, shown),
    )
