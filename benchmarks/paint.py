"""When a page stands in a browser with its pictures, and what it loads for that: Lighthouse in Chromium.

Called by `benchmarks.pages`, in the same crowd. Lighthouse has a lock of its own in `benchmarks/lighthouse` and is
installed when it is first asked for. Pages and pictures come over HTTP from what `manage.py serve` starts.
"""

from __future__ import annotations

import io
import json
import os
import re
import statistics
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.house import NotDone, require
from benchmarks.report import row, write_report

LIGHTHOUSE = Path(__file__).parent / "lighthouse"
TILES, ROWS, GALLERY = 60, 50, 12  # pictures on the first page of the library, of the products, and of the workbench
WIDTH, HEIGHT = 2000, 2500
LAYERS = ((4, 90), (16, 50), (60, 36), (250, 50))  # cells across, and their depth
ATTEMPTS = 3  # Chromium sometimes paints nothing on a machine that is busy, and Lighthouse says so
LIMIT = 1.5  # seconds until the largest part of a page is painted
TIMES = {
    "lcp_ms": "largestContentfulPaint",
    "fcp_ms": "firstContentfulPaint",
    "tbt_ms": "totalBlockingTime",
    "cls": "cumulativeLayoutShift",
    "observed_lcp_ms": "observedLargestContentfulPaint",
}
SIZES = {"code_kb": ("Script", "Stylesheet"), "html_kb": ("Document",), "pictures_kb": ("Image",)}


def addresses(window: Any) -> dict[str, str]:
    return {
        "workbench": f"/products/{window.ridge.uid}/",
        "library": "/assets/",
        "products": "/products/",
        "asset": f"/assets/{window.hero.uid}/",
    }


def run(window: Any, folder: Path, visits: int) -> None:
    """Measure and report: so many visits to each page, each by a browser that keeps nothing of the others."""
    from config.frontend import install
    from tests.cast import make_actor
    from tests.workspace.browser.browsers import CHROMIUM

    require(CHROMIUM.exists(), f"there is no browser at {CHROMIUM}; name one with CHROMIUM=")
    os.environ["CHROME_PATH"] = str(CHROMIUM)
    install(LIGHTHOUSE)
    paula = make_actor("paula", "steward")
    hang_pictures(window, paula)
    rows = []
    with serving(folder) as origin:
        cookie = cookie_of(paula, origin)
        for name, path in addresses(window).items():
            warm(origin + path, cookie)
            reports = [look(origin + path, cookie, folder) for _ in range(visits)]
            rows.append(as_row(name, [figures(report, origin + path) for report in reports]))
    write_report("paint", rows, packages=["django", "granian"], tools=tools_of(reports[-1]))


def hang_pictures(window: Any, actor: Any) -> None:
    """Pictures with bytes and renditions wherever a measured page shows one, by the services that people use."""
    from associations.services import bind_asset, bind_assets
    from dam.models import Asset
    from dam.services import add_version, approve_assets, store_upload
    from foundation.events.sequencing import drain
    from foundation.jobs.running import run_due_jobs
    from pim.models import Product
    from tests.dam.factories import ingest_files
    from tests.workspace.factories import HOUSE

    ingest_files({f"shoot-{number}.jpg": draw(number) for number in range(TILES)}, actor=HOUSE)
    fresh = approve_assets(Asset.objects.order_by("-pk")[:TILES], actor=HOUSE)
    for product, asset in zip(Product.objects.roots().order_by("sku")[:ROWS], fresh, strict=False):
        bind_asset(product=product, asset=asset, role="hero", replace=True, actor=actor)
    bind_assets(product=window.ridge, assets=[asset.uid for asset in fresh[:GALLERY]], role="gallery", actor=actor)
    for number, asset in enumerate((window.hero, window.detail), TILES):
        blob = store_upload(io.BytesIO(draw(number)), actor=HOUSE)
        add_version(asset, sha256=blob.pk, filename=asset.title, actor=HOUSE)
    run_due_jobs()
    approve_assets([window.hero, window.detail], actor=HOUSE)
    drain()


