"""Answers of Derby in the form that Db2's driver takes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from testing.db2.drda import Segment, objects, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRESS = 0xC000
"""The code of a note on Derby's progress, which the driver does not know."""
_EXCSATRD, _ACCRDBRM, _SQLCARD, _SQLDARD = 0x1443, 0x2201, 0x2408, 0x2411
_PRDID, _SRVCLSNM, _SRVRLSLV = 0x112E, 0x1147, 0x115A
_VERSION = "SQL09070"
"""As Db2 9.7. To later ones the driver speaks in ways that Derby does not know."""
_WE_ARE = {_SRVCLSNM: "QDB2/LINUXX8664".encode("cp500"), _SRVRLSLV: _VERSION.encode("cp500")}

_CODES = {
    "22001": (-433, "22001"),
    "22003": (-413, "22003"),
    "22007": (-180, "22007"),
    "22012": (-801, "22012"),
    "22018": (-420, "22018"),
    "23502": (-407, "23502"),
    "23503": (-530, "23503"),
    "23505": (-803, "23505"),
    "23513": (-545, "23513"),
    "40001": (-911, "40001"),
    "40XL1": (-911, "40001"),
    "40XL2": (-911, "40001"),
    "42802": (-117, "42802"),
    "42803": (-119, "42803"),
    "42818": (-401, "42818"),
    "42821": (-408, "42821"),
    "42X01": (-104, "42601"),
    "42X02": (-104, "42601"),
    "42X04": (-206, "42703"),
    "42X05": (-204, "42704"),
    "42X14": (-205, "42703"),
    "42X34": (-418, "42610"),
    "42X35": (-418, "42610"),
    "42X65": (-204, "42704"),
    "42X79": (-153, "42908"),
    "42X87": (-418, "42610"),
    "42Y03": (-440, "42884"),
    "42Y07": (-204, "42704"),
    "42Y36": (-119, "42803"),
    "42Y55": (-204, "42704"),
    "X0X05": (-204, "42704"),
    "X0Y32": (-601, "42710"),
}
"""Db2's code and state for those of Derby. Derby has one code for all, and some states of its own."""
_OTHER, _NO_ROW = -438, 100
_LONGEST_TEXT = 70
_STATE, _COUNT, _TEXTS = 5, 27, 54
"""Where the state, the number of rows and the texts stand in an SQLCARD."""
_NULL = 0xFF


def for_driver(segment: Segment) -> Segment:
    """Return an answer with Db2's names and codes."""
    if segment.code == _EXCSATRD:
        return _renamed(segment, _WE_ARE)
    if segment.code == _ACCRDBRM:
        return _renamed(segment, {_PRDID: _VERSION.encode()})
    if segment.code in (_SQLCARD, _SQLDARD) and segment.content[0] != _NULL and len(segment.content) > _TEXTS:
        return segment._replace(body=wrapped(segment.code, _card(segment.content)))
    return segment


def added_up(answers: Sequence[Sequence[Segment]]) -> list[Segment]:
    """Return one answer for the executions that one of many rows became: the first error, or the rows of all."""
    if len(answers) == 1:
        return list(answers[0])
    cards = [answer[-1] for answer in answers]
    for card in cards:
        if _code(card) < 0:
            return [card]
    # The driver itself adds the rows of its array but for one.
    count = max(sum(map(_rows, cards)) - len(cards) + 1, 0)
    content = struct.pack(">bi5s8sb8xi", 0, 0, b" " * 5, b"SQLDERBY", 0, count) + bytes(12) + b" " * 11 + bytes(6) + b"\xff"
    return [cards[-1]._replace(body=wrapped(_SQLCARD, content))]


def _renamed(segment: Segment, names: dict[int, bytes]) -> Segment:
    given = [(code, names.get(code, content)) for code, content in objects(segment.content)]
    return segment._replace(body=wrapped(segment.code, b"".join(wrapped(code, content) for code, content in given)))


def _card(content: bytes) -> bytes:
    (code,) = struct.unpack_from(">i", content, 1)
    state = content[_STATE : _STATE + 5].decode("latin-1")
    if code == 0:
        return content
    place, texts = _TEXTS, []
    for _ in range(3):  # the database, a long message, a short one
        (length,) = struct.unpack_from(">H", content, place)
        texts.append(content[place + 2 : place + 2 + length])
        place += 2 + length
    if code > 0:  # a warning
        code, state, message = (_NO_ROW, state, b"") if state == "02000" else (0, " " * 5, b"")
    else:
        code, state, message = _error(state, texts[1].split(b"\x14")[:-1])
    begin = struct.pack(">Bi5s8sB", 0, code, state.encode(), b"SQLDERBY", 0)
    text = struct.pack(">H", len(message)) + message
    return begin + content[len(begin) : _TEXTS] + b"\0\0" + text + b"\0\0" + content[place:]


def _error(state: str, words: list[bytes]) -> tuple[int, str, bytes]:
    code, db2_state = _CODES.get(state, (_OTHER, state))
    if code == _OTHER:
        words = [f"{state} ".encode() + b" ".join(words)]
    elif db2_state in ("42704", "42703"):
        words = words[-1:]
    return code, db2_state, b"\xff".join(words)[:_LONGEST_TEXT]


def _code(card: Segment) -> int:
    return 0 if card.content[0] == _NULL else int(struct.unpack_from(">i", card.content, 1)[0])


def _rows(card: Segment) -> int:
    return 0 if card.content[0] == _NULL else int(struct.unpack_from(">i", card.content, _COUNT)[0])
