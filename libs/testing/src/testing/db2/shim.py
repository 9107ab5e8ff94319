"""Stands between Db2's driver and Derby: `python -m db2.shim PORT DERBY_PORT`."""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from testing.db2.answers import PROGRESS, added_up, for_driver
from testing.db2.drda import Incoming, Segment, read_chain, write_chain
from testing.db2.requests import for_derby_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_END = 0xC004
"""The driver says goodbye with it, and waits for the end of the connection."""


class Session:
    """One connection. Who has sent waits for the answer: a chain of requests goes over as a whole, and so do the answers to it."""

    def __init__(self, driver: socket.socket, derby: socket.socket) -> None:
        self._driver, self._derby = driver, derby
        self._from_driver, self._from_derby = Incoming(driver), Incoming(derby)

    def run(self) -> None:
        """Go on until one of both is gone, or an answer is missing: the driver would wait for that for ever."""
        goes_on = True
        while goes_on:
            chain = read_chain(self._from_driver)
            goes_on = all(segment.code != _END for segment in chain)
            requests = _by_number([segment for segment in chain if segment.code != _END])
            goes_on = bool(requests) and self._pass_on(requests) and goes_on

    def _pass_on(self, requests: dict[int, list[Segment]]) -> bool:
        sent: list[Segment] = []
        asked_by: dict[int, int] = {}
        for number, request in requests.items():
            for execution in for_derby_from(request):
                asked_by[len(asked_by) + 1] = number
                sent += [segment._replace(number=len(asked_by)) for segment in execution]
        write_chain(self._derby, sent)
        answers: dict[int, list[list[Segment]]] = {}
        for place, answer in _by_number(read_chain(self._from_derby)).items():
            told = [for_driver(segment) for segment in answer if segment.code != PROGRESS]
            answers.setdefault(asked_by[place], []).append(told)
        write_chain(self._driver, list(_numbered(answers)))
        return answers.keys() == requests.keys()


def _by_number(chain: Sequence[Segment]) -> dict[int, list[Segment]]:
    found: dict[int, list[Segment]] = {}
    for segment in chain:
        found.setdefault(segment.number, []).append(segment)
    return found


def _numbered(answers: dict[int, list[list[Segment]]]) -> Iterator[Segment]:
    for number, parts in answers.items():
        for segment in added_up(parts):
            yield segment._replace(number=number)


def _serve(driver: socket.socket, port: int) -> None:
    with driver, suppress(EOFError, OSError), socket.create_connection(("127.0.0.1", port)) as derby:
        for end in (driver, derby):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Session(driver, derby).run()


def main() -> None:
    """Listen for ever."""
    port, derby = map(int, sys.argv[1:])
    with socket.create_server(("127.0.0.1", port), backlog=64) as listener:
        while True:
            driver, _address = listener.accept()
            threading.Thread(target=_serve, args=(driver, derby), daemon=True).start()


if __name__ == "__main__":
    main()
