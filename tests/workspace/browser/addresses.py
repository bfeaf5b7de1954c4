"""Every page with something on it: those that the barrier, policy and size tests walk."""

from __future__ import annotations

from typing import Any


def addresses(street: Any) -> dict[str, str]:
    return {
        "home": "/",
        "products": "/products/",
        "product": f"/products/{street.ridge.uid}/",
        "assets": "/assets/",
        "asset": f"/assets/{street.hero.uid}/",
        "proposals": "/proposals/",
        "unbound assets": "/proposals/unbound/",
        "products without a hero": "/proposals/heroes/?channel=shop&market=US",
        "binding": f"/bindings/{street.bound.uid}/",
        "delivery links": f"/products/{street.ridge.uid}/links/",
        "work": "/work/",
        "listings": "/listings/",
        "listing": f"/listings/{street.listing.uid}/",
        "imports": "/imports/",
        "parts": "/parts/",
    }
