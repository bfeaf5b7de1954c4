"""Related products on the product's page, the picker, every write with its Undo, and the types in the settings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from foundation.events.models import OutboxEvent
from pim.models import Relation, RelationType
from pim.queries.relations import relations_of
from pim.services import create_product, relate_products

from . import factories

HOUSE = factories.HOUSE


@pytest.fixture
def related(window: Any) -> Any:
    """The coat with two accessories in a pack, one of them in DACH alone too, and what the mug says of it."""
    window.path = f"/products/{window.ridge.uid}/"
    window.others = [create_product(sku=sku, family="coats", actor=HOUSE) for sku in ("HOOD", "BELT", "LINER")]
    relate(window, ("pack", "HOOD", {"quantity": 2}), ("pack", "BELT", {}), ("accessory", "BELT", {"market": "DACH"}))
    relations = [{"type": "accessory", "product": "RIDGE"}, {"type": "cross-sell", "product": "RIDGE"}]
    relate_products(window.others[0], relations=relations, actor=HOUSE)
    return window


def relate(window: Any, *some: tuple[str, str, dict[str, Any]]) -> None:
    relations = [{"type": kind, "product": sku, **more} for kind, sku, more in some]
    relate_products(window.ridge, relations=relations, actor=HOUSE)


def toast(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer["HX-Trigger"])["toast"]
    return found


def told(window: Any) -> list[tuple[str, str, int | None]]:
    rows = relations_of(window.ridge, actor=HOUSE)
    return [(row.type.code, row.other(window.ridge).sku, row.quantity) for row in rows]


def pack(window: Any) -> list[int]:
    return [row.pk for row in relations_of(window.ridge, actor=HOUSE, type="pack")]


ALL = [("cross-sell", "HOOD", None), ("accessory", "BELT", None), ("pack", "HOOD", 2), ("pack", "BELT", 1)]


def test_the_card_shows_both_directions(related: Any, steward: Any, merchant: Any, browser_of: Any) -> None:
    panel = browser_of(steward).get(related.path).context["relations"]
    assert [(group.label, [one.sku for one in group.sorted], [one.sku for one in group.others])
            for group in panel.groups] == [
        ("Cross-sell", [], ["HOOD"]), ("Accessories", ["BELT"], []), ("Contents of the pack", ["HOOD", "BELT"], []),
    ]  # fmt: skip
    assert [(one.label, one.count, [tile.sku for tile in one.tiles]) for one in panel.incoming] == [
        ("Accessory of", 1, ["HOOD"])
    ]
    assert (panel.groups[1].sorted[0].market, panel.groups[2].sorted[0].quantity) == ("DACH", 2)
    variant = browser_of(steward).get(f"/products/{factories.uid_of('RIDGE-RED-S')}/").context["relations"]
    shown = [(group.code, [(one.sku, one.origin, one.can_change) for one in group.others]) for group in variant.groups]
    assert shown == [
        ("accessory", [("BELT", "RIDGE", False)]), ("pack", [("HOOD", "RIDGE", False), ("BELT", "RIDGE", False)]),
    ]  # fmt: skip
    page = browser_of(merchant).get(related.path)
    assert page.context["relations"].can_edit is False
    assert "relation-picker" not in page.content.decode()


def test_several_are_related_at_once_and_undone(related: Any, steward: Any, browser_of: Any) -> None:
    client, add = browser_of(steward, htmx=True), f"{related.path}relations/add/"
    found = client.get(f"{related.path}relations/picker/", {"q": "belt"}).context["found"]
    assert [(one.sku, tag, is_itself) for one, tag, is_itself in found.choices] == [
        ("BELT", "Accessories, Contents of the pack", False)
    ]
    chosen = [str(one.uid) for one in related.others]
    answer = client.post(add, {"type": "up-sell", "product": chosen, "quantity": "", "market": ""})
    assert json.loads(answer["HX-Trigger"])["picked"] == {"bound": chosen, "refused": []}
    assert [one[1] for one in told(related) if one[0] == "up-sell"] == ["HOOD", "BELT", "LINER"]
    undone = client.post(toast(answer)["undo"]["url"])
    assert (toast(undone)["text"], told(related)) == ("Undone", ALL)
    before = OutboxEvent.objects.count()
    circle = client.post(add, {"type": "bundle", "product": [*chosen, str(related.ridge.uid)], "quantity": "2"})
    assert (circle.status_code, circle["HX-Reswap"], toast(circle)["tone"]) == (422, "none", "bad")
    for body, status in (
        ({}, 404), ({"product": "x"}, 404), ({"product": chosen, "type": "no"}, 422),
        ({"product": chosen, "type": "pack", "quantity": "many"}, 422),
    ):  # fmt: skip
        assert client.post(add, body).status_code == status
    assert (told(related), OutboxEvent.objects.count()) == (ALL, before)


def test_they_are_sorted_counted_and_taken_away(related: Any, steward: Any, browser_of: Any) -> None:
    client, url = browser_of(steward, htmx=True), f"{related.path}relations/"
    hood, belt = pack(related)
    body = {"role": "pack", "binding": [belt, hood], "seen": [hood, belt]}
    sorted_ = client.post(f"{url}sort/", body)
    assert (sorted_.status_code, toast(sorted_)["text"], pack(related)) == (204, "Order saved", [belt, hood])
    stale = client.post(f"{url}sort/", body)
    assert (stale.status_code, pack(related)) == (412, [belt, hood])
    client.post(toast(sorted_)["undo"]["url"])
    assert pack(related) == [hood, belt]
    assert client.post(toast(sorted_)["undo"]["url"]).status_code == 412
    more = client.post(f"{url}quantity/", {"relation": hood, "quantity": "12"})
    assert (toast(more)["text"], ("pack", "HOOD", 12) in told(related)) == ("12 × HOOD", True)
    for quantity in ("0", "-1", "1.5", "9" * 30, ""):
        assert client.post(f"{url}quantity/", {"relation": hood, "quantity": quantity}).status_code == 422
    client.post(toast(more)["undo"]["url"])
    gone = client.post(f"{url}remove/", {"relation": hood})
    assert ("pack", "HOOD", 2) not in told(related)
    assert 'id="relations"' in gone.content.decode()
    client.post(toast(gone)["undo"]["url"])
    assert told(related) == ALL
    both_ways = Relation.objects.get(type__code="cross-sell").pk
    client.post(f"{url}remove/", {"relation": both_ways})
    assert told(related) == ALL[1:]


def test_who_may_not_does_not(
    related: Any, steward: Any, outsider: Any, merchant: Any, browser_of: Any
) -> None:  # fmt: skip
    """Otto is a steward of the US, where neither hood nor belt is: he sees none of it, and no count."""
    factories.place(related.ridge, ("shop", "US"))
    page = browser_of(outsider).get(related.path)
    panel = page.context["relations"]
    assert (panel.groups, panel.incoming, panel.holds_everywhere) == ([], [], False)
    assert [code for code, _ in panel.markets] == ["US"]
    assert not {"HOOD", "BELT"} & set(page.content.decode().split())
    [hood, _], url = pack(related), f"{related.path}relations/"
    foreign = {"type": "accessory", "product": str(related.others[0].uid), "market": "US"}
    assert browser_of(outsider, htmx=True).post(f"{url}add/", foreign).status_code == 404
    assert browser_of(outsider, htmx=True).post(f"{url}remove/", {"relation": hood}).status_code == 404
    assert browser_of(merchant, htmx=True).post(f"{url}remove/", {"relation": hood}).status_code == 403
    own = browser_of(steward, htmx=True).post(f"{url}remove/", {"relation": hood})
    assert browser_of(merchant, htmx=True).post(toast(own)["undo"]["url"]).status_code == 403
    assert told(related) == [one for one in ALL if one != ("pack", "HOOD", 2)]


def test_types_are_settings(related: Any, administrator: Any, steward: Any, browser_of: Any) -> None:
    client, root = browser_of(administrator), "/settings/relation-types/"
    body = {"code": "spare", "position": "7", "label-en-GB": "Spare parts", "inverse-en-GB": "Spare part of"}
    assert client.post(f"{root}new/", body).status_code == 302
    made = RelationType.objects.get(code="spare")
    assert (made.labels, made.inverse_labels) == ({"en-GB": "Spare parts"}, {"en-GB": "Spare part of"})
    listed = {row.code: row.facts for row in client.get(root).context["rows"]}
    assert (listed["pack"], listed["spare"]) == (["2 relations", "so many of each"], ["0 relations"])
    form = client.get(f"{root}pack/")
    changed = {"code": "pack", "position": "4", "label-en-GB": "Pack", "was": form.context["was"]}
    refused = client.post(f"{root}pack/", changed)  # without the flag its relations would have quantities for nothing
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["has_quantity"])
    saved = client.post(f"{root}pack/", changed | {"has_quantity": "on"}, follow=True)
    [message] = saved.context["messages"]
    assert RelationType.objects.get(code="pack").labels == {"en-GB": "Pack"}
    client.post(message.extra_tags)
    assert RelationType.objects.get(code="pack").labels == {"en-GB": "Contents of the pack"}
    assert browser_of(steward).get(f"{root}pack/").context["may_edit"] is False
    assert browser_of(steward).post(f"{root}pack/", changed | {"has_quantity": "on"}).status_code == 403


def test_a_type_that_nothing_names_is_deleted_and_brought_back(
    related: Any, administrator: Any, steward: Any, browser_of: Any
) -> None:
    client, root = browser_of(administrator), "/settings/relation-types/"
    before = RelationType.objects.values("labels", "inverse_labels", "position", "is_two_way").get(code="replacement")
    assert browser_of(steward).post(f"{root}replacement/delete/").status_code == 403
    pages = (browser_of(steward), f"{root}replacement/"), (client, f"{root}replacement/"), (client, f"{root}new/")
    assert ['action="delete/"' in one.get(url).content.decode() for one, url in pages] == [False, True, False]
    assert client.post(f"{root}pack/delete/").status_code == 409, "there are relations of it"
    assert {"pack", "replacement"} <= {one.code for one in RelationType.objects.all()}
    answer = client.post(f"{root}replacement/delete/", follow=True)
    assert not RelationType.objects.filter(code="replacement").exists()
    [message] = answer.context["messages"]
    assert (message.message, client.get(f"{root}replacement/").status_code) == ("replacement is deleted.", 404)
    assert client.post(message.extra_tags).status_code in {200, 302}
    assert RelationType.objects.values(*before).get(code="replacement") == before
    assert client.post(message.extra_tags).status_code == 412, "it is there again"
    assert client.post(f"{root}replacement/delete/").status_code == 302
    assert client.post("/settings/markets/GB/delete/").status_code == 404
