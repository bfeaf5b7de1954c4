"""Reading a marketplace's report: which message each complaint is about, and what of the product caused it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syndication.mapping import Profile, read_profile
from syndication.models import ChannelProfile, Feed, FeedMessage

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong with a listing, in the channel's words, traced to what caused it."""

    attribute: str
    target: str
    code: str
    message: str


def sort_issues(report: Json, messages: Sequence[FeedMessage]) -> tuple[dict[int, list[Json]], list[Json]]:
    """Errors by message number; by SKU where a number is missing; and those that name neither of these messages."""
    numbers = {message.message_id for message in messages}
    by_sku = {message.sku: message.message_id for message in messages}
    found: dict[int, list[Json]] = defaultdict(list)
    stray: list[Json] = []
    for issue in report.get("issues", []):
        if issue.get("severity") != "ERROR":
            continue
        number = issue.get("messageId")
        number = number if number in numbers else by_sku.get(str(issue.get("sku", "")))
        if number is None:
            stray.append(issue)
        else:
            found[number].append(issue)
    return found, stray


def complaints_of(profile: Profile, issue: Json) -> list[Complaint]:
    """A complaint for each attribute that an issue names. What cannot be traced keeps the channel's own word."""
    names = issue.get("attributeNames") or [issue.get("attributeName") or ""]
    code, text = str(issue.get("code", "")), str(issue.get("message", ""))[:1000]
    return [Complaint(_trace(profile, str(name), code), str(name), code, text) for name in names]


def _trace(profile: Profile, name: str, code: str) -> str:
    """From the channel's field (`main_image`, `price.amount`) to what of the product fills it."""
    for part in (name, name.split(".", 1)[0]):
        if part and (origin := profile.origin_of(part)):
            return origin
    return f"field:{name}" if name else f"channel:{code}"


def complaints_about(messages: Sequence[FeedMessage]) -> list[list[Complaint]]:
    """What the report of their feed says of each of these messages of one feed. Two queries."""
    feed = Feed.objects.select_related("channel").filter(pk__in={one.feed_id for one in messages}).first()
    row = ChannelProfile.objects.filter(channel=feed.channel).first() if feed else None
    if feed is None or row is None:
        return [[] for _ in messages]
    profile, (issues, _) = read_profile(row.body, version=row.version), sort_issues(feed.report, messages)
    return [
        [complaint for issue in issues.get(one.message_id, ()) for complaint in complaints_of(profile, issue)]
        for one in messages
    ]
