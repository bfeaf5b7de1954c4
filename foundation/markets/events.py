"""Events of markets."""

from foundation.events.catalogue import declare

SCOPE_CHANGED = declare("markets.scope.changed", "A scope's chain of cells is another", scope="channel/market/locale")
MARKET_CHANGED = declare("markets.market.changed", "A market exists or says something else", market="its code")
LOCALE_CHANGED = declare("markets.locale.changed", "A locale exists or falls back elsewhere", locale="its code")
CHANNEL_CHANGED = declare("markets.channel.changed", "A channel exists or is another", channel="its code")