def draw(number: int) -> bytes:
    """Another picture for each number, as rich as a photograph: a preview of it has some 25 KB."""
    import pyvips

    light = pyvips.Image.gaussnoise(WIDTH, HEIGHT, mean=0, sigma=4, seed=number)
    for cells, depth in LAYERS:
        light += pyvips.Image.perlin(WIDTH, HEIGHT, cell_size=WIDTH // cells, seed=number * 1000 + cells) * depth
    picture = (light + 125).bandjoin([light + 115, light + 100]).cast("uchar").copy(interpretation="srgb")
    return bytes(picture.jpegsave_buffer(Q=90))


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The origin of the pages, served with their collected files and their pictures as `manage.py serve` does it."""
    from config.stack import Console, Stack
    from config.stack.ports import free_port
    from config.stack.stack import application

    port = free_port(beside=1)
    env = {
        "APP_ORIGIN": f"http://127.0.0.1:{port}",
        "MEDIA_ORIGIN": f"http://localhost:{port + 1}",
        "STATIC_FROM_SOURCE": "false",
    }
    chosen = [one for one in application(port, port + 1, env) if one.name in {"static", "web", "delivery"}]
    with Stack(port=port, var_dir=folder / "var", console=Console(quiet=True), processes=chosen) as stack:
        stack.start()
        stack.wait_healthy()
        yield stack.url


def cookie_of(actor: Any, origin: str) -> str:
    """What the browser of somebody who is signed in sends."""
    from django.test import Client

    from foundation.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return f"tandem_{urlsplit(origin).port}={client.session.session_key}"


def warm(address: str, cookie: str) -> None:
    """Ask once before it counts: the server reads its templates."""
    import httpx

    answer = httpx.get(address, headers={"Cookie": cookie})
    require(answer.status_code == 200, f"{address} answers {answer.status_code}")


def look(address: str, cookie: str, folder: Path) -> dict[str, Any]:
    """One report of Lighthouse's desktop preset."""
    from config.frontend import node
    from tests.workspace.browser.browsers import FLAGS

    headers, found = folder / "headers.json", folder / "report.json"
    headers.write_text(json.dumps({"Cookie": cookie}))
    words = [
        "node_modules/lighthouse/cli/index.js", address, "--preset=desktop", "--only-categories=performance", "--quiet",
        f"--extra-headers={headers}", f"--chrome-flags={' '.join(FLAGS)}", "--disable-full-page-screenshot",
        "--no-enable-error-reporting", "--output=json", f"--output-path={found}",
    ]  # fmt: skip
    for _ in range(ATTEMPTS):
        if node(*words, folder=LIGHTHOUSE) == 0:
            return dict(json.loads(found.read_text()))
    raise NotDone(f"Lighthouse gave no report of {address}")


def figures(report: Mapping[str, Any], address: str) -> dict[str, float]:
    """What counts of a report, if it is of that page and all that the page asked for was answered."""
    require(report["finalDisplayedUrl"] == address, f"{address} leads to {report['finalDisplayedUrl']}")
    metrics = report["audits"]["metrics"]["details"]["items"][0]
    requests = report["audits"]["network-requests"]["details"]["items"]
    refused = [(one["url"], one["statusCode"]) for one in requests if one["statusCode"] != 200]
    require(not refused, f"{address} asked in vain: {refused[:3]}")
    sizes = {
        name: sum(one["transferSize"] for one in requests if one["resourceType"] in kinds) / 1000
        for name, kinds in SIZES.items()
    }
    require(all(sizes.values()), f"{address} is not whole: {sizes}")
    return {name: metrics[key] for name, key in TIMES.items()} | sizes


def as_row(name: str, seen: list[dict[str, float]]) -> dict[str, Any]:
    found = {key: statistics.median(one[key] for one in seen) for key in seen[0]}
    ours = [1000 / one["lcp_ms"] for one in seen]
    return row(name, "pages/s", ours, [1 / LIMIT] * len(seen), **found)


def tools_of(report: Mapping[str, Any]) -> dict[str, str]:
    return {"lighthouse": report["lighthouseVersion"], "chromium": re.findall(r"Chrome/(\S+)", report["userAgent"])[0]}
