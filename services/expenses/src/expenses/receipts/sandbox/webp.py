"""WebP with the chunks that make the picture, and none that tell about it."""

from __future__ import annotations

from expenses.receipts.sandbox.errors import RefusedError
from expenses.receipts.sandbox.exif import kept_of

_KEPT = {b"VP8 ", b"VP8L", b"ALPH", b"ICCP"}
_MOVING = {b"ANIM", b"ANMF"}
_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def cleaned(data: bytes) -> bytes:
    """Return the picture up to its end; raises RefusedError if it is not whole."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        message = "The picture ends in the middle; it was not uploaded as a whole."
        raise RefusedError(message)
    chunks, exif = [], b""
    for name, content in _chunks(data, end):
        if name in _MOVING:
            message = "The picture moves; a receipt is a still one."
            raise RefusedError(message)
        if name == b"EXIF":
            exif = kept_of(content.removeprefix(b"Exif\0\0"))
        elif name in _KEPT or name == b"VP8X":
            chunks.append((name, content))
    if exif and chunks and chunks[0][0] == b"VP8X":
        chunks.append((b"EXIF", exif))
    body = b"WEBP" + b"".join(_written(name, _flagged(name, content, bool(exif))) for name, content in chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _chunks(data: bytes, end: int) -> list[tuple[bytes, bytes]]:
    place, found = 12, []
    while place + 8 <= end:
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        if place + 8 + length > end:
            message = "The picture is damaged."
            raise RefusedError(message)
        found.append((data[place : place + 4], data[place + 8 : place + 8 + length]))
        place += 8 + length + length % 2
    return found


def _flagged(name: bytes, content: bytes, has_exif: bool) -> bytes:
    if name != b"VP8X" or not content:
        return content
    flags = content[0] & ~_HAS_XMP & ~_HAS_EXIF | (_HAS_EXIF if has_exif else 0)
    return bytes((flags,)) + content[1:]


def _written(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)
