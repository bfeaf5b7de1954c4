"""Chapter 5: who sees what, what was recorded, and whether everything adds up. E1, G1, G4."""

from __future__ import annotations

import subprocess
import sys

from config.demo.story.cast import Stage
from config.demo.story.house import wait_for


def tell(stage: Stage) -> None:
    with stage.card.step("Looking over shoulders"):
        scopes(stage)
        keys(stage)
    with stage.card.step("Reading the record"):
        record(stage)
    with stage.card.step("Checking every invariant"):
        renditions(stage)
        command(stage, "G4", "fsck finds nothing wrong", "fsck")
        command(stage, "G6", "rebuilt from truth, derived data is the same", "rebuild", "--check")


def scopes(stage: Stage) -> None:
    """A steward of the American market sees its products, its cells and its listings, and no others."""
    unplaced = stage.manifest["second_supplier"]["skus"][0]
    stage.card.see(
        "G1",
        "a product of no market of theirs is not there",
        404,
        stage.outsider.status("GET", f"/products/{unplaced}"),
    )
    seen = stage.outsider.get("/products/OW-1001")
    foreign = sorted({one["market"] for one in seen["values"] if one["market"] not in {None, "US"}})
    stage.card.see("G1", "no value of another market is shown to them", [], foreign)
    code = stage.outsider.status(
        "POST",
        "/products/OW-1001/placements",
        {"channel": "d2c", "market": "GB", "state": "placed", "reason": "not mine"},
    )
    stage.card.see("G1", "nor may they place anything elsewhere", 403, code)
    stage.card.see(
        "G1",
        "a studio may not decide proposals",
        403,
        stage.studio.status(
            "POST",
            "/bindings",
            {"sku": "HW-1001", "asset": stage.notes["files"]["TDM_0001.jpg"]["asset"], "role": "gallery"},
        ),
    )


def keys(stage: Stage) -> None:
    stage.card.see(
        "G1",
        "without a key there is nothing",
        401,
        stage.admin.http.get("/products", headers={"Authorization": ""}).status_code,
    )


def record(stage: Stage) -> None:
    wait_for("the outbox to empty", lambda: stage.admin.sql("SELECT count(*) FROM events_outbox") == 0)
    count, first, last, types = stage.admin.sql(
        "SELECT count(*), min(position), max(position), count(DISTINCT type) FROM events_event"
    )
    stage.card.see("E1", "events have positions without a gap", count, last - first + 1)
    stage.card.judge(
        "E1", "every room told its news", "at least 20 types", f"{types} types in {count} events", passed=types >= 20
    )
    late = stage.admin.sql("SELECT count(*) FROM events_parked")
    stage.card.see("E3", "no consumer is stuck", 0, late)
    revisions, anonymous = stage.admin.sql("SELECT count(*), count(*) FILTER (WHERE actor = '') FROM history_revision")
    stage.card.judge(
        "G4",
        "every change knows who made it",
        "0 without an actor",
        f"{anonymous} of {revisions}",
        passed=anonymous == 0,
    )


def renditions(stage: Stage) -> None:
    """Each that was asked for is made; one that failed would show as a missing picture only to who looks."""
    open_ones = "SELECT count(*) FROM dam_rendition WHERE state = 'waiting'"
    wait_for("the renditions", lambda: stage.admin.sql(open_ones) == 0, patience=120)
    done = stage.admin.sql("SELECT count(*) FROM dam_rendition WHERE state = 'done'")
    failed = stage.admin.sql("SELECT count(*) FROM dam_rendition WHERE state = 'failed'")
    stage.card.judge(
        "D9",
        "every rendition asked for was made",
        "some made, 0 failed",
        f"{done} made, {failed} failed",
        passed=done > 0 and failed == 0,
    )


def command(stage: Stage, id: str, title: str, *words: str) -> None:
    done = subprocess.run([sys.executable, "manage.py", *words], capture_output=True, text=True, check=False)
    stage.card.see(id, title, "exit 0", "exit 0" if done.returncode == 0 else _complaints(done.stdout + done.stderr))


def _complaints(said: str) -> str:
    """What was said, without what was found to be well."""
    lines = [line for line in said.splitlines() if not line.lstrip().startswith("ok ")]
    return "\n".join(lines)[:2000]
