"""Viewing as somebody else: their pages, nothing written, until it is stopped or stops itself."""

from __future__ import annotations

import time
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import connection
from django.db.utils import InternalError
from django.test import Client

from dam.models import Asset
from foundation.accounts.models import User, Viewing
from foundation.accounts.queries import actor_of
from foundation.accounts.services import (
    close_account,
    create_user,
    define_role,
    end_viewings_over,
    grant_role,
    revoke_role,
    start_viewing,
)
from foundation.audit.models import Entry
from foundation.core import moment
from foundation.core.actors import system
from foundation.core.errors import Denied, ViewOnly
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.history.services import reading_only, recorded
from tests.cast import PASSWORD, enter, make_actor
from tests.workspace import factories
from tests.workspace.browser.addresses import addresses

pytestmark = pytest.mark.django_db
HOUSE = system("tests")
WHY = {"reason": "Ticket 4711"}


def address_of(actor: Any, verb: str = "view-as/") -> str:
    return f"/settings/people/{User.objects.get(pk=actor.user_id).uid}/{verb}"


def viewing(viewer: Any, whom: Any, **more: Any) -> Client:
    client = Client(**more)
    enter(client, viewer)
    assert client.post(address_of(whom), WHY)["Location"] == "/"
    return client


def told(kind: str) -> list[tuple[str, dict[str, Any]]]:
    return list(OutboxEvent.objects.filter(type=f"accounts.viewing.{kind}").values_list("actor", "data"))


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_pages_are_shown_as_they_see_them(window: Any, administrator: Any, outsider: Any, browser_of: Any) -> None:
    ada, otto = viewing(administrator, outsider), browser_of(outsider)
    for address in ("/products/", "/listings/", "/assets/", f"/products/{window.ridge.uid}/", "/settings/people/"):
        mine, theirs = ada.get(address), otto.get(address)
        assert mine.status_code == theirs.status_code, address
    assert ada.get("/settings/people/").status_code == 403
    assert 'href="/admin/"' not in text_of(ada.get("/"))
    page = text_of(ada.get("/"))
    assert "You view as <strong>otto</strong>" in page
    assert "View as" not in text_of(otto.get("/"))
    products = ada.get("/api/v1/products").json()
    assert products == otto.get("/api/v1/products").json()
    assert text_of(ada.get("/products/")).count("RIDGE") == text_of(otto.get("/products/")).count("RIDGE")
    assert text_of(browser_of(administrator).get("/products/")).count("RIDGE") > text_of(otto.get("/products/")).count(
        "RIDGE"
    )


def test_it_begins_with_a_reason_and_is_told_with_its_end(administrator: Any, steward: Any) -> None:
    ada = Client()
    enter(ada, administrator)
    assert ada.post(address_of(steward), {"reason": "  "}).status_code == 422
    assert told("started") == []
    ada = viewing(administrator, steward)
    about = {"username": "ada", "whom": "stella", "reason": "Ticket 4711"}
    assert told("started") == [("user:ada", about)]
    assert ada.post("/stop-viewing/")["Location"] == address_of(steward, "")
    assert told("ended") == [("user:ada", about | {"end": "stopped"})]
    assert ada.get("/settings/people/").status_code == 200, "herself again"
    assert ada.post("/stop-viewing/")["Location"] == "/", "twice is once"
    assert len(told("ended")) == 1


def test_it_is_confirmed_first(administrator: Any, steward: Any) -> None:
    ada = Client()
    enter(ada, administrator)
    session = ada.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - 660}]
    session.save()
    assert ada.post(address_of(steward), WHY)["Location"] == "/confirm/"
    assert not Viewing.objects.exists()
    assert ada.post("/confirm/", {"password": PASSWORD})["Location"] == "/"
    assert "You view as" in text_of(ada.get("/"))


