"""What the shell itself needs on every page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from workspace.choices import THEME_COOKIE, THEMES


@dataclass(frozen=True)
class Place:
    """An entry of the main navigation."""

    label: str
    icon: str
    url: str
    is_current: bool


# Name of the page, label, icon.
PLACES = (
    ("home", "Home", "home"),
    ("product_list", "Products", "product"),
    ("asset_list", "Assets", "asset"),
    ("proposals", "Bindings", "proposal"),
    ("licence_list", "Licences", "lock"),
    ("work_items", "Work items", "work"),
    ("channel_list", "Channels", "channel"),
    ("listing_list", "Listings", "listing"),
    ("completeness", "Completeness", "completeness"),
)
ADMIN_PLACE = ("admin:index", "Admin", "gear")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the chosen theme (empty: follow the system) and the navigation."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return {"theme": chosen if chosen in THEMES else "", "places": list(_places(request))}


def _places(request: HttpRequest) -> Iterator[Place]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return
    home = _address("home")
    for name, label, icon in (*PLACES, ADMIN_PLACE) if user.is_staff else PLACES:
        address = _address(name)
        if address:
            is_current = request.path == home if address == home else request.path.startswith(address)
            yield Place(label, icon, address, is_current)


def _address(name: str) -> str:
    """Return where a page is, or nothing where it is not mounted."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
