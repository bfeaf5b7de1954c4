"""The one place that decides what shows what."""

from associations.services.bindings import bind_asset, reorder_media, set_binding_role, unbind_asset
from associations.services.matching import match_asset, match_product, retire_bindings
from associations.services.proposals import confirm_proposal, propose_binding, reject_proposal, undo_decision

__all__ = [
    "bind_asset",
    "confirm_proposal",
    "match_asset",
    "match_product",
    "propose_binding",
    "reject_proposal",
    "reorder_media",
    "retire_bindings",
    "set_binding_role",
    "unbind_asset",
    "undo_decision",
]
