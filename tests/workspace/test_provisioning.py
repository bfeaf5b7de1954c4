"""The log of what a directory asked for, for who manages accounts."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from foundation.core import moment
from foundation.provisioning.models import Exchange
from foundation.provisioning.services import forget_exchanges, note_exchange

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/directory/"


@pytest.fixture
def noted() -> None:
    note_exchange(key="0a1b2c3d", method="PATCH", path="/Users/7", subject="nora", what="replace active", status=200)
    note_exchange(key="0a1b2c3d", method="POST", path="/Users", status=409, error="Somebody signs in as <omar> already")


def test_requests_are_shown_newest_first_and_found(noted: None, administrator: Any, browser_of: Any) -> None:
    ada = browser_of(administrator)
    shown = ada.get(ADDRESS).content.decode()
    assert shown.index("Somebody signs in as &lt;omar&gt; already") < shown.index("replace active")
    found = unescape(ada.get(f"{ADDRESS}?q=NORA").content.decode())
    assert ("replace active" in found, "<omar>" in found) == (True, False)
    refused = unescape(ada.get(f"{ADDRESS}?refused=1").content.decode())
    assert ("replace active" in refused, "<omar>" in refused) == (False, True)
    assert "No such request" in ada.get(f"{ADDRESS}?q=zzz").content.decode()


def test_an_empty_log_says_how_to_begin(administrator: Any, browser_of: Any) -> None:
    shown = browser_of(administrator).get(ADDRESS).content.decode()
    assert "No directory has spoken yet" in shown
    assert "/scim/v2" in shown


@pytest.mark.parametrize("role", ["steward", "photographer", "merchant"])
def test_nobody_else_reads_it(role: str, request: Any, noted: None, browser_of: Any) -> None:
    assert browser_of(request.getfixturevalue(role)).get(ADDRESS).status_code == 403


def test_what_is_old_is_forgotten(noted: None, settings: Any) -> None:
    settings.PROVISIONING_LOG_DAYS = 90
    at = moment.now()
    Exchange.objects.filter(status=200).update(at=at - timedelta(days=90, seconds=1))
    Exchange.objects.filter(status=409).update(at=at - timedelta(days=89))
    assert forget_exchanges(at=at) == 1
    assert list(Exchange.objects.values_list("status", flat=True)) == [409]


def test_the_log_keeps_what_no_text_may_hold() -> None:
    note_exchange(key="k", method="GET", path="/\0\ud800", status=404, subject="s" * 600)
    one = Exchange.objects.get()
    assert (one.path, len(one.subject)) == ("/�?", 500)
