"""No request breaks the house: whatever is sent, the answer is a refusal with a reason, never a 5xx.

Every write of the OpenAPI document gets bodies that are no JSON, no object, too deep, or hold what Postgres cannot
keep; every read gets queries of the same kind. F22.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from foundation.core.pages import encode_cursor
from tests.cast import make_actor
from tests.syndication import factories

from .test_outsider import PAGE_QUERIES as FILTERS
from .test_outsider import own_ids
from .walking import SPOKEN, UNSAFE, Operation, browser, endpoints, pages, text_of
from .writing import BODIES

DEEP = 100_000
RAW = {
    "nothing": b"", "no JSON": b"{", "a word": b'"word"', "a number": b"7", "null": b"null", "true": b"true",
    "a list": b"[]", "a list of lists": b"[[[]]]", "a list of null": b"[null]", "an empty object": b"{}",
    "NaN": b'{"a": NaN}', "not UTF-8": b'{"title": "\xff\xfe"}', "a lone surrogate": b'{"title": "\\ud800"}',
    "NUL in a value": b'{"title": "a\\u0000b", "name": "\\u0000"}', "NUL in a name": b'{"a\\u0000b": 1}',
    "deep lists": b"[" * DEEP + b"]" * DEEP, "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "quite deep": b'{"body":' * 60 + b"1" + b"}" * 60, "a long number": b'{"minutes": ' + b"9" * 5000 + b"}",
    "a huge exponent": b'{"minutes": 1e999, "version": 1e999}',
}  # fmt: skip
LEAVES: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1e300,
    "",
    " ",
    "\0",
    "\ud800",
    "x" * 5000,
    [],
    {},
    [None],
    {"a": None},
    [[]],
)
QUERIES = (
    "", "\0", "a\0b", "\ud7ff", "%", "__class__", "-1", "0", "201", "9" * 5000, "٣", "1e3", "x" * 5000, "2026-13-45",
    "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00Z", "'; --", "(a+)+$", "[]", "../..",
)  # fmt: skip
CURSORS = [
    "", "x", "====", "é", "\0", "W10", encode_cursor([None]), encode_cursor([{}]), encode_cursor([[]]),
    encode_cursor(["\0"]), encode_cursor(["\ud800"]), encode_cursor([2**80]), encode_cursor([-(2**63)]),
    encode_cursor(["a"]), encode_cursor([1.5]), encode_cursor([True]), encode_cursor([1, 2]), encode_cursor(["a", "b"]),
    encode_cursor(["2026-01-01T00:00:00+00:00", 1]), encode_cursor([1, "a"]), "W1tb" * 20_000, "-1", "9" * 40,
]  # fmt: skip
# What a body must have to come as far as the version.
OTHERS: dict[str, Any] = {"assets": {"title": "other"}, "attributes": {"type": "text"}, "families": {"attributes": []}}
PAGE_QUERIES = (*FILTERS, "queue", "change", "only", "state", "family", "at")
LOOKUPS = ("sku__startswith", "values__vals__cost__gte", "owner__password", "pk", "order_by", "fields", "asset__uid")


@pytest.fixture
def boss(world: Any, settings: Any) -> Client:
    """May everything, so that permissions hide no fault."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    from dam.services.presets import ensure_default_presets

    ensure_default_presets()
    factories.make_model()
    factories.make_profiles()
    coat = factories.make_coat("ATLAS", "red-s")
    factories.place(coat, "shop/US")
    factories.make_picture(coat, "atlas-front.jpg")
    factories.license_asset(factories.make_asset("loose.jpg"), "Studio of ours")
    factories.settle()
    return browser(make_actor("boss", "administrator"))


def address_of(operation: Operation, own: dict[str, list[str]]) -> str:
    if not operation.parameters:
        return operation.path
    return operation.at((own.get(operation.kind) or [str(uuid4())])[0])


def send(client: Client, operation: Operation, address: str, raw: bytes) -> Any:
    return client.generic(operation.method.upper(), address, raw, content_type="application/json", headers=SPOKEN)


