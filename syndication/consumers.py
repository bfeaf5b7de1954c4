"""What syndication reacts to: dirty models, rights that open or end, listings that are to be sent."""

from __future__ import annotations

from dam.events import RIGHTS_BOUNDARY
from foundation.core.actors import system
from foundation.events.models import Event
from foundation.events.registry import Projection, chore, consumer, register_projection
from syndication.choices import PROJECTION
from syndication.services.feeds import start_due_feeds
from syndication.services.listings import model_ids, refresh_listings, renew_listings_of_licence

register_projection(
    Projection(
        PROJECTION,
        refresh_listings,
        model_ids,
        tables=("syndication_listing", "delivery_publication"),
        after=("pim.completeness",),
        batch=50,
    )
)


@consumer("syndication.rights", RIGHTS_BOUNDARY)
def renew_listings_on_rights_boundary(event: Event) -> None:
    """Marks what the licence's assets show; again or late it marks the same, and the listing is as of its refresh."""
    renew_listings_of_licence(event.subject)


@chore("syndication.feeds", seconds=1)
def send_due_feeds() -> None:
    """One open job a channel, however often this runs."""
    start_due_feeds(actor=system("syndication"))
