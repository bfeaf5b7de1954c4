"""The marketplace as a client meets it: a real process, real HTTP."""

# ruff: noqa: S310  an outside client of loopback addresses
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.client import RemoteDisconnected
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from PIL import Image

from config.demo.marketplace.rulebook import RuleBook

Json = dict[str, Any]
KEY = "test-key"
ROOT = Path(__file__).parents[2]


class Client:
    """Speaks to one marketplace."""

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, path: str, body: object = None, **headers: str) -> tuple[int, Json]:
        content = None if body is None else json.dumps(body).encode()
        sent = {
            "Authorization": f"Bearer {KEY}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        try:
            with urlopen(Request(self.url + path, content, sent), timeout=10) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, json.load(error)

    def submit(self, key: str, *messages: Json) -> Json:
        status, answer = self.call("/feeds", feed(*messages), Idempotency_Key=key)
        assert status == 202
        return self.report(answer["feedId"])

    def report(self, number: str) -> Json:
        deadline = time.monotonic() + 10
        while self.call(f"/feeds/{number}")[1]["processingStatus"] != "DONE":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return self.call(f"/feeds/{number}/report")[1]


class Pictures(BaseHTTPRequestHandler):
    """A delivery service with three pictures."""

    sizes: ClassVar = {
        "/good.jpg": (600, 750, "image/jpeg"),
        "/small.jpg": (300, 375, "image/jpeg"),
        "/page": (600, 750, "text/html"),
    }

    def do_GET(self) -> None:
        if self.path not in self.sizes:
            self.send_error(403)
            return
        width, height, kind = self.sizes[self.path]
        raw = BytesIO()
        Image.new("RGB", (width, height)).save(raw, "JPEG")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(raw.getvalue())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def pictures() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., tuple[Client, subprocess.Popen[str]]]]:
    running: list[subprocess.Popen[str]] = []

    def begin(*extra: str) -> tuple[Client, subprocess.Popen[str]]:
        command = [
            sys.executable,
            "-m",
            "config.demo.marketplace",
            "--state",
            str(tmp_path / "state"),
            "--key",
            KEY,
            *extra,
        ]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout is not None
        return Client(process.stdout.readline().strip()), process

    yield begin
    for process in running:
        process.terminate()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def client(start: Callable[..., tuple[Client, subprocess.Popen[str]]]) -> Client:
    return start()[0]


def feed(*messages: Json) -> Json:
    return {"header": {"sellerId": "HARROW", "version": "2.0"}, "messages": list(messages)}


def update(number: int, pictures: str, sku: str = "OW-1", **changes: object) -> Json:
    plain = {
        "title": "Alder Raincoat", "description": "Dry.", "gtin": "9520070000010", "colour": "Blue",
        "main_image": f"{pictures}/good.jpg",
    } | changes  # fmt: skip
    attributes = {
        name: [{"value": value, "marketplace_id": "GB"}] for name, value in plain.items() if value is not None
    }
    return {
        "messageId": number, "sku": sku, "operationType": "UPDATE", "productType": "OUTERWEAR",
        "requirements": "LISTING", "attributes": attributes,
    }  # fmt: skip


def test_accepts_updates_and_deletes(client: Client, pictures: str) -> None:
    report = client.submit("a", update(1, pictures))
    assert report["header"] == {"sellerId": "HARROW", "version": "2.0", "feedId": "1"}
    assert report["issues"] == []
    assert report["summary"] == {
        "errors": 0, "warnings": 0, "messagesProcessed": 1, "messagesAccepted": 1, "messagesInvalid": 0,
    }  # fmt: skip
    client.submit("b", update(1, pictures, title="Alder Raincoat, Navy"))
    listing = client.call("/listings/OW-1")[1]
    assert listing["attributes"]["title"][0]["value"] == "Alder Raincoat, Navy"
    assert (listing["received"], listing["accepted"]) == (2, 2)
    client.submit("c", {"messageId": 1, "sku": "OW-1", "operationType": "DELETE"})
    assert client.call("/listings")[1] == {"listings": []}
    assert client.call("/listings/OW-1")[0] == 404
    assert client.call("/stats")[1]["received"] == {"OW-1": 3}


@pytest.mark.parametrize(
    ("changes", "attribute", "code"),
    [
        ({"title": None}, "title", "REQUIRED"),
        ({"title": "Kiln Vase – FREE UK delivery"}, "title", "TITLE_PROMOTIONAL"),
        ({"title": "x" * 61}, "title", "TITLE_TOO_LONG"),
        ({"gtin": "9520070000011"}, "gtin", "GTIN_INVALID"),
        ({"colour": "navy"}, "colour", "COLOUR_UNKNOWN"),
        ({"main_image": None}, "main_image", "REQUIRED"),
        ({"main_image": "{}/small.jpg"}, "main_image", "IMAGE_REFUSED"),
        ({"main_image": "{}/page"}, "main_image", "IMAGE_REFUSED"),
        ({"main_image": "{}/gone.jpg"}, "main_image", "IMAGE_REFUSED"),
        ({"main_image": "file:///etc/hostname"}, "main_image", "IMAGE_REFUSED"),
    ],
)
def test_rejects_by_its_own_rules(pictures: str, changes: Json, attribute: str, code: str) -> None:
    changes = {name: value and value.format(pictures) for name, value in changes.items()}
    (issue,) = RuleBook.load().issues_of(update(4, pictures, **changes))
    assert (issue["code"], issue["severity"], issue["messageId"]) == (code, "ERROR", 4)
    assert issue["attributeNames"] == [attribute]


