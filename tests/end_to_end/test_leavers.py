"""Somebody is told by SCIM to have left: all that was minted for them is dead at the next request, over real HTTP.

And it stays dead when they come back. F24.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.conf import settings as django_settings
from django.test import Client

from dam.models import Upload
from delivery.services.links import audience_of, grant_url
from foundation.accounts.models import ApiKey, Group, User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import create_api_key, grant_role
from foundation.core import moment
from foundation.core.actors import system
from foundation.jobs import registry
from foundation.jobs.models import Job
from foundation.jobs.running import run_job
from foundation.jobs.services import start_job
from foundation.workflow.services import claim_work_item
from tests.dam.tus import CHUNK, Tus
from tests.delivery.conftest import BYTES, ask, shelf  # noqa: F401  a fixture
from tests.foundation.scim import USER, Directory, directory_key
from tests.foundation.test_workflow import open_one

pytestmark = pytest.mark.django_db(transaction=True)
HOUSE = system("tests")
Leave = Callable[[Directory, str], httpx.Response]


def _patched(**operation: Any) -> Leave:
    return lambda directory, uid: directory.patch(f"/Users/{uid}", {"op": "Replace", **operation})


WAYS: dict[str, Leave] = {
    "a PATCH with false": _patched(path="active", value=False),
    "a PATCH with a text": _patched(path="active", value="False"),
    "a PATCH without a path": _patched(value={"active": "False"}),
    "a PUT": lambda d, uid: d.ask("PUT", f"/Users/{uid}", {"schemas": [USER], "userName": "nora", "active": False}),
    "a DELETE": lambda d, uid: d.ask("DELETE", f"/Users/{uid}"),
}


@pytest.fixture
def directory(live_server: Any) -> Iterator[Directory]:
    with Directory(live_server.url, directory_key()) as found:
        yield found


@pytest.fixture
def leaver(live_server: Any, directory: Directory, shelf: Any, monkeypatch: Any) -> SimpleNamespace:  # noqa: F811
    """A photographer by a group of the directory's, without a password, with one of everything under way."""
    made = directory.person("nora")
    group = directory.group("Studio", made["id"])
    grant_role(holder=Group.objects.get(uid=group["id"]), role="studio", actor=HOUSE)
    user = User.objects.get(username="nora")
    assert not user.has_usable_password()
    browser = Client()
    browser.force_login(user)  # as single sign-on does
    name = django_settings.SESSION_COOKIE_NAME
    cookie = {"Cookie": f"{name}={browser.cookies[name].value}"}
    key, secret = create_api_key(user=user, name="mine", actor=HOUSE)
    tus = Tus(live_server.url, secret)
    where = tus.begin(10)
    assert tus.send("PATCH", where, b"01234", upload_offset="0", content_type=CHUNK).status == 204
    actor = actor_of(user)
    links = [_link(shelf, audience_of(one), "preview") for one in (actor, actor_of(user, key=key))]
    monkeypatch.setitem(registry.JOB_KINDS, "tests.work", lambda run: run.advance(done=1))
    waiting = start_job(kind="tests.work", queue="bulk", payload={}, actor=actor)
    running = start_job(kind="tests.work", queue="bulk", payload={}, actor=actor)
    Job.objects.filter(pk=running.pk).update(state="running", attempt=1, lease_until=moment.now())
    item = open_one(HOUSE)
    claim_work_item(uid=item.uid, actor=actor)
    return SimpleNamespace(
        uid=made["id"], user=user, url=live_server.url, cookie=cookie, key=key, secret=secret, tus=tus,
        where=where, links=links, shelf=shelf, waiting=waiting, running=running, item=item,
    )  # fmt: skip


def _link(shelf: Any, audience: str, use: str) -> str:  # noqa: F811
    return grant_url(
        shelf.asset.uid, version=1, preset=shelf.preset, audience=audience, use=use, name="coat", at=moment.now(),
        seconds=3600,
    )  # fmt: skip


def statuses(one: SimpleNamespace) -> dict[str, Any]:
    """What each thing that they hold opens now."""
    with httpx.Client(base_url=one.url) as http:
        page = http.get("/settings/keys/", headers=one.cookie).status_code
        by_session = http.get("/api/v1/assets", headers=one.cookie).status_code
        by_key = http.get("/api/v1/assets", headers={"Authorization": f"Bearer {one.secret}"}).status_code
    resumed = one.tus.send("HEAD", one.where).status
    return {
        "page": page, "session": by_session, "key": by_key, "upload": resumed,
        "links": [answer.status_code for answer in ask(*one.links)],
    }  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_all_is_dead_at_the_next_request_and_stays_dead(way: str, leaver: Any, directory: Directory) -> None:
    alive = {"page": 200, "session": 200, "key": 200, "upload": 200, "links": [200, 200]}
    dead = {"page": 302, "session": 401, "key": 401, "upload": 401, "links": [403, 403]}
    assert statuses(leaver) == alive
    assert WAYS[way](directory, leaver.uid).status_code in {200, 204}
    assert statuses(leaver) == dead
    upload = Upload.objects.get()
    assert (upload.state, upload.offset, upload.holder) == ("expired", 5, None)
    ended = ApiKey.objects.get(pk=leaver.key.pk).revoked_at
    assert ended is not None
    leaver.item.refresh_from_db()
    assert leaver.item.assignee is None
    assert "nora had this and has left" in leaver.item.comments.get().text
    for job, state in ((leaver.waiting, "cancelled"), (leaver.running, "running")):
        job.refresh_from_db()
        assert (job.state, job.cancel_requested) == (state, True)
    assert run_job(leaver.running.pk, heartbeat=False), "its worker learns of it at its next step"
    leaver.running.refresh_from_db()
    assert leaver.running.state == "cancelled"

    if way == "a DELETE":
        assert directory.ask("GET", f"/Users/{leaver.uid}").status_code == 404
        return
    back = directory.patch(f"/Users/{leaver.uid}", {"op": "replace", "path": "active", "value": True})
    assert back.json()["active"] is True
    assert actor_of(User.objects.get(username="nora")).may("dam.view"), "they are back"
    assert statuses(leaver) == dead
    assert ApiKey.objects.get(pk=leaver.key.pk).revoked_at == ended
    assert set(Job.objects.values_list("state", flat=True)) == {"cancelled"}
    user = User.objects.get(username="nora")
    [fresh] = ask(_link(leaver.shelf, audience_of(actor_of(user)), "preview"))
    assert (fresh.status_code, fresh.content) == (200, BYTES), "what is minted from now on opens"
    leaver.tus.secret = create_api_key(user=user, name="new", actor=HOUSE)[1]
    late = leaver.tus.send("PATCH", leaver.where, b"56789", upload_offset="5", content_type=CHUNK)
    assert (late.status, Upload.objects.get().offset) == (410, 5)
