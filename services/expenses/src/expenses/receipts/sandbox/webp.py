"""Removes metadata from a WebP: only the chunks that make up the picture are kept."""

from __future__ import annotations

from expenses.receipts.sandbox import TRUNCATED, RefusedError
from expenses.receipts.sandbox.metadata import kept_exif

_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"}
_ANIMATION = {b"ANIM", b"ANMF"}
_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def strip_metadata(data: bytes) -> bytes:
    """Return the picture up to its end; raises RefusedError if it is truncated, damaged or animated."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise RefusedError(TRUNCATED)
    chunks, exif = [], b""
    for name, content in _chunks(data, end):
        if name in _ANIMATION:
            raise RefusedError("The picture is animated; a receipt must be a still picture.")
        if name == b"EXIF":
            exif = kept_exif(content)
        elif name in _KEPT:
            chunks.append((name, content))
    if exif and chunks and chunks[0][0] == b"VP8X":
        chunks.append((b"EXIF", exif))
    body = b"WEBP" + b"".join(_chunk(name, _with_flags(name, content, bool(exif))) for name, content in chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _chunks(data: bytes, end: int) -> list[tuple[bytes, bytes]]:
    place, found = 12, []
    while place + 8 <= end:
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        if place + 8 + length > end:
            raise RefusedError("The picture is damaged.")
        found.append((data[place : place + 4], data[place + 8 : place + 8 + length]))
        place += 8 + length + length % 2
    return found


def _with_flags(name: bytes, content: bytes, has_exif: bool) -> bytes:
    """Return a chunk's content; the flags in the header say which metadata the file has."""
    if name != b"VP8X" or not content:
        return content
    flags = content[0] & ~_HAS_XMP & ~_HAS_EXIF | (_HAS_EXIF if has_exif else 0)
    return bytes((flags,)) + content[1:]


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)
