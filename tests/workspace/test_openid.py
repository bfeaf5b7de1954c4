"""Coming by OpenID Connect: against a certified provider, and against one that lies."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from foundation.accounts.choices import Role
from foundation.accounts.models import Group, Membership, Provider, User
from foundation.accounts.providers.openid import nonce_of
from foundation.accounts.services import (
    add_members,
    add_provider,
    close_account,
    create_group,
    edit_provider,
    grant_role,
)
from foundation.core.actors import system
from foundation.core.errors import Conflict, Denied, Invalid
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from tests.cast import PASSWORD, enter
from tests.providers.running import at_openid, free_port, running
from tests.workspace.test_confirming import forget

pytestmark = pytest.mark.django_db
SECRET = "the-secret-of-this-house-at-the-provider"
HOUSE = system("tests")


@pytest.fixture(scope="module")
def providers() -> Iterator[dict[str, str]]:
    """Issuers of two providers, each a process, by the code that they get."""
    with ExitStack() as stack:
        found = {}
        for code in ("north", "south"):
            port = free_port()
            redirect = f"http://testserver/sso/openid/{code}/callback/"
            told = {
                "port": port,
                "client": f"tandem-{code}",
                "secret": SECRET,
                "redirect": redirect,
                "groups": ["Studio", "Elsewhere"],
            }
            stack.enter_context(running("openid.mjs", told))
            found[code] = f"http://127.0.0.1:{port}"
        yield found


@pytest.fixture(autouse=True)
def _loopback(settings: Any) -> None:
    cache.clear()
    settings.OUTGOING_HOSTS = ["127.0.0.1"]


def add(code: str, issuer: str, **more: Any) -> Provider:
    given = {"name": code.capitalize(), "client_id": f"tandem-{code}", "secret": SECRET, "may_create": True, **more}
    return add_provider(code=code, kind="openid_connect", issuer=issuer, actor=HOUSE, **given)


def begin(client: Client, code: str, query: str = "") -> str:
    answer = client.get(f"/sso/openid/{code}/login/{query}")
    assert answer.status_code == 302, answer.content.decode()[:1000]
    return str(answer["Location"])


def come(code: str, subject: str, client: Client | None = None) -> tuple[Client, Any]:
    client = client or Client()
    return client, client.get(at_openid(begin(client, code, "?next=/work/"), subject))


def is_in(client: Client) -> bool:
    return client.get("/settings/roles/").status_code == 200


def test_a_round_trip_makes_a_person_once(providers: dict[str, str]) -> None:
    add("north", providers["north"])
    client, answer = come("north", "subject-1")
    assert answer["Location"] == "/work/"
    assert is_in(client)
    nora = User.objects.get()
    assert (nora.username, nora.get_full_name(), nora.has_usable_password()) == ("nora", "Nora May Kim", False)
    assert nora.grants.count() == 0
    link = SocialAccount.objects.get()
    assert (link.provider, link.uid, link.user, link.extra_data) == ("north", "subject-1", nora, {})
    told = OutboxEvent.objects.get(type="accounts.user.signed_in").data
    assert told == {"username": "nora", "method": "socialaccount"}
    assert OutboxEvent.objects.get(type="accounts.user.created").actor == "system:provider:north"
    before = Revision.objects.count()
    again, _ = come("north", "subject-1")
    assert is_in(again)
    assert (User.objects.count(), Revision.objects.count()) == (1, before)


def test_the_provider_is_asked_with_state_nonce_and_pkce(providers: dict[str, str]) -> None:
    add("north", providers["north"])
    client = Client()
    asked = {name: one[0] for name, one in parse_qs(urlsplit(begin(client, "north")).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) == 64
    assert asked["state"] in client.session["socialaccount_states"]
    other = {name: one[0] for name, one in parse_qs(urlsplit(begin(client, "north")).query).items()}
    assert not {asked["state"], asked["nonce"], asked["code_challenge"]} & set(other.values())
    steered = begin(client, "north", "?auth_params=nonce%3Dmine&scope=admin&process=connect")
    assert "mine" not in steered
    assert "admin" not in steered


def test_equal_subjects_and_addresses_of_two_providers_are_two_people(providers: dict[str, str]) -> None:
    add("north", providers["north"])
    add("south", providers["south"])
    known = User.objects.create(username="old", email="nora@example.org")
    for code in ("north", "south", "north"):
        assert is_in(come(code, "subject-1")[0])
    links = SocialAccount.objects.order_by("provider")
    assert [(one.provider, one.uid, one.user.username, one.user.email) for one in links] == [
        ("north", "subject-1", "nora", "nora@example.org"),
        ("south", "subject-1", "nora-2", "nora@example.org"),
    ]
    assert not SocialAccount.objects.filter(user=known).exists(), "an address links nobody"


def test_groups_of_the_provider_are_groups_of_the_house(providers: dict[str, str]) -> None:
    """By name, at the first coming; a claim that is not asked for says nothing."""
    grant_role(holder=create_group(name="studio", actor=HOUSE), role=Role.STUDIO, actor=HOUSE)
    add("north", providers["north"], groups_claim="groups")
    add("south", providers["south"])
    client, _ = come("north", "subject-1")
    assert client.get("/assets/").status_code == 200
    assert list(Membership.objects.values_list("group__name", "source", "user__username")) == [
        ("studio", "north", "nora")
    ]
    assert Group.objects.count() == 1, "a provider makes no groups"
    assert come("south", "subject-1")[0].get("/assets/").status_code == 403


def _memberships(user: User) -> list[tuple[str, str]]:
    return sorted(Membership.objects.filter(user=user).values_list("group__name", "source"))


def test_who_is_not_known_is_told_so(providers: dict[str, str]) -> None:
    add("north", providers["north"], may_create=False)
    client, answer = come("north", "subject-1")
    assert "You are not known here" in answer.content.decode()
    assert not is_in(client)
    assert (User.objects.count(), SocialAccount.objects.count()) == (0, 0)


def test_a_closed_account_stays_closed(providers: dict[str, str]) -> None:
    add("north", providers["north"])
    inside, _ = come("north", "subject-1")
    close_account(user=User.objects.get(), actor=HOUSE)
    assert not is_in(inside)
    client, answer = come("north", "subject-1")
    assert answer["Location"] == "/login/closed/"
    assert not is_in(client)
    assert User.objects.count() == 1


def test_a_closed_provider_lets_nobody_in(providers: dict[str, str]) -> None:
    provider = add("north", providers["north"])
    client = Client()
    back = at_openid(begin(client, "north"), "subject-1")
    edit_provider(provider=provider, actor=HOUSE, name="North", client_id="tandem-north", is_open=False)
    assert client.get(back).status_code == 404
    assert Client().get("/sso/openid/north/login/").status_code == 404
    assert "North" not in Client().get("/login/").content.decode()
    assert User.objects.count() == 0


def test_closing_a_provider_ends_the_sessions_that_came_by_it(providers: dict[str, str], steward: Any) -> None:
    north, south = add("north", providers["north"]), add("south", providers["south"])
    here, elsewhere, by_password = come("north", "subject-1")[0], come("south", "subject-1")[0], Client()
    SocialAccount.objects.create(user_id=steward.user_id, provider="north", uid="subject-9")
    by_password.post("/login/", {"login": "stella", "password": PASSWORD})
    given = {"name": "North", "client_id": "tandem-north", "actor": HOUSE}
    edit_provider(provider=north, is_open=True, **given)
    assert is_in(here)
    edit_provider(provider=north, is_open=False, **given)
    assert [is_in(one) for one in (here, elsewhere, by_password)] == [False, True, True]
    told = OutboxEvent.objects.filter(type="accounts.user.changed", data={"username": "nora"}).count()
    edit_provider(provider=north, is_open=False, **given)
    assert OutboxEvent.objects.filter(type="accounts.user.changed", data={"username": "nora"}).count() == told
    assert south.is_open


def test_an_answer_is_good_for_its_session_and_once(providers: dict[str, str]) -> None:
    add("north", providers["north"])
    client = Client()
    back = at_openid(begin(client, "north"), "subject-1")
    assert refused(Client(), Client().get(back))
    assert User.objects.count() == 0
    assert client.get(back).status_code == 302
    client.post("/logout/")
    assert refused(client, client.get(back))


def test_without_the_verifier_of_pkce_no_code_is_taken(providers: dict[str, str]) -> None:
    """The session has lost it, or another session's code is slipped in."""
    add("north", providers["north"])
    client = Client()
    back = at_openid(begin(client, "north"), "subject-1")
    session = client.session
    states = session["socialaccount_states"]
    for state in states.values():
        state[0]["pkce_code_verifier"] = None
    session["socialaccount_states"] = states
    session.save()
    assert refused(client, client.get(back))
    victim, thief = Client(), Client()
    code = parse_qs(urlsplit(at_openid(begin(victim, "north"), "subject-1")).query)["code"][0]
    own = parse_qs(urlsplit(begin(thief, "north")).query)["state"][0]
    assert refused(thief, thief.get("/sso/openid/north/callback/", {"code": code, "state": own}))
    assert User.objects.count() == 0


