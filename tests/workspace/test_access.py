"""Explained access: what the house would answer, role by role, and nothing of what the asking person does not see."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.accounts.models import Grant, User
from foundation.accounts.services import add_members, close_account, create_group, grant_role
from foundation.core.actors import system
from tests.cast import make_actor

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/access/"
HOUSE = system("tests")


def looks(answer: Any) -> list[tuple[str, str, str]]:
    return [(one.role, one.where, one.state.label) for one in answer.context["access"].looks]


def test_each_role_is_looked_at(world: Any, administrator: Any, browser_of: Any) -> None:
    gwen = make_actor("gwen", "steward", market="GB")
    user = User.objects.get(pk=gwen.user_id)
    grant_role(holder=user, role="merchant", actor=HOUSE)
    team = create_group(name="Shoots", actor=HOUSE)
    add_members(group=team, users=[user], source="hand", actor=HOUSE)
    grant_role(holder=team, role="studio", actor=HOUSE)
    asked = {"person": "gwen", "permission": "pim.edit"}
    there = browser_of(administrator).get(ADDRESS, asked | {"market": "GB"})
    assert there.context["access"].sentence == "gwen may: “Edit products and their values” in market GB"
    assert looks(there) == [
        ("Merchant", "everywhere", "Does not allow it"), ("Steward", "market GB", "Allows it"),
        ("Studio", "everywhere", "Does not allow it"),
    ]  # fmt: skip
    assert 'href="/settings/groups/' in there.content.decode()
    away = browser_of(administrator).get(ADDRESS, asked | {"market": "DACH"}).context["access"]
    assert (away.may, away.sentence) == (False, "gwen may not: “Edit products and their values” in market DACH")
    assert [one.state.label for one in away.looks][1] == "Does not reach there"
    assert away.wish == "A role that allows it, granted in market DACH: Administrator, Steward, Integrator"


def test_what_would_change_it_does(administrator: Any, browser_of: Any) -> None:
    gwen = make_actor("gwen", "merchant")
    asked = {"person": "gwen", "permission": "accounts.manage"}
    before = browser_of(administrator).get(ADDRESS, asked).context["access"]
    assert (before.may, before.wish) == (False, "A role that allows it, granted everywhere: Administrator")
    grant_role(
        holder=User.objects.get(pk=gwen.user_id), role="administrator", dimension="market", code="GB", actor=HOUSE
    )
    limited = browser_of(administrator).get(ADDRESS, asked)
    assert looks(limited)[0] == ("Administrator", "market GB", "Allows it only where the role holds everywhere")
    assert not limited.context["access"].may
    Grant.objects.filter(role="administrator", user_id=gwen.user_id).delete()
    grant_role(holder=User.objects.get(pk=gwen.user_id), role="administrator", actor=HOUSE)
    assert browser_of(administrator).get(ADDRESS, asked).context["access"].may


def test_a_closed_account_is_told_so(administrator: Any, browser_of: Any) -> None:
    gwen = make_actor("gwen", "steward")
    close_account(user=User.objects.get(pk=gwen.user_id), actor=HOUSE)
    found = browser_of(administrator).get(ADDRESS, {"person": "gwen", "permission": "pim.view"}).context["access"]
    assert (found.may, found.wish) == (False, "The account is closed; reopen it first")


def test_products_are_asked_as_they_are_seen(window: Any, administrator: Any, browser_of: Any) -> None:
    make_actor("gwen", "steward", market="US")
    asked = {"person": "gwen", "permission": "pim.edit", "product": window.ridge.sku}
    found = browser_of(administrator).get(ADDRESS, asked).context["access"]
    assert (found.may, found.looks[0].state.label) == (False, "Does not reach there")
    assert found.wish.startswith(
        f"A role that allows it, granted in a market or a category that {window.ridge.sku} is in"
    )
    make_actor("gill", "steward", market="GB")
    assert browser_of(administrator).get(ADDRESS, asked | {"person": "gill"}).context["access"].may


def test_others_ask_for_themselves_alone(window: Any, outsider: Any, browser_of: Any) -> None:
    client = browser_of(outsider)
    mine = client.get(ADDRESS, {"permission": "pim.view", "person": "stella"})
    assert mine.context["access"].sentence.startswith(f"{User.objects.get(pk=outsider.user_id)} may")
    assert "Sign-in name" not in mine.content.decode()
    answers = []
    for sku in (window.ridge.sku, "NOTHING-LIKE-IT"):
        answer = client.get(ADDRESS, {"permission": "pim.view", "product": sku})
        answers.append((answer.status_code, answer.context["access"], dict(answer.context["form"].errors)))
        assert "There is no product of this SKU" in answer.content.decode()
    assert answers == [(422, None, {"product": ["There is no product of this SKU"]})] * 2


def test_a_refusal_leads_to_its_explanation(steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    refused = client.get("/settings/people/")
    link = "/settings/access/?permission=accounts.manage"
    assert (refused.status_code, f'href="{link}"' in refused.content.decode()) == (403, True)
    found = client.get(link).context["access"]
    assert (found.may, found.sentence.startswith("stella may not: “Make accounts")) == (False, True)


@pytest.mark.parametrize(
    "given", [{"permission": "pim.fly"}, {"permission": ""}, {"permission": "pim.view", "market": "XX"}]
)
def test_odd_questions_are_refused(given: dict[str, str], steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get(ADDRESS, given)
    assert (answer.status_code, answer.context["access"]) == (422, None)
