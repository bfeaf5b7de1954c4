"""Events of syndication. A listing's subject is the listing, a feed's the feed, a first live product's the product."""

from foundation.audit.registry import declare_action
from foundation.events.catalogue import EventType, declare


def _listing(participle: str, meaning: str) -> EventType:
    return declare(
        f"syndication.listing.{participle}",
        meaning,
        sku="text",
        channel="code",
        market="code",
        locale="code",
        revision="number on the channel; null where nothing was ever out",
    )


def _feed(participle: str, meaning: str) -> EventType:
    return declare(
        f"syndication.feed.{participle}",
        meaning,
        channel="code",
        messages="number",
        accepted="number",
        rejected="number",
        detail="why, where it failed",
    )


def _rejection(participle: str, meaning: str) -> EventType:
    return declare(
        f"syndication.rejection.{participle}",
        meaning,
        sku="text",
        channel="code",
        attribute="what of the product caused it",
        target="the channel's field",
        code="the channel's code",
    )


LISTING_PUBLISHED = _listing("published", "A product's document is out, new or changed")
LISTING_HELD = _listing("held", "A product's document is held back; what was out is withdrawn")
LISTING_WITHDRAWN = _listing("withdrawn", "A product's document is out no more")
FIRST_LIVE = declare(
    "syndication.product.first_live", "A product is out for the first time on any channel", sku="text", channel="code",
    market="code", locale="code",
)  # fmt: skip
PROFILE_DEFINED = declare("syndication.profile.defined", "A channel has other rules", channel="code", version="number")
FEED_SENT = _feed("sent", "A marketplace has received a feed")
FEED_ACCEPTED = _feed("accepted", "A marketplace has processed a feed; single messages may be rejected")
FEED_FAILED = _feed("failed", "A marketplace refused a feed as a whole")
REJECTION_OPENED = _rejection("opened", "A channel refused a product for something in it")
REJECTION_CLOSED = _rejection("closed", "What a channel refused is mended or gone")

# Entered in the audit; no event, since nothing changed.
LISTINGS_READ = declare_action(
    "syndication.listings.read", "Documents of a channel that receives restricted values were read"
)
