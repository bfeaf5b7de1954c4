"""Signing in by password, app and codes: what is told, counted and kept, and where sessions end."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import subprocess
import sys
import time
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import redis
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from config import settings as of_house
from foundation.accounts.models import User
from foundation.accounts.services import close_account, create_user, forget_ended_sessions, reopen_account
from foundation.core import moment
from foundation.core.actors import system
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
REFUSED = "There is nobody of this name with this password."
WAIT = "Too many attempts. Wait five minutes, then try again."


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def enter(name: str, password: str = PASSWORD, **more: Any) -> tuple[Client, Any]:
    client = Client(headers={"User-Agent": FIREFOX})
    return client, client.post("/login/", {"login": name, "password": password, **more})


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def told(kind: str) -> list[dict[str, Any]]:
    return list(OutboxEvent.objects.filter(type=kind).order_by("pk").values_list("data", flat=True))


def code_now(secret: str, *, step: int = 0) -> str:
    """RFC 6238 with SHA-1, 30 seconds and six digits, as every app makes it."""
    if step and (left := 30 - time.time() % 30) < 3:
        time.sleep(left)  # a step before or after this one is two away when the next begins
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def set_up_app(client: Client) -> tuple[str, list[str]]:
    """The secret of an app that was set up, and the recovery codes that came with it."""
    found = re.search(r'id="secret" readonly value="(\w+)"', client.get("/settings/sign-in/app/").content.decode())
    assert found
    answer = client.post("/settings/sign-in/app/", {"code": code_now(found[1], step=-1)})
    assert answer["Location"] == "/settings/sign-in/codes/"
    return found[1], re.findall(r"<li>(\d{8})</li>", client.get("/settings/sign-in/codes/").content.decode())


def test_coming_and_going_are_events_and_leave_the_user_as_they_were(steward: Any) -> None:
    before = Revision.objects.count()
    client, answer = enter("stella", next="/work/")
    assert answer["Location"] == "/work/"
    assert User.objects.get(username="stella").password.startswith("argon2$argon2id$")
    assert of_house.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert told("accounts.user.signed_in") == [{"username": "stella", "method": "password"}]
    assert UserSession.objects.get().user.username == "stella"
    client.post("/logout/")
    assert told("accounts.user.signed_out") == [{"username": "stella"}]
    assert not UserSession.objects.exists()
    assert client.get("/work/").status_code == 302
    assert Revision.objects.count() == before


def test_a_refusal_does_not_tell_who_exists(steward: Any) -> None:
    create_user(username="robot", password=PASSWORD, is_service=True, actor=system("tests"))
    pages = [text_of(enter(name, "wrong-wrong-wrong")[1]) for name in ("stella", "nobody", "robot")]
    bare = [re.sub(r'value="[^"]*"', "", one) for one in pages]
    assert REFUSED in pages[0]
    assert bare[0] == bare[1] == bare[2]
    client, answer = enter("robot")
    assert answer["Location"] == "/login/closed/", "a program has keys, no session"
    assert client.get("/").status_code == 302
    assert told("accounts.user.signed_in") == []


def test_one_word_for_what_one_signs_in_with(administrator: Any, client: Client) -> None:
    asked = text_of(client.get("/login/"))
    assert ("Sign-in name" in asked, "Username" in asked) == (True, False)
    ada, _ = enter("ada")
    for address in ("/settings/people/new/", "/settings/groups/new/", "/settings/sign-in/"):
        assert "Username" not in text_of(ada.get(address))
    assert "Sign-in name" in text_of(ada.get("/settings/people/new/"))


def test_nobody_signs_themselves_up(steward: Any, client: Client) -> None:
    for address in ("/signup/", "/accounts/signup/", "/login/signup/", "/password/reset/"):
        assert client.post(address, {"username": "eve", "password1": PASSWORD}).status_code == 404
    assert "ign up" not in client.get("/login/").content.decode()
    assert User.objects.count() == 1


def test_attempts_at_one_name_are_limited_from_everywhere(steward: Any) -> None:
    answers = []
    for number in range(7):
        client = Client(REMOTE_ADDR=f"10.0.0.{number}", headers={"X-Forwarded-For": f"192.0.2.{number}"})
        answers.append(text_of(client.post("/login/", {"login": "stella", "password": f"guess-{number}"})))
    assert [REFUSED in one for one in answers] == [True] * 5 + [False] * 2
    assert [WAIT in one for one in answers] == [False] * 5 + [True] * 2
    assert WAIT in text_of(enter("stella")[1]), "the right password waits too"
    assert WAIT in text_of(enter("STELLA")[1])


def test_attempts_from_one_address_are_limited_whatever_it_says_of_itself(steward: Any) -> None:
    answers = [
        Client(headers={"X-Forwarded-For": f"192.0.2.{number}"}).post(
            "/login/", {"login": f"name-{number}", "password": "a-guess"}
        )
        for number in range(21)
    ]
    assert [REFUSED in text_of(one) for one in answers] == [True] * 20 + [False]


def test_behind_a_proxy_the_address_is_what_the_proxy_says(steward: Any, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client(headers={"X-Forwarded-For": "192.0.2.66, 198.51.100.7", "User-Agent": FIREFOX})
    client.post("/login/", {"login": "stella", "password": PASSWORD})
    assert UserSession.objects.get().ip == "198.51.100.7", "not what the client wrote before it"


GUESSES = """
import django, sys
django.setup()
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
for number in range(4):
    client = Client(REMOTE_ADDR=f"10.1.{sys.argv[1]}.{number}")
    answer = client.post("/login/", {"login": "stella", "password": "guess"})
    print("tried" if b"There is nobody of this name" in answer.content else "waits", flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_processes_count_together(steward: Any) -> None:
    command = [sys.executable, "-c", GUESSES]
    running = [
        subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, text=True, env=_environment())
        for number in range(3)
    ]
    said = [line for one in running for line in one.communicate(timeout=60)[0].split()]
    assert sorted(said) == ["tried"] * 5 + ["waits"] * 7


