"""PNG with the chunks that make the picture, and none that tell about it."""

from __future__ import annotations

import zlib

from expenses.receipts.sandbox.errors import RefusedError
from expenses.receipts.sandbox.exif import kept_of

_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"pHYs", b"bKGD"}


def cleaned(data: bytes) -> bytes:
    """Return the picture up to its end; raises RefusedError if it is not whole."""
    kept, place, name = [data[:8]], 8, b""
    while name != b"IEND":
        length, name = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        end = place + 12 + length
        if end > len(data) or not name:
            message = "The picture ends in the middle; it was not uploaded as a whole."
            raise RefusedError(message)
        if name in _KEPT:
            kept.append(data[place:end])
        elif name == b"eXIf":
            kept.append(_chunk(name, kept_of(data[place + 8 : end - 4])))
        place = end
    return b"".join(kept)


def _chunk(name: bytes, content: bytes) -> bytes:
    if not content:
        return b""
    return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)
