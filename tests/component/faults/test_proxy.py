"""The proxy that injects network faults."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from testing.servers.proxy import Board, Mode
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testing.servers.proxy import Address, Proxy


class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(1000):
            self.request.sendall(self.server.name + data)  # type: ignore[attr-defined]


@contextmanager
def an_echo(name: bytes = b"") -> Iterator[Address]:
    """A server that says everything back, with its name in front."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echo) as server:
        server.daemon_threads = True
        server.block_on_close = False
        server.name = name  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address  # type: ignore[misc]
        server.shutdown()


@pytest.fixture
def board() -> Iterator[Board]:
    with Board() as made:
        yield made


def call(proxy: Proxy, *, timeout: float = 60) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout)


def said_back(proxy: Proxy, data: bytes = b"hello") -> bytes:
    with call(proxy) as line:
        line.sendall(data)
        return line.recv(1000)


def test_it_passes_data_on(board: Board) -> None:
    with an_echo() as address:
        assert said_back(board.proxy([address])) == b"hello"


def test_it_takes_turns_and_skips_missing_servers(board: Board) -> None:
    with an_echo(b"a:") as first, an_echo(b"b:") as second:
        proxy = board.proxy([first, ("127.0.0.1", 1), second])
        assert {said_back(proxy) for _ in range(6)} == {b"a:hello", b"b:hello"}


def test_like_a_kubernetes_service_it_skips_nobody(board: Board) -> None:
    with an_echo() as there:
        proxy = board.proxy([there, ("127.0.0.1", 1)], skips=False)
        assert said_back(proxy) == b"hello"
        with pytest.raises(ConnectionResetError), call(proxy) as line:
            line.recv(10)


def test_without_a_server_the_connection_is_closed(board: Board) -> None:
    with pytest.raises(ConnectionResetError), call(board.proxy([("127.0.0.1", 1)])) as line:
        line.recv(10)


def test_a_cut_breaks_connections_and_new_ones_are_taken(board: Board) -> None:
    with an_echo() as address:
        proxy = board.proxy([address])
        with call(proxy) as line:
            line.sendall(b"x")
            assert line.recv(10) == b"x"
            assert proxy.cut() == 1
            with pytest.raises(ConnectionResetError):
                line.recv(10)
        assert said_back(proxy) == b"hello"


def test_it_refuses_and_comes_back_on_the_same_port(board: Board) -> None:
    with an_echo() as address:
        proxy = board.proxy([address])
        proxy.set(Mode.REFUSE)
        with pytest.raises(ConnectionRefusedError):
            call(proxy)
        proxy.set(Mode.PASS)
        assert said_back(proxy) == b"hello"


def test_a_black_hole_accepts_and_stays_silent_until_reset(board: Board) -> None:
    with an_echo() as address:
        proxy = board.proxy([address])
        with call(proxy) as old:
            old.sendall(b"x")
            assert old.recv(10) == b"x"
            proxy.set(Mode.BLACKHOLE)
            with call(proxy) as fresh:
                for line in (old, fresh):
                    line.sendall(b"y")
                    line.settimeout(0.2)
                    with pytest.raises(TimeoutError):
                        line.recv(10)
                    line.settimeout(60)
                proxy.set(Mode.PASS)
                assert (old.recv(10), fresh.recv(10)) == (b"y", b"y")


def test_a_delay_is_kept(board: Board) -> None:
    with an_echo() as address:
        proxy = board.proxy([address])
        proxy.set(Mode.PASS, delay=0.1)
        started = time.monotonic()
        assert said_back(proxy) == b"hello"
        assert 0.2 <= time.monotonic() - started < 2  # there and back


def test_the_end_of_one_side_reaches_the_other(board: Board) -> None:
    with an_echo() as address:
        proxy = board.proxy([address])
        with call(proxy) as line:
            line.sendall(b"x")
            line.shutdown(socket.SHUT_WR)
            assert line.recv(10) == b"x"
            assert line.recv(10) == b""
        assert eventually(lambda: proxy.cut() == 0)
