"""The page and the API of the audit: found by who, what, when, request and words; exported; seen by auditors alone."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.models import User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import define_role, grant_role
from foundation.audit.models import Chain, Entry, Link
from foundation.audit.queries import search as searching
from foundation.audit.queries.search import Asked, search
from foundation.audit.services import chain_committed, record_act
from foundation.core.actors import EVERYTHING, Actor, system
from foundation.core.errors import Denied
from foundation.history.services import on_request, recorded
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from foundation.markets.models import Market
from pim.models import ProductValues
from pim.services import set_values
from tests.cast import make_actor

PAGE, API = "/settings/audit/", "/api/v1/audit"


def chain_all() -> None:
    while chain_committed():
        pass


def rename(actor: Any, name: str, *, reason: str = "", request: str = "") -> Market:
    with on_request(request, reason), recorded(actor):
        Market.objects.filter(code="GB").update(name=name)
    return Market.objects.get(code="GB")


@pytest.fixture
def told(world: Any, steward: Any, photographer: Any) -> Market:
    """Changes by two people and by Stella's key, and what Phil read as Mona."""
    market = rename(steward, "one", reason="The board asked", request="r-1")
    rename(photographer, "two")
    rename(Actor("key:stella/abc123", reaches=(EVERYTHING,)), "three")
    as_mona = Actor("user:phil as user:mona")
    record_act("pim.values.read", actor=as_mona, subject_type="markets_market", subject=str(market.pk))
    record_act("access.refused", actor=photographer, subject_type="path", subject="/x/", permission="pim.edit")
    chain_all()
    return market


def names(found: Any) -> list[Any]:
    """Of changed markets the name before, of entries the action; newest first."""
    return [one.image["name"] if one.action == "changed" else one.action for one in found.records]


def find(actor: Any, **asked: Any) -> list[Any]:
    return names(search(Asked(**asked), actor=actor, limit=200))


def test_found_by_who_acted_or_was_acted_for(told: Market, administrator: Any) -> None:
    what = {"what": f"markets_market:{told.pk}"}
    assert find(administrator, who="stella", **what) == ["two", "GB"]
    assert find(administrator, who="key:stella/abc123", **what) == ["two"]
    assert find(administrator, who="mona", **what) == ["pim.values.read"]
    assert find(administrator, who="phil") == ["access.refused", "pim.values.read", "one"]
    assert find(administrator, who="nobody-of-this-name") == []


def test_found_by_what_request_action_and_words(told: Market, administrator: Any) -> None:
    assert find(administrator, request="r-1") == ["GB"]
    assert find(administrator, what=f"markets_market:{told.pk}", action="changed") == ["two", "one", "GB"]
    assert find(administrator, action="access.refused") == ["access.refused"]
    assert find(administrator, action="deleted") == []
    assert find(administrator, words="BOARD asked") == ["GB"]
    assert find(administrator, words="pim.edit") == ["access.refused"]
    assert find(administrator, what="path") == ["access.refused"]


def test_found_by_time(told: Market, administrator: Any) -> None:
    one = Link.objects.filter(actor="user:phil").latest("position")
    assert find(administrator, who="phil", since=one.at)[0] == "access.refused"
    assert find(administrator, until=Link.objects.earliest("at").at) == []


def test_pages_go_on_without_end_and_without_gaps(told: Market, administrator: Any) -> None:
    seen: list[int] = []
    cursor = ""
    while True:
        page = search(Asked(), actor=administrator, cursor=cursor, limit=3)
        assert len(page.records) <= 3
        seen += [one.position for one in page.records]
        cursor = page.next_cursor
        if not cursor:
            break
    assert sorted(seen) == list(range(1, Link.objects.count() + 1))
    assert len(seen) == len(set(seen))