def test_a_rejected_message_leaves_the_others(client: Client, pictures: str) -> None:
    report = client.submit(
        "a",
        update(1, pictures),
        update(2, pictures, "OW-2", title="FREE coat"),
        update(3, pictures, "OW-3", description=None),
    )
    assert [(each["sku"], each["severity"], each["attributeName"]) for each in report["issues"]] == [
        ("OW-2", "ERROR", "title"),
        ("OW-3", "WARNING", "description"),
    ]
    assert report["summary"]["messagesInvalid"] == 1
    assert [each["sku"] for each in client.call("/listings")[1]["listings"]] == ["OW-1", "OW-3"]


def test_unreadable_messages_are_issues(client: Client, pictures: str) -> None:
    patch = update(2, pictures) | {"operationType": "PATCH"}
    report = client.submit(
        "a", update(1, pictures), update(1, pictures), patch, {"messageId": 4, "operationType": "DELETE"}
    )
    assert [each["code"] for each in report["issues"]] == ["MESSAGE_ID", "OPERATION", "SKU"]
    assert client.call("/stats")[1]["received"] == {"OW-1": 3}


def test_the_same_key_has_one_effect(client: Client, pictures: str) -> None:
    submit = partial(client.call, "/feeds", Idempotency_Key="a")
    first, again = submit(feed(update(1, pictures))), submit(feed(update(1, pictures)))
    assert first == again == (202, {"feedId": "1"})
    status, problem = submit(feed(update(1, pictures, colour="Red")))
    assert (status, problem["code"]) == (422, "idempotency_mismatch")
    client.report("1")
    stats = client.call("/stats")[1]
    assert {name: stats[name] for name in ("feeds", "messages", "duplicates", "mismatches")} == {
        "feeds": 1, "messages": 1, "duplicates": 1, "mismatches": 1,
    }  # fmt: skip
    assert stats["received"] == {"OW-1": 1}


def test_refuses_what_is_no_feed(client: Client) -> None:
    assert client.call("/feeds", feed({}))[1]["code"] == "idempotency_key_missing"
    assert client.call("/feeds", {"messages": []}, Idempotency_Key="a")[1]["code"] == "bad_feed"
    assert client.call("/feeds", feed(*[{}] * 1001), Idempotency_Key="a")[0] == 413
    assert client.call("/stats", Authorization="Bearer other")[0] == 401
    assert client.call("/feeds/7")[0] == client.call("/elsewhere")[0] == 404
    assert client.call("/faults", {"fire": 1})[0] == 400
    assert client.call("/stats")[1]["feeds"] == 0


def test_refuses_bodies_over_the_limit(
    tmp_path: Path, start: Callable[..., tuple[Client, object]], pictures: str
) -> None:
    rules = json.loads((ROOT / "config/demo/marketplace/rules.json").read_text(encoding="utf-8"))
    rules["limits"]["max_bytes"] = 100
    (tmp_path / "rules.json").write_text(json.dumps(rules), encoding="utf-8")
    client, _ = start("--rules", str(tmp_path / "rules.json"))
    assert client.call("/feeds", feed(update(1, pictures)), Idempotency_Key="a")[1]["code"] == "too_large"


def test_faults_happen_as_often_as_asked(client: Client, pictures: str) -> None:
    assert client.call("/faults", {"error": 2, "drop": 1})[1] == {"error": 2, "drop": 1}
    submit = partial(client.call, "/feeds", feed(update(1, pictures)), Idempotency_Key="a")
    assert [submit()[0], submit()[0]] == [500, 500]
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        submit()
    assert submit() == (202, {"feedId": "1"})
    client.report("1")
    stats = client.call("/stats")[1]
    assert (stats["faults"], stats["dropped"], stats["duplicates"], stats["received"]) == (
        2,
        1,
        1,
        {"OW-1": 1},
    )


def test_a_restart_forgets_nothing(start: Callable[..., tuple[Client, subprocess.Popen[str]]], pictures: str) -> None:
    client, process = start()
    client.submit("a", update(1, pictures))
    before = client.call("/stats")
    process.kill()
    process.wait(10)
    client, _ = start()
    assert client.call("/stats") == before
    assert client.call("/feeds", feed(update(1, pictures)), Idempotency_Key="a") == (202, {"feedId": "1"})


def test_dies_with_its_parent(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-m', 'config.demo.marketplace',"
        f" '--state', {str(tmp_path)!r}],"
        " stdout=subprocess.PIPE, text=True)\n"
        "print(child.pid, child.stdout.readline().strip(), flush=True)\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    url = answer.stdout.split()[1]
    deadline = time.monotonic() + 10
    with pytest.raises(OSError, match="refused"):
        poll_health(url, until=deadline)


def poll_health(url: str, *, until: float) -> None:
    while time.monotonic() < until:
        urlopen(f"{url}/health", timeout=2).close()
        time.sleep(0.02)
