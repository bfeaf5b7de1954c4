"""Closed lists of the pages."""

THEMES = ("light", "dark")
THEME_COOKIE = "theme"
