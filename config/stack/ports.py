"""Ports on this machine."""

import socket

from config.stack.process import StackError

HOST = "127.0.0.1"


def free_port() -> int:
    """A port nobody listens on now. Somebody else may be quicker: be ready to ask again."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def require_free(port: int, *, what: str, setting: str) -> None:
    """Granian shares a port silently with whoever asked for the same, hence this look before."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise StackError(
                f"Port {port} on {HOST}, wanted for {what}, cannot be used: {error.strerror}. "
                f"Choose another one: {setting}."
            ) from error
