"""From the bytes of an upload to text: encoding, and files that are no text at all."""

from __future__ import annotations

import codecs
import io
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, cast

from expenses.errors import UnreadableFileError
from expenses.imports.readers.encodings import CODECS, Candidate, candidates, doubtful
from expenses.imports.readers.formats import declined

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 1 << 20
_HEAD = 4096
_SAMPLE = 50_000
_BINARY = "This is not a text file. Export your bookings as CSV and import that."
_CUT_OFF = "The file ends in the middle of a character, so a part of it is missing. Export it again."
_JAPANESE_ESCAPES = (b"\x1b$B", b"\x1b$@")
_UTF16_SHARE = 0.3
"""Share of zero bytes in the odd or even places that makes it UTF-16 without a mark: Latin text has nearly one half."""


@dataclass
class Encoding:
    """The encoding of a file, and others that it could have if there is a doubt."""

    name: str
    others: list[Candidate] = field(default_factory=list)


def detect_encoding(stream: IO[bytes], locale: str = "", home_currency: str = "") -> Encoding:
    """Return the encoding of a whole file, reading it a megabyte at a time; raises UnreadableFileError if it is not text."""
    stream.seek(0)
    head = stream.read(_HEAD)
    if not head.strip(b" \t\r\n\xef\xbb\xbf"):
        message = "The file is empty."
        raise UnreadableFileError(message)
    _refuse_other_formats(head)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _utf16_without_mark(head):
        return Encoding("utf-16")
    if any(escape in head for escape in _JAPANESE_ESCAPES):
        return Encoding("iso-2022-jp")
    name = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    return Encoding(name) if _decodes(stream, "utf-8") else _other(stream, locale, home_currency)


def _other(stream: IO[bytes], locale: str, home_currency: str) -> Encoding:
    """Return the encoding of a file that is no UTF-8: the best that can read all of it."""
    found = candidates(_foreign_lines(stream), locale, home_currency)
    fitting = [candidate for candidate in found if _decodes(stream, CODECS.get(candidate.encoding, candidate.encoding))]
    return Encoding(fitting[0].encoding, doubtful(fitting)) if fitting else Encoding("windows-1252")


def _foreign_lines(stream: IO[bytes]) -> bytes:
    """Return the first lines that are not ASCII."""
    stream.seek(0)
    lines, size = list[bytes](), 0
    while size < _SAMPLE and (line := stream.readline(_SAMPLE)):
        if not line.isascii():
            lines.append(line)
            size += len(line)
    return b"".join(lines)


def _refuse_other_formats(head: bytes) -> None:
    message = declined(head)
    if message is None and head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        message = "The file is UTF-32; save it as UTF-8."
    if message is not None:
        raise UnreadableFileError(message)


def _utf16_without_mark(head: bytes) -> str | None:
    half = len(head) // 2
    for name, zeros in (("utf-16-le", head[1::2].count(0)), ("utf-16-be", head[0::2].count(0))):
        if zeros > _UTF16_SHARE * half and zeros > 0.9 * head.count(0):
            return name
    return None


def _decodes(stream: IO[bytes], encoding: str) -> bool:
    """Say whether all of a file is text in this encoding; raises UnreadableFileError for zero bytes or a cut-off end."""
    decoder, whole = codecs.getincrementaldecoder(encoding)(), True
    stream.seek(0)
    while piece := stream.read(_PIECE):
        if b"\0" in piece:
            raise UnreadableFileError(_BINARY)
        try:
            if whole:
                decoder.decode(piece)
        except UnicodeDecodeError:
            whole = False
    if whole:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            if encoding != "utf-8":
                return False
            raise UnreadableFileError(_CUT_OFF) from error
    return whole


@contextmanager
def opened(stream: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper]:
    """Open a file as text; what cannot be decoded raises UnreadableFileError. The bytes stay open."""
    stream.seek(0)
    codec = CODECS.get(encoding, encoding)
    if encoding == "utf-16":
        head = stream.read(_HEAD)
        stream.seek(0)
        marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        codec = "utf-16" if marked else _utf16_without_mark(head) or "utf-16-le"
    text = io.TextIOWrapper(cast("Any", stream), encoding=codec, newline="")
    try:
        yield text
    except UnicodeDecodeError as error:
        message = f"The file is not {encoding}, or a part of it is missing. Export it again as UTF-8."
        raise UnreadableFileError(message) from error
    finally:
        text.detach()
