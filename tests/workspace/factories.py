"""A small shop window to look at pages with: coats in colours and sizes, a cup, pictures, proposals, listings."""

from __future__ import annotations

import hashlib
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from associations.services import bind_asset, propose_binding
from dam.choices import AssetState, Kind, RenditionState, VersionState
from dam.models import Asset, AssetVersion, Rendition
from dam.services import assign_licence, define_licence, define_preset, request_rendition
from dam.verdict import TermFacts
from foundation.accounts.choices import Role
from foundation.accounts.models import Group, User
from foundation.accounts.services import add_members, create_group, create_user, grant_role
from foundation.approval.models import ChangeRequest
from foundation.approval.services import propose_change
from foundation.blobs.models import Blob
from foundation.bulk.models import BulkChange
from foundation.bulk.services import start_bulk_change
from foundation.core import moment
from foundation.core.actors import system
from foundation.core.pages import encode_cursor
from foundation.events.sequencing import drain
from foundation.history.services import recorded
from foundation.markets.models import Channel
from foundation.taxonomy.models import Category, ExternalSchema, Tree, Vocabulary
from foundation.taxonomy.services import create_category, create_term, create_tree, create_vocabulary, map_category
from foundation.workflow.models import WorkItem
from pim.models import Attribute, Option, Product
from pim.queries.history import product_history
from pim.services import (
    classify_product,
    create_product,
    define_attribute,
    define_family,
    define_record_type,
    place_product,
    relate_products,
    set_values,
    write_records,
)
from syndication.choices import ListingState
from syndication.models import Feed, FeedMessage, Listing, PublishedRevision
from tests.cast import make_actor
from tests.schemas import bring_in_google

HOUSE = system("tests")
COLOURS, SIZES = ("red", "blue"), ("s", "m")


def _options(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "labels": {"en-GB": code.title(), "de-DE": f"{code}-de"}} for code in codes]


def define_goods(*, channels: bool = True) -> None:
    """Attributes of every type that pages tell apart, and two families; the world's channels require some."""
    for code, kind, more in (
        ("name", "text", {"is_localizable": True, "is_market_overridable": True, "group": "marketing"}),
        ("description", "rich_text", {"is_localizable": True, "group": "marketing"}),
        ("gtin", "identifier", {"group": "logistics", "validation": {"scheme": "gtin"}}),
        ("colour", "select", {"options": _options(*COLOURS), "group": "looks"}),
        ("size", "select", {"options": _options(*SIZES), "group": "looks"}),
        ("material", "multi_select", {"options": _options("wool", "silk"), "group": "looks"}),
        ("weight", "measurement", {"unit": "g", "validation": {"units": ["g", "kg"]}, "group": "logistics"}),
        ("price", "money", {"sensitivity": "restricted", "is_market_overridable": True, "group": "prices"}),
        ("cost", "money", {"sensitivity": "secret", "group": "prices"}),
    ):
        define_attribute(code=code, type=kind, actor=HOUSE, labels={"en-GB": code.title()}, **more)
    shared = [
        {"code": code, "level": 0, "may_override_below": code == "name"}
        for code in ("name", "description", "material", "price", "cost")
    ]
    required = {"shop": ["name", "description", "price"], "bazaar": ["name"]} if channels else {}
    define_family(
        code="coats", labels={"en-GB": "Coats"}, axes=[["colour", "size"]], visual_axis="colour",
        label_attribute="name", required=required, actor=HOUSE,
        attributes=[*shared, *({"code": code, "level": 1} for code in ("gtin", "colour", "size", "weight"))],
    )  # fmt: skip
    define_family(
        code="cups", labels={"en-GB": "Cups"}, label_attribute="name", required=required, actor=HOUSE,
        attributes=[*shared, *({"code": code, "level": 0} for code in ("gtin", "weight"))],
    )  # fmt: skip


MEASURES = [
    {"code": "size", "type": "text", "labels": {"en-GB": "Size"}, "required": True},
    {"code": "chest", "type": "measurement", "unit": "cm", "labels": {"en-GB": "Chest"}},
    {"code": "fit", "type": "select", "labels": {"en-GB": "Fit"}, "choices": _options("slim", "loose")},
]
BRAND_FIELDS = [
    {"code": "founded", "type": "number", "labels": {"en-GB": "Founded"}},
    {"code": "own", "type": "boolean", "labels": {"en-GB": "Our own"}},
]


def define_brands() -> None:
    """Two brands, one of them retired."""
    kind = define_record_type(code="brands", labels={"en-GB": "Brands"}, fields=BRAND_FIELDS, actor=HOUSE)
    harrow = {"code": "harrow", "labels": {"en-GB": "Harrow & Fell"}, "values": {"founded": 1904}, "synonyms": ["H&F"]}
    write_records(
        kind, documents=[harrow, {"code": "fell", "labels": {"en-GB": "Fell"}, "is_retired": True}], actor=HOUSE
    )


