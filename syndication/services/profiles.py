"""A channel's rules, and the key of its endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from associations.choices import BindingRole
from dam.queries.renditions import get_preset
from foundation.core.actors import CATEGORY, Actor
from foundation.core.errors import Denied, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.markets.models import Channel
from foundation.markets.queries import get_channel
from pim.choices import Sensitivity
from pim.models import Attribute
from pim.models.attributes import clearance_of
from syndication import events
from syndication.errors import BadProfile
from syndication.mapping import Profile, read_profile
from syndication.models import ChannelCredential, ChannelProfile


def define_profile(*, channel: Channel | str, body: Mapping[str, Any], actor: Actor) -> ChannelProfile:
    """Give a channel its rules. The same rules again change nothing; others get the next version.

    Raises `BadProfile` for a body that does not fit, for attributes, roles and presets that do not exist, and for
    attributes that may not leave by this channel.
    """
    actor = actor.require("syndication.publish")
    row = _channel(channel, actor)
    _require_known(read_profile(body), row, actor)
    with recorded(actor):
        Channel.objects.select_for_update().get(pk=row.pk)
        profile = ChannelProfile.objects.filter(channel=row).first()
        if profile is not None and profile.body == body:
            return profile
        profile = profile or ChannelProfile(channel=row, version=0)
        profile.version, profile.body = profile.version + 1, dict(body)
        profile.save()
        append_event(events.PROFILE_DEFINED, _uid(row), channel=row.code, version=profile.version)
    return profile


def set_channel_key(*, channel: Channel | str, token: str, actor: Actor) -> None:
    """The bearer key that the channel's endpoint wants; empty takes it away. It is never shown again."""
    actor = actor.require("markets.define")
    row = _channel(channel, actor)
    with recorded(actor):
        if token:
            ChannelCredential.objects.update_or_create(channel=row, defaults={"token": token})
        else:
            ChannelCredential.objects.filter(channel=row).delete()


def _channel(channel: Channel | str, actor: Actor) -> Channel:
    row = get_channel(channel) if isinstance(channel, str) else channel
    if not actor.sees("channel", row.code):
        raise Missing(f"There is no channel {row.code!r}", path="channel")
    if not actor.beyond("market", CATEGORY).sees("channel", row.code):
        raise Denied(
            "A channel's rules hold in all its markets and for all products; yours are limited", path="channel"
        )
    return row


def _require_known(profile: Profile, channel: Channel, actor: Actor) -> None:
    """What leaves by a channel is told to all who read its rules; what they may not see otherwise, they do not add."""
    clearance = Sensitivity.RESTRICTED if channel.asks_restricted else Sensitivity.PUBLIC
    classes = dict(Attribute.objects.values_list("code", "sensitivity"))
    seen, before = clearance_of(actor), ChannelProfile.objects.filter(channel=channel).first()
    told = {field.attribute for field in read_profile(before.body).fields} if before else set()
    for at, field in enumerate(profile.fields):
        if field.source != "attribute":
            continue
        known = classes.get(field.attribute)
        if known is None or not (seen.admits(known) or field.attribute in told):
            raise BadProfile(f"There is no attribute {field.attribute!r}", path=f"fields.{at}.attribute")
        if not clearance.admits(known):
            text = f"{field.attribute} is {known}; {channel.code} may receive what is {clearance}"
            raise BadProfile(text, path=f"fields.{at}.attribute")
    for at, media in enumerate(profile.media):
        if media.role not in BindingRole.values:
            raise BadProfile(f"There is no role {media.role!r}", path=f"media.{at}.role")
        try:
            get_preset(media.preset)
        except Missing as missing:
            raise BadProfile(missing.detail, path=f"media.{at}.preset") from None


def _uid(channel: Channel) -> Any:
    """The subject of a channel's own events: channels have codes and no uid."""
    return uuid5(NAMESPACE_URL, f"urn:tandem:channel:{channel.code}")
