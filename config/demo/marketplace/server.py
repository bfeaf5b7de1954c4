"""The marketplace over HTTP."""

import hmac
import json
import socket
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from config.demo.marketplace.faults import KINDS, Faults
from config.demo.marketplace.feeds import Processor, shape_error
from config.demo.marketplace.rulebook import RuleBook
from config.demo.marketplace.store import Store

Json = dict[str, Any]


class Refusal(Exception):
    """An answer other than the expected one, as problem+json."""

    def __init__(self, status: HTTPStatus, code: str, detail: str) -> None:
        """Say what was wrong."""
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


class Marketplace(ThreadingHTTPServer):
    """The server with its store, rules, faults and processor."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], state: Path, rules: RuleBook, key: str) -> None:
        """Bind and begin to process what an earlier run left."""
        super().__init__(address, Handler)
        self.store, self.rules, self.key, self.faults = Store(state), rules, key, Faults()
        self.processor = Processor(self.store, rules)

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"


class Handler(BaseHTTPRequestHandler):
    """Routes of the marketplace; every one but ``/health`` wants the Bearer key."""

    server: Marketplace
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Answer what is asked for."""
        self.answer(self.read)

    def do_POST(self) -> None:
        """Take a feed or set faults."""
        self.answer(self.write)

    def answer(self, route: Any) -> None:
        """Run a route and send its answer or its refusal."""
        try:
            parts = [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]
            if parts != ["health"]:
                self.authenticate()
            outcome = route(parts)
            if outcome is None:
                return self.hang_up()
            self.send(*outcome)
        except Refusal as refusal:
            problem = {
                "type": "about:blank",
                "status": refusal.status,
                "code": refusal.code,
                "detail": refusal.detail,
            }
            self.close_connection = True  # the body may be unread
            self.send(refusal.status, problem, "application/problem+json")

    def authenticate(self) -> None:
        """Compare the key in constant time."""
        given = self.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.server.key}".encode()):
            raise Refusal(HTTPStatus.UNAUTHORIZED, "unauthorized", "A Bearer key is needed.")

    def read(self, parts: list[str]) -> tuple[HTTPStatus, Json]:
        """Route a GET."""
        store = self.server.store
        match parts:
            case ["health"]:
                return HTTPStatus.OK, {"name": self.server.rules.name}
            case ["stats"]:
                return HTTPStatus.OK, store.stats()
            case ["faults"]:
                return HTTPStatus.OK, self.server.faults.set({})
            case ["listings"]:
                return HTTPStatus.OK, {"listings": store.listings()}
            case ["listings", sku]:
                if found := store.listings(sku):
                    return HTTPStatus.OK, found[0]
            case ["feeds", number, *rest] if rest in ([], ["report"]):
                return self.feed(number, wants_report=bool(rest))
        raise Refusal(HTTPStatus.NOT_FOUND, "not_found", "There is nothing here.")

    def feed(self, number: str, *, wants_report: bool) -> tuple[HTTPStatus, Json]:
        """Return a feed's status, or its report once it is done."""
        rows = self.server.store.rows("SELECT * FROM feed WHERE CAST(id AS TEXT) = ?", number)
        if not rows or (wants_report and rows[0]["report"] is None):
            raise Refusal(HTTPStatus.NOT_FOUND, "not_found", "No such feed, or no report of it yet.")
        if wants_report:
            return HTTPStatus.OK, json.loads(rows[0]["report"])
        return HTTPStatus.OK, {
            "feedId": number,
            "processingStatus": rows[0]["status"],
            "messages": rows[0]["messages"],
        }

    def write(self, parts: list[str]) -> tuple[HTTPStatus, Json] | None:
        """Route a POST; None means to hang up without an answer."""
        content = self.body()
        match parts:
            case ["feeds"]:
                return self.take_feed(content)
            case ["faults"]:
                wanted = self.parsed(content)
                if not isinstance(wanted, dict) or not all(
                    k in KINDS and type(v) is int and v >= 0 for k, v in wanted.items()
                ):
                    raise Refusal(HTTPStatus.BAD_REQUEST, "bad_faults", f"Counts from 0 for {', '.join(KINDS)}.")
                return HTTPStatus.OK, self.server.faults.set(wanted)
        raise Refusal(HTTPStatus.NOT_FOUND, "not_found", "There is nothing here.")

    def take_feed(self, content: bytes) -> tuple[HTTPStatus, Json] | None:
        """Queue a feed once per idempotency key."""
        server = self.server
        if server.faults.take("error"):
            server.store.count("faults")
            raise Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong here.")
        key = self.headers.get("Idempotency-Key", "")
        if not key:
            raise Refusal(HTTPStatus.BAD_REQUEST, "idempotency_key_missing", "Send an Idempotency-Key.")
        body = self.parsed(content)
        if complaint := shape_error(body):
            raise Refusal(HTTPStatus.BAD_REQUEST, "bad_feed", complaint)
        if len(body["messages"]) > server.rules.max_messages:
            limit = f"At most {server.rules.max_messages} messages."
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many_messages", limit)
        number, known = server.store.accept_feed(key, sha256(content).hexdigest(), body)
        if known == "other":
            server.store.count("mismatches")
            raise Refusal(
                HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency_mismatch", "This key was used for another feed."
            )
        if known == "new":
            server.processor.queue.put(number)
        else:
            server.store.count("duplicates")
        if server.faults.take("drop"):
            server.store.count("dropped")
            return None
        return HTTPStatus.ACCEPTED, {"feedId": str(number)}

    def body(self) -> bytes:
        """Read the body within the limit."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            raise Refusal(HTTPStatus.LENGTH_REQUIRED, "length_required", "Send a Content-Length.")
        if int(length) > self.server.rules.max_bytes:
            limit = f"At most {self.server.rules.max_bytes} bytes."
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", limit)
        return self.rfile.read(int(length))

    def parsed(self, content: bytes) -> Any:
        """Parse JSON."""
        try:
            return json.loads(content)
        except ValueError as error:
            raise Refusal(HTTPStatus.BAD_REQUEST, "bad_json", str(error)) from error

    def send(self, status: HTTPStatus, content: Json, kind: str = "application/json") -> None:
        """Send JSON."""
        text = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def hang_up(self) -> None:
        """Close the connection without an answer, as a network would."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the counters tell what happened."""
