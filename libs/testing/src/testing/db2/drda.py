"""The framing of DRDA, the protocol of Db2 and of Derby: chains of segments (DSS), each with an object (DDM) in it."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MAGIC = 0xD0
_FIRST, _NEXT = 32761, 32765
"""Most bytes in the first piece of a segment, and in each further one."""
_MOST_AT_ONCE = 1 << 18
_CHAINED, _SAME = 0x40, 0x50
"""What is added to a segment's kind if another one follows, of another request or of the same."""


class Segment(NamedTuple):
    """One DSS. Those with the same number belong to one request, or answer it."""

    kind: int
    number: int
    body: bytes

    @property
    def code(self) -> int:
        """What the object is."""
        return int.from_bytes(self.body[2:4], "big")

    @property
    def content(self) -> bytes:
        """What is in the object."""
        return next(objects(self.body))[1]


class Incoming:
    """What arrives on a connection. It is taken off as it comes: read in small pieces, thousands of them would choke the socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._held = sock, bytearray()

    def read(self, count: int) -> bytes:
        """Return so many bytes; raises EOFError if there will be no more."""
        while len(self._held) < count:
            # Both ends write an answer in small pieces and wait for the receipt of each, for which a machine takes its time: 40 ms.
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            if not (piece := self._sock.recv(_MOST_AT_ONCE)):
                raise EOFError
            self._held += piece
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken


def read_chain(incoming: Incoming) -> list[Segment]:
    """Read segments up to the one that nothing follows. Raises EOFError at the end of the connection."""
    chain = []
    while True:
        length, _, kind, number = struct.unpack(">HBBH", incoming.read(6))
        body = incoming.read((length & 0x7FFF) - 6)
        while length & 0x8000:
            (length,) = struct.unpack(">H", incoming.read(2))
            body += incoming.read((length & 0x7FFF) - 2)
        chain.append(Segment(kind & 0x2F, number, body))
        if not kind & _CHAINED:
            return chain


def write_chain(sock: socket.socket, chain: Sequence[Segment]) -> None:
    """Write segments, each but the last chained to the next."""
    out = bytearray()
    for place, (kind, number, body) in enumerate(chain):
        following = chain[place + 1] if place + 1 < len(chain) else None
        link = 0 if following is None else _SAME if following.number == number else _CHAINED
        piece, rest = body[:_FIRST], body[_FIRST:]
        out += struct.pack(">HBBH", 0xFFFF if rest else len(piece) + 6, _MAGIC, kind | link, number) + piece
        while rest:
            piece, rest = rest[:_NEXT], rest[_NEXT:]
            out += struct.pack(">H", 0xFFFF if rest else len(piece) + 2) + piece
    sock.sendall(out)


def wrapped(code: int, content: bytes) -> bytes:
    """Return an object with this content."""
    if len(content) + 4 < 0x8000:
        return struct.pack(">HH", len(content) + 4, code) + content
    return struct.pack(">HHI", 0x8008, code, len(content)) + content


def objects(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (code, content) of the objects in some bytes."""
    place = 0
    while place + 4 <= len(data):
        length, code = struct.unpack_from(">HH", data, place)
        place += 4
        if length & 0x8000:
            # The length stands in bytes of its own; if there are none, it is all that is left.
            width = (length & 0x7FFF) - 4
            size = int.from_bytes(data[place : place + width], "big") if width else len(data) - place
            place += width
        else:
            size = length - 4
        yield code, data[place : place + size]
        place += size
