"""Chapter 3: products are placed, listed, pulled, fed to a marketplace, refused, mended. P9, S1 to S7, S11."""

from __future__ import annotations

import time
from typing import Any

import httpx

from config.demo.story.cast import Stage
from config.demo.story.house import wait_for

MARKETS = ("GB", "DE", "FR", "US", "JP")


def tell(stage: Stage) -> None:
    with stage.card.step("Placing products on channels"):
        place(stage)
    with stage.card.step("Publishing"):
        pull(stage)
        explain_delta(stage)
    with stage.card.step("Feeding the marketplace"):
        feed(stage)
    with stage.card.step("Watching completeness"):
        completeness(stage)


def place(stage: Stage) -> None:
    """Only what is placed is listed: all in the shop, the first supplier's in the marketplace."""
    roots = [one["sku"] for one in stage.manifest["catalogue"]["products"] if one["parent"] is None]
    unplaced = stage.manifest["second_supplier"]["skus"]
    for sku in roots:
        for market in MARKETS:
            put = {"channel": "d2c", "market": market, "state": "placed", "reason": "Spring assortment"}
            stage.steward.send("POST", f"/products/{sku}/placements", put)
        put = {"channel": "market", "market": "GB", "state": "placed", "reason": "Marketplace pilot"}
        stage.steward.send("POST", f"/products/{sku}/placements", put)
    sellable = [one for one in stage.manifest["catalogue"]["products"] if one["parent"] or not has_children(stage, one)]
    stage.notes["sellable"] = [one["sku"] for one in sellable]
    wanted = len(sellable) * (len(MARKETS) + 1)
    listed = wait_for("the listings", lambda: count_listings(stage, wanted))
    stage.card.see("S11", "every placed product has its listings", wanted, listed)
    strays = stage.admin.sql(
        "SELECT count(*) FROM syndication_listing l JOIN pim_product p ON p.id = l.product_id WHERE p.sku = ANY(%s)",
        unplaced,
    )
    stage.card.see("S11", "nothing is listed by accident", 0, strays)


def has_children(stage: Stage, one: dict[str, Any]) -> bool:
    return any(other["parent"] == one["sku"] for other in stage.manifest["catalogue"]["products"])


def count_listings(stage: Stage, wanted: int) -> int | None:
    found: int = stage.admin.sql("SELECT count(*) FROM syndication_listing WHERE state <> 'tombstone'")
    return found if found >= wanted else None