def _environment() -> dict[str, str]:
    import os

    return os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}


def test_while_nothing_counts_nobody_tries(steward: Any, settings: Any) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:9/0"}}
    client, answer = enter("stella")
    assert (answer.status_code, "Signing in has to wait" in text_of(answer)) == (503, True)
    assert client.get("/work/").status_code == 302
    client.force_login(User.objects.get(username="stella"))
    assert client.get("/settings/roles/").status_code == 200, "who is in stays in"


def test_the_admin_has_no_door_of_its_own(administrator: Any) -> None:
    client = Client()
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith("/login/?next=")
    posted = client.post("/admin/login/", {"username": "ada", "password": PASSWORD, "next": "/admin/"})
    assert posted["Location"].startswith("/login/")
    assert client.get("/admin/").status_code == 302
    assert enter("ada", next="/admin/")[0].get("/admin/").status_code == 200


def test_an_app_is_asked_for_after_the_password(steward: Any) -> None:
    stella, _ = enter("stella")
    secret, codes = set_up_app(stella)
    assert len(codes) == 10
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert codes[0] not in kept
    assert told("accounts.user.changed")[-1] == {"username": "stella"}

    other, answer = enter("stella", next="/work/")
    assert answer["Location"] == "/login/factor/"
    assert other.get("/work/").status_code == 302, "half way is not in"
    assert "not the one" in text_of(other.post("/login/factor/", {"code": "000000"}))
    code = code_now(secret)
    assert other.post("/login/factor/", {"code": code})["Location"] == "/work/"
    assert other.get("/work/").status_code == 200
    assert told("accounts.user.signed_in")[-1]["method"] == "password+mfa"

    again, _ = enter("stella")
    assert "not the one" in text_of(again.post("/login/factor/", {"code": code})), "a code is good once"
    assert again.post("/login/factor/", {"code": codes[0]}).status_code == 302
    assert again.get("/work/").status_code == 200
    third, _ = enter("stella")
    assert "not the one" in text_of(third.post("/login/factor/", {"code": codes[0]})), "so is a recovery code"


