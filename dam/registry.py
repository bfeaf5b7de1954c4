"""What rooms above say on who may see an asset. dam knows markets; what an asset shows is known above."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from foundation.core.actors import Limits

# From what a reach leaves of markets and categories to a condition on assets: those for every market, and for who ends
# in a branch those for their markets too.
AssetRule = Callable[[Limits], Any]
ASSET_RULES: list[AssetRule] = []


def asset_rule(rule: AssetRule) -> AssetRule:
    """Let the rule narrow which assets a limited actor sees; all rules must agree."""
    if rule not in ASSET_RULES:
        ASSET_RULES.append(rule)
    return rule