def read_all(stage: Stage, cursor: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Pull the shop's listings from a cursor to the end."""
    rows: list[dict[str, Any]] = []
    while True:
        page = stage.people["mona"].get("/channels/d2c/listings", cursor=cursor, limit=100)
        rows += page["listings"]
        cursor = int(page["next"])
        if not page["has_more"]:
            return rows, cursor


def pull(stage: Stage) -> None:
    house = stage.people["mona"]
    rows, cursor = read_all(stage)
    live = stage.admin.sql(
        "SELECT count(*) FROM syndication_listing l JOIN markets_channel c ON c.id = l.channel_id "
        "WHERE c.code = 'd2c' AND l.state = 'live'"
    )
    stage.card.see(
        "S5", "a shop pulls every live listing once", live, len({row["uid"] for row in rows if row["state"] == "live"})
    )
    stage.notes["cursor"] = cursor
    first = house.http.get(f"/listings/{rows[0]['uid']}")
    again = house.http.get(f"/listings/{rows[0]['uid']}", headers={"If-None-Match": first.headers["ETag"]})
    stage.card.see("S5", "an unchanged document is 304 by its ETag", (200, 304), (first.status_code, again.status_code))
    secret = stage.admin.sql(
        "SELECT count(*) FROM syndication_listing WHERE body LIKE %s OR body LIKE %s", '%"cost"%', "%supplier_note%"
    )
    stage.card.see("P15", "no listing carries cost or supplier notes", 0, secret)


def explain_delta(stage: Stage) -> None:
    """One German name changes: exactly the German listings of that model's variants travel."""
    sku = "BG-1002"
    variants = [one["sku"] for one in stage.manifest["catalogue"]["products"] if one["parent"] == sku]
    began = time.monotonic()
    name = f"Rucksack Nairn {int(time.time()) % 1000}"
    stage.steward.send("PATCH", f"/products/{sku}", {"values": [value_of("name", name, locale="de-DE")]})
    wait_for("the delta", lambda: read_all(stage, stage.notes["cursor"])[0])
    time.sleep(0.3)
    rows, cursor = read_all(stage, stage.notes["cursor"])
    seen = sorted((row["document"]["sku"], row["document"]["fields"]["title"]) for row in rows)
    stage.card.see(
        "S3",
        "a changed German name moves exactly its listings",
        sorted((one, name) for one in variants),
        seen,
        seconds=time.monotonic() - began,
    )
    stage.notes["cursor"] = cursor


def feed(stage: Stage) -> None:
    """The marketplace has rules of its own; what it refuses comes back to the attribute, is mended, travels alone."""
    expected = {one["sku"]: one for one in stage.manifest["marketplace"]["rejections"]}
    opened = wait_for("the rejections", lambda: rejections(stage, len(expected)))
    seen = {item["detail"]["sku"]: item["detail"]["attribute"] for item in opened}
    stage.card.see(
        "S4", "rejections come back to the attribute that caused them", dict.fromkeys(expected, "name"), seen
    )
    before = stats(stage)
    for sku, rejection in expected.items():
        mend(stage, sku, rejection["fix"])
    wait_for("the mended listings", lambda: not rejections(stage, 0))
    after = stats(stage)
    again = sorted(sku for sku, count in after["received"].items() if count > before["received"].get(sku, 0))
    stage.card.see("S4", "mended, only those travelled again, and were taken", sorted(expected), again)
    taken = {sku: listing(stage, sku)["attributes"]["title"] for sku in expected}
    texts = {sku: title if isinstance(title, str) else title[0]["value"] for sku, title in taken.items()}
    stage.card.see(
        "S3", "the marketplace shows the mended titles", {sku: one["fix"] for sku, one in expected.items()}, texts
    )
    stage.card.see("S3", "nothing was sent twice", 0, after["duplicates"])


def mend(stage: Stage, sku: str, title: str) -> None:
    """Change the name where the marketplace's title comes from, as a steward would."""
    place = stage.steward.get(f"/products/{sku}", scope="market/GB/en-GB")["resolved"]["name"]["from"]
    change = value_of("name", title, market=place["market"], locale=place["locale"])
    stage.steward.send("PATCH", f"/products/{sku}", {"values": [change], "reason": "Refused by the marketplace"})


def value_of(attribute: str, value: Any, *, market: str | None = None, locale: str = "*") -> dict[str, Any]:
    return {"attribute": attribute, "market": market, "locale": locale, "value": value}


def rejections(stage: Stage, at_least: int) -> list[dict[str, Any]] | None:
    found = stage.admin.sql(
        "SELECT coalesce(json_agg(json_build_object('detail', detail)), '[]'::json) FROM workflow_workitem "
        "WHERE kind = 'rejection' AND closed_at IS NULL"
    )
    return found if len(found) >= at_least else None


def stats(stage: Stage) -> dict[str, Any]:
    return ask_marketplace(stage, "/stats")


def listing(stage: Stage, sku: str) -> dict[str, Any]:
    return ask_marketplace(stage, f"/listings/{sku}")


def ask_marketplace(stage: Stage, path: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {stage.marketplace_key}"}
    answer = httpx.get(f"{stage.marketplace}{path}", headers=headers, trust_env=False)
    answer.raise_for_status()
    body: dict[str, Any] = answer.json()
    return body


def completeness(stage: Stage) -> None:
    """A required value taken away lowers the score within moments, and put back restores it."""
    house, sku, scope = stage.steward, "HW-1001", "d2c/GB/en-GB"
    before = score(stage, sku, scope)
    brand = house.get(f"/products/{sku}", scope=scope)["resolved"]["brand"]["value"]
    began = time.monotonic()
    house.send("PATCH", f"/products/{sku}", {"values": [value_of("brand", None)]})
    less = wait_for("the lower score", lambda: lower(stage, sku, scope, before))
    taken = time.monotonic() - began
    stage.card.judge(
        "P9",
        "a missing brand lowers completeness and is named",
        "one less, brand",
        str(less),
        passed=less["missing"] == ["brand"] and less["filled"] == before["filled"] - 1,
        seconds=taken,
    )
    house.send("PATCH", f"/products/{sku}", {"values": [value_of("brand", brand)]})
    restored = wait_for("the score", lambda: score(stage, sku, scope) == before)
    stage.card.see("P9", "put back, it is whole again", True, restored)


def score(stage: Stage, sku: str, scope: str) -> dict[str, Any]:
    rows = stage.steward.get(f"/products/{sku}")["completeness"]
    return next(
        {key: row[key] for key in ("required", "filled", "missing")}
        for row in rows
        if f"{row['channel']}/{row['market']}/{row['locale']}" == scope
    )


def lower(stage: Stage, sku: str, scope: str, before: dict[str, Any]) -> dict[str, Any] | None:
    now = score(stage, sku, scope)
    return now if now["filled"] < before["filled"] else None
