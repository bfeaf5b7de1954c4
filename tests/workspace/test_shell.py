"""Sign-in, theme, refusals: what every page has in common."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse

from foundation.core.errors import Conflict, Denied, Missing
from tests.cast import PASSWORD
from workspace.views.pages import page, toast

WORKSPACE = Path(__file__).parents[2] / "workspace"

WITHOUT_SIGN_IN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "socialaccount_login_cancelled",
    "openid_connect_login",
    "openid_connect_callback",
    "saml_login",
    "saml_acs",
    "saml_finish_acs",
    "saml_metadata",
    "theme",
}
GIVEN = {"uid": "01890000-0000-7000-8000-000000000000", "number": "1", "pk": "1"}


def addresses() -> list[str]:
    """The address of every page of the workspace."""
    from workspace import urls

    names = [str(route.name) for route in urls.urlpatterns if route.name not in WITHOUT_SIGN_IN]
    given = {name: [GIVEN.get(one, "any") for one in _arguments(name)] for name in names}
    return [reverse(name, kwargs=dict(zip(_arguments(name), args, strict=True))) for name, args in given.items()]


def _arguments(name: str) -> list[str]:
    return list(get_resolver().reverse_dict.getlist(name)[0][0][0][1])


def test_every_page_wants_sign_in(db: None, client: Client) -> None:
    for address in addresses():
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code in (302, 405), address
            if answer.status_code == 302:
                assert answer["Location"] == f"/login/?next={address}"


def test_a_fragment_is_sent_to_sign_in_as_a_page(db: None) -> None:
    answer = Client(headers={"HX-Request": "true"}).get(reverse("work_items"))
    assert answer["HX-Redirect"] == "/login/"


def test_sign_in_and_out(steward: Any, client: Client) -> None:
    wrong = client.post("/login/", {"login": "stella", "password": "no"})
    assert "There is nobody of this name with this password." in wrong.content.decode()
    answer = client.post("/login/?next=/work/", {"login": "stella", "password": PASSWORD, "next": "/work/"})
    assert answer["Location"] == "/work/"
    assert client.get("/work/").status_code == 200
    assert client.get("/login/").status_code == 302, "who is signed in goes on"
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/work/").status_code == 302


def test_sign_in_does_not_send_people_elsewhere(steward: Any, client: Client) -> None:
    answer = client.post("/login/", {"login": "stella", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_the_theme_is_in_the_first_byte_of_the_next_page(db: None, client: Client, chosen: str) -> None:
    answer = client.post("/theme/", {"theme": chosen, "next": "/products/?q=a"})
    assert answer["Location"] == "/products/?q=a"
    assert answer.cookies["theme"]["httponly"]
    assert f'data-theme="{chosen}"' in client.get("/login/").content.decode()
    client.post("/theme/", {"theme": "auto", "next": "/"})
    assert "data-theme" not in client.get("/login/").content.decode()


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "http:evil"]
)
def test_the_theme_leads_nowhere_else(db: None, client: Client, away: str) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": away})["Location"] == "/"


def test_the_theme_cannot_be_anything(db: None, client: Client) -> None:
    client.post("/theme/", {"theme": '"><script>', "next": "/"})
    assert "theme" not in {name for name, cookie in client.cookies.items() if cookie.value}
    client.cookies["theme"] = "purple"
    assert "data-theme" not in client.get("/login/").content.decode()
    assert client.get("/theme/").status_code == 405


def test_forms_need_their_token(steward: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "The form has expired" in answer.content.decode()


def test_pages_carry_the_policy_and_stay_private(steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get("/work/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "private" in answer["Cache-Control"]
    assert "HX-Request" in answer["Vary"], "a fragment must not come out of a cache as a page"


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Conflict("It was decided meanwhile"), 409, "It was decided meanwhile"),
        (Missing("Not here"), 404, "Nothing is here"),
        (Denied("Not you"), 403, "You may not see this"),
    ],
)
def test_refusals_come_as_pages_and_as_toasts(
    steward: Any, client: Client, settings: Any, error: Exception, status: int, words: str
) -> None:
    settings.ROOT_URLCONF = _urls(error)
    client.force_login(_user(steward))
    answer = client.get("/x/")
    assert answer.status_code == status
    assert words in answer.content.decode()
    fragment = client.get("/x/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.content) == (status, b"")
    assert json.loads(fragment["HX-Trigger"])["toast"] == {"text": str(error), "tone": "bad"}


def _urls(error: Exception) -> Any:
    from django.urls import path

    @page()
    def refusing(request: Any) -> Any:
        raise error

    from config.urls import urlpatterns

    return type("Urls", (), {"urlpatterns": [path("x/", refusing), *urlpatterns]})


def _user(actor: Any) -> Any:
    from foundation.accounts.models import User

    return User.objects.get(pk=actor.user_id)


def test_a_toast_offers_undo() -> None:
    from django.http import HttpResponse

    answer = toast(HttpResponse(), "Done", undo_url="/u/", target="#desk")
    expected = {"text": "Done", "tone": "ok", "undo": {"url": "/u/", "target": "#desk"}}
    assert json.loads(answer["HX-Trigger"]) == {"toast": expected}


def icons() -> dict[str, str]:
    names: dict[str, str] = json.loads((WORKSPACE / "frontend/src/icons.json").read_text())
    return names


def test_every_icon_that_a_template_names_is_drawn() -> None:
    texts = [path.read_text() for path in (WORKSPACE / "templates").rglob("*.html")]
    named = {name for text in texts for name in re.findall(r'{% icon "([a-z-]+)"', text)}
    assert named - set(icons()) == set()


def test_the_parts_page_shows_every_part(steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    text = client.get("/parts/").content.decode()
    drawn = set(re.findall(r"icons\.svg#([a-z-]+)", text))
    assert set(icons()) <= drawn
    assert json.loads(client.post("/parts/")["HX-Trigger"])["toast"]["undo"] == {"url": "/parts/"}


def test_nobody_without_a_permission_sees_a_page(db: None, rf: RequestFactory) -> None:
    from django.http import HttpResponse
    from django_htmx.middleware import HtmxDetails

    from foundation.accounts.models import User
    from foundation.core.actors import Actor, Reach

    @page("pim.view")
    def shown(request: Any) -> Any:
        return HttpResponse("here")

    request: Any = rf.get("/")
    request.user = User(username="somebody")
    request.htmx = HtmxDetails(request)
    request.actor = Actor("user:a", reaches=(Reach(frozenset({"pim.view"})),))
    assert shown(request).content == b"here"
    request.actor = Actor("user:b", reaches=(Reach(frozenset({"dam.view"})),))
    refused = shown(request)
    assert refused.status_code == 403
    assert b"<code>pim.view</code>" in refused.content


def test_places_are_those_of_the_role(
    steward: Any, photographer: Any, merchant: Any, administrator: Any, browser_of: Any
) -> None:
    def places(actor: Any) -> list[str]:
        context = browser_of(actor).get("/").context
        return [entry.place.name for entry in (*context["main_places"], *context["more_places"])]

    known = [
        "home",
        "product_list",
        "asset_list",
        "proposals",
        "work_items",
        "listing_list",
        "import_list",
        "admin:index",
    ]
    assert [name for name in places(administrator) if name in known] == known
    assert "admin:index" not in places(steward)
    assert {"import_list", "listing_list"}.isdisjoint(places(photographer))
    assert {"import_list", "work_items"}.isdisjoint(places(merchant))


def test_a_refused_page_names_the_permission_and_who_helps(
    photographer: Any, administrator: Any, browser_of: Any
) -> None:
    answer = browser_of(photographer).get("/imports/")
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "<code>pim.import</code>" in text
    assert "ada can give it to you" in text
    assert 'class="main-nav"' in text


def test_errors_say_what_why_and_what_next(steward: Any, client: Client, browser_of: Any) -> None:
    known = browser_of(steward).get("/nowhere/").content.decode()
    assert "Nothing is here" in known
    assert 'class="main-nav"' in known
    assert 'class="main-nav"' not in client.get("/nowhere/").content.decode()
    for code in ("400", "500"):
        text = (WORKSPACE / f"templates/{code}.html").read_text()
        assert "{% block next %}" in text


def test_the_parts_page_has_every_colour() -> None:
    from workspace.queries.parts import COLOURS

    css = (WORKSPACE / "frontend/src/css/tokens.css").read_text()
    named = set(re.findall(r"--([a-z0-9-]+): light-dark", css)) - {f"heat-{step}-ink" for step in range(7)}
    assert {token.name for tokens in COLOURS.values() for token in tokens} == named
