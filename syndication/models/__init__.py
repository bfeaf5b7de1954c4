"""What is published where, by which rules, and what came back."""

from syndication.models.feeds import Feed, FeedCursor, FeedMessage, RemoteCopy
from syndication.models.listings import FirstLive, Listing
from syndication.models.profiles import ChannelCredential, ChannelProfile
from syndication.models.rejections import Rejection
from syndication.models.revisions import PublishedRevision

__all__ = [
    "ChannelCredential",
    "ChannelProfile",
    "Feed",
    "FeedCursor",
    "FeedMessage",
    "FirstLive",
    "Listing",
    "PublishedRevision",
    "Rejection",
    "RemoteCopy",
]
