"""Products in categories: put in, taken out, moved in bulk, brought in by files; and who may, in which branch."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rest_framework.test import APIClient

from foundation.accounts.choices import Dimension, Role
from foundation.accounts.models import User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import grant_role
from foundation.bulk.models import BulkChange, BulkRow
from foundation.bulk.services import apply_bulk_change, start_bulk_change, undo_bulk_change
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Denied, Missing
from foundation.events.models import OutboxEvent
from foundation.events.sequencing import drain
from foundation.history.models import Revision
from foundation.jobs.running import run_due_jobs
from foundation.taxonomy.errors import StillUsed
from foundation.taxonomy.models import Category
from foundation.taxonomy.services import (
    create_category,
    create_tree,
    delete_category,
    map_category,
    move_category,
    retire_category,
)
from foundation.workflow.models import WorkItem
from foundation.workflow.services import define_queue, open_work_item
from pim.errors import BadProduct, IdentifierTaken
from pim.fsck import items_follow_products, shelves_are_right
from pim.models import (
    CatalogueEntry,
    Classification,
    Completeness,
    Family,
    ImportRow,
    ImportRowError,
    Placement,
    Product,
    ProductImport,
    ProductValues,
)
from pim.queries.completeness import overview
from pim.queries.summaries import summaries
from pim.services import (
    classify_product,
    create_product,
    place_product,
    set_categories,
    set_values,
    start_import,
    unclassify_product,
    upsert_product,
    upsert_products,
)
from tests.schemas import bring_in_google

from .factories import HOUSE, make_coat, make_cup, make_gtin, make_key, make_user, product, scope

pytestmark = pytest.mark.usefixtures("trees")


@pytest.fixture
def trees(model: None) -> None:
    """products: wear (coats), home; season: winter, summer."""
    tree = create_tree(code="products", kind="hierarchy", labels={"en-GB": "Products"}, actor=HOUSE)
    for code, parent in (("wear", None), ("home", None), ("coats", "wear")):
        create_category(tree, code=code, labels={"en-GB": code}, parent=parent, actor=HOUSE)
    season = create_tree(code="season", kind="browse", labels={"en-GB": "Season"}, actor=HOUSE)
    for code in ("winter", "summer"):
        create_category(season, code=code, labels={"en-GB": code}, actor=HOUSE)


def limited(*categories: str, market: str = "", role: Role = Role.STEWARD) -> Actor:
    user = make_user(role, market=market) if market else _bare()
    for code in categories:
        grant_role(holder=user, role=role, actor=HOUSE, dimension=Dimension.CATEGORY, code=code)
    return actor_of(user)


def _bare() -> User:
    user = make_user(Role.STUDIO)
    user.grants.all().delete()
    return user


def client(actor: Actor) -> APIClient:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(User.objects.get(pk=actor.user_id))}")
    return api


def keys(sku: str) -> set[str]:
    rows = Classification.objects.filter(product__sku=sku).select_related("category")
    return {row.category.key for row in rows}


def told() -> list[tuple[str, Any]]:
    rows = OutboxEvent.objects.filter(type__contains="classified").order_by("pk")
    return [(row.type, row.data["category"]) for row in rows]


def traces() -> tuple[int, int, int]:
    return Revision.objects.count(), OutboxEvent.objects.count(), Classification.objects.count()


# ---------------------------------------------------------------- putting in and taking out
def test_a_product_has_one_place_in_the_hierarchy_and_many_to_browse() -> None:
    cup = make_cup("CUP")
    version = cup.version
    for key in ("products/home", "season/winter", "season/summer", "products/wear"):
        classify_product(cup, category=key, actor=HOUSE)
    assert keys("CUP") == {"products/wear", "season/winter", "season/summer"}
    assert Classification.objects.get(product=cup, is_primary=True).category.code == "wear"
    assert told() == [
        ("pim.product.classified", "products/home"),
        ("pim.product.classified", "season/winter"),
        ("pim.product.classified", "season/summer"),
        ("pim.product.unclassified", "products/home"),
        ("pim.product.classified", "products/wear"),
    ]
    assert product("CUP").version == version + 4
    assert not OutboxEvent.objects.filter(type="pim.product.changed").exists()
    before = traces()
    assert classify_product(cup, category="products/wear", actor=HOUSE).status == "unchanged"
    assert traces() == before
    unclassify_product(cup, category="season/winter", actor=HOUSE)
    set_categories(cup, categories=["season/winter"], actor=HOUSE)
    assert keys("CUP") == {"season/winter"}


def test_variants_lie_where_their_model_lies() -> None:
    coat = make_coat()
    classify_product(coat, category="products/coats", actor=HOUSE)
    with pytest.raises(BadProduct) as refused:
        classify_product(product("COAT-red-s"), category="products/home", actor=HOUSE)
    assert refused.value.extra["reason"] == "category-of-model"
    same = {"sku": "COAT-red-s", "categories": ["products/coats"]}
    assert upsert_product(same, actor=HOUSE).status == "unchanged"
    assert keys("COAT-red-s") == set()


@pytest.mark.parametrize(
    ("categories", "reason"),
    [
        (["products/none"], "unknown-category"),
        (["none"], "unknown-category"),
        (["products/home", "products/wear"], "two-places"),
        (["season/winter", "season/old"], "category-retired"),
    ],
)
def test_what_cannot_be_is_refused(categories: list[str], reason: str) -> None:
    tree = Category.objects.get(code="winter").tree
    retire_category(create_category(tree, code="old", labels={"en-GB": "x"}, actor=HOUSE), actor=HOUSE)
    cup, before = make_cup("CUP"), None
    before = traces()
    with pytest.raises(BadProduct) as refused:
        set_categories(cup, categories=categories, actor=HOUSE)
    assert (refused.value.extra["reason"], refused.value.path) == (reason, "categories")
    assert traces() == before


def test_a_retired_category_keeps_what_it_has() -> None:
    cup = make_cup("CUP")
    classify_product(cup, category="season/winter", actor=HOUSE)
    winter = Category.objects.get(code="winter")
    retire_category(winter, actor=HOUSE)
    set_categories(cup, categories=["season/winter", "products/home"], actor=HOUSE)
    assert keys("CUP") == {"season/winter", "products/home"}
    with pytest.raises(StillUsed, match="Something is in winter"):
        delete_category(winter, actor=HOUSE)
    assert Category.objects.filter(code="winter").exists()


def test_the_api_reads_and_writes_categories() -> None:
    api = client(actor_of(make_user(Role.STEWARD)))
    made = api.put("/api/v1/products/MUG", {"family": "cups", "categories": ["products/home"]}, format="json")
    assert made.status_code == 201
    assert api.get("/api/v1/products/MUG").json()["categories"] == ["products/home"]
    body = {"categories": ["season/winter", "products/wear"]}
    assert api.patch("/api/v1/products/MUG", body, format="json").json()["version"] == 2
    assert api.get("/api/v1/products/MUG").json()["categories"] == ["products/wear", "season/winter"]
    assert api.patch("/api/v1/products/MUG", {"categories": "x"}, format="json").status_code == 422
    coat = make_coat()
    classify_product(coat, category="products/coats", actor=HOUSE)
    assert api.get("/api/v1/products/COAT-red-s").json()["categories"] == ["products/coats"]


def test_the_list_of_products_follows() -> None:
    cup = make_cup("CUP")
    drain()
    assert CatalogueEntry.objects.get(root_id=cup.pk).category_id is None
    classify_product(cup, category="products/home", actor=HOUSE)
    drain()
    assert CatalogueEntry.objects.get(root_id=cup.pk).category_id == Category.objects.get(code="home").pk
    unclassify_product(cup, category="products/home", actor=HOUSE)
    drain()
    assert CatalogueEntry.objects.get(root_id=cup.pk).category_id is None


def test_a_bulk_change_moves_many_and_is_undone() -> None:
    steward = actor_of(make_user(Role.STEWARD))
    cups = [make_cup(f"CUP-{number}") for number in range(3)]
    classify_product(cups[0], category="products/home", actor=HOUSE)
    classify_product(cups[0], category="season/winter", actor=HOUSE)
    asked = {"category": "products/wear", "mode": "put"}
    change = start_bulk_change(verb="pim.classify", parameters=asked, uids=[one.uid for one in cups], actor=steward)
    assert [keys(one.sku) for one in cups] == [{"products/home", "season/winter"}, set(), set()]
    apply_bulk_change(change, actor=steward)
    run_due_jobs()
    assert [keys(one.sku) for one in cups] == [{"products/wear", "season/winter"}, {"products/wear"}, {"products/wear"}]
    assert list(BulkRow.objects.filter(bulk_change=change).order_by("subject_id").values_list("before", "after")) == [
        (["products/home"], ["products/wear"]), ([], ["products/wear"]), ([], ["products/wear"])
    ]  # fmt: skip
    classify_product(cups[2], category="products/coats", actor=HOUSE)
    undo_bulk_change(BulkChange.objects.get(pk=change.pk), actor=steward)
    run_due_jobs()
    assert [keys(one.sku) for one in cups] == [{"products/home", "season/winter"}, set(), {"products/coats"}]


def test_a_file_says_where_products_lie() -> None:
    importer = actor_of(make_user(Role.STEWARD))
    make_cup("CUP-1")
    lines = ["sku,family,category", "CUP-1,,home", "CUP-2,cups,products/wear", "CUP-3,cups,none", "CUP-4,cups,"]
    file = "\n".join(lines).encode()
    checked = start_import(io.BytesIO(file), filename="c.csv", actor=importer, dry_run=True)
    run_due_jobs()
    changes = dict(ImportRow.objects.filter(product_import=checked).values_list("sku", "changes"))
    assert changes["CUP-1"] == [{"attribute": "categories", "cell": "*/*", "before": None, "after": "products/home"}]
    assert keys("CUP-1") == set()
    made = start_import(io.BytesIO(file), filename="c.csv", actor=importer)
    run_due_jobs()
    made.refresh_from_db()
    assert (made.created, made.changed, made.failed) == (2, 1, 1)
    assert ImportRowError.objects.get(product_import=made).code == "unknown-category"
    assert (keys("CUP-1"), keys("CUP-2"), keys("CUP-4")) == ({"products/home"}, {"products/wear"}, set())


def test_variants_in_a_file_repeat_what_their_model_says() -> None:
    importer, coat = actor_of(make_user(Role.STEWARD)), make_coat()
    lines = ["sku,parent_sku,category", "COAT,,products/wear", "COAT-red-s,COAT,products/wear", "COAT-red-m,COAT,home"]
    for dry_run in (True, False):
        made = start_import(io.BytesIO("\n".join(lines).encode()), filename="c.csv", actor=importer, dry_run=dry_run)
        run_due_jobs()
        made.refresh_from_db()
        assert (made.changed, made.unchanged, made.failed) == (1, 1, 1)
    assert keys(coat.sku) == {"products/wear"}


# ---------------------------------------------------------------- who may, in which branch
@pytest.fixture
def shelves() -> dict[str, Product]:
    found = {"WEAR": make_coat("WEAR"), "HOME": make_cup("HOME"), "NOWHERE": make_cup("NOWHERE")}
    classify_product(found["WEAR"], category="products/coats", actor=HOUSE)
    classify_product(found["HOME"], category="products/home", actor=HOUSE)
    for one in found.values():
        place_product(one, channel="shop", market="GB", actor=HOUSE, reason="Season")
        place_product(one, channel="shop", market="DE", actor=HOUSE, reason="Season")
    set_values(found["HOME"], values={"name": "Home cup"}, locale="en-GB", actor=HOUSE)
    set_values(found["WEAR"], values={"name": "Wear coat"}, locale="en-GB", actor=HOUSE)
    drain()
    return found


def test_a_branch_is_all_that_is_seen(shelves: dict[str, Product]) -> None:
    actor = limited("products/wear")
    assert set(Product.objects.visible_to(actor).roots().values_list("sku", flat=True)) == {"WEAR"}
    assert set(CatalogueEntry.objects.visible_to(actor).values_list("root_id", flat=True)) == {shelves["WEAR"].pk}
    for model in (ProductValues, Placement, Completeness):
        seen = set(model.objects.visible_to(actor).values_list("product_id", flat=True))
        assert seen
        assert seen <= set(Product.objects.filter(root=shelves["WEAR"]).values_list("pk", flat=True))
    everything = actor_of(make_user(Role.STEWARD))
    families = Family.objects.values_list("pk", flat=True)
    scopes = [scope("shop/GB/en-GB").pk]
    every = summaries(everything, families=families, scopes=scopes)
    some = summaries(actor, families=families, scopes=scopes)
    coats = Family.objects.get(code="coats").pk
    assert some == {(coats, scopes[0]): every[coats, scopes[0]]}
    assert len(every) == 2
    assert {row.products for row in overview(actor)} == {3}


def test_a_move_and_a_classification_hold_at_once(shelves: dict[str, Product]) -> None:
    actor = limited("products/wear")
    move_category(Category.objects.get(code="home"), parent="wear", actor=HOUSE)
    assert set(Product.objects.visible_to(actor).roots().values_list("sku", flat=True)) == {"WEAR", "HOME"}
    assert CatalogueEntry.objects.visible_to(actor).count() == 2
    unclassify_product(shelves["WEAR"], category="products/coats", actor=HOUSE)
    assert set(Product.objects.visible_to(actor).roots().values_list("sku", flat=True)) == {"HOME"}


def test_edits_end_with_the_branch(shelves: dict[str, Product]) -> None:
    actor, before = limited("products/wear"), traces()
    for service in (
        lambda: set_values(shelves["HOME"], values={"name": "x"}, locale="en-GB", actor=actor),
        lambda: place_product(shelves["HOME"], channel="shop", market="AT", actor=actor, reason="x"),
        lambda: classify_product(shelves["HOME"], category="products/wear", actor=actor),
        lambda: upsert_product({"sku": "NOWHERE", "state": "retired"}, actor=actor, must_be="known"),
    ):
        with pytest.raises(Missing):
            service()
    for key in ("products/home", "season/winter"):
        if key == "products/home":
            with pytest.raises(Denied):
                classify_product(shelves["WEAR"], category=key, actor=actor)
            with pytest.raises(Denied):
                unclassify_product(shelves["WEAR"], category="products/coats", actor=actor)
    assert traces() == before
    set_values(shelves["WEAR"], values={"name": "Coat"}, locale="en-GB", actor=actor)
    classify_product(shelves["WEAR"], category="products/wear", actor=actor)
    classify_product(shelves["WEAR"], category="season/winter", actor=actor)
    assert keys("WEAR") == {"products/wear", "season/winter"}


def test_what_is_seen_elsewhere_is_denied_with_where_one_may(shelves: dict[str, Product]) -> None:
    actor = limited("products/wear")
    user = User.objects.get(pk=actor.user_id)
    grant_role(holder=user, role=Role.MERCHANT, actor=HOUSE)
    with pytest.raises(Denied) as refused:
        upsert_product({"sku": "HOME", "state": "retired"}, actor=actor_of(user), must_be="known")
    assert refused.value.detail == "You may edit products in category products/wear; HOME is not there"


def test_new_products_name_a_category_of_the_branch(shelves: dict[str, Product]) -> None:
    actor = limited("products/wear")
    for categories in (None, [], ["season/winter"], ["products/home"]):
        document: dict[str, Any] = {"sku": "NEW", "family": "cups"}
        document |= {} if categories is None else {"categories": categories}
        with pytest.raises(Denied):
            upsert_product(document, actor=actor)
    assert not Product.objects.filter(sku="NEW").exists()
    upsert_product({"sku": "NEW", "family": "cups", "categories": ["products/coats", "season/winter"]}, actor=actor)
    assert keys("NEW") == {"products/coats", "season/winter"}
    colour = [{"attribute": "colour", "value": "blue"}, {"attribute": "size", "value": "m"}]
    upsert_product({"sku": "WEAR-blue-m", "parent": "WEAR", "values": colour}, actor=actor)
    model_and_variant = [
        {"sku": "DUO", "family": "coats", "categories": ["products/wear"]},
        {"sku": "DUO-blue-m", "parent": "DUO", "values": colour},
    ]
    assert {one.status for one in upsert_products(model_and_variant, actor=actor)} == {"created"}


def test_nothing_of_others_is_told_by_what_is_taken(shelves: dict[str, Product]) -> None:
    """That a SKU or a GTIN is taken cannot be hid; whose it is, is not said."""
    actor, gtin = limited("products/wear"), make_gtin()
    set_values(shelves["HOME"], values={"gtin": gtin}, actor=HOUSE)
    taken = {"sku": "HOME", "family": "cups", "categories": ["products/wear"]}
    with pytest.raises(BadProduct) as refused:
        upsert_product(taken, actor=actor)
    assert refused.value.detail == "HOME is taken: choose another SKU"
    document = {"sku": "MINE", "family": "cups", "categories": ["products/wear"]}
    with pytest.raises(IdentifierTaken) as doubled:
        upsert_product({**document, "values": [{"attribute": "gtin", "value": gtin}]}, actor=actor)
    assert doubled.value.detail == f"gtin 0{gtin} belongs to another product already"
    coat = {"sku": "COAT-x", "parent": "NOWHERE"}
    with pytest.raises(BadProduct, match="There is no parent NOWHERE"):
        upsert_product(coat, actor=actor)


def test_a_market_and_a_branch_of_one_role_hold_together(shelves: dict[str, Product]) -> None:
    actor = limited("products/wear", market="GB")
    assert set(Product.objects.visible_to(actor).roots().values_list("sku", flat=True)) == {"WEAR"}
    with pytest.raises(Denied, match="limited to markets"):
        upsert_product({"sku": "NEW", "family": "cups", "categories": ["products/wear"]}, actor=actor)
    with pytest.raises(Denied, match="same in all markets"):
        classify_product(shelves["WEAR"], category="products/wear", actor=actor)
    with pytest.raises(Denied, match="not yours to fill"):
        place_product(shelves["WEAR"], channel="shop", market="DE", actor=actor, reason="x")
    with pytest.raises(Denied, match="shared ones"):
        set_values(shelves["WEAR"], values={"name": "x"}, locale="en-GB", actor=actor)


def test_a_market_of_one_role_and_a_branch_of_another_make_no_pair(shelves: dict[str, Product]) -> None:
    """In GB alone all products, in all markets the branch: of a cup in GB nothing German is seen or changed."""
    user = User.objects.get(pk=limited(market="GB").user_id)
    grant_role(holder=user, role=Role.INTEGRATOR, actor=HOUSE, dimension=Dimension.CATEGORY, code="products/wear")
    actor = actor_of(user)
    assert set(Product.objects.visible_to(actor).roots().values_list("sku", flat=True)) == {"WEAR", "HOME", "NOWHERE"}
    for sku in ("HOME", "WEAR"):
        set_values(product(sku), values={"name": "Deutsch"}, market="DE", locale="de-DE", actor=HOUSE, reason="x")
    seen = ProductValues.objects.visible_to(actor).filter(cell__market__code="DE")
    assert set(seen.values_list("product__sku", flat=True)) == {"WEAR"}
    body = client(actor).get("/api/v1/products/HOME").json()
    assert {one["market"] for one in body["values"]} == {None}
    assert {one["market"] for one in body["completeness"]} == {"GB"}
    with pytest.raises(Denied):
        set_values(shelves["HOME"], values={"name": "x"}, locale="en-GB", actor=actor)
    with pytest.raises(Denied):
        place_product(shelves["HOME"], channel="shop", market="AT", actor=actor, reason="x")
    set_values(shelves["WEAR"], values={"name": "x"}, locale="en-GB", actor=actor)


def test_work_about_other_branches_is_not_seen(shelves: dict[str, Product]) -> None:
    define_queue(code="catalogue", name="Catalogue", role="steward", actor=HOUSE)
    for sku, one in shelves.items():
        open_work_item(
            queue="catalogue", kind="trial", cause_key=sku, subject_type="product", subject=one.uid, title=sku,
            actor=HOUSE,
        )  # fmt: skip
    open_work_item(
        queue="catalogue", kind="trial", cause_key="file", subject_type="import", subject=shelves["WEAR"].uid,
        title="A file", actor=HOUSE,
    )  # fmt: skip
    actor = limited("products/wear")
    assert list(WorkItem.objects.visible_to(actor).values_list("title", flat=True)) == ["WEAR"]
    assert [one.is_visible_to(actor) for one in WorkItem.objects.order_by("pk")] == [True, False, False, False]
    classify_product(shelves["NOWHERE"], category="products/wear", actor=HOUSE)
    unclassify_product(shelves["WEAR"], category="products/coats", actor=HOUSE)
    assert list(WorkItem.objects.visible_to(actor).values_list("title", flat=True)) == ["NOWHERE"]
    move_category(Category.objects.get(code="home"), parent="coats", actor=HOUSE)
    assert set(WorkItem.objects.visible_to(actor).values_list("title", flat=True)) == {"NOWHERE", "HOME"}
    assert not [*items_follow_products(), *shelves_are_right()]
    WorkItem.objects.update(category=None)
    Classification.objects.update(is_primary=False)
    assert [*shelves_are_right()] == [
        "HOME lies in products/home as it may not", "NOWHERE lies in products/wear as it may not"
    ]  # fmt: skip


def test_files_bring_in_what_is_in_the_branch(shelves: dict[str, Product]) -> None:
    actor = limited("products/wear")
    lines = [
        "sku,family,category,state",
        "WEAR,,,retired",
        "HOME,,,retired",
        "HOME,cups,wear,",
        "GHOST,cups,,",
        "A,cups,wear,",
    ]
    made = start_import(io.BytesIO("\n".join(lines).encode()), filename="c.csv", actor=actor)
    run_due_jobs()
    made.refresh_from_db()
    assert (made.changed, made.created, made.failed) == (1, 1, 3)
    assert product("HOME").state == "active"
    errors = dict(ImportRowError.objects.filter(product_import=made).values_list("sku", "code"))
    assert errors["GHOST"] == "denied"
    assert not ProductImport.objects.visible_to(limited("products/home")).exists()


def test_a_stale_document_is_refused(shelves: dict[str, Product]) -> None:
    api = client(limited("products/wear"))
    path, match = "/api/v1/products/WEAR", {"If-Match": '"1"'}
    body = {"categories": ["products/wear"]}
    assert api.patch(path, body, format="json", headers=match).status_code == 412
    assert keys("WEAR") == {"products/coats"}
    with pytest.raises(Conflict):
        create_tree(code="again", kind="hierarchy", labels={"en-GB": "x"}, actor=HOUSE)
    create_product(sku="LAST", family="cups", actor=HOUSE)


def test_a_product_is_told_its_place_in_schemas_of_others(world: Any, client_of: Any, steward: Any) -> None:
    bring_in_google()
    cup = make_cup("CUP-FAR")
    home = Category.objects.filter(tree__kind="hierarchy").order_by("pk")[0]
    api, path = client_of(steward), "/api/v1/products/CUP-FAR/external-categories"
    assert api.get(path).json() == []
    classify_product(cup, category=home.key, actor=HOUSE)
    assert api.get(path).json() == []
    map_category(home, schema="google", node="536", actor=HOUSE)
    assert api.get(path).json() == [
        {"schema": "google", "node": "536", "path": "Home & Garden", "is_removed": False, "category": home.key}
    ]
    assert api.get("/api/v1/products/NONE/external-categories").status_code == 404
