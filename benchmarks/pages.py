"""Server time of every page at 100,000 products and 100,000 assets, beside the shell alone; then some in a browser.

Pages are asked in this process through the whole of Django, as a steward without limits, as one limited to a market,
and as one limited to a fifth of the product hierarchy.
What a browser makes of them is measured by `benchmarks.paint`.
`python -m benchmarks.pages [--products N] [--assets N]`
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks import paint
from benchmarks.crowd import BRANCH, make_crowd
from benchmarks.house import execute, fresh_house, require
from benchmarks.report import latencies, row, write_report
from config.heap import settle_heap

PRODUCTS, ASSETS, ROUNDS, VISITS = 100_000, 100_000, 12, 5
QUIET_SHELL_MS = 10  # what the shell takes where two cores have nothing else to do
SHELL = "/nowhere/"  # a page that is not there: middleware, session, navigation, and nothing else


def addresses() -> dict[str, str]:
    """What is asked: each page as it opens, and lists as people narrow them. All is to be seen in the US and in the
    branch, too.
    """
    from associations.models import Binding
    from pim.models import Product
    from syndication.models import Listing

    roots = Product.objects.filter(level=0, placements__market__code="US", sku__startswith="C")
    offered = roots.filter(classifications__category__line__contains=[BRANCH]).order_by("pk")[7]
    variant = Product.objects.get(sku=f"{offered.sku}-RED-S")
    listing = Listing.objects.filter(product_id=variant.pk, scope__market__code="US").order_by("pk")[0]
    shown = Binding.objects.active().filter(product__root=offered).order_by("pk")[0].asset
    return {
        "home": "/",
        "products": "/products/",
        "products, one family": "/products/?family=coats3",
        "products, incomplete in a scope": "/products/?complete=incomplete&scope=shop/DACH/de-DE",
        "products, by words": "/products/?q=ridgeline+coat",
        "products, by SKU": f"/products/?q={offered.sku}",
        "product": f"/products/{offered.uid}/",
        "product, 1,000 attributes": f"/products/{Product.objects.get(sku='WIDE').uid}/",
        "product, a variant": f"/products/{variant.uid}/?market=US&locale=en-US",
        "assets": "/assets/",
        "assets, approved and loose": "/assets/?state=approved&binding=loose",
        "assets, by words": f"/assets/?q={offered.sku}",
        "assets, by a common word": "/assets/?q=jpg",
        "asset": f"/assets/{shown.uid}/",
        "proposals": "/proposals/",
        "counts of the desk": "/proposals/counts/",
        "assets that show nothing": "/proposals/unbound/",
        "products without a hero": "/proposals/heroes/",
        "completeness": "/completeness/",
        "licences": "/licences/",
        "channels": "/channels/",
        "channel": "/channels/shop/",
        "search": f"/search/?q={offered.sku}",
        "settings": "/settings/",
        "work items": "/work/?tab=all",
        "listings": "/listings/",
        "listings, held in a market": "/listings/?state=held&market=DACH",
        "listing": f"/listings/{listing.uid}/",
        "imports": "/imports/",
    }


def visitor(username: str, market: str = "", category: str = "") -> Callable[[str], float]:
    """Seconds of one GET by somebody who is signed in."""
    from django.test import Client

    from foundation.accounts.models import User
    from tests.cast import make_actor

    actor = make_actor(username, "steward", market=market, category=category)
    client = Client(raise_request_exception=False, headers={"Host": "localhost"})
    client.force_login(User.objects.get(pk=actor.user_id))
    client.get(SHELL)
    settle_heap()  # as the server does

    def get(path: str) -> float:
        start = time.perf_counter()
        response = client.get(path)
        seconds = time.perf_counter() - start
        wanted = 404 if path == SHELL else 200
        require(response.status_code == wanted, f"{path} answers {response.status_code}")
        return seconds

    return get


def measure(pages: Mapping[str, str], get: Callable[[str], float], rounds: int, who: str = "") -> list[dict[str, Any]]:
    found = []
    for name, path in pages.items():
        get(path)
        pairs = [(get(path), get(SHELL)) for _ in range(rounds)]
        ours, limit = ([1 / pair[at] for pair in pairs] for at in (0, 1))
        figures = latencies(pair[0] for pair in pairs)
        shown = {key: round(value, 1) for key, value in figures.items()}
        one = row(f"{name}{who}", "pages/s", ours, limit)
        found.append(one | {"quiet_ms": round(QUIET_SHELL_MS / one["ratio"], 1)} | shown)
        print(found[-1]["name"], shown, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=PRODUCTS)
    parser.add_argument("--assets", type=int, default=ASSETS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--visits", type=int, default=VISITS, help="by a browser, to each page that it measures")
    chosen = parser.parse_args()
    with fresh_house() as folder:
        window = make_crowd(chosen.products, chosen.assets)
        execute("VACUUM ANALYZE")  # as autovacuum would in time
        pages = addresses()
        rows = measure(pages, visitor("stella"), chosen.rounds)
        rows += measure(pages, visitor("otto", "US"), chosen.rounds, ", limited")
        rows += measure(pages, visitor("beth", category=BRANCH), chosen.rounds, ", of a branch")
        write_report("pages", rows, packages=["django", "psycopg"])
        paint.run(window, folder, chosen.visits)


if __name__ == "__main__":
    main()
