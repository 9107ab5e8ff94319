"""HEIC with its metadata overwritten where they stand, since everything else in the file is found by its place."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from expenses.receipts.sandbox.errors import RefusedError
from expenses.receipts.sandbox.exif import kept_of

_Boxes = Iterator[tuple[bytes, int, int]]
_UNREADABLE = "The picture's metadata cannot be read, so the place where it was taken cannot be taken out; save it as JPEG."
_MOST_ITEMS = 5000
_NEEDED = {b"ftyp", b"meta"}
_LONGEST_HEAD = 16


def cleaned(data: bytes) -> bytes:
    """Return a file of the same length without place and camera; raises RefusedError if its structure is not understood."""
    try:
        return _cleaned(bytearray(data))
    except (struct.error, IndexError, KeyError) as error:
        raise RefusedError(_UNREADABLE) from error


def _cleaned(data: bytearray) -> bytes:
    top = list(_boxes(data, 0, len(data)))
    meta = next(((start, end) for kind, start, end in top if kind == b"meta"), None)
    if meta is None:
        raise RefusedError(_UNREADABLE)
    inside = {kind: (start, end) for kind, start, end in _boxes(data, meta[0] + 4, meta[1])}
    kinds = _kinds(data, *inside[b"iinf"])
    items = _places(data, *inside[b"iloc"], inside.get(b"idat", (0, 0))[0])
    for item, places in items.items():
        if kinds.get(item) == b"Exif":
            _overwrite_exif(data, places)
        elif kinds.get(item) == b"mime":
            for start, length in places:
                data[start : start + length] = b" " * length
    _blank_the_rest(data, top, [place for places in items.values() for place in places])
    return bytes(data)


def _blank_the_rest(data: bytearray, top: list[tuple[bytes, int, int]], used: list[tuple[int, int]]) -> None:
    """Overwrite what no picture is made of: the film of a moving photo, a maker's trailer, what stands between the items."""
    for kind, start, end in top:
        if kind in _NEEDED:
            continue
        place, inside = start, sorted((first, first + length) for first, length in used if first < end and first + length > start)
        for first, last in inside:
            data[place:first] = bytes(max(0, first - place))
            place = max(place, last)
        data[place:end] = bytes(max(0, end - place))
        if not inside:  # readers skip it, whatever it was
            name = data.rindex(kind, max(0, start - _LONGEST_HEAD), start)
            data[name : name + 4] = b"free"


def _overwrite_exif(data: bytearray, places: list[tuple[int, int]]) -> None:
    whole = b"".join(bytes(data[start : start + length]) for start, length in places)
    offset = struct.unpack_from(">L", whole)[0]
    kept = b"\0\0\0\0" + kept_of(whole[4 + offset :])
    if len(kept) == 4 or len(kept) > len(whole):  # noqa: PLR2004  the offset alone
        kept = b"\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"
    kept = kept[: len(whole)].ljust(len(whole), b"\0")
    for start, length in places:
        data[start : start + length], kept = kept[:length], kept[length:]


def _boxes(data: bytearray, start: int, end: int) -> _Boxes:
    while start + 8 <= end:
        size, kind = struct.unpack_from(">L4s", data, start)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, start + 8)[0], 16
        size = size or end - start
        if size < head or start + size > end:
            message = "The picture ends in the middle; it was not uploaded as a whole."
            raise RefusedError(message)
        yield kind, start + head, start + size
        start += size


def _kinds(data: bytearray, start: int, end: int) -> dict[int, bytes]:
    """Return the kind of each item (ISO 14496-12, 8.11.6)."""
    first = start + 4 + (2 if data[start] == 0 else 4)
    found = {}
    for kind, place, _end in _boxes(data, first, end):
        version = data[place]
        if kind == b"infe" and version in (2, 3):
            wide = version == 3  # noqa: PLR2004
            number = struct.unpack_from(">L" if wide else ">H", data, place + 4)[0]
            found[number] = bytes(data[place + (10 if wide else 8) :][:4])
    return found


def _places(data: bytearray, start: int, end: int, idat: int) -> dict[int, list[tuple[int, int]]]:
    """Return where each item stands in the file (ISO 14496-12, 8.11.3)."""
    version, sizes, place = data[start], struct.unpack_from(">H", data, start + 4)[0], start + 6
    offset_size, length_size, base_size, index_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    wide = version == 2  # noqa: PLR2004
    reader = _Reader(data, place, end)
    found: dict[int, list[tuple[int, int]]] = {}
    for _ in range(min(reader.number(4 if wide else 2), _MOST_ITEMS)):
        item = reader.number(4 if wide else 2)
        method = reader.number(2) & 15 if version else 0
        reader.number(2)
        origin = reader.number(base_size) + (idat if method == 1 else 0)
        extents = []
        for _ in range(min(reader.number(2), _MOST_ITEMS)):
            reader.number(index_size if version else 0)
            offset, length = reader.number(offset_size), reader.number(length_size)
            extents.append((origin + offset, length))
        if method in (0, 1) and all(at + length <= len(data) for at, length in extents):
            found[item] = extents
        else:
            raise RefusedError(_UNREADABLE)
    return found


class _Reader:
    """Reads whole numbers one after the other."""

    def __init__(self, data: bytearray, place: int, end: int) -> None:
        self._data, self._place, self._end = data, place, end

    def number(self, size: int) -> int:
        """Return the next number of some bytes; raises IndexError at the end."""
        if self._place + size > self._end:
            raise IndexError
        self._place += size
        return int.from_bytes(self._data[self._place - size : self._place])
