"""`Idempotency-Key`, fault 17: one effect, whoever sends however often."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from foundation.accounts.choices import Role
from foundation.accounts.models import KeptAnswer
from foundation.core import moment
from foundation.core.locks import hold_until_commit
from foundation.history.models import Revision
from pim.models import Product
from pim.services import products as service

from .factories import make_cup, make_key, make_user, product

pytestmark = pytest.mark.usefixtures("model")
BULK = "/api/v1/products/bulk"
CUPS = [{"sku": "CUP-1", "family": "cups"}, {"sku": "CUP-2", "family": "cups"}]


def sender(user: Any = None) -> APIClient:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(user or make_user(Role.STEWARD))}")
    return api


def send(api: APIClient, body: Any, key: str = "key-1", **headers: str) -> Any:
    return api.post(BULK, body, format="json", HTTP_IDEMPOTENCY_KEY=key, **headers)


def revisions() -> int:
    return Revision.objects.filter(table_name__startswith="pim_").count()


def test_sent_twice_it_is_carried_out_once_and_answered_the_same() -> None:
    api = sender()
    first = send(api, CUPS)
    before = revisions()
    again = send(api, CUPS)
    assert (first.status_code, again.status_code) == (200, 200)
    assert [row["status"] for row in first.json()["results"]] == ["created", "created"]
    assert again.json() == first.json()
    assert (first.headers.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert revisions() == before


def test_a_new_key_is_a_new_request() -> None:
    api = sender()
    send(api, CUPS)
    assert [row["status"] for row in send(api, CUPS, "key-2").json()["results"]] == ["unchanged", "unchanged"]


def test_the_answer_of_a_single_product_keeps_its_etag_and_status() -> None:
    api = sender()
    sent = [
        api.put("/api/v1/products/CUP-9", {"family": "cups"}, format="json", HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)
    ]
    assert [one.status_code for one in sent] == [201, 201]
    assert [one["ETag"] for one in sent] == ['"1"', '"1"']


@pytest.mark.parametrize("other", ["body", "address", "precondition"])
def test_the_same_key_with_another_request_is_refused(other: str) -> None:
    api = sender()
    make_cup("CUP-1")
    url, body = "/api/v1/products/CUP-1", {"state": "active"}
    assert api.patch(url, body, format="json", HTTP_IDEMPOTENCY_KEY="k").status_code == 200
    if other == "body":
        answer = api.patch(url, {"state": "retired"}, format="json", HTTP_IDEMPOTENCY_KEY="k")
    elif other == "address":
        answer = api.put(url, body, format="json", HTTP_IDEMPOTENCY_KEY="k")
    else:
        answer = api.patch(url, body, format="json", HTTP_IDEMPOTENCY_KEY="k", HTTP_IF_MATCH='"1"')
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert product("CUP-1").state == "active"


def test_nobody_is_answered_what_somebody_else_was() -> None:
    mine, theirs = sender(), sender(make_user(Role.STUDIO))
    send(mine, CUPS)
    answer = send(theirs, CUPS)
    assert (answer.status_code, answer.json()["code"]) == (403, "denied")
    assert "results" not in answer.json()


def test_a_refusal_is_not_kept() -> None:
    api = sender()
    wrong = [{"sku": "CUP-1", "family": "nothing"}]
    assert send(api, wrong).status_code == 422
    assert KeptAnswer.objects.count() == 0
    assert send(api, CUPS).status_code == 200


def test_who_dies_in_between_has_done_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The effect and the answer are one commit: there is no moment between the two."""
    api = sender()
    api.raise_request_exception = False

    def die(plan: Any) -> Any:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(service, "_upserted", die)
        assert send(api, CUPS).status_code == 500
    assert (Product.objects.count(), KeptAnswer.objects.count()) == (0, 0)
    assert [row["status"] for row in send(api, CUPS).json()["results"]] == ["created", "created"]


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "naïve"])
def test_what_is_no_key_is_refused(key: str) -> None:
    answer = send(sender(), CUPS, key)
    assert (answer.status_code, answer.json()["path"]) == (422, "Idempotency-Key")
    assert Product.objects.count() == 0


def test_a_body_beyond_what_is_taken_is_refused(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20
    answer = send(sender(), CUPS)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert KeptAnswer.objects.count() == 0


def test_a_key_is_forgotten_after_a_day_and_old_ones_go(monkeypatch: pytest.MonkeyPatch) -> None:
    api = sender()
    send(api, CUPS)
    send(api, CUPS, "other")
    KeptAnswer.objects.update(at=moment.now() - service_day())
    assert [row["status"] for row in send(api, CUPS).json()["results"]] == ["unchanged", "unchanged"]
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["key-1"]


def service_day() -> Any:
    from foundation.accounts.services.answers import KEPT

    return KEPT


@pytest.mark.django_db(transaction=True)
def test_a_twin_that_still_runs_is_told() -> None:
    user = make_user(Role.STEWARD)
    api, held, over = sender(user), threading.Event(), threading.Event()

    def hold() -> None:
        from django.db import transaction

        try:
            with transaction.atomic():
                hold_until_commit(f"accounts.answer:{user.pk}:key-1")
                held.set()
                over.wait(30)
        finally:
            connection.close()

    first = threading.Thread(target=hold)
    first.start()
    assert held.wait(30)
    answer = send(api, CUPS)
    other = send(api, CUPS[:1], "key-2")
    over.set()
    first.join()
    assert (answer.status_code, answer.json()["code"]) == (409, "still-running")
    assert (other.status_code, Product.objects.count()) == (200, 1)
    assert send(api, CUPS[1:]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_many_at_once_have_one_effect() -> None:
    user, codes = make_user(Role.STEWARD), []
    secret = make_key(user)

    def one() -> None:
        try:
            api = APIClient()
            api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
            codes.append(send(api, CUPS).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) <= {200, 409}
    assert codes.count(200) >= 1
    assert Product.objects.count() == 2
    assert Revision.objects.filter(table_name="pim_product").count() == 2
