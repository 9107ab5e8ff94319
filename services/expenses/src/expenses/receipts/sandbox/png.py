"""Removes metadata from a PNG: only the chunks that make up the picture are kept."""

from __future__ import annotations

import zlib

from expenses.receipts.sandbox import TRUNCATED, RefusedError
from expenses.receipts.sandbox.metadata import kept_exif

_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"pHYs", b"bKGD"}


def strip_metadata(data: bytes) -> bytes:
    """Return the picture up to its end; raises RefusedError if it is truncated."""
    kept, place, name = [data[:8]], 8, b""
    while name != b"IEND":
        length, name = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        end = place + 12 + length
        if end > len(data) or not name:
            raise RefusedError(TRUNCATED)
        if name in _KEPT:
            kept.append(data[place:end])
        elif name == b"eXIf" and (exif := kept_exif(data[place + 8 : end - 4])):
            kept.append(len(exif).to_bytes(4) + name + exif + zlib.crc32(name + exif).to_bytes(4))
        place = end
    return b"".join(kept)
