"""Ports asked for are free, with their neighbours, and out of the way of outgoing connections."""

import socket

import pytest

from config.stack import StackError, ports


def test_a_port_is_free_with_those_beside_it_and_not_one_that_connections_get():
    port = ports.free_port(beside=2)
    assert 20_000 <= port < 32_000
    assert [ports.is_free(port + step) for step in range(3)] == [True] * 3


def test_taken_neighbours_are_passed_over(monkeypatch):
    first = ports.free_port(beside=3)
    with socket.socket() as taken:
        taken.bind((ports.HOST, first + 1))
        taken.listen()
        monkeypatch.setattr(ports.random, "sample", lambda among, count: [first, first + 1, first + 2])
        assert ports.free_port(beside=1) == first + 2
        assert ports.free_port() == first
        with pytest.raises(StackError, match=f"Port {first + 1} on 127.0.0.1, wanted for tea, .*already in use.*: me"):
            ports.require_free(first + 1, what="tea", setting="me")
