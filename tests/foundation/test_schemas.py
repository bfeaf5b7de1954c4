"""Published trees of others: read from their files, compared version by version, mapped down our trees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from foundation.approval.services import approve_change_request, propose_change
from foundation.core.actors import system
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Stale
from foundation.events import sequencing
from foundation.events.models import OutboxEvent
from foundation.taxonomy.errors import BadSchema, NeedsRequest
from foundation.taxonomy.fsck import nodes_lie_below_their_parents
from foundation.taxonomy.models import (
    Category,
    CategoryMapping,
    ExternalNode,
    ExternalSchema,
    SchemaChange,
    SchemaVersion,
    Tree,
)
from foundation.taxonomy.queries import (
    coverage_of,
    get_schema,
    mapping_of,
    mappings_of,
    mappings_onto_removed,
    paths_of,
    suggested_nodes,
)
from foundation.taxonomy.services import control_tree, create_category, create_tree, import_schema, map_category
from tests.schemas import GOOGLE

HOUSE = system("tests")
pytestmark = pytest.mark.django_db
NEXT = """# Google_Product_Taxonomy_Version: 2026-01-01
166 - Clothes & Accessories
1604 - Clothes & Accessories > Clothing
5598 - Clothes & Accessories > Clothing > Coats & Jackets
536 - Home & Garden
900 - Home & Garden > Lamps
"""
GPC = """<?xml version="1.0" encoding="UTF-8"?>
<schema><segment code="67000000" text="Clothing" definition="x">
  <family code="67010000" text="Clothing">
    <class code="67010300" text="Sportswear">
      <brick code="10001352" text="Jackets"><attType code="1" text="Size"/></brick>
    </class>
  </family>
