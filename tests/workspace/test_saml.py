"""Coming by SAML: against an identity provider of its own process, whose answers are right, wrong, forged or used."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zlib import decompress

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from foundation.accounts.choices import Role
from foundation.accounts.models import ApiKey, Membership, Provider, User
from foundation.accounts.services import add_provider, create_group, edit_provider, grant_role
from foundation.core.actors import system
from foundation.core.errors import Conflict, Invalid
from tests.providers.running import at_saml, free_port, key_pair, running

pytestmark = pytest.mark.django_db
HOUSE = system("tests")


@pytest.fixture(scope="module")
def providers() -> Iterator[dict[str, SimpleNamespace]]:
    """Two providers, each a process: their metadata, by the code that they get."""
    foreign_key, foreign_cert = key_pair("forger")
    with ExitStack() as stack:
        found = {}
        for code in ("north", "south"):
            port, (key, cert) = free_port(), key_pair(code)
            acs = f"http://testserver/sso/saml/{code}/acs/"
            told = {"port": port, "key": key, "cert": cert, "acs": acs, "groups": ["Studio"]}
            stack.enter_context(running("saml.mjs", told | {"foreign_key": foreign_key, "foreign_cert": foreign_cert}))
            metadata = httpx.get(f"http://127.0.0.1:{port}/metadata").text
            found[code] = SimpleNamespace(metadata=metadata, entity=f"http://127.0.0.1:{port}/metadata")
        yield found


@pytest.fixture(autouse=True)
def _nothing_used() -> None:
    cache.clear()


def add(code: str, provider: Any, **more: Any) -> Provider:
    given = {"name": code.capitalize(), "metadata": provider.metadata, "may_create": True, **more}
    return add_provider(code=code, kind="saml", actor=HOUSE, **given)


def begin(client: Client, code: str) -> str:
    answer = client.get(f"/sso/saml/{code}/login/?next=/work/")
    assert answer.status_code == 302, answer.content.decode()[:1000]
    return str(answer["Location"])


def post(client: Client, code: str, response: str) -> Any:
    """As the browser: the post comes without the session's cookie, what it leads to with it."""
    bare = Client(enforce_csrf_checks=True)
    led = bare.post(f"/sso/saml/{code}/acs/", {"SAMLResponse": response, "RelayState": ""})
    assert (led.status_code, led["Location"]) == (302, f"/sso/saml/{code}/finish/")
    client.cookies["saml-acs-session"] = bare.cookies["saml-acs-session"].value
    return client.get(led["Location"])


def come(code: str, subject: str, *, fault: str = "", change: Any = None, client: Client | None = None) -> Any:
    client = client or Client()
    response = at_saml(begin(client, code), subject, fault)
    if change:
        text = base64.b64decode(response).decode()
        changed = change(text)
        assert changed != text
        response = base64.b64encode(changed.encode()).decode()
    return client, post(client, code, response)


def is_in(client: Client) -> bool:
    return client.get("/settings/roles/").status_code == 200


def refused(client: Client, answer: Any) -> bool:
    assert "That did not work" in answer.content.decode(), answer.content.decode()[:500]
    assert (answer.status_code, is_in(client)) == (401, False)
    assert (User.objects.count(), SocialAccount.objects.count()) == (0, 0)
    return True


def test_a_round_trip_makes_a_person_once(providers: dict[str, Any]) -> None:
    add("north", providers["north"])
    client, answer = come("north", "subject-1")
    assert answer["Location"] == "/work/"
    assert is_in(client)
    person = User.objects.get()
    assert (person.username, person.has_usable_password(), person.grants.count()) == ("person", False, 0)
    link = SocialAccount.objects.get()
    assert (link.provider, link.uid, link.extra_data) == ("north", "subject-1", {})
    assert is_in(come("north", "subject-1")[0])
    assert User.objects.count() == 1


def test_groups_of_the_provider_are_groups_of_the_house(providers: dict[str, Any]) -> None:
    grant_role(holder=create_group(name="Studio", actor=HOUSE), role=Role.STUDIO, actor=HOUSE)
    add("north", providers["north"], groups_claim="groups")
    client, _ = come("north", "subject-1")
    assert client.get("/assets/").status_code == 200
    assert list(Membership.objects.values_list("group__name", "source")) == [("Studio", "north")]


