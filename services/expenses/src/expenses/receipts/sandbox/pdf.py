"""A look at a PDF without opening it: is it whole, and does it unpack to something that a reader survives."""

from __future__ import annotations

import re
import zlib

from expenses.receipts.sandbox.errors import RefusedError

_TAIL = 2048
_MOST_UNPACKED = 256 * 1024 * 1024
_STEP = 1 << 20
_STREAM = re.compile(rb"stream\r?\n")
_TWICE = re.compile(rb"/Fl(ateDecode)?\s*/Fl(ateDecode)?\b")


def cleaned(data: bytes) -> bytes:
    """Return the file as it is; raises RefusedError if it is cut off or a bomb."""
    if b"%%EOF" not in data[-_TAIL:]:
        message = "The PDF ends in the middle; it was not uploaded as a whole."
        raise RefusedError(message)
    if _TWICE.search(data):
        message = "The PDF is packed twice over, as no program does that means well."
        raise RefusedError(message)
    left = _MOST_UNPACKED
    for start in _STREAM.finditer(data):
        left -= _unpacked(data, start.end(), left)
        if left <= 0:
            message = "The PDF unpacks to more than 256 MB; print it into a new one."
            raise RefusedError(message)
    return data


def _unpacked(data: bytes, place: int, most: int) -> int:
    """Return how many bytes a compressed stream unpacks to, at least `most` if more; 0 if it is packed in another way."""
    if data[place : place + 1] not in (b"\x78", b"\x48", b"\x58", b"\x68", b"\x08", b"\x18", b"\x28", b"\x38"):
        return 0
    engine, total, rest = zlib.decompressobj(), 0, memoryview(data)[place:]
    try:
        piece = engine.decompress(rest[:_STEP], _STEP)
        rest = rest[_STEP:]
        while total < most:
            total += len(piece)
            source: bytes | memoryview = engine.unconsumed_tail
            if not source and not engine.eof:
                source, rest = rest[:_STEP], rest[_STEP:]
            if not source or engine.eof:
                return total
            piece = engine.decompress(source, _STEP)
    except zlib.error:
        return total
    return total
