"""JPEG without what it tells about the place: whole segments are left out, the compressed pixels stay as they are."""

from __future__ import annotations

from expenses.receipts.sandbox.errors import RefusedError
from expenses.receipts.sandbox.exif import kept_of

_START_OF_SCAN, _END = 0xDA, 0xD9
_COMMENT, _APP0, _APP1, _APP15 = 0xFE, 0xE0, 0xE1, 0xEF
_BARE = {0x01, *range(0xD0, 0xD8)}
_EXIF = b"Exif\0\0"
# Of the application's segments, those that say how colours are meant.
_KEPT = {_APP0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_TRUNCATED = "The picture ends in the middle; it was not uploaded as a whole."


def cleaned(data: bytes) -> bytes:
    """Return the picture up to its end, with the orientation and time of its metadata and no more of them.

    Raises:
        RefusedError: if it is not whole.
    """
    kept, place = [data[:2]], 2
    while True:
        place, marker = _marker(data, place)
        if marker == _END:
            return b"".join([*kept, b"\xff\xd9"])
        if marker in _BARE:
            kept.append(bytes((0xFF, marker)))
            continue
        length = int.from_bytes(data[place : place + 2])
        end = place + length
        if length < 2 or end > len(data):  # noqa: PLR2004  the length counts itself
            raise RefusedError(_TRUNCATED)
        kept.append(_segment(marker, data[place + 2 : end]))
        place = end
        if marker == _START_OF_SCAN:
            place = _scan_end(data, end)
            kept.append(data[end:place])


def _marker(data: bytes, place: int) -> tuple[int, int]:
    if data[place : place + 1] != b"\xff":
        raise RefusedError(_TRUNCATED if place >= len(data) else "The picture is damaged.")
    while data[place : place + 1] == b"\xff":
        place += 1
    if place >= len(data):
        raise RefusedError(_TRUNCATED)
    return place + 1, data[place]


def _segment(marker: int, content: bytes) -> bytes:
    if marker == _APP1 and content.startswith(_EXIF):
        tiff = kept_of(content[len(_EXIF) :])
        content = _EXIF + tiff if tiff else b""
    elif (_APP0 <= marker <= _APP15 and not content.startswith(_KEPT.get(marker, b"\0none"))) or marker == _COMMENT:
        content = b""
    if not content:
        return b""
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2) + content


def _scan_end(data: bytes, place: int) -> int:
    """Return where the next marker is that does not belong to the compressed pixels."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            raise RefusedError(_TRUNCATED)
        if data[place + 1] != 0 and data[place + 1] not in _BARE and data[place + 1] != 0xFF:  # noqa: PLR2004
            return place
        place += 1 if data[place + 1] == 0xFF else 2  # noqa: PLR2004