def refused(client: Client, answer: Any) -> bool:
    assert "That did not work" in answer.content.decode(), answer.content.decode()[:500]
    assert answer.status_code == 401
    assert not is_in(client)
    return True


class Liar:
    """A provider whose ID tokens can be anything; `claims` and `sign` say what the next one is."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.config: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.info: dict[str, Any] = {}
        self.sign = lambda claims: jwt.encode(claims, self.key, "RS256", {"kid": "one"})
        self.asked: dict[str, list[str]] = {}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/me",
            **self.config,
        }

    def answer(self, path: str) -> dict[str, Any]:
        if path == "/jwks":
            shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [{**shown, "kid": "one", "use": "sig", "alg": "RS256"}]}
        if path == "/me":
            return {"sub": "subject-1", "preferred_username": "nora", **self.info}
        if path == "/token":
            claims = {name: one for name, one in self.claims.items() if one is not None}
            return {"access_token": "any", "token_type": "Bearer", "id_token": self.sign(claims)}
        return self.discovery()

    def handler(liar) -> Any:  # noqa: N805  the handler's own self stands inside
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(liar.answer(urlsplit(self.path).path)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                given = self.rfile.read(int(self.headers["Content-Length"])).decode()
                liar.asked = parse_qs(given)
                self.do_GET()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture
def liar() -> Iterator[Liar]:
    found = Liar()
    yield found
    found.server.shutdown()
    found.server.server_close()


def attempt(liar: Liar, **lies: Any) -> tuple[Client, Any]:
    """Come back from the liar with an ID token that is right but for the lies."""
    client, now = Client(), int(time.time())
    asked = {name: one[0] for name, one in parse_qs(urlsplit(begin(client, "liar")).query).items()}
    liar.claims = {
        "iss": liar.issuer, "sub": "subject-1", "aud": "tandem-liar", "iat": now, "exp": now + 300,
        "nonce": asked["nonce"], **lies,
    }  # fmt: skip
    return client, client.get("/sso/openid/liar/callback/", {"code": "any", "state": asked["state"]})


def test_a_true_token_of_the_liar_is_taken(liar: Liar) -> None:
    add("liar", liar.issuer)
    client, _ = attempt(liar)
    assert is_in(client)
    verifier = liar.asked["code_verifier"][0]
    assert (liar.claims["nonce"], liar.asked["client_secret"]) == (nonce_of(verifier), [SECRET])


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": None},
        {"nonce": "0" * 64},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iss": "http://127.0.0.1:9"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": None},
        {"aud": ["tandem-liar", "another-client"]},
        {"azp": "another-client"},
        {"sub": "subject-2"},
        {"sub": None},
        {"iat": None},
    ],
    ids=str,
)
def test_a_lie_in_the_token_lets_nobody_in(liar: Liar, lies: dict[str, Any]) -> None:
    add("liar", liar.issuer)
    client, answer = attempt(liar, **lies)
    assert refused(client, answer)
    assert (User.objects.count(), SocialAccount.objects.count()) == (0, 0)


def _none(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, "none", {"kid": "one"})


def _by_the_secret(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, SECRET, "HS256", {"kid": "one"})


def _by_another_key(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, rsa.generate_private_key(65537, 2048), "RS256", {"kid": "one"})


def _by_an_unknown_key(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, rsa.generate_private_key(65537, 2048), "RS256", {"kid": "two"})


def _changed(claims: dict[str, Any]) -> str:
    head, _, signature = _by_another_key(claims).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


@pytest.mark.parametrize(
    "sign", [_none, _by_the_secret, _by_another_key, _by_an_unknown_key, _changed, lambda _: "no.token", lambda _: ""]
)
def test_a_forged_signature_lets_nobody_in(liar: Liar, sign: Any) -> None:
    add("liar", liar.issuer)
    liar.sign = sign
    client, answer = attempt(liar)
    assert refused(client, answer)
    assert User.objects.count() == 0


def test_a_provider_that_turns_is_not_followed(liar: Liar) -> None:
    add("liar", liar.issuer)
    liar.info = {"sub": "subject-2"}
    assert refused(*attempt(liar))
    liar.info = {}
    liar.config = {"issuer": "http://127.0.0.1:9"}
    answer = Client().get("/sso/openid/liar/login/")
    assert (answer.status_code, "That did not work" in answer.content.decode()) == (401, True)
    liar.config = {"token_endpoint": "http://169.254.169.254/latest"}
    assert refused(*attempt(liar))
    assert User.objects.count() == 0


def test_who_comes_by_a_provider_confirms_there(liar: Liar) -> None:
    add("liar", liar.issuer)
    client, _ = attempt(liar)
    assert client.post("/settings/keys/new/", {"name": "Mine", "days": "30"})["Location"] == "/confirm/with/liar/"
    page = client.get("/confirm/with/liar/").content.decode()
    assert 'href="/confirm/with/liar/go/"' in page

    def come_back(**lies: Any) -> Any:
        asked = {
            name: one[0]
            for name, one in parse_qs(urlsplit(client.get("/confirm/with/liar/go/")["Location"]).query).items()
        }
        assert (asked["prompt"], asked["max_age"]) == ("login", "0")
        liar.claims |= {"nonce": asked["nonce"], "exp": int(time.time()) + 300, **lies}
        return client.get("/sso/openid/liar/callback/", {"code": "any", "state": asked["state"]})

    keys = User.objects.get().api_keys
    assert "That did not work" in come_back().content.decode(), "it does not say when it asked"
    assert "That did not work" in come_back(auth_time=int(time.time()) - 3600).content.decode()
    liar.info = {"sub": "subject-2"}
    assert "That did not work" in come_back(sub="subject-2", auth_time=int(time.time())).content.decode(), (
        "somebody else"
    )
    assert keys.count() == 0
    liar.info = {}
    made = come_back(sub="subject-1", auth_time=int(time.time()))
    assert "tk_" in made.content.decode()
    assert [one.name for one in keys.all()] == ["Mine"]
    assert client.get("/settings/keys/new/").status_code == 200


def test_groups_are_told_anew_each_time(liar: Liar, administrator: Any) -> None:
    grant_role(holder=create_group(name="Boss", actor=HOUSE), role=Role.ADMINISTRATOR, actor=HOUSE)
    studio = create_group(name="Studio", actor=HOUSE)
    add("liar", liar.issuer, groups_claim="groups")
    liar.info = {"groups": ["Studio", "Boss", 7]}
    client, _ = attempt(liar)
    user = User.objects.get(username="nora")
    assert client.get("/settings/people/").status_code == 200
    add_members(group=studio, users=[user], actor=HOUSE)
    liar.info = {"groups": "Studio"}
    attempt(liar)
    assert client.get("/settings/people/").status_code == 403, "at the next request of a session that is older"
    assert _memberships(user) == [("Studio", "hand"), ("Studio", "liar")]
    liar.info = {}
    attempt(liar)
    assert _memberships(user) == [("Studio", "hand")], "what people said stays"


def test_somebody_known_links_a_provider_and_unlinks_it(steward: Any, providers: dict[str, str]) -> None:
    add("north", providers["north"], may_create=False)
    client = Client()
    enter(client, steward)
    forget(client)
    assert client.post("/settings/sign-in/providers/north/link/")["Location"] == "/confirm/"
    enter(client, steward)
    lead = client.post("/settings/sign-in/providers/north/link/")
    found = lead.context["address"]
    assert client.get(at_openid(found, "subject-7"))["Location"] == "/settings/sign-in/"
    assert SocialAccount.objects.get().user.username == "stella"
    other, _ = come("north", "subject-7")
    assert other.get("/work/").status_code == 200
    assert client.post("/settings/sign-in/providers/north/unlink/").status_code == 302
    assert not SocialAccount.objects.exists()
    assert "You are not known here" in come("north", "subject-7")[1].content.decode()


def test_the_only_way_in_is_not_unlinked(liar: Liar) -> None:
    add("liar", liar.issuer)
    client, _ = attempt(liar)
    enter(client, SimpleNamespace(user_id=User.objects.get().pk))
    assert client.post("/settings/sign-in/providers/liar/unlink/").status_code == 409
    assert SocialAccount.objects.count() == 1


def test_providers_are_added_on_a_page_and_keep_their_secret(administrator: Any, liar: Liar) -> None:
    ada = Client()
    enter(ada, administrator)
    given = {
        "code": "liar", "name": "Liar & Sons", "issuer": liar.issuer, "client_id": "tandem-liar", "secret": SECRET,
        "groups_claim": "groups", "may_create": "on",
    }  # fmt: skip
    wrong = ada.post("/settings/providers/new/?kind=openid_connect", given | {"issuer": f"{liar.issuer}/other"})
    assert (wrong.status_code, "no discovery document of this issuer" in wrong.content.decode()) == (422, True)
    assert SECRET not in wrong.content.decode()
    assert ada.post("/settings/providers/new/?kind=openid_connect", given)["Location"] == "/settings/providers/liar/"
    assert "Liar &amp; Sons" in Client().get("/login/").content.decode()
    page = ada.get("/settings/providers/liar/").content.decode()
    assert "http://testserver/sso/openid/liar/callback/" in page
    edited = {"name": "Liar", "client_id": "tandem-liar", "secret": "", "is_open": "on"}
    assert ada.post("/settings/providers/liar/", edited)["Location"] == "/settings/providers/liar/"
    provider = Provider.objects.get()
    assert (provider.name, provider.may_create, provider.issuer) == ("Liar", False, liar.issuer)
    add_rights(provider)
    assert is_in(attempt(liar)[0]), "the secret is still there"
    assert liar.asked["client_secret"] == [SECRET]
    everything = [page, str(list(Revision.objects.values())), str(list(OutboxEvent.objects.values()))]
    everything += [str(one.get_decoded()) for one in Session.objects.all()] + [provider.secret.sealed]
    assert not [one for one in everything if SECRET in one]
    assert {one["code"] for one in told_of_providers()} == {"liar"}


def add_rights(provider: Provider) -> None:
    edit_provider(provider=provider, actor=HOUSE, name="Liar", client_id="tandem-liar", may_create=True)


def told_of_providers() -> list[dict[str, Any]]:
    return list(OutboxEvent.objects.filter(type="accounts.provider.changed").values_list("data", flat=True))


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"code": "Liar"}, "code"),
        ({"code": "saml"}, "code"),
        ({"name": " "}, "name"),
        ({"client_id": ""}, "client_id"),
        ({"secret": ""}, "secret"),
        ({"issuer": "http://example.com"}, "issuer"),
        ({"issuer": "https://not-listed.example"}, "issuer"),
    ],
)
def test_what_will_not_do_is_refused_beside_its_field(liar: Liar, given: dict[str, str], path: str) -> None:
    with pytest.raises(Invalid) as refusal:
        add(**({"code": "liar", "issuer": liar.issuer} | given))
    assert refusal.value.path == path
    assert Provider.objects.count() == 0


def test_a_discovery_document_that_lies_is_refused(liar: Liar) -> None:
    for config in (
        {"jwks_uri": None},
        {"code_challenge_methods_supported": ["plain"]},
        {"issuer": "https://x.example"},
    ):
        liar.config = config
        with pytest.raises(Invalid):
            add("liar", liar.issuer)
    assert Provider.objects.count() == 0


def test_codes_and_issuers_are_taken_once_and_by_administrators(liar: Liar, steward: Any) -> None:
    with pytest.raises(Denied):
        add_provider(code="liar", kind="openid_connect", name="L", issuer=liar.issuer, actor=steward)
    add("liar", liar.issuer)
    with pytest.raises(Conflict):
        add("other", liar.issuer)
    client = Client()
    enter(client, steward)
    for address in ("/settings/providers/", "/settings/providers/new/", "/settings/providers/liar/"):
        assert client.get(address).status_code == 403
    assert httpx.get(f"{liar.issuer}/jwks").status_code == 200
