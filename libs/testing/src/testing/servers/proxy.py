"""A TCP proxy that can be told to fail: it passes, cuts, refuses, delays, or accepts and never answers.

In front of several backends it takes turns. It skips those that refuse, as a load balancer does, or breaks the connection off, which is
what comes of a Service of Kubernetes.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import threading
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from testing.servers.ports import free_ports

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Coroutine, Sequence

_CHUNK = 64 * 1024
_CONNECT_SECONDS = 2.0

Address = tuple[str, int]


class Mode(StrEnum):
    """What happens to connections."""

    PASS = "pass"
    REFUSE = "refuse"
    """Nobody listens: new connections are refused at once."""
    BLACKHOLE = "blackhole"
    """New connections are accepted, and nothing passes on any of them."""


class Proxy:
    """One listening port. All of its methods may be called from any thread."""

    def __init__(self, board: Board, backends: Sequence[Address], tls: ssl.SSLContext | None = None, *, skips: bool = True) -> None:
        """Ask a Board for one."""
        self._tls, self._skips = tls, skips
        self._board, self._backends = board, list(backends)
        self._turn = itertools.count()
        self._mode, self._delay = Mode.PASS, 0.0
        self._passing = asyncio.Event()
        self._passing.set()
        self._links: set[tuple[asyncio.StreamWriter, ...]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.accepted = 0

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    def set(self, mode: Mode, *, delay: float = 0.0) -> None:
        """Change what happens to connections; `delay` seconds go by before each piece of data is passed on."""
        self._board.run(self._set(mode, delay))

    def cut(self) -> int:
        """Break all connections off; new ones are taken. Returns how many there were."""
        return self._board.run(self._cut())

    def use_backends(self, backends: Sequence[Address]) -> None:
        """Take these from now on, for new connections."""
        self._backends = list(backends)

    def close(self) -> None:
        """Listen no more."""
        self._board.run(self._close())

    async def listen(self) -> Proxy:
        """Begin; the port that it gets it keeps. While it refuses, no outgoing connection of somebody else's may be given it."""
        self.port = self.port or free_ports(1)[0]
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port, ssl=self._tls)
        return self

    async def _set(self, mode: Mode, delay: float) -> None:
        self._delay = delay
        if mode is not Mode.BLACKHOLE:
            self._passing.set()
        else:
            self._passing.clear()
        if mode is Mode.REFUSE and self._server is not None:
            self._server.close()
            self._server = None
        elif mode is not Mode.REFUSE and self._server is None:
            await self.listen()
        self._mode = mode

    async def _cut(self) -> int:
        links = list(self._links)
        for writer in itertools.chain.from_iterable(links):
            _reset(writer)
        return len(links)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._tasks:
            task.cancel()
        await self._cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(asyncio.CancelledError):
            await self._carry(reader, writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        alone = (writer,)
        self._links.add(alone)
        try:
            await self._passing.wait()
            backend = await self._backend()
        finally:
            self._links.discard(alone)
        if backend is None or writer.transport.is_closing():
            for end in (writer, backend[1]) if backend else (writer,):
                _reset(end)
            return
        link = (writer, backend[1])
        self._links.add(link)
        try:
            await asyncio.gather(self._pipe(reader, backend[1]), self._pipe(backend[0], writer))
        finally:
            self._links.discard(link)
            for end in link:
                end.close()

    async def _backend(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first, backends = next(self._turn), self._backends
        for step in range(len(backends) if self._skips else min(1, len(backends))):
            host, port = backends[(first + step) % len(backends)]
            with suppress(OSError, TimeoutError):
                return await asyncio.wait_for(asyncio.open_connection(host, port), _CONNECT_SECONDS)
        return None

    async def _pipe(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(_CHUNK):
                if self._delay:
                    await asyncio.sleep(self._delay)
                await self._passing.wait()
                target.write(data)
                await target.drain()
            if not target.can_write_eof():
                target.close()  # with TLS both directions end together
            elif not target.transport.is_closing():
                target.write_eof()
        except (OSError, RuntimeError):
            _reset(target)  # the other side is to learn of it


def _reset(end: asyncio.StreamWriter) -> None:
    """Break off with a reset instead of a polite end."""
    with suppress(OSError, AttributeError):  # AttributeError: a TLS connection that ended by itself knows of no socket any more
        end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.transport.abort()


class Board:
    """The thread in which proxies run."""

    def __init__(self) -> None:
        """Start the thread."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxies", daemon=True)
        self._thread.start()
        self._proxies: list[Proxy] = []

    def proxy(self, backends: Sequence[Address], *, tls: ssl.SSLContext | None = None, skips: bool = True) -> Proxy:
        """Listen on a free port in front of some addresses, perhaps with TLS that ends here; `skips` those that refuse."""
        proxy: Proxy = self.run(Proxy(self, backends, tls, skips=skips).listen())
        self._proxies.append(proxy)
        return proxy

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something in the thread of the proxies and return what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def close(self) -> None:
        """Close all proxies and end the thread."""
        for proxy in self._proxies:
            proxy.close()
        stop: Callable[[], None] = self._loop.stop
        self._loop.call_soon_threadsafe(stop)
        self._thread.join(60)
        self._loop.close()

    def __enter__(self) -> Board:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
