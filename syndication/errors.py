"""Refusals of syndication."""

from __future__ import annotations

from foundation.core.errors import Conflict, Invalid, TandemError


class BadProfile(Invalid):
    code = "bad-profile"
    title = "The channel's profile is not usable"


class NoFeed(Conflict):
    code = "no-feed"
    title = "Nothing can be sent to this channel"


class FeedRefused(TandemError):
    """The other side answered that it will not take this feed; the same again would not help."""

    code = "feed-refused"
    status = 502
    title = "The channel refused the feed"


class FeedUnanswered(TandemError):
    """No answer, or one that says to try again: what happened there is not known."""

    code = "feed-unanswered"
    status = 502
    title = "The channel did not answer"