</segment></schema>
"""
UNSPSC = """Segment,Segment Title,Family,Family Title,Class,Class Title,Commodity,Commodity Title
53000000,Apparel,53100000,Clothing,53101800,"Coats, jackets",53101801,Mens jackets
53000000,Apparel,53100000,Clothing,53101800,"Coats, jackets",53101802,Womens jackets
53000000,Apparel,53110000,Footwear,,,,
"""
ETIM = """ARTGROUPID;ARTGROUPDESC;ARTCLASSID;ARTCLASSDESC
EG000017;Lamps;EC001744;Downlight
EG000017;Lamps;EC000300;Torch
"""


@pytest.fixture
def tree(world: Any) -> Tree:
    """products: wear (coats (rain)), home."""
    tree = create_tree(code="products", kind="hierarchy", labels={"en-GB": "Products"}, actor=HOUSE)
    for code, parent in (("wear", None), ("home", None), ("coats", "wear"), ("rain", "coats")):
        create_category(tree, code=code, labels={"en-GB": code.capitalize()}, parent=parent, actor=HOUSE)
    return tree


def brought_in(folder: Path, text: str | bytes, **given: Any) -> SchemaVersion:
    path = folder / "published"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_schema(path, **{"code": "google", "form": "google", "locale": "en-US", "actor": HOUSE} | given)


def at(code: str) -> Category:
    return Category.objects.select_related("tree").get(code=code)


def lines() -> dict[str, list[str]]:
    return {one.code: one.line for one in ExternalNode.objects.filter(removed_in=None)}


# ---------------------------------------------------------------- files
def test_googles_file_comes_in(world: Any, tmp_path: Path) -> None:
    made = brought_in(tmp_path, GOOGLE, name="Google product taxonomy")
    assert (made.label, made.nodes, str(made.schema)) == ("2021-09-21", 6, "Google product taxonomy")
    file = made.files.get()
    assert (file.lines, file.locale, len(file.sha256)) == (7, "en-US", 64)
    assert lines()["5598"] == ["166", "1604", "203", "5598"]
    assert not SchemaChange.objects.exists()
    coats = ExternalNode.objects.get(code="5598")
    assert coats.parent is not None
    assert coats.parent.code == "203"
    assert paths_of([coats], locale="en-GB") == {
        coats.pk: "Apparel & Accessories > Clothing > Outerwear > Coats & Jackets"
    }
    events = OutboxEvent.objects.filter(type="taxonomy.schema.imported").count()
    assert brought_in(tmp_path, GOOGLE) == made
    assert OutboxEvent.objects.filter(type="taxonomy.schema.imported").count() == events == 1


@pytest.mark.parametrize(
    ("form", "text", "leaf", "line"),
    [
        ("gpc", GPC, "10001352", ["67000000", "67010000", "67010300", "10001352"]),
        ("unspsc", UNSPSC, "53101802", ["53000000", "53100000", "53101800", "53101802"]),
        ("etim", ETIM, "EC000300", ["EG000017", "EC000300"]),
    ],
)
def test_other_files_come_in(world: Any, tmp_path: Path, form: str, text: str, leaf: str, line: list[str]) -> None:
    made = brought_in(tmp_path, text, code=form, form=form, version="1")
    assert lines()[leaf] == line
    assert made.nodes == {"gpc": 4, "unspsc": 6, "etim": 3}[form]


@pytest.mark.parametrize(
    ("form", "text", "line", "byte", "says"),
    [
        ("google", "# Google_Product_Taxonomy_Version: 1\n1 - A\nx - B\n", 3, 43, "id - A > B"),
        ("google", "1 - A\n2 - B > C\n", 2, 6, "Nothing above it"),
        ("google", "1 - A\n1 - B\n", 2, 6, "twice"),
        ("google", b"1 - A\n2 - \xff\n", 2, 10, "UTF-8"),
        ("google", "", 1, 0, "nothing in it"),
        ("google", "1 - " + "x" * 501, 1, 0, "A name"),
        ("gpc", "<schema>\n<segment code='1' text='a'>\n</schema>", 3, 39, "no XML"),
        ("gpc", "<schema>\n<segment code='1'/></schema>", 2, 9, "a code and a text"),
        ("gpc", "<!DOCTYPE a [<!ENTITY b 'c'>]><schema/>", 1, 12, "document type"),
        ("unspsc", "Segment,Family\n", 1, 0, "no column"),
        ("etim", ETIM + "EG000018;Lights;EC000300;Torch\n", 4, 112, "stood elsewhere"),
        ("etim", ETIM + 'EG000018;"Lights', 4, 112, "no row"),
    ],
)  # fmt: skip
def test_a_malformed_file_says_where(
    world: Any, tmp_path: Path, form: str, text: str, line: int, byte: int, says: str
) -> None:
    with pytest.raises(BadSchema, match=says) as refusal:
        brought_in(tmp_path, text, form=form, version="1")
    assert (refusal.value.extra["line"], refusal.value.extra["byte"]) == (line, byte)
    assert not ExternalSchema.objects.exists()
    assert not OutboxEvent.objects.filter(type__startswith="taxonomy.schema").exists()


def test_a_version_is_compared_with_the_last(world: Any, tree: Tree, tmp_path: Path) -> None:
    brought_in(tmp_path, GOOGLE)
    map_category(at("coats"), schema="google", node="203", actor=HOUSE)
    map_category(at("home"), schema="google", node="536", actor=HOUSE)
    made = brought_in(tmp_path, NEXT)
    assert made.counts == {"added": 1, "removed": 2, "renamed": 1, "moved": 1}
    told = {(one.kind, one.code, one.before, one.after) for one in SchemaChange.objects.filter(version=made)}
    assert told == {
        ("added", "900", "", "Lamps"), ("removed", "203", "Outerwear", ""),
        ("removed", "5506", "Snow Pants & Suits", ""),
        ("renamed", "166", "Apparel & Accessories", "Clothes & Accessories"),
        ("moved", "5598", "203", "1604"),
    }  # fmt: skip
    assert lines()["5598"] == ["166", "1604", "5598"]
    assert list(nodes_lie_below_their_parents()) == []
    assert [one.category.key for one in mappings_onto_removed(get_schema("google"))] == ["products/coats"]
    with pytest.raises(Missing):
        map_category(at("rain"), schema="google", node="203", actor=HOUSE)
    with pytest.raises(Conflict, match="already"):
        brought_in(tmp_path, GOOGLE + "1 - Other\n")
    back = brought_in(tmp_path, GOOGLE, version="2027")
    assert back.counts == {"added": 2, "removed": 1, "renamed": 1, "moved": 1}
    assert mappings_onto_removed(get_schema("google")) == []
    ExternalNode.objects.filter(code="5598").update(line=["166", "5598"])
    assert list(nodes_lie_below_their_parents()) == ["node 5598 of google has a line that its parent does not tell"]


def test_another_language_of_the_same_version(world: Any, tmp_path: Path) -> None:
    made = brought_in(tmp_path, GOOGLE)
    german = "# Google_Product_Taxonomy_Version: 2021-09-21\n166 - Bekleidung\n"
    with pytest.raises(Conflict, match="other nodes"):
        brought_in(tmp_path, german, locale="de-DE")
    whole = german + "1604 - Bekleidung > B\n203 - Bekleidung > B > C\n5598 - Bekleidung > B > C > Mäntel\n"
    whole += "5506 - Bekleidung > B > C > Hosen\n536 - Heim\n"
    assert brought_in(tmp_path, whole, locale="de-DE") == made
    coats = ExternalNode.objects.get(code="5598")
    assert coats.names == {"en-US": "Coats & Jackets", "de-DE": "Mäntel"}
    assert (coats.label("de-AT"), coats.label("en-GB")) == ("Mäntel", "Coats & Jackets")
    assert [one.code for one in ExternalNode.objects.holding("mänt jack")] == ["5598"]
    assert (made.files.count(), SchemaChange.objects.count()) == (2, 0)


def test_who_may_not_brings_nothing_in(world: Any, steward: Any, tmp_path: Path) -> None:
    with pytest.raises(Denied):
        brought_in(tmp_path, GOOGLE, actor=steward)
    for given in ({"code": "A b"}, {"form": "other"}, {"locale": "xx"}):
        with pytest.raises(Invalid):
            brought_in(tmp_path, GOOGLE, **given)
    with pytest.raises(Invalid, match="version"):
        brought_in(tmp_path, ETIM, form="etim", code="etim")
    assert not ExternalSchema.objects.exists()


def test_the_command_tells_what_came_in(world: Any, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "taxonomy-with-ids.en-US.txt"
    path.write_text(GOOGLE)
    call_command("import_schema", str(path), code="google", format="google", locale="en-US", name="Google")
    told = "Google 2021-09-21: 6 nodes (6 added, 0 removed, 0 renamed, 0 moved)\n"
    assert capsys.readouterr().out == told


# ---------------------------------------------------------------- mappings
def test_a_mapping_holds_down_the_tree(world: Any, tree: Tree, tmp_path: Path) -> None:
    brought_in(tmp_path, GOOGLE)
    google = get_schema("google")
    sequencing.drain()
    own = map_category(at("wear"), schema="google", node="1604", actor=HOUSE, reason="All clothes")
    assert own is not None
    assert (own.actor, own.reason, own.version) == ("system:tests", "All clothes", 1)
    map_category(at("coats"), schema="google", node="5598", actor=HOUSE)
    events = [one.data for one in OutboxEvent.objects.filter(type="taxonomy.category.mapped").order_by("pk")]
    assert events == [
        {"category": "products/wear", "schema": "google", "node": "1604"},
        {"category": "products/coats", "schema": "google", "node": "5598"},
    ]
    found = mappings_of(Category.objects.all(), google)
    assert {key: (one.mapping.node.code, one.is_own) for key, one in found.items()} == {
        "products/wear": ("1604", True), "products/coats": ("5598", True), "products/rain": ("5598", False),
    }  # fmt: skip
    assert {code: one.mapping.node.code for code, one in mapping_of(at("rain")).items()} == {"google": "5598"}
    assert mapping_of(at("home")) == {}
    assert vars(coverage_of(tree, google)) == {"categories": 4, "own": 2, "mapped": 3}
    with pytest.raises(Stale):
        map_category(at("wear"), schema="google", node="536", actor=HOUSE, expected_version=0)
    map_category(at("wear"), schema="google", node="1604", actor=HOUSE)
    assert OutboxEvent.objects.filter(type="taxonomy.category.mapped").count() == 2
    map_category(at("coats"), schema="google", node=None, actor=HOUSE)
    assert mapping_of(at("rain"))["google"].mapping.node.code == "1604"


def test_suggestions_share_words(world: Any, tmp_path: Path) -> None:
    brought_in(tmp_path, GOOGLE)
    found = suggested_nodes(get_schema("google"), words=["Snow coats and pants"], limit=5)
    assert [one.code for one in found] == ["5506", "5598"]
    assert suggested_nodes(get_schema("google"), words=["a &"], limit=5) == []


def test_a_controlled_tree_is_mapped_by_requests(
    world: Any, tree: Tree, tmp_path: Path, steward: Any, administrator: Any
) -> None:
    brought_in(tmp_path, GOOGLE)
    control_tree(tree, is_controlled=True, actor=HOUSE)
    with pytest.raises(NeedsRequest):
        map_category(at("coats"), schema="google", node="5598", actor=administrator)
    with pytest.raises(Denied):
        map_category(at("coats"), schema="google", node="5598", actor=steward)
    parameters = {"category": "products/coats", "schema": "google", "node": "5598"}
    request = propose_change(kind="taxonomy.map", parameters=parameters, reason="They are", actor=steward)
    assert (request.before, request.after) == ({"google": ""}, {"google": "5598 Coats & Jackets"})
    assert not CategoryMapping.objects.exists()
    approve_change_request(uid=request.uid, actor=administrator)
    assert CategoryMapping.objects.get().reason == "They are"


def test_the_api_shows_and_maps(
    world: Any, tree: Tree, steward: Any, administrator: Any, client_of: Any, tmp_path: Path
) -> None:
    api, reader = client_of(administrator), client_of(steward)
    body = {"code": "google", "format": "google", "locale": "en-US"}
    path = tmp_path / "taxonomy-with-ids.en-US.txt"
    path.write_text(GOOGLE)
    with path.open("rb") as file:
        assert reader.post("/api/v1/schemas", {**body, "file": file}, format="multipart").status_code == 403
    with path.open("rb") as file:
        made = api.post("/api/v1/schemas", {**body, "file": file}, format="multipart")
    assert (made.status_code, made.json()["nodes"], made.json()["files"][0]["lines"]) == (201, 6, 7)
    path.write_text("1 - A\n2 : B\n")
    with path.open("rb") as file:
        refused = api.post("/api/v1/schemas", {**body, "version": "x", "file": file}, format="multipart")
    told = refused.json()
    assert (refused.status_code, told["code"], told["line"], told["byte"]) == (422, "bad-schema", 2, 6)
    assert [one["code"] for one in reader.get("/api/v1/schemas").json()["results"]] == ["google"]
    found = reader.get("/api/v1/schemas/google/nodes", {"q": "snow pants"}).json()["results"]
    assert [one["line"] for one in found] == [["166", "1604", "203", "5506"]]
    likely = reader.get("/api/v1/schemas/google/suggestions", {"category": "products/coats"}).json()
    assert [one["code"] for one in likely] == ["5598"]
    mappings = "/api/v1/categories/products/coats/mappings"
    given = {"schema": "google", "node": "5598", "reason": "They are"}
    assert reader.put(mappings, given, format="json").status_code == 403
    assert api.put(mappings, given | {"node": "0"}, format="json").status_code == 404
    done = api.put(mappings, given, format="json", headers={"If-Match": '"0"'})
    assert done.status_code == 200
    assert api.put(mappings, given | {"node": None}, format="json", headers={"If-Match": '"0"'}).status_code == 412
    [below] = reader.get("/api/v1/categories/products/rain/mappings").json()
    assert (below["node"], below["is_own"], below["category"], below["reason"]) == (
        "5598", False, "products/coats", "They are"
    )  # fmt: skip
    assert below["actor"].startswith("key:ada/")
    assert below["path"] == "Apparel & Accessories > Clothing > Outerwear > Coats & Jackets"
    covered = reader.get("/api/v1/schemas/google/coverage", {"tree": "products"}).json()
    assert covered == {"categories": 4, "own": 1, "mapped": 2, "removed": []}
    assert reader.get("/api/v1/schemas/none/nodes").status_code == 404
    assert api.put(mappings, given | {"node": None}, format="json").json() == []