UNSAFE = [
    ("post", "/work/{0}/comments/", {"text": "mine"}),
    ("post", "/views/{0}/delete/", {}),
    ("post", "/settings/keys/new/", {"name": "mine", "days": "30"}),
    ("post", "/settings/sign-in/sessions/end/", {}),
    ("post", "/api/v1/saved-views", {"page": "product_list", "name": "mine", "query": ""}),
    ("patch", "/api/v1/products/RIDGE", {"values": []}),
    ("delete", "/api/v1/assets/{0}", {}),
    ("put", "/nowhere/", {}),
]


@pytest.mark.parametrize(("method", "address", "given"), UNSAFE)
def test_every_unsafe_method_is_refused(
    window: Any, administrator: Any, steward: Any, method: str, address: str, given: Any
) -> None:
    ada = viewing(administrator, steward)
    before = Revision.objects.count(), OutboxEvent.objects.count()
    answer = getattr(ada, method)(address.format(window.hero.uid), given)
    assert (answer.status_code, "You see the pages as stella, and nothing can be changed" in text_of(answer)) == (
        403,
        True,
    )
    if address.startswith("/api/"):
        assert (answer.json()["code"], answer["Content-Type"]) == ("view-only", "application/problem+json")
    else:
        assert 'action="/stop-viewing/"' in text_of(answer), "the way back"
    assert (Revision.objects.count(), OutboxEvent.objects.count()) == before


def test_a_fragment_is_refused_by_a_toast(administrator: Any, steward: Any) -> None:
    ada = viewing(administrator, steward)
    answer = ada.post("/settings/keys/new/", {}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Reswap"]) == (403, "none")
    assert "nothing can be changed" in answer["HX-Trigger"]


@pytest.mark.parametrize("address", ["/admin/", "/settings/sign-in/", "/settings/sign-in/app/", "/confirm/", "/login/"])
def test_what_is_about_oneself_is_closed(administrator: Any, steward: Any, address: str) -> None:
    answer = viewing(administrator, steward).get(address)
    assert (answer.status_code, "about you yourself" in text_of(answer)) == (403, True)


def test_services_and_the_database_refuse_by_themselves(administrator: Any, steward: Any) -> None:
    looking = steward.viewed_by(administrator)
    assert (looking.label, looking.is_viewing, steward.is_viewing) == ("user:ada as user:stella", True, False)
    assert looking.reaches == steward.reaches
    with pytest.raises(ViewOnly), recorded(looking):
        pass
    with pytest.raises(InternalError, match="read-only transaction"), reading_only():
        User.objects.filter(pk=steward.user_id).update(first_name="x")
    with reading_only():
        assert User.objects.count() == 2
    assert User.objects.filter(pk=steward.user_id).update(first_name="x") == 1, "afterwards one writes again"


def test_a_page_that_would_write_is_refused_and_changes_nothing(
    window: Any, administrator: Any, steward: Any, monkeypatch: Any
) -> None:
    from workspace.views import home

    def written(request: Any) -> Any:
        return Asset.objects.update(title="written")

    monkeypatch.setattr(home, "render", lambda request, *_: written(request))
    answer = viewing(administrator, steward).get("/")
    assert (answer.status_code, "nothing can be changed" in text_of(answer)) == (403, True)
    assert not Asset.objects.filter(title="written").exists()


def test_what_is_theirs_stays_as_it_was(window: Any, administrator: Any, steward: Any) -> None:
    """No page that is read leaves a trace in any table but the viewer's own session."""
    cache.clear()
    Client().post("/login/", {"login": "stella", "password": PASSWORD})
    seen = UserSession.objects.filter(user_id=steward.user_id).values_list("last_seen_at", "ip").get()
    ada = viewing(administrator, steward)
    before = written()
    addresses = ("/", "/work/", "/work/?tab=all", "/products/", f"/assets/{window.hero.uid}/", "/jobs/", "/views/")
    for address in (*addresses, "/settings/", "/settings/keys/new/", "/bulk/", "/imports/"):
        assert ada.get(address).status_code == 200, address
    assert written() == before
    assert UserSession.objects.filter(user_id=steward.user_id).values_list("last_seen_at", "ip").get() == seen


def test_every_page_that_they_read_is_read(
    window: Any, world: Any, administrator: Any, steward: Any, browser_of: Any
) -> None:
    """No page needs to write in order to be shown, but for rehearsals of a restore and of a move."""
    window.listing = factories.make_listing(factories.product("RIDGE-RED-S"), world.scopes["shop/GB/en-GB"])
    window.feed, window.bulk_change = factories.make_feed(window.listing), factories.make_bulk_change(steward)
    stella, ada = browser_of(steward), viewing(administrator, steward)
    factories.make_tree()
    found = {address: stella.get(address).status_code for address in addresses(window).values()}
    read = {address: ada.get(address).status_code for address in found}
    rehearsed = {one for one in found if any(f"/{name}/" in one for name in ("restore", "detach", "attach"))}
    assert len(rehearsed) == 3, "they lock what they are about, which is a write"
    assert {address for address in found if found[address] != read[address]} == rehearsed | {
        "/settings/sign-in/", "/settings/sign-in/app/", "/settings/sign-in/passkeys/new/",
        "/settings/sign-in/password/", "/confirm/", "/login/closed/", "/admin/",
    }  # fmt: skip


def written() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables "
            "WHERE relname NOT IN ('django_session', 'usersessions_usersession')"
        )
        return dict(cursor.fetchall())


