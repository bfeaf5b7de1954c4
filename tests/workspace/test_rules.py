"""Rules on pages: made in settings, refusing beside the field, and found again."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from foundation.core.actors import system
from foundation.events.sequencing import drain
from pim.models import ValidationRule
from pim.services import define_rule, set_values
from tests.workspace.test_product_values import Desk

pytestmark = pytest.mark.django_db
HOUSE = system("factory")
RULE = {
    "code": "plain", "expression": "product.name != 'Coat' || product.description != ''",
    "message": "Describe the coat",
    "severity": "error", "family": "coats", "attribute": "description", "is_active": "on",
}  # fmt: skip


def was_of(client: Any, address: str) -> str:
    found = re.search(r'name="was" value="([^"]+)"', client.get(address).content.decode())
    assert found
    return unescape(found[1])


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_a_rule_is_made_changed_and_taken_back(window: Any, administrator: Any, browser_of: Any) -> None:
    client = browser_of(administrator)
    assert client.post("/settings/rules/new/", RULE).url == "/settings/rules/plain/"
    define_rule(
        code="plain", expression=RULE["expression"], messages={"en-GB": "Describe the coat", "de-DE": "Beschreiben"},
        family="coats", attribute="description", actor=HOUSE,
    )  # fmt: skip
    address = "/settings/rules/plain/"
    client.post(address, {**RULE, "message": "Say more", "severity": "warning", "was": was_of(client, address)})
    rule = ValidationRule.objects.get()
    assert (rule.messages, rule.severity) == ({"en-GB": "Say more", "de-DE": "Beschreiben"}, "warning")
    undo = re.search(r'action="([^"]+/undo/[^"]+)"', client.get(address).content.decode())
    assert undo
    client.post(unescape(undo[1]))
    rule.refresh_from_db()
    assert (rule.messages["en-GB"], rule.severity) == ("Describe the coat", "error")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expression": "product.name !="}, "At character"),
        ({"expression": "product.nothing != ''"}, "There is no attribute 'nothing'"),
        ({"attribute": "nothing"}, "There is no attribute 'nothing'"),
        ({"code": "Ü"}, "a code has small letters"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    window: Any, administrator: Any, browser_of: Any, change: dict[str, str], words: str
) -> None:
    answer = browser_of(administrator).post("/settings/rules/new/", RULE | change)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert ValidationRule.objects.count() == 0


def test_who_may_not_define_reads_them_and_no_more(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    define_rule(code="plain", expression=RULE["expression"], messages={"en-GB": "Describe"}, actor=HOUSE)
    assert "New rule" not in text_of(client.get("/settings/rules/"))
    assert client.get("/settings/rules/new/").status_code == 403
    assert (
        client.post("/settings/rules/plain/", RULE | {"was": was_of(client, "/settings/rules/plain/")}).status_code
        == 403
    )


def test_broken_rules_are_listed_and_lead_to_the_field(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    coat = window.ridge
    set_values(coat, values={"name": "Coat", "description": "Warm"}, locale="en-GB", actor=HOUSE)
    assert "Every rule holds" in text_of(client.get("/findings/"))
    define_rule(
        code="plain", expression="product.name != 'Coat'", messages={"en-GB": "Say more than coat"}, severity="warning",
        actor=HOUSE,
    )  # fmt: skip
    drain()
    page = text_of(client.get("/findings/?rule=plain"))
    assert page.count("Say more than coat") == 5, "the model and its variants"
    assert f'href="/products/{coat.uid}/?locale=en-GB&field=name#value-name"' in page
    assert "5 to mend" in text_of(client.get("/settings/rules/"))
    assert "Say more than coat" in text_of(client.get(f"/products/{coat.uid}/"))
    assert "Every rule holds" in text_of(client.get("/findings/?rule=other"))
    set_values(coat, values={"name": "Winter coat"}, locale="en-GB", actor=HOUSE)
    drain()
    assert "Say more than coat" not in text_of(client.get(f"/products/{coat.uid}/"))


def test_a_value_that_breaks_a_rule_is_refused_beside_its_field(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    coat = window.ridge
    define_rule(
        code="plain", expression="product.name != 'Coat'", messages={"en-GB": "Say more than coat"}, actor=HOUSE
    )
    answer = Desk(client, coat, "?channel=shop&market=GB&locale=en-GB").post("name", value="Coat")
    assert answer.status_code == 422
    assert "Say more than coat" in text_of(answer)