def make_top() -> Product:
    """A product that names a brand and has a table of measures; its family has nothing else."""
    define_brands()
    for code, kind, limits in (
        ("brand", "record", {"record_type": "brands"}), ("measures", "table", {"columns": MEASURES}),
    ):  # fmt: skip
        define_attribute(code=code, type=kind, labels={"en-GB": code.title()}, validation=limits, actor=HOUSE)
    define_family(code="tops", attributes=[{"code": "name"}, {"code": "brand"}, {"code": "measures"}], actor=HOUSE)
    rows = [{"size": "S", "chest": "92 cm", "fit": "slim"}, {"size": "M", "chest": "98 cm", "fit": "loose"}]
    top = create_product(sku="TOP", family="tops", values={"brand": "harrow", "measures": rows}, actor=HOUSE)
    place(top, ("shop", "GB"))
    return top


def make_coat(sku: str, name: str) -> Product:
    """A model in two colours and two sizes, with values in several cells."""
    coat = create_product(
        sku=sku, family="coats", values={"material": ["wool"], "price": {"EUR": "1299.00"}}, actor=HOUSE
    )
    set_values(coat, values={"name": name, "description": "<p>Warm.</p>"}, locale="en-GB", actor=HOUSE)
    set_values(coat, values={"name": f"{name} (de)"}, locale="de-DE", actor=HOUSE)
    for colour in COLOURS:
        for size in SIZES:
            values = {"colour": colour, "size": size, "weight": {"amount": "1200", "unit": "g"}}
            create_product(sku=f"{sku}-{colour}-{size}".upper(), parent=sku, values=values, actor=HOUSE)
    return coat


def make_wide(attributes: int, *, options: int = 3, sku: str = "WIDE", prefix: str = "fact") -> Product:
    """A thing with so many attributes of several types, in six groups, all required and some told; the first of those
    that are chosen has so many options.
    """
    kinds = ["text", "text", "number", "boolean", "select", "multi_select", "measurement", "date"]
    made = Attribute.objects.bulk_create(
        Attribute(
            code=f"{prefix}{number:04}", type=kinds[number % 8], labels={"en-GB": f"Fact {number}"},
            group=f"part_{number * 6 // attributes}", unit="g" if number % 8 == 6 else "",
            is_localizable=number % 8 == 0,
        )
        for number in range(attributes)
    )  # fmt: skip
    chosen = [one for one in made if one.type in {"select", "multi_select"}]
    Option.objects.bulk_create(
        Option(attribute=one, code=f"{one.code}_{place}", position=place, labels={"en-GB": f"Choice {place}"})
        for one in chosen
        for place in range(options if one == chosen[0] else 3)
    )
    codes = [one.code for one in made]
    define_family(
        code=sku.lower(), labels={"en-GB": "Wide"}, attributes=[{"code": code, "level": 0} for code in codes],
        required={"shop": codes}, actor=HOUSE,
    )  # fmt: skip
    values = {code: "7" for at, code in enumerate(codes) if at % 8 in {1, 2} and at % 3}
    thing = create_product(sku=sku, family=sku.lower(), values=values, actor=HOUSE)
    place(thing, ("shop", "GB"), ("shop", "US"))
    drain()
    return thing


def change_of(product: Product) -> int:
    """A change set from its youth."""
    found = product_history(product, actor=HOUSE).change_sets
    return found[max(0, len(found) - 2)].id  # a test without commits makes one of them


def place(product: Product, *places: tuple[str, str]) -> None:
    for channel, market in places:
        place_product(product, channel=channel, market=market, actor=HOUSE, reason="In the autumn range")


def relate(product: Product, other: Product) -> None:
    """Each way, and both ways at once; the other is a part of its pack, too."""
    kinds = ("cross-sell", "accessory", "pack")
    relate_products(product, relations=[{"type": kind, "product": other.sku} for kind in kinds], actor=HOUSE)
    relate_products(other, relations=[{"type": "up-sell", "product": product.sku}], actor=HOUSE)


