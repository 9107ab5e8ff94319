"""Removes metadata from a HEIC by overwriting it in place, since everything else in the file is found by its offset.

Numbers in brackets are sections of ISO 14496-12.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from expenses.receipts.sandbox import TRUNCATED, RefusedError
from expenses.receipts.sandbox.metadata import kept_exif

Range = tuple[int, int]
"""Where something begins, and how long it is."""
_UNREADABLE = "The picture's metadata cannot be read, so the place where it was taken cannot be removed. Save it as JPEG."
_MOST_ITEMS = 5000
_NEEDED_BOXES = {b"ftyp", b"meta"}
_LONGEST_HEADER = 16
_NO_OFFSET, _NO_EXIF = b"\0\0\0\0", b"MM\0*\0\0\0\x08\0\0\0\0\0\0"
_ID_SIZE_OF_INFE, _ID_SIZE_OF_ILOC = {2: 2, 3: 4}, {0: 2, 1: 2, 2: 4}
"""Bytes of an item's id by the version of the box."""
_IN_FILE, _IN_IDAT = 0, 1


def strip_metadata(data: bytes) -> bytes:
    """Return a file of the same length without place and camera; raises RefusedError if its structure is not understood."""
    changed = bytearray(data)
    try:
        _overwrite_metadata(changed)
    except (struct.error, LookupError) as error:
        raise RefusedError(_UNREADABLE) from error
    return bytes(changed)


def _overwrite_metadata(data: bytearray) -> None:
    top = list(_boxes(data, 0, len(data)))
    meta_start, meta_end = {kind: (start, end) for kind, start, end in reversed(top)}[b"meta"]
    inside = {kind: (start, end) for kind, start, end in _boxes(data, meta_start + 4, meta_end)}
    types = _item_types(data, *inside[b"iinf"])
    items = _item_ranges(data, *inside[b"iloc"], inside.get(b"idat", (0, 0))[0])
    for item, ranges in items.items():
        if types.get(item) == b"Exif":
            _overwrite_exif(data, ranges)
        elif types.get(item) == b"mime":
            for start, length in ranges:
                data[start : start + length] = b" " * length
    _blank_the_rest(data, top, [found for ranges in items.values() for found in ranges])


def _blank_the_rest(data: bytearray, top: list[tuple[bytes, int, int]], used: list[Range]) -> None:
    """Overwrite what no item refers to: the film of a live photo, a maker's trailer, gaps between the items."""
    for kind, start, end in top:
        if kind in _NEEDED_BOXES:
            continue
        place, inside = start, sorted((first, first + length) for first, length in used if first < end and first + length > start)
        for first, last in inside:
            data[place:first] = bytes(max(0, first - place))
            place = max(place, last)
        data[place:end] = bytes(max(0, end - place))
        if not inside:  # readers skip a box of this name
            name = data.rindex(kind, max(0, start - _LONGEST_HEADER), start)
            data[name : name + 4] = b"free"


def _overwrite_exif(data: bytearray, ranges: list[Range]) -> None:
    whole = b"".join(bytes(data[start : start + length]) for start, length in ranges)
    offset = struct.unpack_from(">L", whole)[0]
    kept = _NO_OFFSET + (kept_exif(whole[4 + offset :]) or _NO_EXIF)
    if len(kept) > len(whole):
        kept = (_NO_OFFSET + _NO_EXIF)[: len(whole)]
    kept = kept.ljust(len(whole), b"\0")
    for start, length in ranges:
        data[start : start + length], kept = kept[:length], kept[length:]


def _boxes(data: bytearray, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the contents of each box [4.2]."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">L4s", data, start)
        header = 8
        if size == 1:
            size, header = struct.unpack_from(">Q", data, start + 8)[0], _LONGEST_HEADER
        size = size or end - start
        if size < header or start + size > end:
            raise RefusedError(TRUNCATED)
        yield kind, start + header, start + size
        start += size


def _item_types(data: bytearray, start: int, end: int) -> dict[int, bytes]:
    """Return the type of each item [8.11.6]."""
    first = start + 4 + (2 if data[start] == 0 else 4)
    found = {}
    for kind, place, _end in _boxes(data, first, end):
        size = _ID_SIZE_OF_INFE.get(data[place], 0)
        if kind == b"infe" and size:
            at = place + 6 + size
            found[int.from_bytes(data[place + 4 : place + 4 + size])] = bytes(data[at : at + 4])
    return found


def _item_ranges(data: bytearray, start: int, end: int, idat: int) -> dict[int, list[Range]]:
    """Return the ranges of each item in the file [8.11.3]."""
    version, sizes = data[start], struct.unpack_from(">H", data, start + 4)[0]
    offset_size, length_size, base_size, index_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    id_size = _ID_SIZE_OF_ILOC[version]
    reader = _NumberReader(data, start + 6, end)
    found: dict[int, list[Range]] = {}
    for _ in range(min(reader.number(id_size), _MOST_ITEMS)):
        item = reader.number(id_size)
        method = reader.number(2) & 15 if version else _IN_FILE
        reader.number(2)
        origin = reader.number(base_size) + (idat if method == _IN_IDAT else 0)
        ranges = []
        for _ in range(min(reader.number(2), _MOST_ITEMS)):
            reader.number(index_size if version else 0)
            offset, length = reader.number(offset_size), reader.number(length_size)
            ranges.append((origin + offset, length))
        if method not in {_IN_FILE, _IN_IDAT} or any(at + length > len(data) for at, length in ranges):
            raise RefusedError(_UNREADABLE)
        found[item] = ranges
    return found


class _NumberReader:
    """Reads whole numbers one after the other."""

    def __init__(self, data: bytearray, place: int, end: int) -> None:
        self._data, self._place, self._end = data, place, end

    def number(self, size: int) -> int:
        """Return the next number of some bytes; raises IndexError at the end."""
        if self._place + size > self._end:
            raise IndexError
        self._place += size
        return int.from_bytes(self._data[self._place - size : self._place])
