"""A restricted and a secret attribute, their names and their values, told in no way to who may not see them. P7 F22.

Who asks may everything else, so that every page and endpoint opens: reads, exports, files, the audit, events, logs.
What they ask of a hidden attribute is answered as it is of one that does not exist; but for files: who brings one in
brings in what it holds, and learns nothing of what is there (tests/pim/test_checked_imports.py).
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import zlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.signing import b64_decode
from django.db import connection

from foundation.audit.services import chain_committed
from foundation.bulk.models import BulkChange
from foundation.jobs.models import Job
from foundation.workflow.models import WorkItem
from pim.models import Attribute, Family, Finding, Override, ProductImport
from syndication.models import Feed

from . import filled, hidden
from .hidden import CODES, RESTRICTED, SECRET
from .test_outsider import addresses, counted, own_ids
from .walking import browser, text_of

WAITING = re.compile(r"\d+ rows wait")  # for their link: each look at the audit is one more
UNKNOWN = "unheard"  # as long as the words that are hidden
JSON, NDJSON = "application/json", "application/x-ndjson"
# Everything that the database derives, tells or keeps for anybody.
TOLD = (
    "events_outbox", "events_event", "pim_productsearch", "pim_catalogueentry", "syndication_listing",
    "syndication_publishedrevision", "dam_asset", "workflow_workitem", "delivery_publication",
)  # fmt: skip
Asked = tuple[str, str, dict[str, Any] | list[Any] | str | None]


@pytest.fixture(autouse=True)
def _static_from_source(settings: Any) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture
def house(world: Any) -> SimpleNamespace:
    filled.fill_own(world)
    people = hidden.make_people()
    found = hidden.hide(people["cleared"])
    while chain_committed():
        pass
    assert Finding.objects.filter(rule__code=f"{SECRET}-rule").exists()
    assert Override.objects.filter(attribute__code=f"{SECRET}_money").exists()
    assert ProductImport.objects.filter(failed__gt=0).count() == 2
    return SimpleNamespace(people=people, atlas=found.atlas)


def ids() -> dict[str, list[str]]:
    """All that there is of what one makes."""
    found = own_ids()
    rows = {
        "imports": ProductImport, "jobs": Job, "bulk-changes": BulkChange, "bulk": BulkChange, "feeds": Feed,
        "work-items": WorkItem, "work": WorkItem,
    }  # fmt: skip
    found |= {name: [str(uid) for uid in model.objects.values_list("uid", flat=True)] for name, model in rows.items()}
    found["products"] = ["ATLAS", "ATLAS-red-s", "SAUCER"]
    found["record-types"] = found["record-types"] + ["vendors"]
    found["records"] = found["record"] = ["makers/harrow", "vendors/acme"]
    return found | {"audit": positions()}


def positions() -> list[str]:
    """In the audit, of each table and action the newest three."""
    statement = """
        SELECT position FROM (
            SELECT position, row_number() OVER (PARTITION BY subject_type, source ORDER BY position DESC) AS nth
              FROM audit_link) AS numbered
         WHERE nth <= 3 ORDER BY 1"""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [str(row[0]) for row in cursor.fetchall()]


def with_queries(house: SimpleNamespace) -> list[str]:
    """Addresses that say more when they are asked for more."""
    page, api = f"/products/{house.atlas.uid}", "/api/v1/products"
    place = "channel=shop&market=US&locale=en-US"
    return [
        f"{api}?fields=sku,values,resolved,completeness,categories&scope=shop/US/en-US",
        f"{api}/ATLAS?scope=shop/US/en-US", f"{api}/ATLAS-red-s?scope=shop/US/en-US",
        f"{api}/ATLAS/compare?from=start&to=now", f"{api}/ATLAS/history?limit=200",
        f"{page}/?{place}", f"{page}/compare/?from=start", f"{page}/history/", f"/completeness/?{place}",
        "/completeness/?family=coats&channel=shop&market=US", "/overrides/?state=ending", "/overrides/?market=US",
        "/api/v1/audit?limit=200", "/api/v1/audit/export?as=csv", "/api/v1/audit/export?as=jsonl",
        "/settings/audit/export/?as=csv", "/settings/audit/?who=cleared", "/settings/audit/?what=pim_productvalues",
        "/jobs/?state=all", "/products/?family=coats&change=1", "/api/v1/validation-rules?limit=200",
        "/search/?q=figure", "/bulk/?noun=product",
    ]  # fmt: skip


@pytest.mark.timeout(300)
def test_no_answer_tells_of_them(house: SimpleNamespace, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    complaints, opened = [], 0
    some = with_queries(house)
    for name, words, paths in (
        ("uncleared", hidden.words(SECRET, RESTRICTED), [*dict.fromkeys(addresses(ids())), *some]),
        ("half-cleared", hidden.words(SECRET), some),
    ):
        client = browser(house.people[name])
        for path in paths:
            if any(code in path for codes in CODES.values() for code in codes):
                continue
            response = client.get(path)
            opened += response.status_code == 200
            assert response.status_code < 500, path
            text = f"{text_of(response)} {dict(response.headers)}".lower()
            if found := [word for word in words if word in text]:
                at = text.index(found[0])
                complaints.append(f"{name} {path} tells {found}: …{text[max(0, at - 90) : at + 60]!r}")
    assert not complaints, f"{len(complaints)}\n" + "\n".join(complaints)
    assert opened > 200
    assert not [word for word in hidden.words(SECRET, RESTRICTED) if word in caplog.text.lower()]
    assert told_to_all() == {}
    # Theirs is not the silence of a house in which there is nothing to tell.
    cleared, half = browser(house.people["cleared"]), browser(house.people["half-cleared"])
    telling = [path for path in some if SECRET in text_of(cleared.get(path)).lower()]
    assert len(telling) >= 14, telling
    assert RESTRICTED in text_of(half.get("/api/v1/products/ATLAS?scope=shop/US/en-US"))


def told_to_all() -> dict[str, list[str]]:
    """Of what is hidden, the words that stand in what the house keeps for anybody."""
    found = {}
    for table in TOLD:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT string_agg(to_jsonb(t)::text, ' ') FROM {table} t")  # noqa: S608  names of ours
            text = (cursor.fetchone()[0] or "").lower()
        found[table] = [word for word in hidden.words(SECRET, RESTRICTED) if word in text]
    return {table: words for table, words in found.items() if words}


# --- what does not exist is answered alike -------------------------------------------------------------


def questions(word: str) -> Iterator[Asked]:
    """Everything that a hidden word can be asked with."""
    text, money = f"{word}_text", f"{word}_money"
    for query in (
        f"/products?q={word}", f"/products?attributes={text}&fields=sku,values", f"/products/ATLAS?attributes={money}",
        f"/products/ATLAS/history?attribute={text}", f"/overrides?attribute={money}", f"/findings?rule={word}-rule",
        f"/attributes/{text}", f"/attributes/{word}_vendor/options", f"/options/{word}_vendor/{word}_ltd",
        f"/validation-rules/{word}-rule", f"/audit?words={word}", f"/audit?words={text}",
        f"/audit?what=pim_option&words={word}", f"/products/ATLAS/compare?from={word}",
        f"/vocabularies/colours/meaning?word={word}", f"/products?sort={text}",
        f"/products?{text}={word}", f"/products?filter[{text}]={word}", f"/products?values__{text}={word}",
    ):  # fmt: skip
        yield "GET", f"/api/v1{query}", None
    for query in (
        f"/products/?q={word}", f"/search/?q={word}", f"/overrides/?attribute={money}", f"/findings/?rule={word}-rule",
        f"/settings/attributes/?q={word}", f"/settings/attributes/{text}/", f"/settings/rules/{word}-rule/",
        f"/settings/attributes/{word}_vendor/options/", f"/settings/option/{word}_vendor/{word}_ltd/",
        f"/settings/rules/?q={word}", f"/completeness/?attribute={text}", f"/completeness/?missing={text}",
        f"/settings/audit/?words={word}", f"/products/picker/?q={word}", f"/jobs/?q={word}", f"/imports/?q={word}",
        f"/products/{{uid}}/values/?attribute={text}&channel=shop&market=US&locale=en-US",
        f"/products/{{uid}}/values/origin/?attribute={text}&channel=shop&market=US&locale=en-US",
        f"/products/{{uid}}/options/?attribute={word}_vendor&q={word}", f"/products/{{uid}}/history/?attribute={text}",
        f"/products/?missing={text}", f"/products/?sort={text}", f"/products/?attribute={text}&value={word}",
    ):  # fmt: skip
        yield "GET", query, None
    value = {"attribute": text, "value": "x"}
    yield "PATCH", "/products/ATLAS", {"values": [value]}
    yield "PATCH", "/products/ATLAS", {"values": [value | {"expected": f"{word} in bulk"}]}
    yield "PUT", "/products/SAUCER", {"family": "cups", "values": [value]}
    yield "POST", "/products/bulk", [{"sku": "ATLAS", "values": [value]}]
    yield "POST", "/products/bulk", "\n".join(
        json.dumps({"sku": sku, "family": "cups", "values": [one]})
        for sku in ("SAUCER", "NEW-1") for one in (value, {"attribute": f"{word}_vendor", "value": f"{word}_ltd"})
    )  # fmt: skip
    yield "POST", "/products/ATLAS/restore", {"change": 1, "only": [f"value/{text}/*/*"]}
    for mode in ("set", "clear"):
        parameters = {"attribute": text, "mode": mode, "value": "x"}
        yield "POST", "/bulk-changes", {"verb": "pim.value", "filter": "", "parameters": parameters}
    clear = {"verb": "pim.value", "parameters": {"attribute": "name", "mode": "clear"}}
    for asked in (f"q={word}", f"q=nothing&{text}={word}", f"q=nothing&values__vals__{text}__startswith={word}"):
        yield "POST", "/bulk-changes", clear | {"filter": asked}
    yield "POST", "/families/coats/move-attribute", {"attribute": text, "level": 0}
    rule = {"messages": {"en-GB": "x"}}
    yield "PUT", "/validation-rules/mine", rule | {"expression": f"product.{money}.EUR < 1.0"}
    yield "PUT", "/validation-rules/mine", rule | {"expression": "product.name != ''", "attribute": text}
    yield "POST", f"/attributes/{word}_vendor/options", [{"code": "x", "labels": {"en-GB": "X"}}]
    yield "PUT", f"/options/{word}_vendor/{word}_ltd", {"labels": {"en-GB": "X"}}
    yield "PATCH", f"/options/{word}_vendor/{word}_ltd", {"is_retired": True}
    yield "DELETE", f"/options/{word}_vendor/{word}_ltd", None
    field = {"target": "title", "source": "attribute", "attribute": text}
    for channel in ("shop", "bazaar"):
        yield "PUT", f"/channels/{channel}/profile", {"body": {"fields": [field], "media": []}}


def answer(client: Any, uid: Any, asked: Asked, word: str) -> tuple[int, str]:
    method, path, body = asked
    path = path.replace("{uid}", str(uid))
    if method != "GET":
        path = f"/api/v1{path}"
    kind = NDJSON if isinstance(body, str) else JSON
    sent = body if isinstance(body, str) else json.dumps(body)
    response = client.generic(method, path, b"" if body is None else sent.encode(), content_type=kind)
    return response.status_code, WAITING.sub("", text_of(response).lower()).replace(word, "WORD")


@pytest.mark.timeout(300)
def test_they_are_as_if_they_did_not_exist(house: SimpleNamespace) -> None:
    complaints, before = [], counted()
    for name, word in (("uncleared", SECRET), ("uncleared", RESTRICTED), ("half-cleared", SECRET)):
        client = browser(house.people[name])
        for mine, other in zip(questions(word), questions(UNKNOWN), strict=True):
            told, plain = answer(client, house.atlas.uid, mine, word), answer(client, house.atlas.uid, other, UNKNOWN)
            if told != plain:
                at = next((at for at, (a, b) in enumerate(zip(told[1], plain[1], strict=False)) if a != b), 0)
                cut = slice(max(0, at - 60), at + 120)
                complaints.append(f"{name} {mine[:2]}: {told[0]} {told[1][cut]!r} not {plain[0]} {plain[1][cut]!r}")
    assert not complaints, f"{len(complaints)}\n" + "\n".join(complaints)
    assert counted() == before, "and nothing was written"


def readable(text: str) -> str:
    """With what is signed and not sealed opened up."""
    for packed in re.findall(r"\.([\w-]{20,}):[\w-]+:[\w-]+", text):
        with contextlib.suppress(ValueError, zlib.error):
            text += zlib.decompress(b64_decode(packed.encode())).decode()
    return text


def test_who_defines_without_seeing_them(house: SimpleNamespace) -> None:
    """They stay as they are in what is saved and taken back; nobody takes them over, nor learns of them by trying."""
    client, coats = browser(house.people["uncleared"]), Family.objects.get(code="coats")
    address = "/settings/families/coats/"
    members = list(coats.members.filter(attribute__code__contains="_").values_list("attribute__code", "level"))
    required = set(coats.requirements.values_list("channel__code", "attribute__code"))
    mine = {"required-shop": ["name"], "below": ["name", "description", "weight"], "version": coats.version}
    saved = client.post(address, mine | {"label-en-GB": "Overcoats"})
    assert (saved.status_code, Family.objects.get(code="coats").labels) == (302, {"en-GB": "Overcoats"})
    undo = [one.extra_tags for one in get_messages(saved.wsgi_request)][-1].split()[0]
    for text in (undo, text_of(client.get(address))):  # where the toast stands
        assert not [word for word in hidden.words(SECRET, RESTRICTED) if word in readable(text).lower()]
    assert client.post(undo).status_code == 302
    coats = Family.objects.get(code="coats")
    assert coats.labels == {}
    assert list(coats.members.filter(attribute__code__contains="_").values_list("attribute__code", "level")) == members
    assert set(coats.requirements.values_list("channel__code", "attribute__code")) == required
    for word in (SECRET, RESTRICTED):
        client.get(address)  # shows what is still to be told
        told = [
            client.post(address, mine | {"version": coats.version, "add": f"{one}_text"}) for one in (word, UNKNOWN)
        ]
        assert [one.status_code for one in told] == [422, 422]
        assert text_of(told[0]).replace(word, "WORD") == text_of(told[1]).replace(UNKNOWN, "WORD")
        taken = {"code": f"{word}_text", "type": "text", "sensitivity": "public", "label-en-GB": "Mine"}
        assert client.post("/settings/attributes/new/", taken).status_code == 422
        one = Attribute.objects.get(code=f"{word}_text")
        assert (one.sensitivity, one.label("en-GB")) == (hidden.CLASSES[word], f"{word.title()} figure")
