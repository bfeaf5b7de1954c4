"""Every page with something on it: those that the barrier, policy and size tests walk."""

from __future__ import annotations

from typing import Any

from tests.workspace import factories


def addresses(street: Any) -> dict[str, str]:
    return {
        "home": "/",
        "products": "/products/",
        "product": f"/products/{street.ridge.uid}/",
        "variant": f"/products/{factories.uid_of('RIDGE-RED-S')}/?only=missing",
        "assets": "/assets/",
        "asset": f"/assets/{street.hero.uid}/",
        "proposals": "/proposals/",
        "work": "/work/",
        "listings": "/listings/",
        "listing": f"/listings/{street.listing.uid}/",
        "imports": "/imports/",
        "parts": "/parts/",
    }