@pytest.mark.parametrize("minutes", [29, 31])
def test_it_ends_by_itself(administrator: Any, steward: Any, minutes: int) -> None:
    ada = viewing(administrator, steward)
    with moment.frozen(moment.now() + timedelta(minutes=minutes)):
        if minutes < 30:
            assert "You view as" in text_of(ada.get("/work/"))
            return
        refused = ada.post("/views/01890000-0000-7000-8000-000000000000/delete/")
        assert (refused.status_code, "You do not view as stella any more" in text_of(refused)) == (403, True)
        assert told("ended")[0][1]["end"] == "over"
        assert ada.get("/settings/people/").status_code == 200


def test_a_page_after_the_end_says_so_and_is_ones_own(administrator: Any, steward: Any) -> None:
    ada = viewing(administrator, steward)
    Viewing.objects.update(ends_at=moment.now())
    answer = ada.get("/work/?tab=all")
    assert (answer.status_code, answer["Location"]) == (302, "/work/?tab=all")
    page = text_of(ada.get("/work/?tab=all"))
    assert "You do not view as stella any more: the time was over" in page
    assert "viewing-bar" not in page


def test_a_browser_that_does_not_come_back_leaves_no_open_end(administrator: Any, steward: Any) -> None:
    viewing(administrator, steward)
    assert end_viewings_over(at=moment.now() + timedelta(minutes=29)) == 0
    assert end_viewings_over(at=moment.now() + timedelta(minutes=30)) == 1
    assert told("ended")[0] == (
        "system:viewing",
        {"username": "ada", "whom": "stella", "reason": "Ticket 4711", "end": "over"},
    )


def test_signing_out_ends_it(administrator: Any, steward: Any) -> None:
    ada = viewing(administrator, steward)
    assert ada.post("/logout/").status_code == 302
    assert told("ended")[0][1]["end"] == "signed out"
    enter(ada, administrator)
    assert "viewing-bar" not in text_of(ada.get("/"))


def test_closing_either_account_ends_it(administrator: Any, steward: Any, merchant: Any) -> None:
    other = make_actor("zoe", "administrator")
    ada, zoe = viewing(administrator, steward), viewing(other, merchant)
    close_account(user=User.objects.get(username="stella"), actor=HOUSE)
    close_account(user=User.objects.get(username="zoe"), actor=HOUSE)
    assert [data["end"] for _, data in told("ended")] == ["closed", "closed"]
    assert ada.get("/settings/people/").status_code == 302
    assert ada.get("/settings/people/").status_code == 200
    assert zoe.get("/").status_code == 302


