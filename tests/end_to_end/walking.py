"""Every address there is, made from the OpenAPI document and the URL configuration, so that new ones are walked too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.cast import enter

ROOT = Path(__file__).resolve().parents[2]
UNSAFE = ("post", "put", "patch", "delete")
SPOKEN = {"Tus-Resumable": "1.0.0"}  # uploads look at nothing before they know the version
PARAMETER = re.compile(r"\{(\w+)\}|<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Operation:
    """One method of one address. `kind` is what its parameter names: `products` for /api/v1/products/{sku}."""

    method: str
    path: str
    queries: tuple[tuple[str, tuple[str, ...]], ...] = ()
    body: str = ""

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def parameters(self) -> list[str]:
        return [one or other for one, other in PARAMETER.findall(self.path)]

    @property
    def kind(self) -> str:
        """The segment before the last parameter; an address with three parameters needs a thought first."""
        assert len(self.parameters) in {1, 2}, f"{self.name}: say in walking.py how its parameters are filled"
        place = list(PARAMETER.finditer(self.path))[-1].start()
        return self.path[:place].strip("/").rpartition("/")[2]

    def at(self, identifier: str) -> str:
        """Filled with what a thing is named by: `uid/3` where it has two parameters, of which 1 is the second."""
        if len(self.parameters) == 1:
            return PARAMETER.sub(lambda _: identifier, self.path)
        parts = iter(identifier.split("/"))
        return PARAMETER.sub(lambda _: next(parts, "1"), self.path)


@cache
def document() -> dict[str, Any]:
    found = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
    assert isinstance(found, dict)
    return found


def endpoints(*methods: str) -> list[Operation]:
    return [
        Operation(method, path, tuple(_queries(told)), next(iter(told.get("requestBody", {}).get("content", {})), ""))
        for path, operations in document()["paths"].items()
        for method, told in operations.items()
        if method in methods
    ]


def _queries(told: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in told.get("parameters", []):
        if one["in"] == "query":
            yield one["name"], tuple(one["schema"].get("enum", ()))


def pages() -> list[Operation]:
    from workspace.urls import urlpatterns

    return [Operation("get", f"/{one.pattern}") for one in urlpatterns]


def admin_pages() -> list[str]:
    found = [reverse("admin:index")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        found += [
            reverse(f"{name}_change", args=[pk]) for pk in model._default_manager.values_list("pk", flat=True)[:30]
        ]
    return found


def browser(actor: Any) -> Client:
    """Signed in at the pages, which the API accepts as well."""
    client = Client(raise_request_exception=False)
    if actor is not None:
        enter(client, actor)
    return client


NOISE = (
    (re.compile(r"[A-Za-z0-9]{64}(?=\")"), "csrf"),
    (re.compile(r"/m/[\w.=-]+/"), "/m/link/"),
    (re.compile(r'data:image/svg\+xml;base64,[\w+/=]+|id="secret" readonly value="\w+"'), "a new secret of an app"),
    (re.compile(r'"challenge": "[\w-]+"'), '"challenge"'),
    (re.compile(r"<time.*?</time>", re.DOTALL), "time"),
    (re.compile(r'\b(?:x|x1|x2|width)="[\d.]+%"'), "a place in a chart of time"),
    (re.compile(r'"version":\s*\d+'), '"version"'),  # counts every change of a product, whoever made it
)


def text_of(response: Any) -> str:
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    text = raw.decode("utf-8", "replace")
    for pattern, word in NOISE:
        text = pattern.sub(word, text)
    return text


def like(text: str, *, unknown: str) -> str:
    """A name of the same form that nothing has."""
    first, slash, number = text.partition("/")
    return f"{unknown}{slash}{number}" if is_uuid(first) else "NOWHERE"


def is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
