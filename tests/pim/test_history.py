"""A product's past: listed, compared, brought back. P13 P15."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from foundation.accounts.choices import Role
from foundation.accounts.models import User
from foundation.audit.models import Entry
from foundation.core import moment
from foundation.core.errors import Denied, Invalid, Missing
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.history.services import on_request
from pim.errors import StaleValues
from pim.models import FamilyAttribute, Option, Override, Placement, Product, ProductValues
from pim.queries.history import ChangeSet, compare_product, product_history
from pim.services import (
    forget_placement,
    place_product,
    preview_restore,
    restore_product,
    set_values,
    upsert_product,
)
from pim.wording import mark_words

from .factories import HOUSE, make_actor, make_coat, make_cup, make_key, make_user, product

# A transaction is a change set, so each needs one of its own.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("model")]


def said(told: ChangeSet) -> list[tuple[str, Any, Any]]:
    return [(one.fact.path, one.before, one.after) for one in told.changes]


def history(one: Product, actor: Any = HOUSE, **more: Any) -> list[ChangeSet]:
    return product_history(one, actor=actor, **more).change_sets


def ids(one: Product) -> list[int]:
    """Change sets, the oldest first."""
    return [told.id for told in reversed(history(one))]


def vals(one: Product, market: str = "", locale: str = "*") -> dict[str, Any]:
    rows = ProductValues.objects.filter(product=one, cell__market__code=market or None, cell__locale=locale)
    row = rows.first() if market else rows.filter(cell__market=None).first()
    return row.vals if row else {}


def api(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(user)}")
    return client


@pytest.fixture
def cup() -> Product:
    """Five change sets: made, named, priced for Germany, placed, renamed."""
    steward = make_actor()
    cup = make_cup("CUP", washable=True)
    set_values(cup, values={"name": "Cup of clay"}, locale="en-GB", actor=steward)
    with on_request("req-1", ""):
        set_values(cup, values={"price": "9 EUR"}, market="DE", reason="German list", actor=steward)
    place_product(cup, channel="shop", market="GB", reason="Range", actor=steward)
    set_values(cup, values={"name": "Cup of fine clay"}, locale="en-GB", actor=steward)
    return product("CUP")


class TestHistory:
    def test_each_transaction_is_one_entry(self, cup: Product) -> None:
        renamed, placed, priced, named, made = history(cup)
        assert said(renamed) == [("value/name/*/en-GB", "Cup of clay", "Cup of fine clay")]
        assert said(placed) == [("placement/shop/GB", None, {"state": "placed", "reason": "Range"})]
        assert said(priced) == [
            ("override/price/DE/*", None, {"reason": "German list", "expires_at": None}),
            ("value/price/DE/*", None, {"EUR": "9.00"}),
        ]
        assert said(named) == [("value/name/*/en-GB", None, "Cup of clay")]
        assert said(made) == [
            ("field/family", None, "cups"),
            ("field/sku", None, "CUP"),
            ("field/state", None, "active"),
            ("value/washable/*/*", None, True),
        ]
        assert (made.actor, priced.request) == ("system:factory", "req-1")
        assert priced.actor.startswith("user:steward")
        assert made.behalf == ""

    def test_writes_past_the_services_are_in_it(self, cup: Product) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """UPDATE pim_productvalues SET vals = vals || '{"washable": false}' WHERE vals ? 'washable'"""
            )
            cursor.execute("DELETE FROM pim_placement")
        newest = history(cup)[0]
        assert said(newest) == [
            ("placement/shop/GB", {"state": "placed", "reason": "Range"}, None),
            ("value/washable/*/*", True, False),
        ]
        assert newest.actor == ""

    def test_what_is_gone_keeps_its_past(self, cup: Product) -> None:
        forget_placement(cup, channel="shop", market="GB", actor=HOUSE)
        set_values(cup, values={"price": None}, market="DE", actor=HOUSE)
        cleared, forgotten, *rest = history(cup)
        assert said(forgotten) == [("placement/shop/GB", {"state": "placed", "reason": "Range"}, None)]
        assert said(cleared)[1] == ("value/price/DE/*", {"EUR": "9.00"}, None)
        assert len(rest) == 5
        assert not Placement.objects.exists()

    def test_pages_follow_each_other(self, cup: Product) -> None:
        whole, pages, cursor = history(cup), [], ""
        while True:
            page = product_history(cup, actor=HOUSE, cursor=cursor, limit=2)
            pages.append(page.change_sets)
            if not (cursor := page.next_cursor):
                break
            set_values(
                cup, values={"washable": len(pages) % 2 == 0}, actor=HOUSE
            )  # what comes meanwhile shifts nothing
        assert [len(one) for one in pages] == [2, 2, 1]
        assert [one for page in pages for one in page] == whole

    def test_a_page_asks_no_more_of_a_long_past(self, cup: Product) -> None:
        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert len(history(cup, limit=5)) == 5
            return len(queries)

        before = asked()
        for number in range(40):
            set_values(cup, values={"warranty": number}, actor=HOUSE)
        assert asked() <= before

    def test_one_attribute(self, cup: Product) -> None:
        assert [len(one.changes) for one in history(cup, attribute="name")] == [1, 1]

    def test_what_is_not_theirs_is_not_there(self, cup: Product) -> None:
        set_values(cup, values={"cost": "3 EUR"}, actor=HOUSE)
        set_values(cup, values={"cost": "4 EUR", "washable": False}, actor=HOUSE)
        reader = make_actor(Role.STUDIO)
        seen = history(cup, reader)
        assert said(seen[0]) == [("value/washable/*/*", True, False)]
        assert "cost" not in str(seen)
        assert "price" not in str(seen)
        assert len(history(cup)) - len(seen) == 2, "the change of cost alone, and of price alone"
        british = make_actor(market="GB")
        assert "DE" not in str([said(one) for one in history(cup, british)])
        with pytest.raises(Missing):
            compare_product(cup, start=str(history(cup)[1].id), actor=reader)


class TestComparison:
    def test_two_moments(self, cup: Product) -> None:
        made, named, priced, placed, _ = ids(cup)
        found = compare_product(cup, start=str(named), end=str(placed), actor=HOUSE)
        assert [(one.fact.path, one.before, one.after) for one in found.differences] == [
            ("override/price/DE/*", None, {"reason": "German list", "expires_at": None}),
            ("placement/shop/GB", None, {"state": "placed", "reason": "Range"}),
            ("value/price/DE/*", None, {"EUR": "9.00"}),
        ]
        assert compare_product(cup, start=str(made), end=str(made), actor=HOUSE).differences == []
        back = compare_product(cup, start=str(priced), end=str(named), actor=HOUSE)
        assert [(one.before, one.after) for one in back.differences][1] == ({"EUR": "9.00"}, None)

    def test_texts_word_by_word(self, cup: Product) -> None:
        found = compare_product(cup, start=str(ids(cup)[1]), actor=HOUSE)
        (name,) = [one for one in found.differences if one.fact.name == "name"]
        assert [(span.kind, span.text) for span in name.spans] == [
            ("same", "Cup of "), ("added", "fine "), ("same", "clay"),
        ]  # fmt: skip

    def test_from_before_the_beginning(self, cup: Product) -> None:
        found = compare_product(cup, start="start", actor=HOUSE)
        assert len(found.differences) == 8
        assert all(one.before is None for one in found.differences)

    def test_changes_of_others_are_no_moments(self, cup: Product) -> None:
        other = make_cup("OTHER")
        for name in (str(ids(other)[0]), "0", "-1", "x", "9" * 30, ""):
            with pytest.raises(Missing):
                compare_product(cup, start=name, actor=HOUSE)


class TestRestore:
    def test_the_whole_product(self, cup: Product) -> None:
        named = ids(cup)[1]
        steward = make_actor()
        before = compare_product(cup, start="start", end=str(named), actor=HOUSE).differences
        preview = preview_restore(cup, change=named, actor=steward)
        wanted = [
            ("placement/shop/GB", {"state": "placed", "reason": "Range"}, None),
            ("value/name/*/en-GB", "Cup of fine clay", "Cup of clay"),
            ("value/price/DE/*", {"EUR": "9.00"}, None),
        ]
        assert [(one.fact.path, one.before, one.after) for one in preview.changes] == wanted
        assert [one.id for one in preview.undone] == [one.id for one in history(cup)[:3]]
        assert vals(cup, locale="en-GB") == {"name": "Cup of fine clay"}, "a preview writes nothing"
        done = restore_product(cup, change=named, actor=steward, latest=preview.latest, reason="wrong list")
        assert done.changes == preview.changes
        assert compare_product(cup, start="start", actor=HOUSE).differences == before
        newest = history(cup)[0]
        assert newest.reason.startswith("Restored from ")
        assert newest.reason.endswith(f"(change {named}): wrong list")
        assert newest.actor == steward.label
        assert len(history(cup)) == 6, "nothing of the past is lost"
        assert not Override.objects.exists()

    def test_and_forward_again(self, cup: Product) -> None:
        made, *_, last = ids(cup)
        restore_product(cup, change=made, actor=HOUSE)
        restore_product(cup, change=last, actor=HOUSE)
        assert compare_product(cup, start=str(last), actor=HOUSE).differences == []
        override = Override.objects.get()
        assert (override.reason, override.expires_at) == ("German list", None)
        assert Placement.objects.get().reason == "Range"

    def test_chosen_facts(self, cup: Product) -> None:
        named = ids(cup)[1]
        done = restore_product(cup, change=named, only=["value/name/*/en-GB"], actor=HOUSE)
        assert [one.fact.name for one in done.changes] == ["name"]
        assert [len(one.changes) for one in done.undone] == [1]
        assert vals(cup, "DE") == {"price": {"EUR": "9.00"}}
        with pytest.raises(Invalid):
            restore_product(cup, change=named, only=["value/cost/*/*"], actor=HOUSE)

    def test_what_cannot_be_is_told_and_the_rest_is_done(self) -> None:
        cup = make_cup("CUP", washable=True, colour="red", material=["wool"])
        set_values(cup, values={"washable": False, "colour": "blue", "material": None}, actor=HOUSE)
        Option.objects.filter(attribute__code="colour", code="red").delete()
        FamilyAttribute.objects.filter(family__code="cups", attribute__code="material").update(is_active=False)
        done = restore_product(cup, change=ids(cup)[0], actor=HOUSE)
        assert [one.fact.name for one in done.changes] == ["washable"]
        assert {one.change.fact.name: one.problem.extra["reason"] for one in done.refused} == {
            "colour": "unknown-option", "material": "not-in-family",
        }  # fmt: skip
        assert vals(cup) == {"washable": True, "colour": "blue"}

    def test_a_combination_that_is_taken(self) -> None:
        make_coat("COAT", ("red-s",))
        variant = product("COAT-red-s")
        set_values(variant, values={"size": "m", "weight": 5}, actor=HOUSE)
        first = ids(variant)[0]
        gtin = vals(variant)["gtin"]
        upsert_product(
            {"sku": "NEW", "parent": "COAT", "values": [
                {"attribute": "colour", "value": "red"}, {"attribute": "size", "value": "s"}]}, actor=HOUSE,
        )  # fmt: skip
        done = restore_product(variant, change=first, actor=HOUSE)
        assert done.changes == []
        assert {one.problem.extra["reason"] for one in done.refused} == {"axes-taken"}
        assert vals(variant) == {"colour": "red", "size": "m", "gtin": gtin, "weight": {"amount": "5", "unit": "g"}}

    def test_an_end_that_has_passed(self) -> None:
        cup = make_cup("CUP")
        now = moment.now()
        set_values(
            cup, values={"price": "9 EUR"}, market="DE", reason="Sale", expires_at=now + timedelta(days=1), actor=HOUSE
        )
        sale = ids(cup)[-1]
        set_values(cup, values={"price": None}, market="DE", actor=HOUSE)
        assert restore_product(cup, change=sale, actor=HOUSE).refused == []
        assert Override.objects.get().expires_at == now + timedelta(days=1)
        set_values(cup, values={"price": None}, market="DE", actor=HOUSE)
        with moment.frozen(now + timedelta(days=2)):
            done = restore_product(cup, change=sale, actor=HOUSE)
        assert [one.problem.extra["reason"] for one in done.refused] == ["expired"]

    @pytest.mark.parametrize("past_the_services", [False, True])
    def test_nothing_later_is_lost_unseen(self, cup: Product, past_the_services: bool) -> None:
        named, seen = ids(cup)[1], preview_restore(cup, change=ids(cup)[1], actor=HOUSE)
        if past_the_services:
            ProductValues.objects.filter(product=cup, cell__locale="en-GB").update(vals={"name": "By hand"})
        else:
            set_values(cup, values={"name": "By hand"}, locale="en-GB", actor=HOUSE)
        traces = Revision.objects.count(), OutboxEvent.objects.count()
        with pytest.raises(StaleValues):
            restore_product(cup, change=named, actor=HOUSE, latest=seen.latest)
        if not past_the_services:
            with pytest.raises(StaleValues):
                restore_product(cup, change=named, actor=HOUSE, expected_version=seen.version)
        assert (Revision.objects.count(), OutboxEvent.objects.count()) == traces
        assert vals(cup, locale="en-GB") == {"name": "By hand"}

    def test_who_may_not(self, cup: Product) -> None:
        named = ids(cup)[1]
        with pytest.raises(Denied):
            restore_product(cup, change=named, actor=make_actor(Role.STUDIO))
        british = make_actor(market="GB")
        done = restore_product(cup, change=named, actor=british)
        assert [one.fact.path for one in done.changes] == ["placement/shop/GB"]
        assert [one.change.fact.path for one in done.refused] == ["value/name/*/en-GB"]
        assert vals(cup, "DE") == {"price": {"EUR": "9.00"}}, "what they do not see stays"

    def test_again_changes_nothing(self, cup: Product) -> None:
        last = ids(cup)[-1]
        count = Revision.objects.count()
        assert restore_product(cup, change=last, actor=HOUSE).changes == []
        assert Revision.objects.count() == count


class TestApi:
    def test_history_compare_restore(self, cup: Product) -> None:
        client, at = api(make_user(Role.STEWARD)), "/api/v1/products/CUP"
        first = client.get(f"{at}/history?limit=2").json()
        assert [len(one["changes"]) for one in first["results"]] == [1, 1]
        second = client.get(f"{at}/history?limit=200&cursor={first['next']}").json()
        assert (len(second["results"]), second["next"]) == (3, None)
        named = second["results"][1]["id"]
        told = client.get(f"{at}/compare?from={named}").json()
        assert (told["from"], told["to"]) == (named, None)
        assert told["differences"][2]["words"][1] == {"kind": "added", "text": "fine "}
        body = {"change": named, "only": ["value/name/*/en-GB"], "dry_run": True}
        preview = client.post(f"{at}/restore", body, format="json")
        assert [one["after"] for one in preview.json()["changes"]] == ["Cup of clay"]
        assert vals(cup, locale="en-GB") == {"name": "Cup of fine clay"}
        body.pop("dry_run")
        assert client.post(f"{at}/restore", body, format="json").status_code == 422
        tag = preview.headers["ETag"]
        stale = client.post(f"{at}/restore", body, format="json", headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale-values")
        done = client.post(f"{at}/restore", body, format="json", headers={"If-Match": tag})
        assert done.status_code == 200
        assert done.headers["ETag"] == f'"{product("CUP").version}"' != tag
        assert vals(cup, locale="en-GB") == {"name": "Cup of clay"}

    @pytest.mark.parametrize(("body", "path"), [
        ({}, "change"), ({"change": "1"}, "change"), ({"change": True}, "change"), ({"change": 2**70}, "change"),
        ({"change": 1, "only": "name"}, "only"), ({"change": 1, "latest": -1}, "latest"),
        ({"change": 1, "latest": 1, "reason": []}, "reason"), ([], ""),
    ])  # fmt: skip
    def test_bad_bodies(self, cup: Product, body: Any, path: str) -> None:
        answer = api(make_user(Role.STEWARD)).post("/api/v1/products/CUP/restore", body, format="json")
        assert (answer.status_code, answer.json().get("path", "")) == (422, path)

    def test_reads_of_what_is_not_public_are_entered(self, cup: Product) -> None:
        user = make_user(Role.MERCHANT)
        client = api(user)
        client.get("/api/v1/products/CUP/history?attribute=name")
        assert not Entry.objects.filter(action="pim.values.read").exists()
        client.get("/api/v1/products/CUP/history")
        entry = Entry.objects.get(action="pim.values.read")
        assert entry.detail["attributes"] == ["price"]
        studio = api(make_user(Role.STUDIO)).get("/api/v1/products/CUP/history")
        assert studio.status_code == 200
        assert b"price" not in studio.content
        assert b"EUR" not in studio.content

    def test_elsewhere_there_is_nothing(self, cup: Product) -> None:
        german = api(make_user(Role.STEWARD, market="DE"))
        for path in ("history", "compare?from=start"):
            assert german.get(f"/api/v1/products/CUP/{path}").status_code == 404
        assert german.post("/api/v1/products/CUP/restore", {"change": 1}, format="json").status_code == 404


@given(st.text(alphabet="ab <>,é", max_size=40), st.text(alphabet="ab <>,é", max_size=40))
def test_the_spans_are_both_texts(before: str, after: str) -> None:
    spans = mark_words(before, after)
    assert "".join(one.text for one in spans if one.kind != "added") == before
    assert "".join(one.text for one in spans if one.kind != "removed") == after
