"""What rooms above say on who may see an asset. dam knows markets; what an asset shows is known above."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from foundation.core.actors import Actor

# From an actor who is limited to markets to a condition on assets that are for every market.
AssetRule = Callable[[Actor], Any]
ASSET_RULES: list[AssetRule] = []


def asset_rule(rule: AssetRule) -> AssetRule:
    """Let the rule narrow which assets without markets a limited actor sees; all rules must agree."""
    if rule not in ASSET_RULES:
        ASSET_RULES.append(rule)
    return rule
