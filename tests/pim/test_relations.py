"""What products are to each other: types, quantities, markets, circles, both ways; who sees and says what. P7."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from foundation.accounts.choices import Role
from foundation.archive.registry import CHECKS
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Stale, TandemError
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.taxonomy.errors import StillUsed
from pim.models import Product, Relation, RelationType
from pim.queries.history import product_history
from pim.queries.relations import relations_at, relations_of
from pim.services import (
    apply_model,
    define_relation_type,
    delete_relation_type,
    place_product,
    relate_products,
    restore_product,
    set_relations,
    sort_relations,
    undo_relating,
    unrelate_products,
)

from .factories import HOUSE, make_actor, make_cup, product
from .test_api import client, traces

pytestmark = pytest.mark.usefixtures("model")
FIRST = ["cross-sell", "up-sell", "accessory", "replacement", "pack", "bundle"]
Said = dict[str, Any]


@pytest.fixture
def cups() -> list[Product]:
    """CUP and LID are offered in Britain; the others nowhere."""
    found = [make_cup(sku) for sku in ("CUP", "LID", "SAUCER", "SPOON")]
    for one in found[:2]:
        place_product(one, channel="shop", market="GB", actor=HOUSE, reason="Season")
    return found


def said(kind: str, sku: str, **more: Any) -> Said:
    return {"type": kind, "product": sku, **more}


def relate(sku: str, *relations: Said, actor: Any = HOUSE, **more: Any) -> Any:
    return relate_products(product(sku), relations=relations, actor=actor, **more)


def told(sku: str, actor: Any = HOUSE) -> list[tuple[Any, ...]]:
    one = product(sku)
    return [(row.type.code, row.other(one).sku, row.place, row.quantity) for row in relations_of(one, actor=actor)]


def refused(error: type[TandemError], path: str, act: Any) -> TandemError:
    """It is refused there, and leaves nothing behind."""
    before = (traces(), list(Relation.objects.order_by("pk").values()), list(Product.objects.values_list("version")))
    with pytest.raises(error) as caught:
        act()
    after = (traces(), list(Relation.objects.order_by("pk").values()), list(Product.objects.values_list("version")))
    assert (caught.value.path, before) == (path, after)
    return caught.value


class TestTypes:
    def test_six_are_there_and_others_are_made_changed_and_ended(self, cups: list[Product]) -> None:
        assert list(RelationType.objects.values_list("code", flat=True)) == FIRST
        counted = RelationType.objects.filter(has_quantity=True).values_list("code", flat=True)
        assert (list(counted), RelationType.objects.get(is_two_way=True).code) == (["pack", "bundle"], "cross-sell")
        kind = define_relation_type(code="spare", labels={"en-GB": "Spare parts"}, position=9, actor=HOUSE)
        assert (kind.version, kind.label("en-GB"), kind.inverse_label("de-DE")) == (1, "Spare parts", "Spare parts of")
        news = OutboxEvent.objects.filter(type="pim.relation_type.changed").count()
        again = define_relation_type(code="spare", labels={"en-GB": "Spare parts"}, position=9, actor=HOUSE)
        assert (again.version, OutboxEvent.objects.filter(type="pim.relation_type.changed").count()) == (1, news)
        relate("CUP", said("spare", "LID"))
        for path, flags in (("has_quantity", {"has_quantity": True}), ("is_two_way", {"is_two_way": True})):
            refused(Conflict, path, lambda flags=flags: define_relation_type(
                code="spare", labels={"en-GB": "Spare parts"}, position=9, actor=HOUSE, **flags))  # fmt: skip
        refused(StillUsed, "type", lambda: delete_relation_type(kind, actor=HOUSE))
        refused(Stale, "version", lambda: define_relation_type(
            code="spare", labels={"en-GB": "Spares"}, expected_version=7, actor=HOUSE))  # fmt: skip
        both = {"is_two_way": True, "has_quantity": True}
        refused(Invalid, "is_two_way", lambda: define_relation_type(
            code="odd", labels={"en-GB": "Odd"}, actor=HOUSE, **both))  # fmt: skip
        steward = make_actor(Role.STEWARD)
        refused(Denied, "", lambda: define_relation_type(code="mine", labels={"en-GB": "Mine"}, actor=steward))
        unrelate_products(product("CUP"), ids=[Relation.objects.get().pk], actor=HOUSE)
        delete_relation_type(kind, actor=HOUSE)
        assert not RelationType.objects.filter(code="spare").exists()

    def test_a_limit_to_markets_stays_while_relations_have_one(self, cups: list[Product]) -> None:
        relate("CUP", said("accessory", "LID", market="GB"))
        kind = RelationType.objects.get(code="accessory")
        same = {name: getattr(kind, name) for name in ("code", "labels", "inverse_labels", "position")}
        refused(Conflict, "is_market_limitable", lambda: define_relation_type(**same, actor=HOUSE))

    def test_a_model_file_brings_them(self) -> None:
        part = [
            {"code": "accessory", "labels": {"en-GB": "Accessories", "de-DE": "Zubehör"}, "market_limitable": True},
            {"code": "kit", "labels": {"en-GB": "Kit"}, "quantity": True, "position": 7},
        ]
        document = {"format": "product-model/1", "relation_types": part}
        assert apply_model(document, actor=HOUSE)["relation_types"] == 2
        accessory, kit = (RelationType.objects.get(code=code) for code in ("accessory", "kit"))
        assert (accessory.label("de-DE"), accessory.position, accessory.version) == ("Zubehör", 0, 2)
        assert (kit.has_quantity, kit.is_two_way, kit.position) == (True, False, 7)
        before = traces()
        apply_model(document, actor=HOUSE)
        assert traces() == before


class TestSaying:
    def test_it_is_said_with_quantity_and_order_once_and_told(self, cups: list[Product]) -> None:
        version = product("CUP").version
        steward = make_actor(Role.STEWARD)
        done = relate("CUP", said("pack", "SAUCER", quantity=6), said("pack", "LID"), said("accessory", "SPOON"),
                      actor=steward)  # fmt: skip
        assert (len(done.made), done.product.version) == (3, version + 1)
        expected = [("accessory", "SPOON", None, None), ("pack", "SAUCER", None, 6), ("pack", "LID", None, 1)]
        assert told("CUP") == expected
        news = OutboxEvent.objects.filter(type="pim.product.related").get()
        assert (news.subject, news.data) == (cups[0].uid, {"sku": "CUP", "types": ["accessory", "pack"]})
        revisions = Revision.objects.filter(table_name="pim_relation")
        assert {(one.op, one.actor) for one in revisions} == {("I", steward.label)}
        before = traces()
        assert relate("CUP", said("pack", "SAUCER", quantity=6)).touched == []
        assert (traces(), product("CUP").version) == (before, version + 1)
        assert [was for _, was in relate("CUP", said("pack", "SAUCER", quantity=4)).changed] == [
            {"quantity": 6, "position": 0}
        ]
        assert told("CUP")[1] == ("pack", "SAUCER", None, 4)

    @pytest.mark.parametrize(
        ("relation", "path"),
        [
            (said("accessory", "CUP"), "1.product"),
            (said("accessory", "NONE"), "1.product"),
            (said("friend", "LID"), "1.type"),
            (said("accessory", "LID", quantity=2), "1.quantity"),
            (said("pack", "LID", quantity=0), "1.quantity"),
            (said("pack", "LID", quantity=True), "1.quantity"),
            (said("pack", "LID", market="GB"), "1.market"),
            (said("accessory", "LID", market="XX"), "1.market"),
            (said("accessory", "LID", colour="red"), "1"),
            (said("accessory", "SPOON"), "1.product"),
        ],
    )
    def test_what_cannot_be_keeps_all_of_it_back(self, cups: list[Product], relation: Said, path: str) -> None:
        refused(Invalid, path, lambda: relate("CUP", said("accessory", "SPOON"), relation))

    def test_nothing_is_made_of_itself(self, cups: list[Product]) -> None:
        relate("CUP", said("pack", "LID"))
        relate("LID", said("bundle", "SAUCER"))
        relate("SAUCER", said("accessory", "CUP"))  # only what has a quantity is made of others
        circle = refused(Invalid, "product", lambda: relate("SAUCER", said("pack", "SPOON"), said("bundle", "CUP")))
        assert (circle.extra["reason"], "CUP is made of SAUCER" in circle.detail) == ("circle", True)
        refused(Invalid, "product", lambda: set_relations(
            product("LID"), relations=[said("pack", "CUP")], type="pack", actor=HOUSE))  # fmt: skip
        relate("CUP", said("pack", "SAUCER"))
        assert [check for name, check in CHECKS.items() if list(check.find()) and "itself" in name] == []

    def test_their_number_is_bounded(self, cups: list[Product], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pim.services.relations.MAX_RELATIONS", 2)
        relate("CUP", said("accessory", "LID"), said("accessory", "SAUCER"), said("up-sell", "SPOON"))
        refused(Invalid, "relations", lambda: relate("CUP", said("accessory", "SPOON")))
        relate("CUP", said("cross-sell", "LID"), said("cross-sell", "SAUCER"))
        refused(Invalid, "relations", lambda: relate("SPOON", said("cross-sell", "CUP")))

    def test_what_holds_both_ways_is_said_once(self, cups: list[Product]) -> None:
        versions = product("CUP").version, product("LID").version
        relate("CUP", said("cross-sell", "LID"))
        assert (product("CUP").version, product("LID").version) == (versions[0] + 1, versions[1] + 1)
        assert told("LID") == [("cross-sell", "CUP", None, None)]
        assert list(relations_at(product("LID"), actor=HOUSE)) == []
        assert relate("LID", said("cross-sell", "CUP")).touched == []
        assert (Relation.objects.count(), len(told("CUP"))) == (1, 1)
        unrelate_products(product("LID"), ids=[Relation.objects.get().pk], actor=HOUSE)
        assert (told("CUP"), product("CUP").version) == ([], versions[0] + 2)

    def test_all_are_set_sorted_and_undone(self, cups: list[Product]) -> None:
        relate("CUP", said("pack", "LID"), said("pack", "SAUCER"), said("accessory", "LID"))
        set_relations(
            product("CUP"), relations=[said("pack", "SPOON", quantity=2), said("pack", "LID")], type="pack", actor=HOUSE
        )
        expected = [("accessory", "LID", None, None), ("pack", "SPOON", None, 2), ("pack", "LID", None, 1)]
        assert told("CUP") == expected
        spoon, lid = (row.pk for row in relations_of(product("CUP"), actor=HOUSE, type="pack"))
        sort_relations(product("CUP"), type="pack", ids=[lid, spoon], seen=[spoon, lid], actor=HOUSE)
        assert [one[1] for one in told("CUP")] == ["LID", "LID", "SPOON"]
        refused(Stale, "relations", lambda: sort_relations(
            product("CUP"), type="pack", ids=[lid, spoon], seen=[spoon, lid], actor=HOUSE))  # fmt: skip
        refused(Stale, "relations", lambda: sort_relations(product("CUP"), type="pack", ids=[lid], actor=HOUSE))
        gone = unrelate_products(product("CUP"), ids=[lid], actor=HOUSE).undoing
        refused(Missing, "relation", lambda: unrelate_products(product("CUP"), ids=[lid, spoon], actor=HOUSE))
        undo_relating(product("CUP"), drop=gone["drop"], put=gone["put"], seen={}, actor=HOUSE)
        assert [one[1] for one in told("CUP")] == ["LID", "LID", "SPOON"]
        more = relate("CUP", said("pack", "SPOON", quantity=9)).undoing
        relate("CUP", said("pack", "SPOON", quantity=8))
        seen = {number: rest for number, *rest in more["seen"]}
        refused(Stale, "change", lambda: undo_relating(
            product("CUP"), drop=more["drop"], put=more["put"], seen=seen, actor=HOUSE))  # fmt: skip
        refused(Stale, "version", lambda: relate("CUP", said("up-sell", "LID"), expected_version=1))


class TestWhoSeesAndSays:
    def test_a_product_out_of_sight_is_neither_named_nor_counted(self, cups: list[Product]) -> None:
        british = make_actor(market="GB")
        relate("CUP", said("accessory", "SAUCER"), said("accessory", "LID"), said("accessory", "LID", market="DE"),
               said("cross-sell", "SPOON"))  # fmt: skip
        relate("SAUCER", said("accessory", "CUP"))
        relate("LID", said("replacement", "CUP"))
        assert told("CUP", british) == [("accessory", "LID", None, None)]
        assert [row.product.sku for row in relations_at(product("CUP"), actor=british)] == ["LID"]
        past = [one for known in product_history(product("CUP"), actor=british).change_sets for one in known.changes]
        assert [one.fact.path for one in past if one.fact.kind == "relation"] == ["relation/accessory/LID"]
        hidden = Relation.objects.get(target=cups[2]).pk
        refused(Missing, "relation", lambda: unrelate_products(product("CUP"), ids=[hidden], actor=british))
        unknown = refused(Invalid, "0.product", lambda: relate("CUP", said("up-sell", "SAUCER"), actor=british))
        nothing = refused(Invalid, "0.product", lambda: relate("CUP", said("up-sell", "NOTHING"), actor=british))
        assert unknown.detail.replace("SAUCER", "NOTHING") == nothing.detail
        refused(Missing, "sku", lambda: relate("SAUCER", said("up-sell", "CUP"), actor=british))

    def test_who_is_limited_to_a_market_says_what_holds_there(self, cups: list[Product]) -> None:
        british = make_actor(market="GB")
        relate("CUP", said("accessory", "LID"), said("accessory", "LID", market="DE"), said("accessory", "SPOON"))
        refused(Denied, "market", lambda: relate("CUP", said("up-sell", "LID"), actor=british))
        refused(Invalid, "0.market", lambda: relate("CUP", said("up-sell", "LID", market="DE"), actor=british))
        relate("CUP", said("accessory", "LID", market="GB"), actor=british)
        shared = Relation.objects.get(target=cups[1], market=None).pk
        refused(Denied, "market", lambda: unrelate_products(product("CUP"), ids=[shared], actor=british))
        set_relations(product("CUP"), relations=[said("up-sell", "LID", market="GB")], actor=british)
        assert told("CUP") == [
            ("up-sell", "LID", "GB", None), ("accessory", "LID", None, None), ("accessory", "LID", "DE", None),
            ("accessory", "SPOON", None, None),
        ]  # fmt: skip
        studio = make_actor(Role.STUDIO)
        refused(Denied, "", lambda: relate("CUP", said("up-sell", "LID"), actor=studio))


@pytest.mark.django_db(transaction=True)  # a transaction is a change set
def test_the_past_is_told_and_brought_back(cups: list[Product]) -> None:
    relate("CUP", said("pack", "LID", quantity=2), said("accessory", "SPOON"))
    then = product_history(product("CUP"), actor=HOUSE).change_sets[0]
    assert [(one.fact.path, one.before, one.after) for one in then.changes] == [
        ("relation/accessory/SPOON", None, {"quantity": None, "position": 0}),
        ("relation/pack/LID", None, {"quantity": 2, "position": 0}),
    ]
    set_relations(product("CUP"), relations=[said("pack", "SAUCER")], actor=HOUSE)
    relate("LID", said("pack", "CUP"))  # brought back, the pack would be a circle
    done = restore_product(product("CUP"), change=then.id, actor=HOUSE)
    assert [(one.change.fact.path, one.problem.extra.get("reason")) for one in done.refused] == [
        ("relation/pack/LID", "circle")
    ]
    assert told("CUP") == [("accessory", "SPOON", None, None)]


def test_fsck_sees_what_no_service_lets_in(cups: list[Product]) -> None:
    relate("CUP", said("pack", "LID"), said("cross-sell", "LID"))
    names = ("relations are as their types admit", "no product is made of itself")
    assert [list(CHECKS[name].find()) for name in names] == [[], []]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pim_relation (product_id, type_id, target_id, quantity, position) "
            "SELECT target_id, type_id, product_id, quantity, 0 FROM pim_relation"
        )
    wrong, circles = (list(CHECKS[name].find()) for name in names)
    assert wrong == [
        "CUP is related to LID as the type cross-sell does not admit",
        "LID is related to CUP as the type cross-sell does not admit",
    ]
    assert circles == ["CUP is made of itself", "LID is made of itself"]


class TestEndpoints:
    RELATIONS = "/api/v1/products/CUP/relations"

    def test_relations_are_read_written_and_taken_back(self, cups: list[Product]) -> None:
        api = client()
        body = [said("pack", "LID", quantity=2), said("accessory", "SPOON", market="DE")]
        made = api.post(self.RELATIONS, body, format="json")
        assert (made.status_code, made["ETag"]) == (200, f'"{product("CUP").version}"')
        rest = {"position": 0, "is_inverse": False}
        accessory = {"type": "accessory", "product": "SPOON", "market": "DE", "quantity": None, **rest}
        pack = {"type": "pack", "product": "LID", "market": None, "quantity": 2, **rest}
        assert made.json() == api.get(self.RELATIONS).json() == [accessory, pack]
        assert api.get(self.RELATIONS, {"type": "pack"}).json() == [pack]
        before = traces()
        assert api.put(self.RELATIONS, made.json(), format="json", HTTP_IF_MATCH=made["ETag"]).status_code == 200
        stale = api.put(self.RELATIONS, [], format="json", HTTP_IF_MATCH='"1"')
        assert (stale.status_code, stale.json()["code"], traces()) == (412, "stale", before)
        assert api.delete(f"{self.RELATIONS}?type=accessory&product=SPOON").status_code == 404
        left = api.delete(f"{self.RELATIONS}?type=accessory&product=SPOON&market=DE")
        assert (left.status_code, left.json()) == (200, [pack])
        assert api.put(f"{self.RELATIONS}?type=pack", [], format="json").json() == []
        refused = api.post(self.RELATIONS, [said("pack", "CUP")], format="json")
        assert (refused.status_code, refused.json()["path"]) == (422, "0.product")
        assert api.post(self.RELATIONS, {"type": "pack"}, format="json").status_code == 422
        assert client(Role.STUDIO).post(self.RELATIONS, body, format="json").status_code == 403
        assert Relation.objects.count() == 0

    def test_incoming_ones_come_in_pages(self, cups: list[Product]) -> None:
        for sku in ("LID", "SAUCER", "SPOON"):
            relate(sku, said("accessory", "CUP"))
        relate("LID", said("pack", "CUP", quantity=3))
        api, incoming = client(), "/api/v1/products/CUP/incoming-relations"
        first = api.get(incoming, {"limit": 3}).json()
        rows = first["results"] + api.get(first["next"]).json()["results"]
        assert [(row["type"], row["product"], row["quantity"], row["is_inverse"]) for row in rows] == [
            ("accessory", "LID", None, True), ("accessory", "SAUCER", None, True), ("accessory", "SPOON", None, True),
            ("pack", "LID", 3, True),
        ]  # fmt: skip
        assert [one["product"] for one in api.get(incoming, {"type": "pack"}).json()["results"]] == ["LID"]
        seen = client(Role.STEWARD, market="GB").get(incoming).json()["results"]
        assert [one["product"] for one in seen] == ["LID", "LID"]

    def test_types_are_read_by_all_and_written_by_who_defines(self) -> None:
        types, spare = "/api/v1/relation-types", "/api/v1/relation-types/spare"
        api, steward = client(Role.ADMINISTRATOR), client()
        assert [one["code"] for one in steward.get(types).json()["results"]] == FIRST
        made = api.put(spare, {"labels": {"en-GB": "Spare parts"}, "position": 8}, format="json")
        assert (made.status_code, made["ETag"], made.json()) == (201, '"1"', {
            "code": "spare", "labels": {"en-GB": "Spare parts"}, "inverse_labels": {}, "position": 8,
            "is_two_way": False, "has_quantity": False, "is_market_limitable": False, "version": 1,
        })  # fmt: skip
        changed = api.patch(spare, {"has_quantity": True}, format="json", HTTP_IF_MATCH='"1"')
        assert (changed.json()["has_quantity"], changed.json()["position"], changed["ETag"]) == (True, 8, '"2"')
        assert api.patch(spare, {"position": 1}, format="json", HTTP_IF_MATCH='"1"').status_code == 412
        assert steward.patch(spare, {"position": 1}, format="json").status_code == 403
        assert api.patch("/api/v1/relation-types/pack", {"position": 1}, format="json").status_code == 200
        assert api.put(spare, {"labels": {}}, format="json").json()["path"] == "labels"
        assert (api.delete(spare, HTTP_IF_MATCH='"1"').status_code, api.delete(spare).status_code) == (412, 204)
