"""What bindings do about news of assets and products."""

from __future__ import annotations

from associations.choices import TIMER
from associations.services import match_asset, match_product, pass_binding_boundary, retire_bindings
from associations.services.library import asset_ids, refresh_library
from dam.choices import AssetState
from dam.events import ASSET_CHANGED, ASSET_INGESTED, VERSION_ADDED
from dam.models import Asset
from foundation.core.actors import system
from foundation.events.models import Event
from foundation.events.registry import Projection, consumer, register_projection
from foundation.jobs.registry import timer_kind
from pim.events import PRODUCT_CHANGED, PRODUCT_CREATED
from pim.models import Product

TABLES = ("associations_libraryentry", "associations_libraryplace")
register_projection(Projection("associations.library", refresh_library, asset_ids, tables=TABLES, batch=200))


@consumer("associations.match_asset", ASSET_INGESTED, VERSION_ADDED)
def match_on_asset_ingested(event: Event) -> None:
    """Reads the asset as it is now: a second time, or versions out of order, find everything settled."""
    for asset in Asset.objects.filter(uid=event.subject):
        match_asset(asset=asset, actor=system("associations.match_asset"))


@consumer("associations.follow_asset", ASSET_CHANGED)
def follow_on_asset_changed(event: Event) -> None:
    """Follows the asset's present state, not the event's: the order of events does not matter."""
    actor = system("associations.follow_asset")
    for asset in Asset.objects.filter(uid=event.subject):
        if asset.deleted_at or asset.state == AssetState.RETIRED:
            retire_bindings(asset=asset, actor=actor)
        else:
            match_asset(asset=asset, actor=actor)


@consumer("associations.match_product", PRODUCT_CREATED, PRODUCT_CHANGED)
def match_on_product_created(event: Event) -> None:
    """Pictures may come before their product. Those that wait are matched now; a second time none waits."""
    for product in Product.objects.filter(uid=event.subject):
        match_product(product=product, actor=system("associations.match_product"))


@timer_kind(TIMER)
def pass_boundary_of_binding(subject: str) -> None:
    """What a product is shown by has changed with the time alone."""
    pass_binding_boundary(uid=subject, actor=system("associations.boundary"))
