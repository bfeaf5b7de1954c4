"""Trees and vocabularies under several hands at once: one wins each version, and what there is once is made once. F16.

Real transactions, on connections of their own; through the API.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from foundation.accounts.models import User
from foundation.accounts.services import create_api_key
from foundation.core.actors import system
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.taxonomy.fsck import lines_are_told_by_parents
from foundation.taxonomy.services import create_category, create_term, create_tree, create_vocabulary
from tests.cast import make_actor, make_world

HOUSE = system("tests")
HANDS = 8
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def secret() -> str:
    """The key of who defines trees."""
    make_world()
    tree = create_tree(code="products", kind="hierarchy", labels={"en-GB": "Products"}, actor=HOUSE)
    for code, parent in (("wear", None), ("home", None), ("coats", "wear")):
        create_category(tree, code=code, labels={"en-GB": code}, parent=parent, actor=HOUSE)
    create_term(
        create_vocabulary(code="colours", labels={"en-GB": "Colours"}, actor=HOUSE), code="red",
        labels={"en-GB": "Red"}, actor=HOUSE,
    )  # fmt: skip
    user = User.objects.get(pk=make_actor("ada", "administrator").user_id)
    return create_api_key(user=user, name="tests", actor=system("tests"))[1]


def together(work: Callable[[int], Any]) -> list[Any]:
    """What each hand gets; all begin at the same moment."""
    ready = threading.Barrier(HANDS)

    def carry_out(nth: int) -> Any:
        try:
            ready.wait(20)
            return work(nth)
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(carry_out, range(HANDS)))


def send(secret: str, method: str, path: str, body: Any, **headers: str) -> Any:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client.generic(method, f"/api/v1{path}", json.dumps(body), content_type="application/json", **headers)


def traces() -> tuple[int, int]:
    rows = Revision.objects.filter(table_name__startswith="taxonomy_")
    return rows.count(), OutboxEvent.objects.filter(type__startswith="taxonomy.").count()


KNOWN = ("/trees/products", "/categories/products/coats", "/terms/colours/red", "/vocabularies/colours")
NEW = {
    "/trees": {"code": "season", "kind": "browse", "labels": {"en-GB": "Season"}},
    "/trees/products/categories": {"code": "rain", "labels": {"en-GB": "Rain"}, "parent": "coats"},
    "/vocabularies": {"code": "sizes", "labels": {"en-GB": "Sizes"}},
    "/vocabularies/colours/terms": {"code": "blue", "labels": {"en-GB": "Blue"}},
}


def test_of_many_one_wins_and_writes(secret: str) -> None:
    """With one ETag, and with one new code."""
    for path in KNOWN:
        read, before = send(secret, "GET", path, None), traces()

        def renames(nth: int, path: str = path, etag: str = read["ETag"]) -> Any:
            return send(secret, "PATCH", path, {"labels": {"en-GB": f"Hand {nth}"}}, HTTP_IF_MATCH=etag)

        answers = together(renames)
        told = [(one.status_code, one.json()["code"]) for one in answers]
        assert sorted(told) == [(200, read.json()["code"]), *[(412, "stale")] * (HANDS - 1)], path
        winner = [one.status_code for one in answers].index(200)
        assert send(secret, "GET", path, None).json()["labels"] == {"en-GB": f"Hand {winner}"}
        assert traces() == (before[0] + 1, before[1] + 1), path
    for path, body in NEW.items():
        before = traces()
        answers = together(lambda _, path=path, body=body: send(secret, "POST", path, body))
        told = [(one.status_code, one.json()["code"]) for one in answers]
        assert sorted(told) == [(201, body["code"]), *[(409, "conflict")] * (HANDS - 1)], path
        assert not [one for one in answers if b"duplicate key" in one.content], path
        assert traces() == (before[0] + 1, before[1] + 1), path


def test_branches_moved_into_each_other_make_no_circle(secret: str) -> None:
    """Half of the hands hang one below the other, half the other below the one."""

    def moves(nth: int) -> int:
        what, parent = (("wear", "home"), ("home", "coats"))[nth % 2]
        return int(send(secret, "PATCH", f"/categories/products/{what}", {"parent": parent}).status_code)

    assert set(together(moves)) == {200, 422}
    assert list(lines_are_told_by_parents()) == []
    lines = {one: send(secret, "GET", f"/categories/products/{one}", None).json()["line"] for one in ("wear", "home")}
    assert sorted(map(len, lines.values())) in ([1, 2], [1, 3])
