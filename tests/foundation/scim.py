"""A directory that provisions by SCIM: a client with a key of its own."""

from __future__ import annotations

import json
from typing import Any, Self

import httpx

from foundation.accounts.models import User
from foundation.accounts.services import KeyScope, create_api_key
from foundation.core.actors import system
from tests.cast import make_actor

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


def directory_key() -> str:
    """The secret of a key that may provision and nothing else, of an administrator's."""
    actor = make_actor("root", "administrator")
    scope = KeyScope(permissions=["accounts.provision"])
    user = User.objects.get(pk=actor.user_id)
    return create_api_key(user=user, name="directory", scope=scope, actor=system("tests"))[1]


class Directory:
    """Speaks to /scim/v2 of a running server."""

    def __init__(self, url: str, secret: str) -> None:
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/scim+json"}
        self.http = httpx.Client(base_url=f"{url}/scim/v2", headers=headers, timeout=30)

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        content = None if body is None else json.dumps(body)  # httpx would refuse halves of surrogate pairs
        return self.http.request(method, path, content=content, **more)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def person(self, username: str, **more: Any) -> dict[str, Any]:
        answer = self.ask("POST", "/Users", {"schemas": [USER], "userName": username, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def group(self, title: str, *ids: str, **more: Any) -> dict[str, Any]:
        members = [{"value": one} for one in ids]
        body = {"schemas": [GROUP], "displayName": title, "members": members, **more}
        answer = self.ask("POST", "/Groups", body)
        assert answer.status_code == 201, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def patch(self, where: str, *operations: dict[str, Any], **more: Any) -> httpx.Response:
        return self.ask("PATCH", where, {"schemas": [PATCH], "Operations": list(operations)}, **more)

    def found(self, where: str, **query: Any) -> list[dict[str, Any]]:
        answer = self.ask("GET", where, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json().get("Resources", [])  # type: ignore[no-any-return]