def test_it_ends_with_the_permission_and_where_they_come_to_more(administrator: Any, steward: Any) -> None:
    other = make_actor("zoe", "administrator")
    user = User.objects.get(username="zoe")
    zoe, ada = viewing(other, steward), viewing(administrator, steward)
    revoke_role(holder=user, grant_id=user.grants.get().pk, actor=HOUSE)
    assert zoe.get("/work/").status_code == 302
    assert "viewing-bar" not in text_of(zoe.get("/work/"))
    assert zoe.get(address_of(steward)).status_code == 403, "as herself, who has no role any more"
    grant_role(holder=User.objects.get(username="stella"), role="administrator", actor=HOUSE)
    assert ada.get("/work/").status_code == 302
    assert {data["end"] for _, data in told("ended")} == {"not allowed"}


def test_whom_nobody_views_as(administrator: Any, steward: Any, merchant: Any, browser_of: Any) -> None:
    second = make_actor("zoe", "administrator")
    program = create_user(username="robot", actor=HOUSE, is_service=True)
    gone = close_account(user=User.objects.get(username="mona"), actor=HOUSE)
    ada = browser_of(administrator)
    refusals = {
        second.user_id: "looks after accounts",
        administrator.user_id: "as yourself already",
        program.pk: "is a program",
        gone.pk: "is closed",
    }
    for user_id, words in refusals.items():
        user = User.objects.get(pk=user_id)
        address = f"/settings/people/{user.uid}/view-as/"
        assert words in text_of(ada.get(address))
        assert ada.post(address, WHY).status_code == 403
        assert address not in text_of(ada.get(f"/settings/people/{user.uid}/"))
        assert address not in text_of(ada.get("/settings/people/"))
    assert not Viewing.objects.exists()
    assert browser_of(steward).post(address_of(second), WHY).status_code == 403


def test_nothing_becomes_readable_that_was_not(administrator: Any, steward: Any, outsider: Any) -> None:
    """Who looks after accounts, but reads less than another, does not read more by viewing as them."""
    define_role(code="desk", permissions=["accounts.manage", "pim.view"], actor=HOUSE)
    define_role(code="reader", permissions=["pim.view"], actor=HOUSE)
    desk = create_user(username="desk", actor=HOUSE)
    grant_role(holder=desk, role="desk", actor=HOUSE)
    bert = create_user(username="bert", actor=HOUSE)
    grant_role(holder=bert, role="reader", actor=HOUSE)
    with pytest.raises(Denied, match="may see what you may not"):
        start_viewing(whom=User.objects.get(username="stella"), reason="x", actor=actor_of(desk))
    start_viewing(whom=bert, reason="x", actor=actor_of(desk))
    assert administrator.covers(outsider)
    assert steward.covers(outsider)
    assert not outsider.covers(steward)


def test_three_doors_lead_there(administrator: Any, steward: Any, browser_of: Any) -> None:
    ada, there = browser_of(administrator), f'href="{address_of(steward)}"'
    doors = (
        "/settings/people/",
        address_of(steward, ""),
        "/settings/access/?person=stella&permission=pim.edit",
    )
    for door in doors:
        assert there in text_of(ada.get(door)), door
    assert there not in text_of(browser_of(steward).get("/settings/access/?permission=pim.edit"))


def test_a_key_does_not_view(administrator: Any, steward: Any) -> None:
    from foundation.accounts.services import create_api_key

    user = User.objects.get(username="ada")
    key, _ = create_api_key(user=user, name="k", actor=HOUSE)
    with pytest.raises(Denied):
        start_viewing(whom=User.objects.get(username="stella"), reason="x", actor=actor_of(user, key=key))


def test_what_they_read_is_entered_under_both_names(window: Any, administrator: Any, steward: Any) -> None:
    ada = viewing(administrator, steward)
    assert ada.get(f"/products/{window.ridge.uid}/").status_code == 200
    assert ada.get("/settings/people/").status_code == 403
    told = Entry.objects.filter(actor="user:ada as user:stella").order_by("pk")
    assert [(one.action, one.subject) for one in told] == [
        ("pim.values.read", str(window.ridge.uid)), ("access.refused", "/settings/people/"),
    ]  # fmt: skip
    assert told[0].detail["attributes"] == ["price"]
    assert not Entry.objects.filter(actor="user:stella").exists()