def test_bodies_that_are_none(boss: Client) -> None:
    own, broken, accepted = own_ids(), [], []
    for operation in endpoints(*UNSAFE):
        for what, raw in RAW.items():
            response = send(boss, operation, address_of(operation, own), raw)
            if response.status_code >= 500:
                broken.append(f"{operation.name} with {what}: {response.status_code}")
            if what in {"no JSON", "NaN", "not UTF-8", "NUL in a value", "deep lists"} and response.status_code < 400:
                accepted.append(f"{operation.name} with {what}: {response.status_code}")
    assert not broken, "\n".join(broken)
    assert [one for one in accepted if not reads_no_body(one)] == []


def reads_no_body(complaint: str) -> bool:
    return bool(re.match(r"DELETE |POST \S+/(undo|retire|revoke|publication|dismiss|reopen|run|chain) ", complaint))


def test_bodies_with_one_thing_wrong(boss: Client) -> None:
    """A good body with each of its members replaced by what it must not be."""
    own, broken = own_ids(), []
    for operation in endpoints(*UNSAFE):
        if operation.name not in BODIES:
            continue
        good = BODIES[operation.name]("ATLAS", own["assets"][0], own["bindings"][0], own["licences"][0])
        for bad in mutants(good, schema_members(operation)):
            response = send(boss, operation, address_of(operation, own), json.dumps(bad).encode())
            if response.status_code >= 500:
                broken.append(f"{operation.name} with {json.dumps(bad)[:120]}: {response.status_code}")
    assert not broken, "\n".join(broken)


def schema_members(operation: Operation) -> list[str]:
    """What the body may have, from the OpenAPI document."""
    from .walking import document

    told = document()["paths"][operation.path][operation.method].get("requestBody", {}).get("content", {})
    schema = next(iter(told.values()), {}).get("schema", {})
    schema = schema.get("items", schema)
    name = schema.get("$ref", "").rpartition("/")[2]
    return list(document()["components"]["schemas"].get(name, {}).get("properties", {}))


def mutants(good: Any, members: list[str]) -> list[Any]:
    if isinstance(good, list):
        return [[bad] for bad in mutants(good[0], members)]
    found: list[Any] = [{**(good or {}), name: bad} for name in members for bad in LEAVES]
    if "values" in members:
        inner = {"attribute": "name", "locale": "en-GB", "value": "Coat"}
        found += [
            {**good, "values": [inner | {name: bad}]} for name in (*inner, "market", "expires_at") for bad in LEAVES
        ]
    if "verb" in members:
        inner = {"attribute": "name", "mode": "set", "value": "Coat"}
        value = {"verb": "pim.value", "filter": ""}
        found += [
            {**value, "parameters": inner | {name: bad}} for name in (*inner, "market", "locale") for bad in LEAVES
        ]
        words = {"mode": "append", "keywords": ["a"]}
        word = {"verb": "dam.keywords", "filter": ""}
        found += [{**word, "parameters": words | {name: bad}} for name in words for bad in LEAVES]
    if "terms" in members:
        names = ("is_grant", "territories", "uses", "channels", "starts_at", "ends_at")
        found += [{**good, "name": "new", "terms": [{name: bad}]} for name in names for bad in LEAVES]
    if "body" in members:
        found += [{"body": {name: bad}} for name in ("fields", "media", "required", "hero", "seller") for bad in LEAVES]
        found += [{"body": {"fields": [bad], "media": [bad]}} for bad in LEAVES]
    return found


