"""Closed lists of the pages."""

THEMES = ("light", "dark")
THEME_COOKIE = "theme"

# Lists whose filters can be saved as a view: name of the page, and the permission that opens it.
LISTS = {"product_list": "pim.view", "asset_list": "dam.view", "listing_list": "syndication.view"}
