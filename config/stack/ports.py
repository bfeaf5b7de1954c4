"""Ports on this machine."""

import random
import socket

from config.stack.process import StackError

HOST = "127.0.0.1"
QUIET = range(20_000, 32_000)  # below what Linux, BSD and Windows give to outgoing connections (RFC 6335, section 6)


def free_port(*, beside: int = 0) -> int:
    """A port nobody uses now, nor that many after it. Somebody else may be quicker: be ready to ask again."""
    for port in random.sample(QUIET, 1_000):
        if all(is_free(port + step) for step in range(beside + 1)):
            return port
    raise StackError(f"No free port between {QUIET.start} and {QUIET.stop} on {HOST}.")


def is_free(port: int) -> bool:
    return not obstacle(port)


def require_free(port: int, *, what: str, setting: str) -> None:
    """Granian shares a port silently with whoever asked for the same, hence this look before."""
    if reason := obstacle(port):
        raise StackError(
            f"Port {port} on {HOST}, wanted for {what}, cannot be used: {reason}. Choose another one: {setting}."
        )


def obstacle(port: int) -> str:
    """Why nobody may listen there; empty when one may."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""
