"""Reading what shows what."""

from associations.queries.bindings import find_bindings, get_binding, unbound_assets
from associations.queries.coverage import FamilyCoverage, coverage_overview
from associations.queries.media import BoundAsset, media_of

__all__ = [
    "BoundAsset",
    "FamilyCoverage",
    "coverage_overview",
    "find_bindings",
    "get_binding",
    "media_of",
    "unbound_assets",
]