def test_equal_subjects_of_two_providers_are_two_people(providers: dict[str, Any]) -> None:
    add("north", providers["north"])
    add("south", providers["south"])
    for code in ("north", "south", "north"):
        assert is_in(come(code, "subject-1")[0])
    links = SocialAccount.objects.order_by("provider").values_list("provider", "uid", "user__username")
    assert list(links) == [("north", "subject-1", "person"), ("south", "subject-1", "person-2")]


@pytest.mark.parametrize("fault", ["audience", "issuer", "recipient", "expired", "key", "email"])
def test_what_does_not_hold_lets_nobody_in(providers: dict[str, Any], fault: str) -> None:
    add("north", providers["north"])
    assert refused(*come("north", "subject-1", fault=fault))


def _another_subject(text: str) -> str:
    return text.replace("subject-1", "subject-2")


def _comment_in_the_subject(text: str) -> str:
    return text.replace("subject-1", "subject<!-- -->-1")


def _without_signature(text: str) -> str:
    return re.sub(r"<Signature .*?</Signature>", "", text, flags=re.DOTALL)


def _without_audience(text: str) -> str:
    return re.sub(r"<saml:AudienceRestriction>.*?</saml:AudienceRestriction>", "", text, flags=re.DOTALL)


def _wrapped(text: str) -> str:
    """The signed assertion moved aside, and one of the forger's own in its place."""
    signed = re.search(r"<saml:Assertion .*?</saml:Assertion>", text, re.DOTALL)
    assert signed
    forged = _without_signature(signed[0]).replace("subject-1", "subject-2")
    forged = re.sub(r' ID="[^"]+"', ' ID="_forged"', forged)
    return text.replace(signed[0], f"{forged}{signed[0]}")


def _with_entities(text: str) -> str:
    return '<!DOCTYPE x [<!ENTITY a "b">]>' + text.replace('<?xml version="1.0"?>', "")


@pytest.mark.parametrize(
    "change",
    [
        _another_subject,
        _without_signature,
        _without_audience,
        _wrapped,
        _with_entities,
        lambda _: "no xml",
        lambda _: "",
    ],
)
def test_a_changed_response_lets_nobody_in(providers: dict[str, Any], change: Any) -> None:
    add("north", providers["north"])
    assert refused(*come("north", "subject-1", change=change))


def test_a_comment_does_not_cut_a_subject_short(providers: dict[str, Any]) -> None:
    """Canonical XML leaves comments out, so the signature holds: what is read must be the whole."""
    add("north", providers["north"])
    client, answer = come("north", "subject-1", change=_comment_in_the_subject)
    if answer.status_code == 302:
        assert SocialAccount.objects.get().uid == "subject-1"
    else:
        assert refused(client, answer)


def test_a_response_is_good_for_its_session_and_once(providers: dict[str, Any]) -> None:
    add("north", providers["north"])
    client = Client()
    response = at_saml(begin(client, "north"), "subject-1")
    assert refused(*_in_another(response))
    cache.clear()  # the other session's attempt has used it up
    assert post(client, "north", response)["Location"] == "/work/"
    client.post("/logout/")
    again = post(client, "north", response)
    assert again.status_code == 401
    assert not is_in(client)


def _in_another(response: str) -> tuple[Client, Any]:
    other = Client()
    begin(other, "north")
    return other, post(other, "north", response)


def test_a_stolen_assertion_does_not_answer_another_request(providers: dict[str, Any]) -> None:
    """The response around it is not signed, so a thief may write the thief's own request into that."""
    add("north", providers["north"])
    victim, thief = Client(), Client()
    stolen = base64.b64decode(at_saml(begin(victim, "north"), "subject-1")).decode()
    deflated = base64.b64decode(parse_qs(urlsplit(begin(thief, "north")).query)["SAMLRequest"][0])
    own = re.search(r'ID="([^"]+)"', decompress(deflated, -15).decode())
    named = re.search(r'<samlp:Response[^>]*InResponseTo="([^"]+)"', stolen)
    assert own
    assert named
    written = stolen.replace(named[0], named[0].replace(named[1], own[1]))
    assert refused(thief, post(thief, "north", base64.b64encode(written.encode()).decode()))