@pytest.mark.timeout(300)
def test_queries_that_are_none(boss: Client) -> None:
    """Filters, limits and cursors of every read; what a page does not know it passes over, but never breaks.

    Parameters of one name are read alike, so their values take turns: each address gets a quarter of them.
    """
    own, broken = own_ids(), []
    turns: Counter[str] = Counter()
    for operation in endpoints("get"):
        for query, _ in operation.queries:
            values = CURSORS if query == "cursor" else QUERIES
            for value in values[turns[query] % 4 :: 4]:
                broken += breaks(boss, operation, address_of(operation, own), query, value)
            turns[query] += 1
    for at, operation in enumerate(pages()):
        for turn, value in enumerate(QUERIES[at % 4 :: 4]):
            query = PAGE_QUERIES[(at + turn) % len(PAGE_QUERIES)]
            broken += breaks(boss, operation, address_of(operation, own), query, value)
        for value in CURSORS[at % 8 :: 8]:
            broken += breaks(boss, operation, address_of(operation, own), "cursor", value)
    assert not broken, "\n".join(broken)
    assert turns["limit"] > 40, "every value has had its turn"


def breaks(client: Client, operation: Operation, address: str, query: str, value: str) -> list[str]:
    response = client.get(address, {query: value})
    return [f"{operation.name} ?{query}={value[:40]!r}: {response.status_code}"] if response.status_code >= 500 else []


def test_cursors_and_limits_are_ours(boss: Client) -> None:
    accepted = []
    for operation in endpoints("get"):
        for query, wrong in (
            ("cursor", ("x", encode_cursor([{}]), "9" * 40)),
            ("limit", ("0", "-1", "501", "9" * 5000, "٣")),
        ):
            if query in dict(operation.queries):
                for value in wrong:
                    response = boss.get(address_of(operation, own_ids()), {query: value})
                    if response.status_code not in {404, 422}:
                        accepted.append(f"{operation.name} ?{query}={value[:20]}: {response.status_code}")
    assert not accepted, "\n".join(accepted)


def test_parameters_that_do_not_exist(boss: Client) -> None:
    """A filter that is not known reaches no lookup: it is refused, or the answer is what it is without."""
    accepted, own = [], own_ids()
    for operation in endpoints("get"):
        plain = boss.get(address_of(operation, own))
        for name in LOOKUPS:
            response = boss.get(address_of(operation, own), {name: "x"})
            if response.status_code != 422 and text_of(response) != text_of(plain):
                accepted.append(f"{operation.name} ?{name}: {response.status_code}")
    assert not accepted, "\n".join(accepted)


def test_paths_with_nul(boss: Client) -> None:
    for operation in [*endpoints("get", *UNSAFE), *pages()]:
        if operation.parameters:
            for one in ("%00", "a%00b", "%ff", "%ed%a0%80", "x" * 3000, "..%2f.."):
                status = boss.generic(operation.method.upper(), operation.at(one)).status_code
                assert 400 <= status < 500, (operation.name, one, status)


def test_forms_of_pages_with_nul(boss: Client) -> None:
    for operation in pages():
        address = operation.at(str(uuid4())) if operation.parameters else operation.path
        for form in ({"q": "\0"}, {"username": "\0", "password": "\0"}, {"next": "\0", "theme": "\0"}, {"\0": "a"}):
            assert boss.post(address, form).status_code < 500, (address, form)


def test_a_session_needs_the_csrf_token_to_write(boss: Client) -> None:
    """Keys need none: a browser does not send them by itself."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = boss.cookies
    for operation in endpoints(*UNSAFE):
        response = send(strict, operation, address_of(operation, own_ids()), b"{}")
        assert (response.status_code, b"CSRF" in response.content) == (403, True), operation.name


def test_a_stale_etag_is_refused(boss: Client) -> None:
    """Every PATCH of what has an ETag takes If-Match."""
    for operation in endpoints("patch", "put"):
        address = address_of(operation, own_ids())
        read = boss.get(address)
        if read.status_code == 200 and "ETag" in read.headers:
            body = json.dumps(OTHERS.get(operation.kind, {"state": "active"})).encode()
            for header in ('"99999"', '"' + "9" * 40 + '"', "nonsense", '"\0"'):
                response = boss.generic(
                    operation.method.upper(), address, body, "application/json", headers={"If-Match": header}
                )
                assert response.status_code in {412, 422}, (operation.name, header, response.status_code)
