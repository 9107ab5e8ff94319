"""Scans uploads with ClamAV's daemon, over its INSTREAM command."""

from __future__ import annotations

import logging
import re
import socket
import struct
from typing import IO
from urllib.parse import urlsplit

from chassis.runtime.problems import UnavailableError

log = logging.getLogger("outlay.receipts")

_PIECE = 64 * 1024
_SECONDS = 10.0
_PORT = 3310
_MOST_ANSWER = 1000
_FOUND = re.compile(rb"stream: (.+) FOUND\x00")


class ClamAv:
    """A daemon at clamav://<host>[:<port>]."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or _PORT

    def find(self, content: IO[bytes]) -> str | None:
        """Return the name of the malware in a file, None if it is clean.

        Raises:
            UnavailableError: if the daemon does not answer; unscanned files are not accepted.
        """
        try:
            answer = self._ask(content)
        except OSError as error:
            raise _unavailable(type(error).__name__) from error
        if answer == b"stream: OK\x00":
            return None
        match = _FOUND.fullmatch(answer)
        if match is None:
            raise _unavailable(answer[:100].decode("latin-1"))
        return match[1].decode("latin-1")

    def ping(self) -> bool:
        """Say whether a scanner answers there; raises OSError."""
        with socket.create_connection((self._host, self._port), timeout=_SECONDS) as connection:
            connection.sendall(b"zPING\x00")
            return connection.recv(_MOST_ANSWER) == b"PONG\x00"

    def _ask(self, content: IO[bytes]) -> bytes:
        with socket.create_connection((self._host, self._port), timeout=_SECONDS) as connection:
            connection.sendall(b"zINSTREAM\x00")
            while piece := content.read(_PIECE):
                connection.sendall(struct.pack(">L", len(piece)) + piece)
            connection.sendall(struct.pack(">L", 0))
            answer = b""
            while not answer.endswith(b"\x00") and len(answer) < _MOST_ANSWER and (more := connection.recv(_PIECE)):
                answer += more
            return answer


def _unavailable(reason: str) -> UnavailableError:
    log.warning("the virus scanner does not answer", extra={"reason": reason})
    message = "Receipts cannot be scanned for viruses at the moment. Try again soon."
    return UnavailableError(message, headers={"Retry-After": "30"})
