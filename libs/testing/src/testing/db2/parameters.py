"""Parameters of statements: of many rows one message each, and text in UTF-8, since Derby knows neither arrays nor UTF-16."""

from __future__ import annotations

import struct
from typing import NamedTuple

from testing.db2.drda import objects, wrapped

SQLDTA, EXTDTA = 0x2412, 0x146C
_DESCRIPTION, _ROWS = 0x0010, 0x147A
_GROUP, _MORE_OF_GROUP = 0x76, 0x7F
"""Columns are described in groups of up to 84; the further groups have a mark of their own."""
_ONE_ROW = bytes.fromhex("0671e4d00001")
_ARRAY_END, _NULL = 0xFD, 0xFF

_FIXED = {0x03: 4, 0x05: 2, 0x17: 8, 0x0B: 8, 0x0D: 4, 0x21: 10, 0x23: 8}
_AS_DECLARED = {0x25, 0x27, 0x31, 0x3D}
_WITH_LENGTH = {0x29, 0x2B, 0x33, 0x35, 0x3F, 0x41}
_DECIMAL, _WIDE_CHAR = 0x0F, 0x37
_WIDE = {_WIDE_CHAR, 0x39, 0x3B}
_NARROW, _NARROW_CLOB, _WIDE_CLOB = 0x3F, 0xCF, 0xCD
_APART = {0xC9, 0xCB, _WIDE_CLOB, _NARROW_CLOB}
"""Long values stand in objects of their own, after the row; in the row is only their place."""


class Column(NamedTuple):
    """A parameter as the driver declares it. Odd types can be NULL; the even ones are the same without that."""

    type: int
    size: int

    @property
    def nullable(self) -> int:
        """The type as it is named in the tables above."""
        return self.type | 1


class Row(NamedTuple):
    """One row for Derby, and of which types the long values are that follow."""

    sqldta: bytes
    apart: list[int]


def rows_of(sqldta: bytes) -> list[Row]:
    """Return the rows in the content of an SQLDTA."""
    parts = dict(objects(sqldta))
    description, columns = _described(parts[_DESCRIPTION])
    reader = _Reader(parts.get(_ROWS, b""))
    found = []
    while reader.more():
        row, apart = reader.row(columns)
        found.append(Row(wrapped(SQLDTA, description + wrapped(_ROWS, row)), apart))
    return found


def narrowed(extdta: bytes) -> bytes:
    """Return the content of an EXTDTA with UTF-16 as UTF-8; its first byte says whether it is NULL."""
    return extdta[:1] + extdta[1:].decode("utf-16-be").encode()


def _described(description: bytes) -> tuple[bytes, list[Column]]:
    """Return the description for Derby, and the columns as the driver describes them."""
    out, columns, place = bytearray(), [], 0
    while place < len(description):
        group = description[place : place + description[place]]
        place += len(group)
        if group[1] in (_GROUP, _MORE_OF_GROUP):
            out += group[:3]
            for start in range(3, len(group), 3):
                column = Column(group[start], int.from_bytes(group[start + 1 : start + 3], "big"))
                columns.append(column)
                out += _for_derby(column)
    return wrapped(_DESCRIPTION, bytes(out) + _ONE_ROW), columns


def _for_derby(column: Column) -> bytes:
    can_be_null = column.type & 1
    if column.nullable in _WIDE:
        return struct.pack(">BH", _NARROW - 1 + can_be_null, 0x7FFF)
    if column.nullable == _WIDE_CLOB:
        return struct.pack(">BH", _NARROW_CLOB - 1 + can_be_null, column.size)
    return struct.pack(">BH", column.type, column.size)


class _Reader:
    """Goes through the rows of an SQLDTA."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def more(self) -> bool:
        return self._place < len(self._data) and self._data[self._place] != _ARRAY_END

    def row(self, columns: list[Column]) -> tuple[bytes, list[int]]:
        out, apart = bytearray(self._take(1)), []
        for column in columns:
            if column.type & 1:
                mark = self._take(1)
                out += mark
                if mark[0] == _NULL:
                    continue
            if column.nullable in _APART:
                apart.append(column.nullable)
            out += self._value(column)
        return bytes(out), apart

    def _value(self, column: Column) -> bytes:
        kind = column.nullable
        if kind in _WIDE:
            letters = column.size if kind == _WIDE_CHAR else int.from_bytes(self._take(2), "big")
            text = self._take(2 * letters).decode("utf-16-be").encode()
            return struct.pack(">H", len(text)) + text
        if kind in _WITH_LENGTH:
            length = self._take(2)
            return length + self._take(int.from_bytes(length, "big"))
        return self._take(_size(column))

    def _take(self, count: int) -> bytes:
        taken = self._data[self._place : self._place + count]
        self._place += count
        return taken


def _size(column: Column) -> int:
    kind = column.nullable
    if kind in _FIXED:
        return _FIXED[kind]
    if kind == _DECIMAL:
        return (column.size >> 8) // 2 + 1
    if kind in _APART:
        return column.size & 0x7FFF
    if kind in _AS_DECLARED:
        return column.size
    raise ValueError(f"a parameter of the unknown type {column.type:#x}")
