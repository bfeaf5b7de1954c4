"""Reading what shows what."""

from associations.queries.bindings import find_bindings, get_binding, unbound_assets
from associations.queries.coverage import FamilyCoverage, coverage_overview
from associations.queries.heroes import products_without_hero
from associations.queries.media import BoundAsset, media_of
from associations.queries.suggestions import Suggestion, suggest_products

__all__ = [
    "BoundAsset",
    "FamilyCoverage",
    "Suggestion",
    "coverage_overview",
    "find_bindings",
    "get_binding",
    "media_of",
    "products_without_hero",
    "suggest_products",
    "unbound_assets",
]
