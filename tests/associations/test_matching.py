"""From news of assets to bindings and proposals, through the sequencer (A3, A4)."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from associations.models import Binding
from associations.queries import unbound_assets
from associations.services import bind_asset, confirm_proposal, reject_proposal, unbind_asset
from dam.events import ASSET_CHANGED, ASSET_INGESTED, VERSION_ADDED
from foundation.core import moment
from foundation.events.models import Event
from foundation.events.registry import CONSUMERS
from foundation.events.sequencing import drain
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.workflow.models import WorkItem
from pim.events import PRODUCT_CREATED
from pim.models import Identifier

from . import factories as make
from .observing import everything, open_items, shown, told

pytestmark = pytest.mark.django_db
MINE = ("associations.match_asset", "associations.follow_asset", "associations.match_product")


def ingest(title: str, *identifiers, filename: str = "IMG_1.jpg", keywords=(), kind: str = "image"):
    """An asset as dam leaves it: the row, its version, the news; and all that follows from it."""
    asset = make.asset(title, kind=kind)
    add(asset, *identifiers, filename=filename, keywords=keywords)
    return asset


def add(asset, *identifiers, filename: str = "IMG_1.jpg", keywords=()) -> None:
    version = make.version(asset, *identifiers, filename=filename, keywords=keywords)
    news = ASSET_INGESTED if version.number == 1 else VERSION_ADDED
    with recorded(make.HOUSE):
        append_event(news, asset.uid, version=version.number, identifiers=version.identifiers, filename=filename)
    drain()


def change(asset, **fields) -> None:
    with recorded(make.HOUSE):
        for name, value in fields.items():
            setattr(asset, name, value)
        asset.save()
        append_event(ASSET_CHANGED, asset.uid, changed=sorted(fields), state=asset.state)
    drain()


def replay(times: int = 2, *, seed: int = 1) -> None:
    """Every event again, several times and in any order."""
    events = list(Event.objects.filter(type__startswith="dam.")) * times
    random.Random(seed).shuffle(events)
    for event in events:
        for name in MINE:
            if event.type in CONSUMERS[name].types:
                with recorded(make.HOUSE):
                    CONSUMERS[name].handle(event)
    drain()


def xmp(number: int) -> tuple[str, str, str]:
    return ("xmp", "gtin", make.gtin(number))


def code(number: int) -> tuple[str, str, str]:
    return ("barcode", "gtin", make.gtin(number))


def test_metadata_that_name_one_product_bind_at_its_colour(coats) -> None:
    picture = ingest("Front", xmp(1))
    assert shown(picture) == {("COAT-RED", "", "gallery", "active", "embedded")}
    binding = Binding.objects.get()
    assert binding.sentence == f"Embedded metadata names the GTIN {make.gtin(1)} of COAT-RED-M."
    assert binding.evidence["claims"] == [
        {"source": "embedded", "scheme": "gtin", "value": make.gtin(1), "sku": "COAT-RED-M"}
    ]
    assert (told(), open_items()) == (["created"], set())


def test_on_one_level_the_model_is_bound_for_the_colour(flat) -> None:
    assert shown(ingest("Front", xmp(11))) == {("SHIRT", "colour=red", "gallery", "active", "embedded")}


def test_a_barcode_binds_and_two_sizes_of_one_colour_agree(coats) -> None:
    assert shown(ingest("Tag", code(3))) == {("COAT-BLUE", "", "gallery", "active", "barcode")}
    assert shown(ingest("Pile", code(1), code(2))) == {("COAT-RED", "", "gallery", "active", "barcode")}


def test_a_sku_in_any_scheme_and_a_former_one_bind(coats) -> None:
    with recorded(make.HOUSE):
        Identifier.objects.create(scheme="sku", value="OLD-7", product=coats.blue)
    assert shown(ingest("A", ("iptc", "any", "COAT-RED"))) == {("COAT-RED", "", "gallery", "active", "embedded")}
    assert shown(ingest("B", ("xmp", "sku", "OLD-7"))) == {("COAT-BLUE", "", "gallery", "active", "embedded")}


@pytest.mark.parametrize("filename", ["COAT-RED.jpg", "COAT-RED_01.jpg", "shoot/COAT-RED front.jpg"])
def test_a_file_name_alone_never_binds(coats, filename) -> None:
    picture = ingest("Front", filename=filename)
    assert shown(picture) == {("COAT-RED", "", "gallery", "proposed", "filename")}
    item = WorkItem.objects.get()
    assert item.detail["sentence"] == "The file name begins with the SKU COAT-RED, and a name alone never binds."
    assert open_items() == {f"proposal:{Binding.objects.get().uid}"}
    assert told() == ["proposed"]


def test_a_name_beside_an_identifier_is_not_heard(coats) -> None:
    assert shown(ingest("Front", xmp(3), filename="COAT-RED.jpg")) == {
        ("COAT-BLUE", "", "gallery", "active", "embedded")
    }


def test_nothing_known_asks_nobody_and_is_listed(coats) -> None:
    picture = ingest("Front", xmp(999), filename="holiday.jpg")
    bound = ingest("Bound", xmp(1))
    assert shown(picture) == set()
    assert list(unbound_assets(make.STEWARD)) == [picture]
    assert bound not in unbound_assets(make.STEWARD)
    assert (told(), open_items()) == (["created"], set())


def test_contradiction_asks_about_both(coats) -> None:
    picture = ingest("Pair", xmp(1), code(3))
    assert shown(picture) == {
        ("COAT-RED", "", "gallery", "proposed", "embedded"),
        ("COAT-BLUE", "", "gallery", "proposed", "barcode"),
    }
    assert len(open_items()) == 2
    assert "But other evidence names COAT-BLUE." in Binding.objects.get(product=coats.red).sentence


def test_a_manifest_stands_against_the_picture(coats) -> None:
    picture = ingest("Pair", ("manifest", "sku", "COAT-BLUE"), xmp(1))
    assert shown(picture) == {
        ("COAT-BLUE", "", "gallery", "active", "manifest"),
        ("COAT-RED", "", "gallery", "proposed", "embedded"),
    }


def test_a_retired_product_and_a_wrong_check_digit_are_doubts(db) -> None:
    make.product("OLD", number=50, state="retired")
    make.product("NEW", number=51)
    right = make.gtin(51)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    assert shown(ingest("A", xmp(50))) == {("OLD", "", "gallery", "proposed", "embedded")}
    assert shown(ingest("B", ("xmp", "gtin", wrong))) == {("NEW", "", "gallery", "proposed", "embedded")}
    sentences = " ".join(item.detail["sentence"] for item in WorkItem.objects.all())
    assert "but that product is retired" in sentences
    assert "check digit" in sentences


def test_the_shoot_names_the_hero_which_is_never_replaced(coats) -> None:
    first = ingest("First", xmp(1), keywords=("coat", "role:hero"))
    second = ingest("Second", xmp(1), keywords=("role:hero",))
    assert shown(first) == {("COAT-RED", "", "hero", "active", "embedded")}
    assert shown(second) == {("COAT-RED", "", "gallery", "active", "embedded")}
    assert "which another asset is; it stays" in Binding.objects.get(asset=second).sentence


def test_a_document_is_a_manual(coats) -> None:
    assert shown(ingest("Care", xmp(1), kind="document")) == {("COAT-RED", "", "manual", "active", "embedded")}


def test_what_a_person_took_off_stays_off(coats) -> None:
    picture = ingest("Front", xmp(1))
    unbind_asset(uid=Binding.objects.get().uid, actor=make.STEWARD)
    replay()
    add(picture, xmp(1), code(1))
    assert shown(picture) == {("COAT-RED", "", "gallery", "removed", "embedded")}
    rejected = ingest("Name", filename="COAT-BLUE.jpg")
    reject_proposal(uid=Binding.objects.get(asset=rejected).uid, actor=make.STEWARD)
    add(rejected, xmp(3))
    assert shown(rejected) == {("COAT-BLUE", "", "gallery", "rejected", "filename")}
    assert open_items() == set()


def test_where_a_person_placed_it_evidence_adds_nothing(coats) -> None:
    picture = make.asset("Front")
    bind_asset(product=coats.red_m, asset=picture, role="hero", actor=make.STEWARD)
    add(picture, xmp(1))
    assert shown(picture) == {("COAT-RED-M", "", "hero", "active", "person")}
    add(picture, xmp(3))
    assert ("COAT-BLUE", "", "gallery", "proposed", "embedded") in shown(picture)
    assert "It shows COAT-RED-M already." in Binding.objects.proposed().get().sentence


def test_a_later_version_of_another_mind_asks(flat) -> None:
    picture = ingest("Front", xmp(11))
    add(picture, xmp(13))
    assert shown(picture) == {
        ("SHIRT", "colour=red", "gallery", "active", "embedded"),
        ("SHIRT", "colour=blue", "gallery", "proposed", "embedded"),
    }


def test_certainty_that_comes_later_answers_the_question(coats) -> None:
    picture = ingest("Front", filename="COAT-RED.jpg")
    add(picture, xmp(2))
    assert shown(picture) == {("COAT-RED", "", "gallery", "active", "embedded")}
    assert open_items() == set()
    assert told() == ["proposed", "created"]


def test_a_copy_without_metadata_changes_nothing(coats) -> None:
    picture = ingest("Front", xmp(1))
    before = everything()
    add(picture, filename="COAT-BLUE.jpg")
    assert everything() == before


def test_pictures_may_come_before_their_product(db) -> None:
    early = [ingest("EAN", ("barcode", "gtin", make.gtin(70)[1:])), ingest("SKU", ("xmp", "any", "LATE"))]
    late = make.product("LATE", number=70)
    with recorded(make.HOUSE):
        append_event(PRODUCT_CREATED, late.uid, sku="LATE", root=str(late.uid), family="things")
    drain()
    assert [shown(one) for one in early] == [
        {("LATE", "", "gallery", "active", "barcode")},
        {("LATE", "", "gallery", "active", "embedded")},
    ]


def test_a_retired_asset_is_not_asked_about_and_a_deleted_one_shows_nothing(coats) -> None:
    asked, bound = ingest("Name", filename="COAT-RED.jpg"), ingest("Front", xmp(1))
    change(asked, state="retired")
    change(bound, state="retired")
    assert open_items() == set()
    assert shown(asked) == {("COAT-RED", "", "gallery", "removed", "filename")}
    assert shown(bound) == {("COAT-RED", "", "gallery", "active", "embedded")}
    change(asked, state="draft")
    assert len(open_items()) == 1
    for asset in (asked, bound):
        change(asset, deleted_at=moment.now())
    assert not Binding.objects.filter(status__in=["active", "proposed"]).exists()
    assert open_items() == set()


@pytest.mark.parametrize("seed", range(3))
def test_replays_in_any_order_change_nothing(coats, flat, seed) -> None:
    world = SimpleNamespace(
        sure=ingest("Sure", xmp(1), keywords=("role:hero",)),
        pair=ingest("Pair", code(1), code(3)),
        name=ingest("Name", filename="SHIRT.jpg"),
        two=ingest("Two", xmp(11)),
    )
    add(world.two, code(12))
    uids = {row.product.sku: row.uid for row in Binding.objects.proposed().select_related("product")}
    confirm_proposal(uid=uids["COAT-RED"], actor=make.STEWARD)
    reject_proposal(uid=uids["COAT-BLUE"], actor=make.STEWARD)
    before, said, items = everything(), told(), open_items()
    replay(seed=seed)
    assert (everything(), told(), open_items()) == (before, said, items)