def test_recovery_codes_are_shown_once(steward: Any) -> None:
    stella, _ = enter("stella")
    _, codes = set_up_app(stella)
    again = stella.get("/settings/sign-in/codes/").content.decode()
    assert not [code for code in codes if code in again]
    assert "10 left" in stella.get("/settings/sign-in/").content.decode()
    assert stella.post("/settings/sign-in/codes/new/")["Location"] == "/settings/sign-in/codes/"
    fresh = re.findall(r"<li>(\d{8})</li>", stella.get("/settings/sign-in/codes/").content.decode())
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    other, _ = enter("stella")
    assert "not the one" in text_of(other.post("/login/factor/", {"code": codes[1]}))


def test_codes_cannot_be_guessed(steward: Any) -> None:
    stella, _ = enter("stella")
    secret, _ = set_up_app(stella)
    other, _ = enter("stella")
    pages = [text_of(other.post("/login/factor/", {"code": f"{number:06}"})) for number in range(6)]
    assert [WAIT in one for one in pages] == [False] * 5 + [True]
    assert WAIT in text_of(other.post("/login/factor/", {"code": code_now(secret)}))
    assert other.get("/work/").status_code == 302


def test_passkeys_of_others_do_not_exist(steward: Any, administrator: Any) -> None:
    user = User.objects.get(username="ada")
    one = Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "k", "credential": {}}
    )
    stella, _ = enter("stella")
    for address in (f"/settings/sign-in/passkeys/{one.pk}/", f"/settings/sign-in/passkeys/{one.pk}/remove/"):
        assert [stella.get(address).status_code, stella.post(address, {"name": "mine"}).status_code] == [404, 404]
    assert Authenticator.objects.get().data["name"] == "k"


def test_an_administrator_takes_lost_factors_away(steward: Any, administrator: Any, photographer: Any) -> None:
    stella, _ = enter("stella")
    set_up_app(stella)
    user = User.objects.get(username="stella")
    address = f"/settings/people/{user.uid}/factors/"
    phil, _ = enter("phil")
    assert phil.post(address).status_code == 403
    assert Authenticator.objects.filter(user=user).count() == 2
    ada, _ = enter("ada")
    assert "An authenticator app" in ada.get(f"/settings/people/{user.uid}/").content.decode()
    assert ada.post(address).status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
    assert stella.get("/work/").status_code == 302, "whoever had it is out"
    assert enter("stella")[0].get("/work/").status_code == 200


def test_a_password_is_changed_by_who_knows_it(steward: Any) -> None:
    stella, other = enter("stella")[0], enter("stella")[0]
    given = {"oldpassword": "wrong-wrong-wrong", "password1": "another-long-one", "password2": "another-long-one"}
    assert stella.post("/settings/sign-in/password/", given).status_code == 200
    assert other.get("/work/").status_code == 200
    given["oldpassword"] = PASSWORD
    assert stella.post("/settings/sign-in/password/", given)["Location"] == "/settings/sign-in/"
    assert (stella.get("/work/").status_code, other.get("/work/").status_code) == (200, 302)
    assert enter("stella", "another-long-one")[0].get("/work/").status_code == 200


def test_sessions_are_listed_and_ended(steward: Any, photographer: Any) -> None:
    stella, other, third = (enter("stella")[0] for _ in range(3))
    phil, _ = enter("phil")
    page = stella.get("/settings/sign-in/").content.decode()
    assert page.count("Firefox on Linux</strong>") == 3
    assert page.count("This one") == 1
    numbers = re.findall(r'name="session" value="(\d+)"', page)
    assert len(numbers) == 2
    assert phil.post("/settings/sign-in/sessions/end/", {"session": numbers[0]}).status_code == 404, "not one of phil's"
    assert stella.post("/settings/sign-in/sessions/end/", {"session": numbers[0]}).status_code == 302
    assert sorted([other.get("/work/").status_code, third.get("/work/").status_code]) == [200, 302]
    assert stella.post("/settings/sign-in/sessions/end/").status_code == 302
    assert [one.get("/work/").status_code for one in (stella, other, third)] == [200, 302, 302]
    assert phil.get("/").status_code == 200
    assert UserSession.objects.count() == 2


def test_sessions_that_are_over_are_forgotten(steward: Any, photographer: Any) -> None:
    enter("stella")
    kept, _ = enter("phil")
    at = moment.now()
    over = UserSession.objects.get(user_id=steward.user_id).session_key
    Session.objects.filter(pk=over).update(expire_date=at - timedelta(seconds=1))
    assert forget_ended_sessions(at=at) == 1
    assert list(UserSession.objects.values_list("user_id", flat=True)) == [photographer.user_id]
    assert Session.objects.filter(pk=over).count() == 0
    assert kept.get("/").status_code == 200


