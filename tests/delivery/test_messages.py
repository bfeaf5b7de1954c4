"""Requests are read in one spelling, and parts are counted as RFC 9110 says."""

from __future__ import annotations

import pytest

from delivery.asgi.media import Part, wanted_part
from delivery.asgi.messages import Request
from delivery.errors import RangeNotSatisfiable, UnknownMedia


def request(path=b"/m/Lk.a.b/coat.webp", query=b"", method="GET", **headers):
    return Request(
        method,
        path,
        query,
        {name.replace("_", "-").encode(): text.encode() for name, text in headers.items()},
        frozenset(),
    )


def test_the_one_spelling():
    assert request().token() == "Lk.a.b"
    assert Request.of(
        {"method": "GET", "path": "/m/Lk.a.b/coat.webp", "query_string": b"", "headers": []}
    ).token() == "Lk.a.b"  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        b"/m/Lk.a.b", b"/m/Lk.a.b/", b"/m//coat.webp", b"//m/Lk.a.b/coat.webp", b"/m//Lk.a.b/coat.webp",
        b"/m/Lk.a.b//coat.webp", b"/m/./Lk.a.b/coat.webp", b"/m/x/../Lk.a.b/coat.webp", b"/m/Lk.a.b/../coat.webp",
        b"/m/%4ck.a.b/coat.webp", b"/m/Lk.a.b/co%61t.webp", b"/m/Lk%2ea.b/coat.webp", b"/m%2fLk.a.b/coat.webp",
        b"/m/Lk.a.b%2fcoat.webp", b"/m/Lk.a.b/coat.webp%00", b"/m/Lk.a.b/coat.webp\n", b"/m/Lk.a.b/coat",
        b"/m/Lk.a.b/Coat.webp", b"/m/Lk.a.b/coat.webp/", b"/m/Lk.a.b/coat.webp;v=1", b"/m/Lk.a.b/coat.tar.gz",
        b"/m/Lk.a.b/c\xc3\xb6at.webp", b"/M/Lk.a.b/coat.webp", b"/m/" + b"a" * 601 + b"/coat.webp",
        b"/m/Lk.a.b/" + b"a" * 81 + b".webp", b"/m/Lk.a.b\\coat.webp", b"/x/m/Lk.a.b/coat.webp",
    ],
)  # fmt: skip
def test_every_other_spelling(path):
    with pytest.raises(UnknownMedia):
        request(path).token()


@pytest.mark.parametrize("query", [b"v=1", b"w=100", b"=", b"&", b"utm_source=x"])
def test_no_query_is_known(query):
    with pytest.raises(UnknownMedia):
        request(query=query).token()


@pytest.mark.parametrize(
    ("range_", "part"),
    [
        ("bytes=0-0", Part(0, 1)),
        ("bytes=10-19", Part(10, 10)),
        ("bytes=90-", Part(90, 10)),
        ("bytes=90-1000", Part(90, 10)),
        ("bytes=-30", Part(70, 30)),
        ("bytes=-300", Part(0, 100)),
        ("bytes=-", None),
        ("bytes=20-10", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes = 0-1", None),
        ("bytes=0-9999999999999999", None),
        ("", None),
    ],
)
def test_parts(range_, part):
    assert wanted_part(request(range=range_), '"e"', 100) == part


@pytest.mark.parametrize("range_", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_no_such_part(range_):
    with pytest.raises(RangeNotSatisfiable):
        wanted_part(request(range=range_), '"e"', 100)


def test_a_part_of_something_else_is_the_whole():
    assert wanted_part(request(range="bytes=0-1", if_range='"e"'), '"e"', 9) == Part(0, 2)
    assert wanted_part(request(range="bytes=0-1", if_range='"old"'), '"e"', 9) is None
    assert wanted_part(request(range="bytes=0-1", if_range='W/"e"'), '"e"', 9) is None
    assert wanted_part(request(range="bytes=0-1", method="HEAD"), '"e"', 9) is None
