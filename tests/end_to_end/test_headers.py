"""What every answer of the pages' origin carries, and what a deployment is told that lacks something."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from foundation.accounts.models import User
from foundation.accounts.services import set_password
from tests.end_to_end.walking import ROOT, admin_pages, browser, endpoints, pages

POLICY = (
    "base-uri 'none'; connect-src 'self' {0}; default-src 'none'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; img-src 'self' {0} data: blob:; manifest-src 'self'; media-src 'self' {0} blob:; "
    "object-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def lacking(answer: Any) -> dict[str, Any]:
    """What is not as it should be."""
    found = {name: answer.headers.get(name) for name in ALWAYS if answer.headers.get(name) != ALWAYS[name]}
    policy = "; ".join(sorted(answer.headers.get("Content-Security-Policy", "").split("; ")))
    if policy != POLICY.format(settings.MEDIA_ORIGIN):
        found["Content-Security-Policy"] = policy
    if not re.search(r"camera=\(\).*publickey-credentials-get=\(self\)", answer.headers.get("Permissions-Policy", "")):
        found["Permissions-Policy"] = answer.headers.get("Permissions-Policy")
    return found


@pytest.mark.parametrize("who", ["boss", "nobody"])
def test_every_answer_carries_them(who: str, administrator: Any) -> None:
    client = browser(administrator if who == "boss" else None)
    addresses = [one.at(str(uuid4())) for one in (*pages(), *endpoints("get"))]
    addresses += admin_pages() if who == "boss" else ["/admin/login/"]
    addresses += ["/healthz", "/nowhere/", "/api/v1/nowhere", "/?q=%00", "/api/openapi.json", "/api/docs/"]
    addresses += ["/static/workspace/mark.svg", "/static/nothing.css"]
    wrong = {}
    for address in addresses:
        answer = client.get(address)
        answer.close()  # a file's
        if found := lacking(answer):
            wrong[address] = found
    assert wrong == {}


def test_refusals_carry_them_too(administrator: Any) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    answers = [
        strict.post("/theme/", {"theme": "dark"}),
        browser(administrator).put("/products/"),
        Client(headers={"Host": "evil.example"}).get("/"),
    ]
    assert [(one.status_code, lacking(one)) for one in answers] == [(403, {}), (405, {}), (400, {})]


def test_cookies_are_kept_from_scripts_and_other_sites(administrator: Any, client: Client) -> None:
    user = User.objects.get(pk=administrator.user_id)
    set_password(user=user, password="a long enough passphrase", actor=administrator)
    entered = client.post("/login/", {"login": user.username, "password": "a long enough passphrase"})
    session = entered.cookies[settings.SESSION_COOKIE_NAME]
    assert (session["samesite"], bool(session["httponly"])) == ("Lax", True)
    token = Client().get("/login/").cookies[settings.CSRF_COOKIE_NAME]
    assert token["samesite"] == "Lax"


@pytest.mark.parametrize(("origin", "prefix"), [("https://tandem.example", "__Host-"), ("http://tandem.example", "")])
def test_with_https_no_other_host_can_set_the_cookies(origin: str, prefix: str) -> None:
    names = "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE"
    code = f"from django.conf import settings as s; print({names})"
    given = {"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 50, "APP_ORIGIN": origin}
    words = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    found = subprocess.run(words, cwd=ROOT, env=given, capture_output=True, text=True, check=True)
    assert found.stdout.split() == [f"{prefix}tandem_session", f"{prefix}tandem_csrf_session", str(bool(prefix))]


def deployed(**more: str) -> subprocess.CompletedProcess[str]:
    given = {
        "PATH": os.environ["PATH"], "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
        "APP_ORIGIN": "https://tandem.example", "MEDIA_ORIGIN": "https://media.example", "BEHIND_PROXY": "true",
    }  # fmt: skip
    words = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(words, cwd=ROOT, env=given | more, capture_output=True, text=True, check=False)


def test_a_deployment_checks_clean() -> None:
    found = deployed()
    assert (found.returncode, found.stdout) == (0, "System check identified no issues (1 silenced).\n"), found.stderr


@pytest.mark.parametrize(
    ("given", "told"),
    [({"APP_ORIGIN": "http://tandem.example"}, "security.W012"), ({"SECRET_KEY": "short"}, "security.W009"),
     ({"BEHIND_PROXY": "false"}, "security.W008"), ({"DEBUG": "true"}, "security.W018"),
     ({"HSTS_SECONDS": "0"}, "security.W004")],
)  # fmt: skip
def test_and_is_told_what_it_lacks(given: dict[str, str], told: str) -> None:
    found = deployed(**given)
    assert (found.returncode, told in found.stderr) == (1, True), found.stderr


def test_https_alone_where_the_origin_says_so(settings: Any, client: Client, db: None) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    away = client.get("/login/?next=/work/")
    assert (away.status_code, away.headers["Location"]) == (301, "https://testserver/login/?next=/work/")
    assert client.get("/healthz").status_code == 200, "who asks whether it lives does so inside"
    there = client.get("/login/", secure=True)
    assert there.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
