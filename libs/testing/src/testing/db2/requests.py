"""Requests of Db2's driver in the form that Derby takes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from testing.db2.drda import Segment, objects, wrapped
from testing.db2.parameters import EXTDTA, SQLDTA, narrowed, rows_of
from testing.db2.statements import NOTHING, for_derby

if TYPE_CHECKING:
    from collections.abc import Sequence

OBJECT = 3
"""The kind of a segment that belongs to the request before it."""
_ACCRDB, _EXCSQLSTT, _EXCSQLSET, _SQLSTT = 0x2001, 0x200B, 0x2014, 0x2414
_PRDID, _TRGDFTRT = 0x112E, 0x213B
_WIDE_CLOB = 0xCD
_ACCESS = {_PRDID: b"DNC10030", _TRGDFTRT: b"\xf0"}
"""Derby talks to its own client alone, and trips over the wish to be told what is not the default."""

_KNOWN = {
    0x2005: {0x2110, 0x2113, 0x215B},  # close query
    0x2006: {
        0x2110,
        0x2113,
        0x2114,
        0x213A,
        0x213C,
        0x213D,
        0x213E,
        0x2141,
        0x2148,
        0x2152,
        0x2153,
        0x2154,
        0x2155,
        0x2156,
        0x215B,
    },
    0x2008: {0x2110, 0x2113, 0x2146},  # describe
    0x200A: {0x2105, 0x2110, 0x2113},  # execute at once
    0x200B: {0x2105, 0x2110, 0x2111, 0x2113, 0x2114, 0x2138, 0x2140, 0x2141, 0x2142, 0x2147, 0x2156},  # execute
    0x200C: {0x2110, 0x2113, 0x2114, 0x2132, 0x2141, 0x2147, 0x2156, 0x215D, 0x215E},  # open query
    0x200D: {0x2110, 0x2113, 0x2116, 0x2146},  # prepare
    0x200E: set(),  # commit
    0x200F: set(),  # roll back
    0x2014: {0x2110, 0x2112, 0x2113},  # set
}
"""The arguments that Derby knows, by request. At any other it answers that it does not understand, and hangs up."""


def for_derby_from(request: Sequence[Segment]) -> list[list[Segment]]:
    """Return what to ask Derby for one request of the driver: the same, or the same once for each row."""
    head, *rest = request
    if head.code == _EXCSQLSTT and b"SYSLIC" in head.body:
        return [_doing_nothing(head)]
    begun, rows, waiting = [_with_known_arguments(head)], [], []
    for segment in rest:
        if segment.code == SQLDTA:
            for row in rows_of(segment.content):
                waiting += [(len(rows), kind) for kind in row.apart]
                rows.append([*begun, segment._replace(body=row.sqldta)])
        elif segment.code == EXTDTA and waiting:
            place, kind = waiting.pop(0)
            rows[place].append(_narrow(segment) if kind == _WIDE_CLOB else segment)
        else:
            begun.append(_statement(segment))
    return rows or [begun]


def _doing_nothing(head: Segment) -> list[Segment]:
    """The driver asks Db2 about its licence; a setting that means nothing has the same answer."""
    return [head._replace(body=wrapped(_EXCSQLSET, b"")), Segment(OBJECT, head.number, _written(NOTHING))]


def _with_known_arguments(head: Segment) -> Segment:
    if head.code == _ACCRDB:
        given = [(code, _ACCESS.get(code, content)) for code, content in objects(head.content)]
    elif head.code in _KNOWN:
        given = [(code, content) for code, content in objects(head.content) if code in _KNOWN[head.code]]
    else:
        return head
    return head._replace(body=wrapped(head.code, b"".join(wrapped(code, content) for code, content in given)))


def _statement(segment: Segment) -> Segment:
    content = segment.content
    if segment.code != _SQLSTT or content[0] != 0:
        return segment
    (length,) = struct.unpack_from(">I", content, 1)
    return segment._replace(body=_written(for_derby(content[5 : 5 + length].decode())))


def _written(sql: str) -> bytes:
    text = sql.encode()
    return wrapped(_SQLSTT, b"\0" + struct.pack(">I", len(text)) + text + b"\xff")


def _narrow(segment: Segment) -> Segment:
    return segment._replace(body=wrapped(EXTDTA, narrowed(segment.content)))
