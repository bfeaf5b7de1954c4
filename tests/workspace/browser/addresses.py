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
        "work": "/work/",
        "listings": "/listings/",
        "listing": f"/listings/{street.listing.uid}/",
        "imports": "/imports/",
        "bulk changes": "/bulk/",
        "bulk change": f"/bulk/{street.bulk_change.uid}/",
        "bulk change, its form": f"/bulk/{street.bulk_change.uid}/?edit=1",
        "parts": "/parts/",
    }
