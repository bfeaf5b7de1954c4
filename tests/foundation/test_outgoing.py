"""The one way out: only where the deployment says, never inside by a trick, never for ever."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from foundation.core.outgoing import AddressRefused, NoAnswer, call, checked_address


def answer(host: str, *addresses: str) -> Callable[..., Any]:
    return lambda name, port, **_: [(2, 1, 6, "", (address, port)) for address in addresses]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "localhost", "::1", "[::1]", "::ffff:127.0.0.1", "8.8.8.8", "shop.test"],
)
def test_nothing_is_called_by_default(host):
    with pytest.raises(AddressRefused):
        checked_address(host, 80, [])


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.7"])
def test_a_listed_name_that_leads_inside_is_refused(monkeypatch, inside):
    monkeypatch.setattr(socket, "getaddrinfo", answer("shop.example", inside))
    with pytest.raises(AddressRefused):
        checked_address("shop.example", 443, ["shop.example"])


@pytest.mark.parametrize("allowed", [["127.0.0.1"], ["127.0.0.0/8"], ["127.0.0.1:8080"]])
def test_what_is_listed_is_allowed(allowed):
    assert str(checked_address("127.0.0.1", 8080, allowed)) == "127.0.0.1"


def test_a_listed_port_is_that_port_only():
    with pytest.raises(AddressRefused):
        checked_address("127.0.0.1", 22, ["127.0.0.1:8080"])


def test_a_name_inside_is_allowed_with_its_address(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answer("erp", "10.0.0.7"))
    assert str(checked_address("ERP.", 443, ["erp", "10.0.0.0/8"])) == "10.0.0.7"


def test_a_name_without_address_is_no_answer(monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(NoAnswer):
        checked_address("shop.example", 443, ["shop.example"])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()
        elif self.path == "/drip":
            self.send_response(200)
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                for _ in range(100):
                    self.wfile.write(b"x")
                    time.sleep(0.05)
        else:
            body = self.headers["Host"].encode() if self.path == "/host" else b"x" * 5000
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(settings: Any) -> Iterator[str]:
    settings.OUTGOING_HOSTS = ["127.0.0.1", "shop.example"]
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.shutdown()
    httpd.server_close()


def test_a_redirect_is_an_answer_and_not_followed(server):
    assert call("GET", f"{server}/away").status == 302


def test_a_large_answer_is_cut_off(server):
    assert len(call("GET", server, max_bytes=5000).content) == 5000
    with pytest.raises(NoAnswer, match="more than 4999 bytes"):
        call("GET", server, max_bytes=4999)


def test_a_slow_answer_is_given_up(server):
    begun = time.monotonic()
    with pytest.raises(NoAnswer, match="took more than"):
        call("GET", f"{server}/drip", seconds=0.5)
    assert time.monotonic() - begun < 4


def test_a_name_that_answers_differently_the_second_time_reaches_what_was_checked(server, monkeypatch):
    """The check and the connection use one resolution; the name stays in the Host header."""
    asked: list[str] = []

    def resolve(name: str, port: int, *more: int, **named: int) -> list[Any]:
        if name != "shop.example":
            return real(name, port, *more, **named)
        asked.append(name)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "169.254.169.254", port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    port = server.rsplit(":", 1)[1]
    assert call("GET", f"http://shop.example:{port}/host").content.decode() == f"shop.example:{port}"
    assert asked == ["shop.example"]


def test_nobody_there_is_no_answer(settings):
    settings.OUTGOING_HOSTS = ["127.0.0.1"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NoAnswer):
        call("GET", f"http://127.0.0.1:{port}/")