def make_asset(title: str, *, markets: tuple[str, ...] = (), kind: str = Kind.IMAGE) -> Asset:
    """An approved asset with one version; its bytes are nowhere, pages only link to them."""
    at = moment.now()
    sha256 = hashlib.sha256(title.encode()).hexdigest()
    with recorded(HOUSE):
        Blob.objects.create(sha256=sha256, bytes=1_234_567, media_type="image/jpeg", created_at=at)
        asset = Asset.objects.create(
            title=title, kind=kind, first_sha256=sha256, markets=list(markets), state=AssetState.APPROVED, created_at=at
        )
        version = AssetVersion.objects.create(
            asset=asset, number=1, blob_id=sha256, filename=title, media_type="image/jpeg", width=4000, height=5000,
            state=VersionState.APPROVED, approved_at=at, created_at=at,
            embedded={"xmp": {"Xmp.dc.creator": ["Phil"]}, "exif": {"Exif.Image.Model": "IQ4"}},
        )  # fmt: skip
        asset.current_version = version
        asset.save(update_fields=["current_version"])
    return asset


def make_version(asset: Asset) -> AssetVersion:
    """The next version of it, a draft whose bytes are nowhere."""
    at, number = moment.now(), asset.versions.count() + 1
    sha256 = hashlib.sha256(f"{asset.title} {number}".encode()).hexdigest()
    with recorded(HOUSE):
        Blob.objects.create(sha256=sha256, bytes=2_345_678, media_type="image/jpeg", created_at=at)
        return AssetVersion.objects.create(
            asset=asset, number=number, blob_id=sha256, filename=f"{number}-{asset.title}", media_type="image/jpeg",
            width=4000, height=5000, state=VersionState.DRAFT, created_at=at,
        )  # fmt: skip


def make_preview(version: AssetVersion) -> None:
    """As if the version had been drawn large."""
    with recorded(HOUSE):
        row = request_rendition(version, preset="large", actor=HOUSE)
        Rendition.objects.filter(pk=row.pk).update(
            state=RenditionState.DONE, sha256="ab" * 32, width=1280, height=1600, media_type="image/webp"
        )


def license_for(name: str, assets: list[Asset], *, until: datetime | None = None) -> Any:
    licence = define_licence(name=name, terms=[TermFacts(ends_at=until)], actor=HOUSE, credit="Phil")
    assign_licence(assets, licence=licence, actor=HOUSE)
    return licence


def propose(
    product: Product, asset: Asset, *, role: str = "gallery", sentence: str = "The file name begins with the SKU."
) -> Any:
    return propose_binding(
        product=product, asset=asset, role=role, source="filename", evidence={"sentence": sentence}, actor=HOUSE
    )


def make_listing(product: Product, scope: Any, **fields: Any) -> Listing:
    """A row as the projection would write it."""
    live = fields.get("state", ListingState.LIVE) == ListingState.LIVE
    channel = Channel.objects.get(pk=scope.channel_id)
    channel.last_revision += 1
    channel.save(update_fields=["last_revision"])
    fallback: dict[str, Any] = {
        "state": ListingState.LIVE,
        "hash": "ab" * 32 if live else "",
        "body": '{"title": "Coat"}' if live else "",
        "revision": channel.last_revision,
        "mapping_version": 1,
        "changed_at": moment.now(),
    }
    listing = Listing.objects.create(
        product_id=product.pk, root_id=product.root_id, sku=product.sku, scope=scope, channel=scope.channel,
        **fallback | fields,
    )  # fmt: skip
    if listing.revision is not None:
        PublishedRevision.objects.create(
            listing=listing, revision=listing.revision, hash=listing.hash, mapping_version=1, at=listing.changed_at
        )
    return listing


def make_past(product: Product, scope: Any) -> Listing:
    """A listing that was out once and is withdrawn."""
    listing = make_listing(product, scope, state=ListingState.TOMBSTONE)
    text = '{"fields": {"title": "Coat"}}'
    former = {"hash": hashlib.sha256(text.encode()).hexdigest(), "mapping_version": 1, "at": listing.changed_at}
    for revision, rest in ((1, former), (2, former | {"hash": "", "replaced_hash": former["hash"], "replaced": text})):
        number = listing.channel.last_revision + 1_000 + revision
        PublishedRevision.objects.create(listing=listing, revision=number, **rest)
    Listing.objects.filter(pk=listing.pk).update(revision=number)
    return listing


def make_feed(listing: Listing, **fields: Any) -> Feed:
    """A feed with one message, and a report that refuses it for its title."""
    issue = {"messageId": 1, "severity": "ERROR", "code": "TITLE_TOO_LONG", "message": "The title is too long",
             "attributeName": "title"}  # fmt: skip
    fallback: dict[str, Any] = {
        "from_revision": 0, "to_revision": 1, "state": "done", "body": "{}", "report": {"issues": [issue]},
        "created_at": moment.now(), "sent_at": moment.now(), "answered_at": moment.now(),
    }  # fmt: skip
    feed = Feed.objects.create(channel=listing.channel, **fallback | fields)
    FeedMessage.objects.create(
        feed=feed, message_id=1, listing=listing, product_id=listing.product_id, sku=listing.sku, operation="UPDATE",
        revision=listing.revision or 1, outcome="rejected",
    )  # fmt: skip
    return feed


