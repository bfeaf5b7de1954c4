"""The one place that decides what shows what."""

from associations.services.bindings import (
    bind_asset,
    pass_binding_boundary,
    rebind_asset,
    reorder_media,
    set_binding_role,
    unbind_asset,
)
from associations.services.matching import match_asset, match_product, retire_bindings
from associations.services.proposals import confirm_proposal, propose_binding, reject_proposal, undo_decision
from associations.services.rows import source_of

__all__ = [
    "bind_asset",
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
    "source_of",
    "unbind_asset",
    "undo_decision",
]
