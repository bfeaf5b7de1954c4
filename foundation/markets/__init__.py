"""Where one sells and publishes: locales, markets, channels, and the cells and scopes made of them."""
