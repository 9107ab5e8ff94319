"""What is kept of a picture's metadata: which way up it is, and when it was taken. Where, and with what, is not."""

from __future__ import annotations

import re
import struct

_ORIENTATION, _EXIF_IFD, _TAKEN = 0x0112, 0x8769, 0x9003
_SHORT, _LONG, _ASCII = 3, 4, 2
_DAY_AND_TIME = re.compile(rb"[0-9]{4}:[0-9]{2}:[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\x00")
_MOST_ENTRIES = 1000
_MOST_ORIENTATION = 8


def kept_of(tiff: bytes) -> bytes:
    """Return new metadata with the orientation and the time of the given ones; empty if they have neither or cannot be read."""
    try:
        orientation, taken = _read(tiff)
    except (struct.error, IndexError):
        return b""
    return _written(orientation, taken)


def _read(tiff: bytes) -> tuple[int, bytes]:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0, b""
    first = _entries(tiff, order, struct.unpack_from(f"{order}L", tiff, 4)[0])
    orientation = struct.unpack_from(f"{order}H", first.get(_ORIENTATION, b"\0\0\0\0"))[0]
    taken = b""
    if _EXIF_IFD in first:
        second = _entries(tiff, order, struct.unpack(f"{order}L", first[_EXIF_IFD])[0])
        if _TAKEN in second:
            place = struct.unpack(f"{order}L", second[_TAKEN])[0]
            taken = tiff[place : place + 20]
    return orientation if orientation <= _MOST_ORIENTATION else 0, taken if _DAY_AND_TIME.fullmatch(taken) else b""


def _entries(tiff: bytes, order: str, place: int) -> dict[int, bytes]:
    count = min(struct.unpack_from(f"{order}H", tiff, place)[0], _MOST_ENTRIES)
    found = {}
    for number in range(count):
        tag, _type, _count, value = struct.unpack_from(f"{order}HHL4s", tiff, place + 2 + 12 * number)
        found[tag] = value
    return found


def _written(orientation: int, taken: bytes) -> bytes:
    if not orientation and not taken:
        return b""
    entries = []
    if orientation:
        entries.append(struct.pack(">HHLHH", _ORIENTATION, _SHORT, 1, orientation, 0))
    behind = 8 + 2 + 12 * (len(entries) + bool(taken)) + 4
    if taken:
        entries.append(struct.pack(">HHLL", _EXIF_IFD, _LONG, 1, behind))
    body = b"MM\0*\0\0\0\x08" + struct.pack(">H", len(entries)) + b"".join(entries) + b"\0\0\0\0"
    if taken:
        body += struct.pack(">H", 1) + struct.pack(">HHLL", _TAKEN, _ASCII, len(taken), behind + 18) + b"\0\0\0\0" + taken
    return body