def test_who_comes_unasked_is_refused(providers: dict[str, Any]) -> None:
    add("north", providers["north"])

    def unasked(text: str) -> str:
        return re.sub(r' InResponseTo="[^"]+"', "", text, count=1)

    assert refused(*come("north", "subject-1", change=unasked))
    client = Client()
    assert refused(client, client.get("/sso/saml/north/finish/"))


def test_a_response_of_one_provider_is_none_of_another(providers: dict[str, Any]) -> None:
    add("north", providers["north"])
    add("south", providers["south"])
    client = Client()
    response = at_saml(begin(client, "north"), "subject-1")
    begin(client, "south")
    assert refused(client, post(client, "south", response))


def test_an_attribute_can_name_people(providers: dict[str, Any]) -> None:
    provider = add("north", providers["north"], subject_claim="mail")
    come("north", "subject-1", fault="email")
    assert SocialAccount.objects.get().uid == "nora@example.org"
    with pytest.raises(Conflict):
        edit_provider(provider=provider, actor=HOUSE, name="North", subject_claim="")
    edit_provider(provider=provider, actor=HOUSE, name="North", subject_claim="mail", is_open=False)


def test_who_comes_by_a_provider_confirms_there(providers: dict[str, Any]) -> None:
    add("north", providers["north"])
    client, _ = come("north", "subject-1")
    assert client.post("/settings/keys/new/", {"name": "Mine", "days": "30"})["Location"] == "/confirm/with/north/"
    for subject, made in (("subject-2", 0), ("subject-1", 1)):
        lead = client.get("/confirm/with/north/go/")["Location"]
        asked = decompress(base64.b64decode(parse_qs(urlsplit(lead).query)["SAMLRequest"][0]), -15).decode()
        assert 'ForceAuthn="true"' in asked
        answer = post(client, "north", at_saml(lead, subject))
        assert ("tk_" in answer.content.decode(), ApiKey.objects.count()) == (bool(made), made)
    assert User.objects.count() == 1


def test_what_is_too_long_is_not_kept(providers: dict[str, Any]) -> None:
    add("north", providers["north"])
    before = Session.objects.count()
    answer = Client().post("/sso/saml/north/acs/", {"SAMLResponse": "A" * 600_000})
    assert (answer.status_code, Session.objects.count()) == (401, before)


def test_answers_from_one_address_are_limited(providers: dict[str, Any]) -> None:
    add("north", providers["north"])
    answers = [Client().get("/sso/saml/north/finish/").status_code for _ in range(122)]
    assert answers == [401] * 120 + [429] * 2


def test_the_house_tells_providers_of_itself(providers: dict[str, Any]) -> None:
    add("north", providers["north"])
    answer = Client().get("/sso/saml/north/metadata/")
    text = answer.content.decode()
    assert answer["Content-Type"] == "application/samlmetadata+xml"
    assert 'entityID="http://testserver/sso/saml/north/metadata/"' in text
    assert 'Location="http://testserver/sso/saml/north/acs/"' in text
    assert 'WantAssertionsSigned="true"' in text


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda _: "<no/>",
        lambda _: "no xml",
        lambda text: '<!DOCTYPE x [<!ENTITY a "b">]>' + text,
        lambda text: re.sub(r"<X509Certificate>.*?</X509Certificate>", "<X509Certificate>AAAA</X509Certificate>", text),
        lambda text: text.replace("http://127.0.0.1", "http://idp.example"),
        lambda text: text + " " * 300_000,
    ],
)
def test_metadata_that_will_not_do_is_refused(providers: dict[str, Any], change: Any) -> None:
    given = providers["north"]
    with pytest.raises(Invalid) as refusal:
        add("north", SimpleNamespace(metadata=change(given.metadata)))
    assert refusal.value.path == "metadata"
    assert Provider.objects.count() == 0


def test_the_issuer_stays(providers: dict[str, Any]) -> None:
    provider = add("north", providers["north"])
    with pytest.raises(Invalid):
        edit_provider(provider=provider, actor=HOUSE, name="North", metadata=providers["south"].metadata)
    with pytest.raises(Conflict):
        add("other", providers["north"])
    assert Provider.objects.get().issuer == providers["north"].entity
