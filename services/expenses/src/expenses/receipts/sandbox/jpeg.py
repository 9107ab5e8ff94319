"""Removes metadata from a JPEG: whole segments are left out, and the compressed pixels stay as they are."""

from __future__ import annotations

import re

from expenses.receipts.sandbox import TRUNCATED, RefusedError
from expenses.receipts.sandbox.metadata import kept_exif

_START_OF_SCAN, _END = 0xDA, 0xD9
_COMMENT, _APP0, _APP1, _APP15 = 0xFE, 0xE0, 0xE1, 0xEF
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
"""Markers without a segment."""
_MARKER = re.compile(rb"\xff+([^\xff])", re.DOTALL)
_END_OF_SCAN = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]", re.DOTALL)
"""The next marker that does not belong to the compressed pixels."""
_LENGTH_SIZE = 2
_EXIF = b"Exif\0\0"
_KEPT = {_APP0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""The application segments that say how colours are meant."""


def strip_metadata(data: bytes) -> bytes:
    """Return the picture up to its end, with the orientation and time of its metadata and nothing else of it.

    Raises:
        RefusedError: if the picture is damaged or truncated.
    """
    kept, place = [data[:2]], 2
    while True:
        place, marker = _next_marker(data, place)
        if marker == _END:
            return b"".join([*kept, b"\xff\xd9"])
        if marker in _STANDALONE:
            kept.append(bytes((0xFF, marker)))
            continue
        length = int.from_bytes(data[place : place + _LENGTH_SIZE])
        end = place + length
        if length < _LENGTH_SIZE or end > len(data):
            raise RefusedError(TRUNCATED)
        kept.append(_segment(marker, data[place + _LENGTH_SIZE : end]))
        place = end
        if marker == _START_OF_SCAN:
            place = _end_of_scan(data, end)
            kept.append(data[end:place])


def _next_marker(data: bytes, place: int) -> tuple[int, int]:
    match = _MARKER.match(data, place)
    if match is None:
        raise RefusedError(TRUNCATED if data[place : place + 1] in {b"", b"\xff"} else "The picture is damaged.")
    return match.end(), match[1][0]


def _segment(marker: int, content: bytes) -> bytes:
    if marker == _APP1 and content.startswith(_EXIF):
        exif = kept_exif(content)
        content = _EXIF + exif if exif else b""
    elif (_APP0 <= marker <= _APP15 and not content.startswith(_KEPT.get(marker, b"\0none"))) or marker == _COMMENT:
        content = b""
    if not content:
        return b""
    return bytes((0xFF, marker)) + (len(content) + _LENGTH_SIZE).to_bytes(_LENGTH_SIZE) + content


def _end_of_scan(data: bytes, place: int) -> int:
    match = _END_OF_SCAN.search(data, place)
    if match is None:
        raise RefusedError(TRUNCATED)
    return match.start()
