"""Events of markets."""

from foundation.events.catalogue import declare

SCOPE_CHANGED = declare("markets.scope.changed", "A scope's chain of cells is another", scope="channel/market/locale")