def test_what_no_index_knows_is_looked_for_some_rows_a_page(told: Market, administrator: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(searching, "LOOKED_AT", 2)
    page = search(Asked(words="board"), actor=administrator, limit=50)
    assert (page.records, bool(page.next_cursor)) == ([], True)
    found, rounds = [], 1
    while page.next_cursor:
        page = search(Asked(words="board"), actor=administrator, cursor=page.next_cursor, limit=50)
        found += names(page)
        rounds += 1
    assert found == ["GB"]
    assert rounds == -(-Link.objects.count() // 2)


def test_a_page_costs_the_same_however_many_there_are(told: Market, administrator: Any) -> None:
    def cost(**asked: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            search(Asked(**asked), actor=administrator, limit=5)
        return len(queries)

    before = max(cost(), cost(who="stella"), cost(words="x"))
    for number in range(20):
        rename(system("tests"), f"name {number}")
    chain_all()
    assert max(cost(), cost(who="stella"), cost(words="x")) == before <= 4


def test_the_page_shows_the_chain_and_opens_a_row(told: Market, administrator: Any, browser_of: Any) -> None:
    client = browser_of(administrator)
    text = client.get(PAGE).content.decode()
    assert f"{Link.objects.count()} links in 1 batches" in text
    assert "Not verified yet" in text
    assert "<strong>phil</strong> on behalf of <strong>mona</strong>: " in text
    assert "Reason: The board asked" in text
    link = Link.objects.get(request="r-1")
    for page in (client, browser_of(administrator, htmx=True)):
        text = page.get(f"{PAGE}{link.position}/").content.decode()
        assert "<del>GB</del> <ins>one</ins>" in text
        assert f"Link {link.position}" in text
    assert client.get(f"{PAGE}99999999/").status_code == 404
    assert client.get(f"{PAGE}?since=yesterday").status_code == 422
    assert "Nothing like this" in client.get(f"{PAGE}?who=nobody").content.decode()


def test_more_rows_come_by_themselves(told: Market, administrator: Any, browser_of: Any) -> None:
    for number in range(60):
        rename(system("tests"), f"name {number}")
    chain_all()
    first = browser_of(administrator).get(f"{PAGE}?what=markets_market:{told.pk}")
    assert len(first.context["rows"]) == 50
    more = browser_of(administrator, htmx=True).get(f"{PAGE}{first.context['next_url']}")
    assert "<html" not in more.content.decode()
    assert len(more.context["rows"]) == 15, "64 changes and the making"


def test_who_looks_stands_in_the_audit(told: Market, administrator: Any, browser_of: Any, client_of: Any) -> None:
    link = Link.objects.get(request="r-1")
    browser_of(administrator).get(f"{PAGE}?who=stella&since=2026-01-01")
    client_of(administrator).get(f"{API}/{link.position}")
    looked = Entry.objects.filter(action="audit.looked").order_by("id")
    asked = {"asked": {"who": "stella", "since": "2026-01-01 00:00:00+00:00"}}
    assert [(one.actor.split("/")[0], one.subject_type, one.subject, one.detail) for one in looked] == [
        ("user:ada", "audit", "", asked),
        ("key:ada", "audit_link", str(link.position), {}),
    ]


def test_verify_now_is_a_job_whose_faults_the_page_shows(told: Market, administrator: Any, browser_of: Any) -> None:
    client = browser_of(administrator)
    answer = client.post(f"{PAGE}verify/")
    job = Job.objects.get()
    assert answer["Location"] == f"/jobs/{job.uid}/"
    assert client.post(f"{PAGE}verify/")["Location"] == f"/jobs/{job.uid}/", "one at a time"
    run_due_jobs()
    job.refresh_from_db()
    links = Link.objects.count()
    assert (job.state, job.result, job.done, job.total) == ("done", {"faults": []}, links, links)
    assert "Whole when last verified" in client.get(PAGE).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE history_revision SET actor = 'user:mallory' WHERE request = 'r-1'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert "Verification of the audit" in client.get(f"/jobs/{job.uid}/").content.decode()
    client.post(f"{PAGE}verify/")
    run_due_jobs()
    text = client.get(PAGE).content.decode()
    assert "Altered" in text
    assert "by user:mallory) was altered, or the link before it" in text
    assert len(Chain.objects.get().faults) == 1


def test_the_api_reads_and_verifies(told: Market, administrator: Any, client_of: Any) -> None:
    client = client_of(administrator)
    first = client.get(f"{API}?who=phil&limit=2").json()
    assert [one["action"] for one in first["results"]] == ["access.refused", "pim.values.read"]
    assert (first["results"][1]["actor"], first["results"][1]["behalf"]) == ("user:phil", "user:mona")
    second = client.get(f"{API}?who=phil&limit=2&cursor={first['next']}").json()
    assert ([one["image"]["name"] for one in second["results"]], second["next"]) == (["one"], None)
    one = client.get(f"{API}/{second['results'][0]['position']}").json()
    assert one["differences"] == [{"name": "name", "before": "one", "after": "two"}]
    assert client.get(f"{API}/chain").json()["links"] == Link.objects.exclude(actor="key:ada").count()
    assert client.post(f"{API}/chain").status_code == 202
    for bad in ("limit=0", "limit=x", "cursor=x", "since=x", "until=2026-13-01"):
        assert client.get(f"{API}?{bad}").status_code == 422, bad
    assert client.put(API, {}).status_code == 405


def test_the_export_is_what_was_found_and_says_so(
    told: Market, administrator: Any, browser_of: Any, client_of: Any
) -> None:
    rename(make_actor("eve", "steward"), "=cmd()", reason="=1+1")
    chain_all()
    answer = browser_of(administrator).get(f"{PAGE}export/?who=eve&as=csv")
    assert answer["Content-Disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [(row["actor"], row["action"], row["reason"]) for row in rows] == [("user:eve", "changed", "'=1+1")]
    answer = client_of(administrator).get(f"{API}/export?who=phil")
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]
    assert [line["action"] for line in lines] == ["access.refused", "pim.values.read", "changed"]
    exported = Entry.objects.filter(action="audit.exported").order_by("id")
    assert [(one.subject, one.detail["asked"]) for one in exported] == [
        ("csv", {"who": "eve"}),
        ("jsonl", {"who": "phil"}),
    ]
    assert client_of(administrator).get(f"{API}/export?as=pdf").status_code == 422


@pytest.mark.parametrize("role", ["steward", "studio", "merchant", "integrator"])
def test_others_do_not_see_it(told: Market, role: str, browser_of: Any, client_of: Any) -> None:
    actor = make_actor("somebody", role)
    pages = [browser_of(actor).get(f"{PAGE}{path}").status_code for path in ("", "1/", "export/")]
    assert [*pages, browser_of(actor).post(f"{PAGE}verify/").status_code] == [403] * 4
    client = client_of(actor)
    answers = [client.get(f"{API}{path}").status_code for path in ("", "/1", "/chain", "/export")]
    assert [*answers, client.post(f"{API}/chain").status_code] == [403] * 5
    assert "Audit" not in browser_of(actor).get("/settings/").content.decode()
    assert not Job.objects.exists()


def test_a_role_may_hold_it_for_the_whole_house_only(told: Market, administrator: Any) -> None:
    define_role(code="auditor", permissions=["audit.view"], actor=administrator)
    for name, code in (("anna", ""), ("otto", "US")):
        make_actor(name, "merchant")
        user = User.objects.get(username=name)
        grant_role(holder=user, role="auditor", dimension="market" if code else "*", code=code, actor=administrator)
    anna, otto = (actor_of(User.objects.get(username=name)) for name in ("anna", "otto"))
    assert find(anna, request="r-1") == ["GB"]
    with pytest.raises(Denied):
        find(otto, request="r-1")
    assert Link.objects.visible_to(otto).count() == 0


def test_an_auditor_without_clearance_sees_no_restricted_value_and_nobody_a_digest(
    window: Any, administrator: Any, steward: Any
) -> None:
    define_role(code="auditor", permissions=["audit.view", "pim.view"], actor=administrator)
    user = User.objects.get(username=make_actor("anna", "merchant").label.partition(":")[2])
    user.grants.all().delete()
    grant_role(holder=user, role="auditor", actor=administrator)
    anna = actor_of(User.objects.get(pk=user.pk))
    set_values(window.ridge, values={"price": {"EUR": "7777.00"}}, actor=steward)
    set_values(window.ridge, values={"price": {"EUR": "8888.00"}}, actor=steward)
    row = ProductValues.objects.get(product=window.ridge, cell__market=None, cell__locale="*")
    chain_all()
    what = f"pim_productvalues:{row.pk}"
    seen, hidden = (search(Asked(what=what), actor=one).records[0] for one in (administrator, anna))
    assert seen.image is not None
    assert seen.image["vals"]["price"] == {"EUR": "7777.00"}
    assert "price" not in hidden.image["vals"]
    _, differences = searching.find_record(hidden.position, actor=anna)
    assert "8888" not in str(differences)
    assert "8888" in str(searching.find_record(hidden.position, actor=administrator)[1])
    assert search(Asked(what=what, words="7777"), actor=anna).records == []
    users = search(Asked(what="accounts_user", action="changed"), actor=administrator, limit=200).records
    keys = search(Asked(what="accounts_apikey"), actor=administrator, limit=200).records
    assert not any("password" in (one.image or {}) for one in users)
    assert not any("digest" in (one.image or {}) for one in keys)
