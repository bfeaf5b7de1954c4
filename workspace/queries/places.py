"""The places of the workspace and what one does there: for the navigation, the search and the keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from foundation.core.actors import Actor


@dataclass(frozen=True)
class Place:
    """A page that one goes to. Whoever has one of the permissions may; `key` follows `g` on the keyboard."""

    name: str
    label: str
    icon: str
    permissions: tuple[str, ...] = ()
    key: str = ""
    is_main: bool = False

    @property
    def url(self) -> str:
        """Where it is, or nothing where it is not mounted."""
        try:
            return reverse(self.name)
        except NoReverseMatch:
            return ""

    def is_open_to(self, actor: Actor) -> bool:
        return not self.permissions or any(map(actor.may, self.permissions))


PLACES = (
    Place("home", "Home", "home", key="h", is_main=True),
    Place("product_list", "Products", "product", ("pim.view",), "p", is_main=True),
    Place("asset_list", "Assets", "asset", ("dam.view",), "a", is_main=True),
    Place("proposals", "Bindings", "proposal", ("dam.view",), "b", is_main=True),
    Place("completeness", "Completeness", "completeness", ("pim.view",), "c", is_main=True),
    Place("work_items", "Work items", "work", ("workflow.work",), "w", is_main=True),
    Place("listing_list", "Listings", "listing", ("syndication.view",), "l", is_main=True),
    Place("channel_list", "Channels", "channel", ("syndication.view",)),
    Place("import_list", "Imports", "import", ("pim.import",), "i"),
    Place("licence_list", "Licences", "licence", ("dam.view",)),
    Place("ingest_list", "Ingests", "upload", ("dam.ingest",)),
    Place("bulk_change_list", "Bulk changes", "layers", ("dam.edit", "dam.approve", "pim.edit", "pim.place")),
    Place("settings", "Settings", "settings", key="s"),
)
ADMIN = Place("admin:index", "Admin", "gear")
# Found by the search, drawn elsewhere than in the navigation.
CORNERS = (
    Place("job_list", "Jobs", "jobs", key="j"),
    Place("saved_view_list", "Saved views", "bookmark"),
    Place("override_list", "Overrides of markets", "globe", ("pim.view",)),
    Place("unbound_assets", "Assets that show nothing", "asset", ("dam.view",)),
    Place("missing_heroes", "Products without a hero", "product", ("dam.view",)),
    Place("listing_fix", "Failed listings, one after another", "listing", ("syndication.view",)),
    Place("change_request_list", "Settings: change requests", "check", ("taxonomy.define", "taxonomy.propose")),
    Place("market_list", "Settings: markets", "market"),
    Place("locale_list", "Settings: languages", "locale"),
    Place("channel_settings", "Settings: channels", "channel"),
    Place("preset_list", "Settings: presets", "preset", ("dam.view",)),
    Place("role_list", "Settings: roles", "users"),
    Place("mfa_index", "Settings: your sign-in", "lock"),
    Place("person_list", "Settings: people", "users", ("accounts.manage",)),
    Place("audit", "Settings: audit", "clock", ("audit.view",)),
    Place("provider_list", "Settings: sign-in providers", "globe", ("accounts.manage",)),
    Place("parts", "Parts for builders of pages", "layers"),
)
ACTIONS = (
    Place("import_list", "Import a file", "import", ("pim.import",)),
    Place("ingest_list", "Ingest pictures", "upload", ("dam.ingest",)),
    Place("proposals", "Answer proposals", "proposal", ("associations.decide",)),
)


def open_places(actor: Actor, *, is_staff: bool) -> Iterator[Place]:
    """The navigation, for those whom it is for."""
    places = (*PLACES, ADMIN) if is_staff else PLACES
    return (place for place in places if place.is_open_to(actor) and place.url)
