"""Who is limited to a branch of the product hierarchy learns nothing of the others: the walk of `test_outsider`, with a
house that is filled with what lies elsewhere in the hierarchy, or nowhere in it, and is sold in all markets.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from foundation.taxonomy.models import Category
from foundation.taxonomy.services import move_category
from tests.cast import make_actor

from . import filled, test_outsider
from .test_outsider import difference, holds, names, own_ids, read_everything
from .walking import browser

WEAR = "products/wear"
SHOWN = {200, 302, 405}


@pytest.fixture(autouse=True)
def _static_from_source(settings: Any) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture
def house(request: Any, world: Any) -> SimpleNamespace:
    """Filled, with ids of what lies elsewhere and of what lies in the branch, by the segment of the address."""
    filled.fill_own(world)
    filled.classify_own()
    # between them they read everything; every role is walked in `test_outsider`
    people = {role: make_actor(f"wear-{role}", role, category=WEAR) for role in ("steward", "studio")}
    people["wear in the US"] = make_actor("us-wear", "steward", category=WEAR, market="US")
    before, own = {}, own_ids()
    if request.node.name == test_what_lies_elsewhere_changes_no_answer.__name__:
        before = {name: read_everything(browser(actor), own) for name, actor in people.items()}
    foreign = filled.fill_foreign_branch(world)
    foreign |= {"bindings": filled.foreign_bindings(), "proposals": filled.foreign_bindings()}
    foreign |= dict.fromkeys(("work-items", "work"), foreign["work items"])
    view = str(filled.foreign_view())
    foreign |= {"views": [view], "saved-views": [view]}
    foreign |= {"bulk": foreign["bulk-changes"], "people": [str(test_outsider.somebody_abroad())]}
    foreign |= {"groups": [str(test_outsider.group_abroad())], "licences": filled.foreign_licences()}
    key = test_outsider.key_abroad()
    foreign |= {"keys": [key], "api-keys": [key]}
    asked = str(test_outsider.asked_abroad())
    foreign |= {"change-requests": [asked], "requests": [asked]}
    foreign |= {"revisions": filled.revisions_of(foreign["listings"])}
    assert all(foreign.values()), {name: len(ids) for name, ids in foreign.items()}
    return SimpleNamespace(before=before, foreign=foreign, own=own, people=people)


@pytest.mark.timeout(900)
def test_what_lies_elsewhere_changes_no_answer(house: SimpleNamespace) -> None:
    forbidden, complaints = names(house.foreign), []
    found = {address: status for address, (status, _) in house.before["steward"].items() if status not in SHOWN}
    patterns = (test_outsider.STUDIO_ONLY, test_outsider.FOR_THE_WHOLE)
    closed = {address for address in found if any(one.fullmatch(address) for one in patterns)}
    assert found.keys() - closed <= test_outsider.CLOSED_TO_STEWARDS | test_outsider.unlisted(), found
    for name, actor in house.people.items():
        after = read_everything(browser(actor), house.own)
        assert after.keys() == house.before[name].keys()
        for address, (status, text) in after.items():
            if told := holds(text, forbidden):
                complaints.append(f"{name} {address} tells {told[:3]}")
            elif (status, text) != house.before[name][address]:
                complaints.append(f"{name} {address} changed: {difference(house.before[name][address][1], text)}")
    assert not complaints, "\n".join(complaints)


@pytest.mark.timeout(900)
def test_ids_of_elsewhere_are_like_unknown_ones(house: SimpleNamespace) -> None:
    test_outsider.test_foreign_ids_are_like_unknown_ones(house, house.people)


@pytest.mark.timeout(900)
def test_queries_with_names_of_elsewhere_find_nothing(house: SimpleNamespace) -> None:
    some = {name: house.people[name] for name in ("steward", "wear in the US")}
    test_outsider.ask_for_foreign(house, some, known=("GB", "shop/GB/en-GB"))  # markets are not what limits them


@pytest.mark.timeout(900)
def test_writes_with_ids_of_elsewhere_do_nothing(house: SimpleNamespace) -> None:
    test_outsider.test_writes_with_foreign_ids_do_nothing(house, house.people)


@pytest.mark.timeout(900)
def test_a_move_of_a_branch_holds_at_the_next_request(house: SimpleNamespace) -> None:
    """Before the sequencer has done anything: what moves in is seen, and what moves out is not."""
    client, steward = browser(house.people["steward"]), "/api/v1/products/"
    assert client.get(f"{steward}ZORBLAX").status_code == 404
    assert client.get(f"{steward}ATLAS").status_code == 200
    move_category(Category.objects.get(code="elsewhere"), parent="wear", actor=filled.HOUSE)
    assert client.get(f"{steward}ZORBLAX").status_code == 200
    move_category(Category.objects.get(code="coats"), parent=None, actor=filled.HOUSE)
    assert client.get(f"{steward}ATLAS").status_code == 404
    assert {one["sku"] for one in client.get("/api/v1/products").json()["results"]} == {
        "TEACUP", "ZORBLAX", "ZORBLAX-red-s", "ZORBLAX-blue-s"
    }  # fmt: skip