def make_bulk_change(actor: Any) -> BulkChange:
    """One that waits to be applied: the material of every product cleared."""
    parameters = {"attribute": "material", "mode": "clear"}
    return start_bulk_change(verb="pim.value", parameters=parameters, filter="", actor=actor)


def make_window(world: SimpleNamespace) -> SimpleNamespace:
    """Two coats, one for the US only, a cup that is nowhere, pictures, three proposals; derived data drained."""
    define_goods()
    for code, size in (("preview", 400), ("large", 1600)):
        body = {"width": size, "height": size, "fit": "contain", "format": "webp"}
        define_preset(code=code, label=code.title(), body=body, actor=HOUSE)
    ridge, mac = make_coat("RIDGE", "Ridgeline coat"), make_coat("MAC", "Mac")
    cup = create_product(sku="CUP", family="cups", actor=HOUSE)
    place(ridge, ("shop", "DACH"), ("shop", "GB"))
    place(mac, ("shop", "US"))
    hero, detail = make_asset("ridge-front.jpg"), make_asset("ridge-collar.jpg")
    loose = [make_asset(f"ridge_{number}.jpg") for number in range(1, 4)]
    licence = license_for("Studio 2026", [hero, *loose])
    bound = bind_asset(product=ridge, asset=hero, role="hero", actor=HOUSE)
    bind_asset(product=ridge, asset=detail, role="detail", actor=HOUSE)
    proposals = [propose(ridge, asset) for asset in loose]
    drain()
    return SimpleNamespace(
        world=world, ridge=ridge, mac=mac, cup=cup, hero=hero, detail=detail, loose=loose, proposals=proposals,
        bound=bound,
        licence=licence,
    )  # fmt: skip


def make_tree() -> Tree:
    """products: wear (coats, macs), home; the cup of the window lies at home, its coats are coats."""
    tree = create_tree(code="products", kind="hierarchy", labels={"en-GB": "Products"}, actor=HOUSE)
    for code, parent in (("wear", None), ("home", None), ("coats", "wear"), ("macs", "wear")):
        create_category(tree, code=code, labels={"en-GB": code.capitalize()}, parent=parent, actor=HOUSE)
    for sku, code in (("CUP", "home"), ("RIDGE", "coats"), ("MAC", "coats")):
        classify_product(product(sku), category=f"products/{code}", actor=HOUSE)
    drain()
    return tree


def schema() -> str:
    """The code of a schema of somebody else's, to which what is worn is mapped."""
    if not ExternalSchema.objects.exists():
        bring_in_google()
        map_category(Category.objects.get(code="wear"), schema="google", node="1604", actor=HOUSE)
    return "google"


def vocabulary() -> Vocabulary:
    """colours: red, and crimson below it."""
    known = Vocabulary.objects.first()
    if known:
        return known
    made = create_vocabulary(code="colours", labels={"en-GB": "Colours"}, actor=HOUSE)
    create_term(made, code="red", labels={"en-GB": "Red"}, actor=HOUSE)
    synonyms = {"en-GB": ["Carmine"], "de-DE": ["Karmin"]}
    create_term(made, code="crimson", labels={"en-GB": "Crimson"}, synonyms=synonyms, broader="red", actor=HOUSE)
    return made


def change_request() -> ChangeRequest:
    """One that somebody of the house asks for: the same each time."""
    known = ChangeRequest.objects.first()
    if known:
        return known
    parameters = {"category": "products/coats", "parent": "home"}
    actor = make_actor("asta", "steward")
    return propose_change(kind="taxonomy.move", parameters=parameters, reason="They are sold at home", actor=actor)


def product(sku: str) -> Product:
    return Product.objects.get(sku=sku)


def queue_address(listing: Listing) -> str:
    """The listing's page as one of all that are live."""
    at = encode_cursor([listing.changed_at, listing.pk])
    return f"/listings/{listing.uid}/?state=live&at={at}"


def uid_of(sku: str) -> UUID:
    return product(sku).uid


def group() -> Group:
    """A group of one, who is a steward by it."""
    group = Group.objects.filter(name="Editors").first() or create_group(name="Editors", actor=HOUSE)
    grant_role(holder=group, role=Role.STEWARD, actor=HOUSE)
    user = User.objects.filter(username="nora").first() or create_user(username="nora", actor=HOUSE)
    add_members(group=group, users=[user], actor=HOUSE)
    return group


def work_item() -> WorkItem:
    """The one that waits longest."""
    return WorkItem.objects.unfinished().order_by("pk")[0]
