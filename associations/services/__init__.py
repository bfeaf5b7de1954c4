"""The one place that decides what shows what."""

from associations.services.bindings import (
    AssetOutcome,
    BoundAssets,
    bind_asset,
    bind_assets,
    pass_binding_boundary,
    rebind_asset,
    reorder_media,
    set_binding_role,
    unbind_asset,
)
from associations.services.heroes import set_hero
from associations.services.matching import match_asset, match_product, retire_bindings
from associations.services.proposals import confirm_proposal, propose_binding, reject_proposal, undo_decision
from associations.services.rows import source_of
from associations.services.undoing import undo_binding_changes

__all__ = [
    "AssetOutcome",
    "BoundAssets",
    "bind_asset",
    "bind_assets",
    "confirm_proposal",
    "match_asset",
    "match_product",
    "pass_binding_boundary",
    "propose_binding",
    "rebind_asset",
    "reject_proposal",
    "reorder_media",
    "retire_bindings",
    "set_binding_role",
    "set_hero",
    "source_of",
    "unbind_asset",
    "undo_binding_changes",
    "undo_decision",
]
