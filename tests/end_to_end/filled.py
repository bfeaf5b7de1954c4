"""A small house with something of every kind, in two halves: what a US-only person may know of, and what not."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from associations.services import bind_asset, propose_binding
from dam.models import Asset, Ingest, Upload
from dam.services import UploadedFile, begin_upload, start_ingest, store_upload
from dam.services.presets import ensure_default_presets
from delivery.models import DeliveryRefusal
from foundation.bulk.models import BulkChange
from foundation.bulk.services import start_bulk_change
from foundation.core import moment
from foundation.core.actors import system
from foundation.history.services import recorded
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from foundation.taxonomy.services import create_category, create_term, create_tree, create_vocabulary
from foundation.workflow.models import WorkItem
from foundation.workflow.services import define_queue, open_work_item
from pim.models import Identifier, Product, ProductImport
from pim.services import (
    classify_product,
    create_product,
    define_attribute,
    define_attribute_group,
    define_family,
    define_record_type,
    define_rule,
    place_product,
    relate_products,
    set_values,
    start_import,
    withdraw_product,
    write_records,
)
from syndication.models import Feed, FeedMessage, Listing, PublishedRevision, Rejection
from syndication.services.rejections import Complaint, settle_rejections
from tests.cast import make_actor
from tests.schemas import bring_in_google
from tests.syndication import factories
from workspace.services import save_view

HOUSE = system("tests")
MARK = "zorblax"  # in the name of everything foreign
SECRET, RESTRICTED = "31.07", "129.00"  # cost and price of every coat
RECIPE = "MOLYBDENUM-RECIPE"  # a secret in words
Ids = dict[str, list[str]]


def make_tree() -> None:
    """A product hierarchy: what is worn, with coats below it, and what is elsewhere; and a tree to browse by."""
    tree = create_tree(code="products", kind="hierarchy", labels={"en-GB": "Products"}, actor=HOUSE)
    for code, parent in (("wear", None), ("elsewhere", None), ("coats", "wear")):
        create_category(tree, code=code, labels={"en-GB": code.capitalize()}, parent=parent, actor=HOUSE)
    season = create_tree(code="season", kind="browse", labels={"en-GB": "Season"}, actor=HOUSE)
    bring_in_google()
    colours = create_vocabulary(code="colours", labels={"en-GB": "Colours"}, actor=HOUSE)
    create_term(colours, code="red", labels={"en-GB": "Red"}, actor=HOUSE)
    create_category(season, code="winter", labels={"en-GB": "Winter"}, actor=HOUSE)


def lay_ground() -> None:
    """What is the same everywhere: queues, attributes, families, profiles, presets."""
    ensure_default_presets()
    make_tree()
    for code in ("catalogue", "changes", "imports", "ingest", "matching", "rejections"):
        define_queue(code=code, name=code.title(), role="steward", actor=HOUSE)
    factories.make_model()
    makers = define_record_type(code="makers", labels={"en-GB": "Makers"}, actor=HOUSE)
    write_records(makers, documents=[{"code": "harrow", "labels": {"en-GB": "Harrow"}}], actor=HOUSE)
    define_attribute(code="maker", type="record", validation={"record_type": "makers"}, actor=HOUSE)
    define_attribute_group(code="facts", labels={"en-GB": "Facts"}, position=1, actor=HOUSE)
    define_attribute(code="formula", type="text", sensitivity="secret", actor=HOUSE)
    define_family(
        code="cups", actor=HOUSE, label_attribute="name",
        attributes=[{"code": code, "level": 0} for code in ("name", "gtin", "formula", "price", "maker")],
    )  # fmt: skip
    factories.make_profiles()
    define_rule(
        code="named", expression="!product.name.startsWith('Z')", messages={"en-GB": "Say another name"},
        severity="warning", actor=HOUSE,
    )  # fmt: skip


def fill_own(world: Any) -> None:
    """What is in the US: coats with pictures, a licence, a proposal, a work item; and one that will be sold wider."""
    lay_ground()
    fill_market()
    _emigrate("CIRRUS")
    _settle()


def fill_market() -> None:
    """The same on the ground, and all of it in the US alone."""
    for sku in ("ATLAS", "BOREAL", "CIRRUS"):
        coat = factories.make_coat(sku, "red-s", "blue-s")
        factories.place(coat, "shop/US")
        factories.make_picture(coat, f"{sku.lower()}-front.jpg")
    _relate("ATLAS", ("accessory", "BOREAL"), ("cross-sell", "CIRRUS"))
    _secrets("ATLAS")
    loose = factories.make_asset("loose.jpg")
    factories.license_asset(loose, "Studio of ours")
    _propose("ATLAS", loose)
    _item("US", Product.objects.get(sku="ATLAS"), "Look at ATLAS")
    _settle()


def fill_foreign(world: Any) -> Ids:
    """What is not: products, values, media, rights, work and traffic of GB and DACH, and of nowhere."""
    before = {name: set(model.objects.values_list("pk", flat=True)) for name, model in MODELS.items()}
    coat = factories.make_coat("ZORBLAX", "red-s", "blue-s")
    set_values(coat, values={"name": "Zorblax coat"}, locale="en-GB", actor=HOUSE)
    factories.place(coat)
    cup = create_product(
        sku="ZORBLAX-CUP", family="cups", values={"gtin": factories.make_gtin(), "maker": "harrow"}, actor=HOUSE
    )
    _relate("ZORBLAX", ("accessory", "ATLAS"), ("cross-sell", "ZORBLAX-CUP"), ("pack", "BOREAL"))
    picture = factories.make_picture(coat, "zorblax-front.jpg")
    british = factories.make_asset("zorblax-gb.jpg")
    _limit(british, "GB")
    factories.license_asset(british, "Zorblax campaign")
    waiting = factories.make_asset("zorblax-waiting.jpg")
    _propose("ZORBLAX", waiting)
    _propose("ZORBLAX-CUP", picture)
    _widen(british)
    _item("GB", coat, "Zorblax needs a picture")
    _item("", coat, "Zorblax is nowhere")
    _settle()
    _traffic(cup, british)
    _settle()
    rows = {name: model.objects.exclude(pk__in=before[name]) for name, model in MODELS.items()}
    ids = {name: [str(getattr(row, KEYS.get(name, "uid"))) for row in found] for name, found in rows.items()}
    return ids | {"gtins": [row.value for row in Identifier.objects.filter(product__sku__startswith="ZORBLAX")]}


def classify_own() -> None:
    """All that there is lies in what is worn."""
    for product in Product.objects.roots():
        category = "products/coats" if product.family.code == "coats" else "products/wear"
        classify_product(product, category=category, actor=HOUSE)
    classify_product(Product.objects.get(sku="ATLAS"), category="season/winter", actor=HOUSE)
    shared = factories.make_picture(Product.objects.get(sku="BOREAL"), "boreal-both.jpg", role="gallery")
    factories.license_asset(shared, "Studio of both")
    _settle()


def fill_foreign_branch(world: Any) -> Ids:
    """What lies elsewhere in the hierarchy, or nowhere in it, in every market: products, media, rights, work."""
    before = {name: set(model.objects.values_list("pk", flat=True)) for name, model in MODELS.items()}
    coat = factories.make_coat("ZORBLAX", "red-s", "blue-s")
    set_values(coat, values={"name": "Zorblax coat"}, locale="en-GB", actor=HOUSE)
    classify_product(coat, category="products/elsewhere", actor=HOUSE)
    classify_product(coat, category="season/winter", actor=HOUSE)
    factories.place(coat)
    cup = create_product(
        sku="ZORBLAX-CUP", family="cups", values={"gtin": factories.make_gtin(), "maker": "harrow"}, actor=HOUSE
    )
    factories.place(cup, "shop/US")
    _relate("ZORBLAX", ("accessory", "ATLAS"), ("cross-sell", "ZORBLAX-CUP"), ("pack", "BOREAL"))
    picture = factories.make_picture(coat, "zorblax-front.jpg")
    british = factories.make_asset("zorblax-gb.jpg")
    _limit(british, "GB")
    bind_asset(product=coat, asset=british, role="gallery", market="GB", actor=HOUSE)
    factories.license_asset(british, "Zorblax campaign")
    waiting = factories.make_asset("zorblax-waiting.jpg")
    _propose("ZORBLAX", waiting)
    _propose("ZORBLAX-CUP", picture)
    both = Asset.objects.get(title="boreal-both.jpg")
    bind_asset(product=coat, asset=both, role="gallery", actor=HOUSE)
    for market in ("US", "GB", ""):
        _item(market, coat, f"Zorblax needs a picture {market}".strip())
    _settle()
    _traffic(cup, british)
    _settle()
    rows = {name: model.objects.exclude(pk__in=before[name]) for name, model in MODELS.items()}
    ids = {name: [str(getattr(row, KEYS.get(name, "uid"))) for row in found] for name, found in rows.items()}
    return ids | {"gtins": [row.value for row in Identifier.objects.filter(product__sku__startswith="ZORBLAX")]}


MODELS: dict[str, Any] = {
    "products": Product, "assets": Asset, "listings": Listing, "ingests": Ingest, "uploads": Upload,
    "imports": ProductImport, "jobs": Job, "work items": WorkItem, "feeds": Feed, "bulk-changes": BulkChange,
}  # fmt: skip
KEYS = {"products": "sku"}


def foreign_bindings() -> list[str]:
    from associations.models import Binding

    return [str(row.uid) for row in Binding.objects.filter(asset__title__contains=MARK)]


def foreign_view() -> UUID:
    """Shared by somebody who sees more; its very name tells of what is elsewhere."""
    return save_view(
        page="product_list",
        name="Zorblax to finish",
        query="q=zorblax",
        is_shared=True,
        actor=make_actor("zack", "steward"),
    ).uid


def revisions_of(listings: Iterable[Any]) -> list[str]:
    """Their published revisions, each as `uid/number`."""
    rows = PublishedRevision.objects.filter(listing__uid__in=list(listings)).order_by("pk")
    return [f"{uid}/{number}" for uid, number in rows.values_list("listing__uid", "revision")]


def foreign_licences() -> list[str]:
    from dam.models import Licence

    return [str(uid) for uid in Licence.objects.filter(name__icontains=MARK).values_list("uid", flat=True)]


def _relate(sku: str, *others: tuple[str, str]) -> None:
    relations = [{"type": kind, "product": other} for kind, other in others]
    relate_products(Product.objects.get(sku=sku), relations=relations, actor=HOUSE)


def _secrets(sku: str) -> None:
    """Changed once, so that history has them too."""
    for price in ("32.07", "31.07"):
        set_values(Product.objects.get(sku=sku), values={"cost": {"EUR": price}}, actor=HOUSE)
    cup = create_product(
        sku="TEACUP", family="cups", values={"formula": RECIPE, "gtin": factories.make_gtin()}, actor=HOUSE
    )
    set_values(cup, values={"name": "Teacup"}, locale="en-GB", actor=HOUSE)
    factories.place(cup, "shop/US")


def _emigrate(sku: str) -> None:
    """It was sold in the US; what is left there is the word that it is no more."""
    _settle()
    coat = Product.objects.get(sku=sku)
    factories.place(coat, "shop/GB")
    withdraw_product(coat, channel="shop", market="US", actor=HOUSE, reason="sold to GB")


def _widen(british: Asset) -> None:
    """BOREAL is sold in GB too from now on, with values, a picture and a reason of its own there. CIRRUS has left."""
    boreal = Product.objects.get(sku="BOREAL")
    place_product(boreal, channel="shop", market="GB", actor=HOUSE, reason="Zorblax launch")
    values = {"name": "Boreal by Zorblax"}
    set_values(boreal, values=values, market="GB", locale="en-GB", actor=HOUSE, reason="zorblax word")
    bind_asset(product=boreal, asset=british, role="gallery", market="GB", actor=HOUSE)
    cirrus = Product.objects.get(sku="CIRRUS")
    set_values(cirrus, values={"name": "Cirrus by Zorblax"}, locale="en-GB", actor=HOUSE)
    shared = factories.make_asset("boreal-zorblax.jpg")
    bind_asset(product=boreal, asset=shared, role="gallery", market="GB", actor=HOUSE)


def _limit(asset: Asset, *markets: str) -> None:
    with recorded(HOUSE):
        asset.markets = list(markets)
        asset.save()


def _propose(sku: str, asset: Asset) -> None:
    product = Product.objects.get(sku=sku)
    evidence = {"sentence": f"The file name says {sku}."}
    propose_binding(product=product, asset=asset, role="gallery", source="filename", evidence=evidence, actor=HOUSE)


def _item(market: str, product: Product, title: str) -> None:
    open_work_item(
        queue="catalogue", kind="trial", cause_key=f"trial:{title}", subject_type="product", subject=product.uid,
        title=title, market=market, detail={"sentence": title}, actor=HOUSE,
    )  # fmt: skip


def _traffic(cup: Product, british: Asset) -> None:
    """Files in, feeds out, what came back, and what was refused."""
    clerk = make_actor("zora", "steward")
    clear = {"attribute": "name", "mode": "clear"}
    start_bulk_change(verb="pim.value", parameters=clear, uids=[cup.uid], actor=clerk)
    file = io.BytesIO(b"sku,gtin\nZORBLAX-CUP,zorblax\n")
    start_import(file, filename="zorblax.csv", actor=clerk)
    studio = make_actor("zeno", "studio")
    garbage = store_upload(io.BytesIO(b"zorblax is no picture"), actor=studio)
    for markets in ((), ("GB",)):
        start_ingest([UploadedFile(f"zorblax{len(markets)}.jpg", garbage.pk)], markets=markets, actor=studio)
    begin_upload(path="zorblax.tif", length=10, metadata="", actor=studio)
    run_due_jobs()
    _feed()
    for market in ("GB", ""):
        DeliveryRefusal.objects.create(
            at=moment.now(), code="expired", status=410, asset_uid=british.uid, market=market,
            channel="shop" if market else "", detail="zorblax has ended",
        )  # fmt: skip


def _feed() -> None:
    listing = Listing.objects.get(sku="ZORBLAX-red-s", scope__channel__code="bazaar")
    with recorded(HOUSE):
        feed = Feed.objects.create(
            channel=listing.channel, from_revision=0, to_revision=2, state="done", body='{"sku":"ZORBLAX-red-s"}',
            error="zorblax", created_at=moment.now(),
        )  # fmt: skip
        FeedMessage.objects.create(
            feed=feed, message_id=1, listing=listing, product_id=listing.product_id, sku=listing.sku,
            operation="UPDATE", revision=listing.revision or 1, outcome="rejected",
        )  # fmt: skip
        complaint = Complaint("name", "title", "90220", "Zorblax is no word")
        settle_rejections({listing.pk: [complaint]}, channel_id=listing.channel_id, feed=feed, actor=HOUSE)
    assert Rejection.objects.unresolved().exists()


def _settle() -> None:
    factories.settle()
    run_due_jobs()
    factories.settle()
