"""Who edits in one market and reads in all: what they may, where, and what they are told. P9, fault 23."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from foundation.accounts.choices import Role
from foundation.accounts.services import grant_role
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from pim.services import place_product

from .factories import HOUSE, make_cup, make_key, make_user, product

pytestmark = pytest.mark.usefixtures("model")


def client(*, also: Role | None) -> APIClient:
    """A steward in Britain, who may have another role everywhere."""
    user = make_user(Role.STEWARD, market="GB")
    if also:
        grant_role(holder=user, role=also, actor=HOUSE)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(user)}")
    return api


@pytest.fixture
def german() -> str:
    place_product(make_cup("GERMAN"), channel="shop", market="DE", actor=HOUSE, reason="Season")
    place_product(make_cup("BRITISH"), channel="shop", market="GB", actor=HOUSE, reason="Season")
    return "/api/v1/products/GERMAN"


def traces() -> tuple[int, int]:
    return Revision.objects.count(), OutboxEvent.objects.count()


def test_what_one_reads_everywhere_is_edited_in_ones_market_alone(german: str) -> None:
    api, before = client(also=Role.MERCHANT), traces()
    assert api.get(german).status_code == 200
    refused = api.patch(german, {"state": "retired"}, format="json")
    assert (refused.status_code, traces()) == (403, (before[0], before[1]))
    assert refused.json()["detail"] == "You may edit products in market GB; GERMAN is not there"
    assert product("GERMAN").state != "retired"
    assert api.patch("/api/v1/products/BRITISH", {"state": "retired"}, format="json").status_code == 200
    assert product("BRITISH").state == "retired"


def test_what_one_does_not_see_stays_missing(german: str) -> None:
    api = client(also=None)
    assert api.get(german).status_code == 404
    assert api.patch(german, {"state": "retired"}, format="json").status_code == 404


def test_placing_ends_where_its_role_ends(german: str) -> None:
    body = {"channel": "shop", "market": "DE", "reason": "Mine"}
    refused = client(also=Role.MERCHANT).post("/api/v1/products/BRITISH/placements", body, format="json")
    assert (refused.status_code, refused.json()["detail"]) == (403, "shop in DE is not yours to fill")
