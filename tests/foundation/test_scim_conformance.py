"""The public tester of SCIM servers, against a running one: https://scim2-tester.readthedocs.io"""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from scim2_client import BaseSyncSCIMClient
from scim2_tester import Status, check_server

from .scim import directory_key

GOOD = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE, Status.SKIPPED}
pytestmark = pytest.mark.django_db(transaction=True)


class Client(BaseSyncSCIMClient):
    """The tester's client over httpx."""

    def __init__(self, http: httpx.Client) -> None:
        super().__init__()
        self.http = http

    def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        return self.http.request(method, url, **kwargs)

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return True

    def _parse_json(self, response: Any) -> Any:
        return response.json()


@pytest.mark.timeout(300)
def test_the_public_tester_finds_nothing(live_server: Any) -> None:
    headers = {"Authorization": f"Bearer {directory_key()}"}
    with httpx.Client(base_url=f"{live_server.url}/scim/v2", headers=headers, timeout=60) as http:
        results = check_server(Client(http))
    wrong = [one for one in results if one.status not in GOOD]
    assert not wrong, "\n".join(f"{one.status.name} {one.resource_type} {one.title}: {one.reason}" for one in wrong)
    done = [one for one in results if one.status == Status.SUCCESS]
    assert len(done) > 100, len(done)
