"""What a marketplace has to hear: the delta above its cursor, in the manner of the published listings feed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dam.choices import RenditionState
from dam.models import AssetVersion, Preset, Rendition
from dam.queries.renditions import rendition_key
from foundation.core.hashing import canonical_json
from foundation.jobs.models import Job
from foundation.markets.models import Channel
from syndication.choices import FEED_JOB, Operation
from syndication.mapping import Profile
from syndication.models import Listing, RemoteCopy

Json = dict[str, Any]
VERSION = "2.0"


@dataclass(frozen=True)
class Message:
    """One product for the marketplace; `attributes` are empty for what is taken down."""

    listing: Listing
    sku: str
    operation: Operation
    revision: int
    product_type: str = ""
    attributes: Json | None = None

    def to_json(self, number: int) -> Json:
        body: Json = {"messageId": number, "sku": self.sku, "operationType": self.operation.value}
        if self.operation == Operation.UPDATE:
            body |= {"productType": self.product_type, "requirements": "LISTING", "attributes": self.attributes}
        return body


@dataclass(frozen=True)
class Delta:
    """The messages for the listings up to a revision. There may be none: what never arrived need not be taken down."""

    messages: list[Message]
    to_revision: int


def open_feed_job(channel: Channel) -> Job | None:
    """The job that sends to the channel now, if any: there is never more than one."""
    return Job.objects.unfinished().filter(kind=FEED_JOB, unique_key=channel.code).first()


def read_delta(channel: Channel, *, acknowledged: int, limit: int) -> Delta | None:
    """The first so many changed listings above the cursor, a message for each of their products; None at the end."""
    changed = list(
        Listing.objects.filter(channel=channel, revision__gt=acknowledged)
        .order_by("revision")
        .values_list("revision", "product_id")[:limit]
    )
    if not changed:
        return None
    products = list(dict.fromkeys(product for _, product in changed))
    listings: dict[int, list[Listing]] = defaultdict(list)
    rows = Listing.objects.told().filter(channel=channel, product_id__in=products).select_related("scope")
    for row in rows.order_by("scope_id"):
        listings[row.product_id].append(row)
    copies = {one.product_id: one for one in RemoteCopy.objects.filter(channel=channel, product_id__in=products)}
    messages = [message for product in products for message in _messages(listings[product], copies.get(product))]
    return Delta(messages, changed[-1][0] or acknowledged)


def _messages(listings: Sequence[Listing], copy: RemoteCopy | None) -> Iterable[Message]:
    revision = max(one.revision or 0 for one in listings)
    held_there = copy.sku if copy else ""
    if copy is not None and copy.answered >= revision:
        return
    live = [one for one in listings if one.is_live]
    if held_there and (not live or live[0].sku != held_there):
        yield Message((live or listings)[0], held_there, Operation.DELETE, revision)
    if live:
        documents = [(one, json.loads(one.body)) for one in live]
        product_type = documents[0][1]["product_type"]
        attributes = _attributes([document for _, document in documents])
        yield Message(live[0], live[0].sku, Operation.UPDATE, revision, product_type, attributes)


def _attributes(documents: Iterable[Json]) -> Json:
    """Each attribute as the list of its values, each with the market and language it is for."""
    found: dict[str, list[Json]] = defaultdict(list)
    for document in documents:
        where = {"marketplace_id": document["market"]}
        language = {"language_tag": document["locale"].replace("-", "_")}
        for target, value in document["fields"].items():
            for one in value if isinstance(value, list) else [value]:
                found[target].append(_entry(one) | language | where)
        for media in document["media"]:
            found[media["target"]].append({"media_location": media["url"]} | where)
    return dict(found)


def _entry(value: Any) -> Json:
    if isinstance(value, dict):
        return {"value": value["amount"]} | {name: part for name, part in value.items() if name != "amount"}
    return {"value": value}


def write_feed(profile: Profile, messages: Sequence[Message], *, locale: str) -> str:
    """The feed's one form: equal messages give equal bytes."""
    header = {"sellerId": profile.seller, "version": VERSION, "issueLocale": locale.replace("-", "_")}
    numbered = [message.to_json(number) for number, message in enumerate(messages, 1)]
    return canonical_json({"header": header, "messages": numbered})


def has_unready_media(channel: Channel, *, acknowledged: int, limit: int) -> bool:
    """Is any picture of the next delta still being made? One that failed is not waited for."""
    rows = Listing.objects.live().filter(channel=channel, revision__gt=acknowledged).order_by("revision")
    wanted = {
        (media["asset"], media["version"], media["preset"])
        for body in rows.values_list("body", flat=True)[:limit]
        for media in json.loads(body)["media"]
    }
    presets = {preset.code: preset for preset in Preset.objects.all()}
    versions = {
        (str(one.asset.uid), one.number): one
        for one in AssetVersion.objects.filter(asset__uid__in={asset for asset, *_ in wanted}).select_related("asset")
    }
    keys = [
        rendition_key(versions[asset, number], presets[preset])
        for asset, number, preset in wanted
        if (asset, number) in versions and preset in presets
    ]
    return Rendition.objects.filter(key__in=keys, state=RenditionState.WAITING).exists()
