"""The one way out: HTTP to hosts that the deployment lists, with time-outs, a cap on the answer and no redirects.

OUTGOING_HOSTS holds `host`, `host:port`, an address, or a network such as `10.0.0.0/8`. A host must be listed; an
address that its name resolves to must be a public one or be listed itself. The connection goes to the address that
was checked, so that a name which answers differently the second time reaches nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
from django.conf import settings

from foundation.core.errors import TandemError

CONNECT_SECONDS = 5.0
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(TandemError):
    code = "address-refused"
    status = 422
    title = "This deployment does not call that address"


class NoAnswer(TandemError):
    code = "no-answer"
    status = 502
    title = "The other side did not answer as it should"


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def call(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes = b"", seconds: float = 30,
    max_bytes: int = 8 * 1024 * 1024,
) -> Answer:  # fmt: skip
    """Ask and read the answer, all within so many seconds. Raises `AddressRefused` or `NoAnswer`."""
    deadline = time.monotonic() + seconds
    timeout = httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
    transport = CheckedTransport(settings.OUTGOING_HOSTS)
    try:
        with (
            httpx.Client(transport=transport, timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, headers=dict(headers or {}), content=content) as response,
        ):
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > max_bytes:
                    raise NoAnswer(f"The answer has more than {max_bytes} bytes")
                if time.monotonic() > deadline:
                    raise NoAnswer(f"The answer took more than {seconds:g} seconds")
            return Answer(response.status_code, dict(response.headers), bytes(body))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from error


class CheckedTransport(httpx.HTTPTransport):
    """Connects to the address that was checked; certificates are still checked against the name."""

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__()
        self.allowed = allowed

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host, port = request.url.host, request.url.port or (443 if request.url.scheme == "https" else 80)
        address = checked_address(host, port, self.allowed)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=f"[{address}]" if address.version == 6 else str(address))
        return super().handle_request(request)


def checked_address(host: str, port: int, allowed: Sequence[str]) -> Address:
    """Where to connect for a host. Raises `AddressRefused` when it, or all that it resolves to, is not allowed."""
    name = host.lower().rstrip(".")
    networks = [network for item in allowed if (network := _network(item))]
    literal = _address(name)
    listed = {item.lower() for item in allowed}
    if name not in listed and f"{name}:{port}" not in listed and (literal is None or not _lies_in(literal, networks)):
        raise AddressRefused(f"{host}:{port} is not among OUTGOING_HOSTS")
    if literal is not None:
        return literal
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NoAnswer(f"{host} has no address: {error}") from error
    for *_, place in found:
        address = _address(str(place[0]))
        if address is not None and (address.is_global or _lies_in(address, networks)):
            return address
    raise AddressRefused(f"{host} leads to an address inside; list the address too if that is meant")


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.split("%", 1)[0].strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _network(item: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(item, strict=False)
    except ValueError:
        return None


def _lies_in(address: Address, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)
