"""Which fields of a channel's documents may be told today, by the rules under which each was made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from foundation.core.actors import Actor
from foundation.history.models import Revision
from foundation.markets.models import Channel
from pim.choices import Sensitivity
from pim.models import Attribute
from pim.models.attributes import clearance_of
from pim.models.products import with_schemes
from syndication.models import ChannelProfile

Rules = Mapping[str, Any]
Classes = Mapping[tuple[str, str], Sensitivity]


@dataclass(frozen=True)
class Cut:
    """Of documents made by one version of a channel's rules: the fields that a reader may not see, and those that they
    see and not everybody does. Of unknown rules the one or the other holds of every field.
    """

    hidden: frozenset[str] = frozenset()
    sensitive: frozenset[str] = frozenset()
    is_known: bool = True

    def hides(self, fields: Mapping[str, Any]) -> frozenset[str]:
        return self.hidden & fields.keys()

    def is_sensitive(self, fields: Mapping[str, Any]) -> bool:
        return not (self.is_known and self.sensitive.isdisjoint(fields))


def cuts_of(channel: Channel, versions: Collection[int], *, actor: Actor) -> dict[int, Cut]:
    """By version of the rules; without those of which nothing may be shown.

    What leaves by the channel today is told to all who read it; what would not leave any more, or is gone, to those
    alone who may see attributes of its class.
    """
    seen, leaves = clearance_of(actor), Sensitivity.RESTRICTED if channel.asks_restricted else Sensitivity.PUBLIC
    rules = _rules(channel, versions)
    classes = _classes(rules.values())
    unknown = {version: Cut(is_known=False) for version in versions if seen == Sensitivity.SECRET}
    return unknown | {version: _cut(body, classes, seen, leaves) for version, body in rules.items()}


def _cut(body: Rules, classes: Classes, seen: Sensitivity, leaves: Sensitivity) -> Cut:
    known = {one["target"]: classes.get(_origin(one), Sensitivity.SECRET) for one in body["fields"] if _is_said(one)}
    hidden = {target for target, one in known.items() if not (leaves.admits(one) or seen.admits(one))}
    above = {target for target, one in known.items() if one != Sensitivity.PUBLIC}
    return Cut(frozenset(hidden), frozenset(above - hidden))


def _rules(channel: Channel, versions: Collection[int]) -> dict[int, Rules]:
    """The rules in force, and earlier ones as far as history is kept."""
    now = ChannelProfile.objects.filter(channel=channel).first()
    found: dict[int, Rules] = {now.version: now.body} if now else {}
    if now is not None and (missing := sorted(set(versions) - found.keys())):
        rows = Revision.objects.filter(table_name=ChannelProfile._meta.db_table, row_key=str(now.pk))
        images = rows.filter(before__version__in=missing).values_list("before__version", "before__body")
        found |= {version: body for version, body in images if isinstance(body, dict) and body.get("fields")}
    return found


def _is_said(field: Mapping[str, Any]) -> bool:
    """Whether it says something of the product that has a class."""
    return field["source"] in {"attribute", "identifier"}


def _origin(field: Mapping[str, Any]) -> tuple[str, str]:
    source = field["source"]
    return source, field["scheme" if source == "identifier" else "attribute"]


def _classes(rules: Collection[Rules]) -> Classes:
    """The class of each origin today. One that is not there any more has none; a scheme that no attribute has is of
    codes that are public.
    """
    origins = {_origin(one) for body in rules for one in body["fields"] if _is_said(one)}
    codes = {name for source, name in origins if source == "attribute"}
    schemes = {name for source, name in origins if source == "identifier"}
    found = {("identifier", scheme): Sensitivity.PUBLIC for scheme in schemes}
    for scheme, said in with_schemes().filter(scheme__in=schemes).values_list("scheme", "sensitivity"):
        known = found["identifier", scheme]
        found["identifier", scheme] = max(known, Sensitivity(said), key=lambda one: one.rank)
    for code, said in Attribute.objects.filter(code__in=codes).values_list("code", "sensitivity"):
        found["attribute", code] = Sensitivity(said)
    return found
