"""The product model by API: attributes, groups and families, each with its version."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from foundation.accounts.choices import Dimension, Role
from foundation.accounts.services import create_user, define_role, grant_role
from pim.models import Attribute, Family, FamilyAttribute, Option, Requirement
from pim.services import set_values

from .factories import HOUSE, make_cup, make_key, make_user

pytestmark = pytest.mark.usefixtures("model")
API = "/api/v1"


def client(user: Any = None) -> APIClient:
    found = APIClient()
    found.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(user or make_user(Role.ADMINISTRATOR))}")
    return found


def definer() -> Any:
    """Somebody who defines the model and is cleared for nothing that is not public."""
    define_role(code="modeller", name="Modeller", permissions=["pim.view", "pim.define"], actor=HOUSE, is_new=True)
    user = create_user(username="modeller", actor=HOUSE)
    grant_role(holder=user, role="modeller", dimension=Dimension.EVERYWHERE, actor=HOUSE)
    return user


def test_an_attribute_is_made_read_and_changed_by_its_version() -> None:
    api = client()
    body = {"type": "number", "labels": {"en-GB": "Handles"}, "group": "shape", "validation": {"min": 0, "decimals": 0}}
    made = api.put(f"{API}/attributes/handles", body, format="json", headers={"If-None-Match": "*"})
    assert (made.status_code, made.headers["ETag"], made.json()["group"]) == (201, '"1"', "shape")
    again = api.put(f"{API}/attributes/handles", body, format="json", headers={"If-None-Match": "*"})
    assert again.status_code == 412
    same = api.put(f"{API}/attributes/handles", body, format="json", headers={"If-Match": '"1"'})
    assert (same.status_code, same.headers["ETag"]) == (200, '"1"'), "the same again changes nothing"
    other = api.put(f"{API}/attributes/handles", {**body, "labels": {}}, format="json", headers={"If-Match": '"1"'})
    assert (other.status_code, other.headers["ETag"], other.json()["labels"]) == (200, '"2"', {})
    stale = api.put(f"{API}/attributes/handles", body, format="json", headers={"If-Match": '"1"'})
    assert (stale.status_code, Attribute.objects.get(code="handles").labels) == (412, {})
    assert api.get(f"{API}/attributes/handles").headers["ETag"] == '"2"'


@pytest.mark.parametrize(
    ("code", "change", "path"),
    [
        (
            "handles",
            {"type": "number", "sensitivity": "public", "is_unique": True, "is_localizable": True},
            "is_unique",
        ),
        ("handles", {"type": "number", "validation": {"min": 3, "max": 1}}, "validation.min"),
        ("1st", {"type": "number"}, "code"),
        ("colour", {"type": "text"}, "type"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_all_as_it_was(code: str, change: dict[str, Any], path: str) -> None:
    make_cup("CUP", colour="red")
    before = list(Attribute.objects.values())
    answer = client().put(f"{API}/attributes/{code}", change, format="json")
    assert 400 <= answer.status_code < 500
    assert answer.json()["path"] == path
    assert list(Attribute.objects.values()) == before


def test_of_many_options_the_first_are_told() -> None:
    size = Attribute.objects.get(code="size")
    Option.objects.bulk_create(Option(attribute=size, code=f"x{n:03}", position=n + 9) for n in range(200))
    told = client().get(f"{API}/attributes/size").json()
    assert (told["option_count"], len(told["options"])) == (203, 100)
    assert [one["code"] for one in told["options"][:4]] == ["s", "m", "l", "x000"]
    rows = client().get(f"{API}/attributes").json()["results"]
    assert {row["code"]: (row["option_count"], len(row["options"])) for row in rows}["colour"] == (2, 2)


def test_a_family_is_made_and_changed_and_keeps_what_its_writer_may_not_see() -> None:
    api = client(definer())
    told = api.get(f"{API}/families/coats")
    shown = told.json()
    assert "cost" not in {one["attribute"] for one in shown["attributes"]}
    body = {name: shown[name] for name in ("label_attribute", "visual_axis", "attributes", "axes", "required")}
    body["labels"] = {"en-GB": "Overcoats"}
    before = set(FamilyAttribute.objects.filter(family__code="coats", is_active=True).values_list("attribute__code"))
    asked = set(Requirement.objects.filter(family__code="coats").values_list("channel__code", "attribute__code"))
    written = api.put(f"{API}/families/coats", body, format="json", headers={"If-Match": told.headers["ETag"]})
    assert (written.status_code, written.json()["labels"]) == (200, {"en-GB": "Overcoats"})
    members = FamilyAttribute.objects.filter(family__code="coats", is_active=True)
    assert set(members.values_list("attribute__code")) == before, "price and cost are there as they were"
    assert (
        set(Requirement.objects.filter(family__code="coats").values_list("channel__code", "attribute__code")) == asked
    )
    stale = api.put(f"{API}/families/coats", body, format="json", headers={"If-Match": told.headers["ETag"]})
    assert stale.status_code == 412
    new = api.put(f"{API}/families/mugs", {"attributes": [{"attribute": "name"}]}, format="json")
    assert (new.status_code, new.headers["ETag"], new.json()["depth"]) == (201, '"1"', 0)
    wrong = api.put(f"{API}/families/jugs", {"attributes": [{"attribute": "nothing"}]}, format="json")
    assert (wrong.status_code, wrong.json()["path"]) == (422, "attributes")
    assert not Family.objects.filter(code="jugs").exists()


def test_what_is_above_ones_clearance_is_not_there_to_be_changed() -> None:
    api = client(definer())
    answer = api.put(f"{API}/attributes/cost", {"type": "money"}, format="json")
    assert (answer.status_code, answer.json()["detail"]) == (422, "cost is taken: choose another code")
    assert Attribute.objects.get(code="cost").sensitivity == "secret"
    steward = client(make_user(Role.STUDIO))
    assert steward.put(f"{API}/attributes/name", {"type": "text"}, format="json").status_code == 403
    assert steward.put(f"{API}/families/cups", {"attributes": []}, format="json").status_code == 403
    group = {"labels": {"en-GB": "Shape"}, "position": 3}
    assert steward.put(f"{API}/attribute-groups/shape", group, format="json").status_code == 403
    made = api.put(f"{API}/attribute-groups/shape", group, format="json")
    assert (made.status_code, made.json()) == (200, {"code": "shape", **group})
    assert api.get(f"{API}/attribute-groups").json()["results"] == [{"code": "shape", **group}]


def test_an_attribute_with_values_stays_in_its_family() -> None:
    set_values(make_cup("CUP"), values={"warranty": 12}, actor=HOUSE)
    members = [{"attribute": "name"}, {"attribute": "gtin"}]
    answer = client().put(f"{API}/families/cups", {"attributes": members}, format="json")
    assert answer.status_code == 409
    assert FamilyAttribute.objects.filter(family__code="cups", is_active=True).count() == 11
