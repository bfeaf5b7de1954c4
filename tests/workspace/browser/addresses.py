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
        "asset's versions": f"/assets/{street.hero.uid}/compare/",
        "asset's products": f"/assets/{street.hero.uid}/products/",
        "asset's listings": f"/assets/{street.hero.uid}/listings/",
        "binding an asset": f"/assets/{street.hero.uid}/bind/?words=coat",
        "asset's link": f"/assets/{street.hero.uid}/link/?preset=large",
        "licences": "/licences/",
        "licence": f"/licences/{street.licence.uid}/",
        "proposals": "/proposals/",
        "unbound assets": "/proposals/unbound/",
        "products without a hero": "/proposals/heroes/?channel=shop&market=US",
        "binding": f"/bindings/{street.bound.uid}/",
        "delivery links": f"/products/{street.ridge.uid}/links/",
        "work": "/work/?tab=all",
        "work, nothing yet": "/work/",
        "work item": f"/work/{factories.work_item().uid}/",
        "work item, asked": f"/work/{factories.work_item().uid}/ask/?verb=workflow.snooze",
        "completeness": "/completeness/",
        "completeness, down to the products": "/completeness/?cell=coats/shop/DACH&attribute=description",
        "listings": "/listings/",
        "listing": f"/listings/{street.listing.uid}/",
        "listing, one of a filter": "/listings/fix/?state=live",
        "channels": "/channels/",
        "channel": "/channels/shop/",
        "marketplace": "/channels/bazaar/",
        "assortment": "/channels/shop/assortment/",
        "feed": f"/feeds/{street.feed.uid}/",
        "imports": "/imports/",
        "settings": "/settings/",
        "markets": "/settings/markets/",
        "market": "/settings/markets/DACH/",
        "languages": "/settings/languages/",
        "channel settings": "/settings/channels/shop/",
        "presets": "/settings/presets/",
        "roles": "/settings/roles/",
        "keys": "/settings/keys/",
        "new key": "/settings/keys/new/",
        "bulk changes": "/bulk/",
        "bulk change": f"/bulk/{street.bulk_change.uid}/",
        "bulk change, its form": f"/bulk/{street.bulk_change.uid}/?edit=1",
        "parts": "/parts/",
        "search": "/search/?q=ridge",
        "jobs": "/jobs/",
        "views": "/views/",
        "nothing": "/products/01890000-0000-7000-8000-000000000000/",
        "admin": "/admin/",
    }
