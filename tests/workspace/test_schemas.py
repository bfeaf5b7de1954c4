"""Schemas of others on pages: our tree beside theirs, mapped with Undo, asked for where somebody else decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation.approval.models import ChangeRequest
from foundation.taxonomy.models import CategoryMapping, ExternalSchema, Tree
from tests.schemas import GOOGLE

from . import factories
from .test_taxonomy import undo_of

pytestmark = pytest.mark.django_db
PATH = "/settings/schemas/google/"
MAP = {"category": "products/coats", "node": "5598", "version": "0", "reason": "They are"}


@pytest.fixture
def tree(window: Any) -> Tree:
    tree = factories.make_tree()
    factories.schema()
    return tree


def said() -> dict[str, str]:
    return {one.category.code: one.node.code for one in CategoryMapping.objects.select_related("category", "node")}


def test_a_file_is_brought_in(world: Any, steward: Any, administrator: Any, browser_of: Any) -> None:
    def sent(actor: Any, text: str) -> Any:
        file = SimpleUploadedFile("taxonomy-with-ids.en-GB.txt", text.encode())
        body = {"format": "google", "code": "google", "name": "Google", "locale": "en-GB", "file": file}
        return browser_of(actor).post("/settings/schemas/", body)

    assert sent(steward, GOOGLE).status_code == 403
    refused = sent(administrator, "# Google_Product_Taxonomy_Version: 1\n1 : A\n")
    assert refused.status_code == 422
    assert "line 2, byte 37" in refused.content.decode()
    assert not ExternalSchema.objects.exists()
    assert sent(administrator, GOOGLE)["Location"] == PATH
    assert "2021-09-21" in browser_of(steward).get("/settings/schemas/").content.decode()


def test_our_tree_beside_theirs(tree: Tree, administrator: Any, browser_of: Any) -> None:
    client = browser_of(administrator)
    page = client.get(PATH, {"tree": "products", "category": "coats"}).context["page"]
    assert vars(page.coverage) == {"categories": 4, "own": 1, "mapped": 3}
    notes = {one.code: one.note for root in page.roots for one in (root, *root.children)}
    assert notes == {
        "wear": "→ Clothing", "coats": "from above: Clothing", "macs": "from above: Clothing", "home": "not mapped"
    }  # fmt: skip
    assert (page.opened.node, page.opened.is_own, page.opened.said_by) == ("1604", False, "Wear")
    assert [one.code for one in page.targets] == ["5598"]
    found = client.get(PATH, {"tree": "products", "category": "coats", "q": "snow"}).context["page"].targets
    assert [one.path for one in found] == ["Apparel & Accessories > Clothing > Outerwear > Snow Pants & Suits"]
    done = client.post(f"{PATH}map/", MAP)
    assert done["Location"] == f"{PATH}?tree=products&category=coats"
    assert said() == {"wear": "1604", "coats": "5598"}
    assert client.post(f"{PATH}map/", MAP | {"node": "536"}).status_code == 412
    client.post(undo_of(done))
    assert said() == {"wear": "1604"}
    assert client.post(f"{PATH}map/", MAP | {"node": "none"}).status_code == 404
    assert client.post(f"{PATH}map/", MAP | {"category": "products/none"}).status_code == 404


def test_a_steward_asks_for_it(tree: Tree, steward: Any, merchant: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    assert "Propose" in client.get(PATH, {"tree": "products", "category": "coats"}).content.decode()
    one = client.post(f"{PATH}map/", MAP)
    request = ChangeRequest.objects.get()
    assert one["Location"] == f"/settings/requests/{request.uid}/"
    assert (request.after, said()) == ({"google": "5598 Coats & Jackets"}, {"wear": "1604"})
    assert browser_of(merchant).post(f"{PATH}map/", MAP).status_code == 403
    looks = browser_of(merchant).get(PATH, {"tree": "products", "category": "coats"}).content.decode()
    assert 'name="node"' not in looks
