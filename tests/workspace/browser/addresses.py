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
        "parts": "/parts/",
        "search": "/search/?q=ridge",
        "jobs": "/jobs/",
        "views": "/views/",
        "nothing": "/products/01890000-0000-7000-8000-000000000000/",
        "admin": "/admin/",
    }