def test_an_administrator_ends_sessions_of_others(steward: Any, administrator: Any) -> None:
    stella, other = enter("stella")[0], enter("stella")[0]
    ada, _ = enter("ada")
    address = f"/settings/people/{User.objects.get(username='stella').uid}/"
    number = re.findall(r'name="session" value="(\d+)"', ada.get(address).content.decode())[0]
    own = f"/settings/people/{User.objects.get(username='ada').uid}/sessions/end/"
    assert stella.post(own).status_code == 403
    assert ada.post(f"{address}sessions/end/", {"session": number}).status_code == 302
    assert sorted([stella.get("/work/").status_code, other.get("/work/").status_code]) == [200, 302]
    assert ada.post(f"{address}sessions/end/").status_code == 302
    assert [one.get("/work/").status_code for one in (stella, other)] == [302, 302]
    assert ada.post(own).status_code == 302
    assert ada.get("/work/").status_code == 200, "one's own session is left"


def test_a_session_is_seen_once_a_minute(steward: Any) -> None:
    stella, _ = enter("stella")
    long_ago = UserSession.objects.get().created_at - timedelta(hours=1)
    UserSession.objects.update(last_seen_at=long_ago)
    cache.clear()
    stella.get("/work/")
    seen = UserSession.objects.get().last_seen_at
    assert seen > long_ago
    UserSession.objects.update(last_seen_at=long_ago)
    stella.get("/work/")
    assert UserSession.objects.get().last_seen_at == long_ago, "this minute is noted"


@pytest.mark.parametrize("has_password", [True, False])
def test_sessions_end_with_the_account_and_stay_ended(steward: Any, administrator: Any, has_password: bool) -> None:
    """Also of people without a password, who come by a provider."""
    user = User.objects.get(username="stella")
    if not has_password:
        user.set_unusable_password()
        user.save()
    stella = Client()
    stella.force_login(user)
    assert stella.get("/work/").status_code == 200
    close_account(user=user, actor=administrator)
    assert stella.get("/work/").status_code == 302
    reopen_account(user=user, actor=administrator)
    assert stella.get("/work/").status_code == 302
    kept = Client()
    kept.cookies = stella.cookies
    assert kept.get("/work/").status_code == 302


@pytest.mark.parametrize(
    ("idle", "age", "goes_on"),
    [(719, 719, True), (721, 721, False), (5, 167 * 60, True), (5, 168 * 60 + 1, False)],
)
def test_a_session_ends_idle_and_by_its_age(steward: Any, idle: int, age: int, goes_on: bool) -> None:
    stella, _ = enter("stella")
    at = moment.now()
    UserSession.objects.update(last_seen_at=at - timedelta(minutes=idle), created_at=at - timedelta(minutes=age))
    kept = stella.session.session_key
    cache.clear()
    assert stella.get("/work/").status_code == (200 if goes_on else 302)
    assert Session.objects.filter(pk=kept).exists() is goes_on
    assert UserSession.objects.exists() is goes_on
    assert told("accounts.user.signed_out") == ([] if goes_on else [{"username": "stella"}])
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert stolen.get("/api/v1/products").status_code == (200 if goes_on else 401)


def test_idle_for_as_long_as_it_lasts_where_the_deployment_says_so(steward: Any, settings: Any) -> None:
    settings.SESSION_IDLE_MINUTES = 0
    stella, _ = enter("stella")
    UserSession.objects.update(last_seen_at=moment.now() - timedelta(hours=100))
    cache.clear()
    assert stella.get("/work/").status_code == 200


def test_without_valkey_every_request_asks(steward: Any, monkeypatch: Any) -> None:
    stella, _ = enter("stella")
    assert stella.get("/work/").status_code == 200
    UserSession.objects.update(last_seen_at=moment.now() - timedelta(hours=13))
    monkeypatch.setattr(cache, "add", lambda *_, **__: (_ for _ in ()).throw(redis.ConnectionError()))
    assert stella.get("/work/").status_code == 302
