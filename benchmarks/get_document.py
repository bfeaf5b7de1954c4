"""GET of one published document through the whole of Django, beside an empty view and beside a DRF ModelSerializer.

All three are asked in this process by the same WSGI handler with the same middleware and the same key.
`python -m benchmarks.get_document`
"""

from __future__ import annotations

import argparse
import io
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from benchmarks.house import fetch, fresh_house, in_turns, require
from benchmarks.report import latencies, row, write_report

REQUESTS, ROUNDS, PRODUCTS = 150, 7, 12
Get = Callable[[str], tuple[int, bytes]]


def make_catalogue(products: int) -> tuple[list[str], str]:
    """Paths of live listings, and a key that may read them."""
    from foundation.accounts.choices import Dimension, Role
    from foundation.accounts.services import create_api_key, create_user, grant_role
    from foundation.core.actors import system
    from foundation.markets.services import define_channel, define_locale, define_market, define_scope
    from syndication.models import Listing
    from tests.syndication import factories

    actor = system("benchmark")
    for code, fallback in (("en-GB", None), ("de-DE", "en-GB")):
        define_locale(code=code, name=code, fallback=fallback, actor=actor)
    for code, locale, currency in (("GB", "en-GB", "GBP"), ("DE", "de-DE", "EUR")):
        define_market(code=code, name=code, territories=[code], locales=[locale], currency=currency, actor=actor)
    for code, kind in (("shop", "d2c"), ("bazaar", "marketplace")):
        define_channel(code=code, name=code, kind=kind, actor=actor, asks_restricted=kind == "d2c")
    for scope in (("shop", "GB", "en-GB"), ("shop", "DE", "de-DE"), ("bazaar", "GB", "en-GB")):
        define_scope(channel=scope[0], market=scope[1], locale=scope[2], actor=actor)
    factories.make_model()
    factories.make_profiles()
    for number in range(products):
        model = factories.make_coat(f"COAT-{number}")
        factories.make_picture(model)
        factories.place(model, "shop/GB")
    factories.settle()
    user = create_user(username="webshop", actor=actor)
    grant_role(holder=user, role=Role.STEWARD, dimension=Dimension.EVERYWHERE, actor=actor)
    uids = [str(uid) for uid in Listing.objects.live().order_by("pk").values_list("uid", flat=True)]
    require(len(uids) == products, f"{len(uids)} listings are live, not {products}")
    return [f"/api/v1/listings/{uid}" for uid in uids], create_api_key(user=user, name="benchmark", actor=actor)[1]


def with_empty_views() -> None:
    """Adds an empty view and a view as DRF's tutorial writes it to the house's URLs, for this process."""
    from django.http import HttpResponse
    from django.urls import clear_url_caches, path
    from rest_framework import serializers
    from rest_framework.generics import RetrieveAPIView
    from rest_framework.views import APIView

    import config.urls
    from syndication.models import Listing

    class ListingSerializer(serializers.ModelSerializer[Listing]):
        document = serializers.SerializerMethodField()

        class Meta:
            model = Listing
            fields = ("uid", "sku", "scope", "channel", "state", "revision", "hash", "problems", "document")

        def get_document(self, listing: Listing) -> Any:
            return json.loads(listing.body)

    class SerializerView(RetrieveAPIView[Listing]):
        queryset = Listing.objects.select_related("scope", "channel")
        serializer_class = ListingSerializer
        lookup_field = "uid"

    def empty(request: Any, uid: UUID) -> HttpResponse:
        return HttpResponse(b"{}", content_type="application/json")

    class KeyView(APIView):
        def get(self, request: Any, uid: UUID) -> HttpResponse:
            return HttpResponse(b"{}", content_type="application/json")

    config.urls.urlpatterns[:0] = [
        path("bench/key/<uuid:uid>", KeyView.as_view()),
        path("bench/empty/<uuid:uid>", empty),
        path("bench/drf/<uuid:uid>", SerializerView.as_view()),
    ]
    clear_url_caches()


def asker(key: str) -> Get:
    """One request through the WSGI application, without a socket."""
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    status: list[str] = []

    def start_response(line: str, headers: list[tuple[str, str]], *_: Any) -> None:
        status.append(line)

    def get(path: str) -> tuple[int, bytes]:
        status.clear()
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "",
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
            "HTTP_AUTHORIZATION": f"Bearer {key}", "REMOTE_ADDR": "127.0.0.1",
        }  # fmt: skip
        response = application(environ, start_response)
        body = b"".join(response)
        response.close()
        return int(status[0].split()[0]), body

    return get


def paced(get: Get, paths: list[str], right: dict[str, bytes], number: int, took: list[float] | None = None) -> float:
    """Requests per second; every answer is compared with the right one."""
    begun = time.perf_counter()
    for at in range(number):
        path = paths[at % len(paths)]
        start = time.perf_counter()
        status, body = get(path)
        if took is not None:
            took.append(time.perf_counter() - start)
        if status != 200 or body != right[path]:
            require(holds=False, what=f"{path} answers {status}: {body[:200]!r}")
    return number / (time.perf_counter() - begun)


def stored(paths: list[str]) -> dict[str, bytes]:
    """The documents as the table has them, read past Django."""
    rows = dict(fetch("SELECT uid::text, body FROM syndication_listing"))
    found = {path: rows[path.rsplit("/", 1)[1]].encode() for path in paths}
    require(all("Wool coat" in str(json.loads(body)) for body in found.values()), "a document has no title")
    return found


def measure(products: int, requests: int, rounds: int) -> list[dict[str, Any]]:
    paths, key = make_catalogue(products)
    with_empty_views()
    get = asker(key)
    right = stored(paths)
    empty = {f"/bench/empty/{path.rsplit('/', 1)[1]}": b"{}" for path in paths}
    keyed = {path.replace("empty", "key"): body for path, body in empty.items()}
    plain = {f"/bench/drf/{path.rsplit('/', 1)[1]}": path for path in paths}
    slow = {path: get(path)[1] for path in plain}
    for path, ours in plain.items():
        require(json.loads(slow[path])["document"] == json.loads(right[ours]), f"{path} answers another document")
    took: list[float] = []
    ours, limit, drf, key_only = in_turns(
        rounds,
        lambda number: paced(get, paths, right, requests, took if number else None),
        lambda _: paced(get, list(empty), empty, requests),
        lambda _: paced(get, list(slow), slow, requests),
        lambda _: paced(get, list(keyed), keyed, requests),
    )
    return [
        row("one document, of an empty view", "requests/s", ours, limit)
        | {key: round(value, 4) for key, value in latencies(took).items()},
        row("one document, of a DRF ModelSerializer", "requests/s", ours, drf),
        row("one document, of an empty view behind a key", "requests/s", ours, key_only),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each kind in each round")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    with fresh_house():
        rows = measure(PRODUCTS, chosen.requests, chosen.rounds)
        write_report("get-document", rows, packages=["django", "djangorestframework", "psycopg"])


if __name__ == "__main__":
    main()
