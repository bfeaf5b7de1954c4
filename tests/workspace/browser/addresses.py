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
        "asset's versions": f"/assets/{street.hero.uid}/compare/",
        "asset's products": f"/assets/{street.hero.uid}/products/",
        "asset's listings": f"/assets/{street.hero.uid}/listings/",
        "binding an asset": f"/assets/{street.hero.uid}/bind/?words=coat",
        "asset's link": f"/assets/{street.hero.uid}/link/?preset=large",
        "licences": "/licences/",
        "licence": f"/licences/{street.licence.uid}/",
        "proposals": "/proposals/",
        "work": "/work/",
        "listings": "/listings/",
        "listing": f"/listings/{street.listing.uid}/",
        "imports": "/imports/",
        "parts": "/parts/",
    }
