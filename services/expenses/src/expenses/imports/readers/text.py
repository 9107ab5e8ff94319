"""From the bytes of an upload to text: finds the encoding, and declines files of other formats by name."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, cast

from expenses.errors import UnreadableFileError
from expenses.imports.readers.encodings import CODECS, EncodingCandidate, candidates, close_candidates

_ADVICE = "Outlay reads CSV so far; most banks offer CSV as well."
_PROGRAM_ADVICE = "Outlay reads CSV so far; export your transactions as CSV and import that."
_TEXT_FORMATS: tuple[tuple[str, str, str], ...] = (
    # name with its article, pattern of the beginning, what to do
    ("an OFX file", r"OFXHEADER:|(<\?[^>]*>\s*)*<OFX>|<\?OFX", _ADVICE),
    ("a QIF file", r"!(Type|Account|Option|Clear)[: ]", _ADVICE),
    ("a CAMT file", r"(<\?[^>]*>\s*)?<(\w+:)?Document[^>]*camt\.", _ADVICE),
    ("an MT940 file", r"(\{1:F01|\s*:20:[^\r\n]*\s+(:21:[^\r\n]*\s+)?:25:|:940:)", _ADVICE),
    ("an IIF file of QuickBooks", r"!(HDR|ACCNT|TRNS|SPL|ENDTRNS|CUST|VEND|CLASS|INVITEM)\t", _PROGRAM_ADVICE),
    ("a GnuCash file", r"(<\?[^>]*>\s*)?<gnc-v2", _PROGRAM_ADVICE),
    ("an HTML page", r"(<!--.*?-->\s*)?<(!doctype html|html|table|body|head)\b", _ADVICE),
    ("an RTF document", r"\{\\rtf", _ADVICE),
    ("an XML file", r"<\?xml\b", _ADVICE),
    ("a JSON file", r"(\{\s*(\"|\})|\[\s*[\[{\]])", _ADVICE),
)
_PATTERNS = [(name, re.compile(pattern, re.IGNORECASE | re.DOTALL), advice) for name, pattern, advice in _TEXT_FORMATS]
_LEDGER_DAY = r"^\d{4}[-/.]\d\d?[-/.]\d\d?"
_BEANCOUNT = re.compile(
    rf"{_LEDGER_DAY}[ \t]+(open|close|commodity|balance|pad|price|note|document|event|txn|[*!] \")", re.MULTILINE
)
_LEDGER = re.compile(rf"{_LEDGER_DAY}(=\S+)?([ \t]+[*!])?[ \t]+[^\r\n]*\r?\n[ \t]+[A-Za-z][^\r\n,;|]*:[^\r\n]*", re.MULTILINE)
_BINARY_FORMATS: tuple[tuple[str, bytes, str], ...] = (
    (
        "a spreadsheet such as an Excel file, or a ZIP archive",
        b"PK\x03\x04",
        "Open it in its own program, save it as CSV and import that.",
    ),
    ("a spreadsheet such as an Excel file", b"\xd0\xcf\x11\xe0", "Open it in its own program, save it as CSV and import that."),
    ("a PDF", b"%PDF", "Ask your bank for a CSV file instead."),
    (
        "a GnuCash file or another compressed file",
        b"\x1f\x8b",
        "Export your transactions as CSV, or unpack the CSV file, and import that.",
    ),
    ("a GnuCash file", b"SQLite format 3\x00", _PROGRAM_ADVICE),
    ("a picture", b"\x89PNG", "Import a CSV file."),
    ("a picture", b"\xff\xd8\xff", "Import a CSV file."),
    ("a compressed file", b"7z\xbc\xaf\x27\x1c", "Unpack it and import the CSV file in it."),
    ("a compressed file", b"Rar!", "Unpack it and import the CSV file in it."),
    ("a compressed file", b"BZh", "Unpack it and import the CSV file in it."),
    ("a compressed file", b"\xfd7zXZ", "Unpack it and import the CSV file in it."),
)


def unsupported_format(head: bytes) -> str | None:
    """Return why a file that begins like this is not read, None if it may be CSV."""
    for name, magic, advice in _BINARY_FORMATS:
        if head.startswith(magic):
            return f"This is {name}. {advice}"
    text = _text(head)
    for name, pattern, advice in _PATTERNS:
        if pattern.match(text):
            return f"This is {name}. {advice}"
    if _BEANCOUNT.search(text):
        return f"This is a Beancount file. {_PROGRAM_ADVICE}"
    if _LEDGER.search(text):
        return f"This is a ledger or hledger journal. {_PROGRAM_ADVICE}"
    return None


def _text(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace").lstrip()
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1").lstrip()


_PIECE = 1 << 20
_HEAD = 4096
_SAMPLE = 50_000
_BINARY = "This is not a text file. Export your bookings as CSV and import that."
_CUT_OFF = "The file ends in the middle of a character, so a part of it is missing. Export it again."
_JAPANESE_ESCAPES = (b"\x1b$B", b"\x1b$@")
_UTF16_SHARE = 0.3
"""The share of zero bytes at odd or even offsets that shows UTF-16 without a byte order mark: Latin text has nearly half."""


@dataclass
class Encoding:
    """The encoding of a file, and others to choose from if there is a doubt."""

    name: str
    others: list[EncodingCandidate] = field(default_factory=list)


def detect_encoding(stream: IO[bytes], locale: str = "", home_currency: str = "") -> Encoding:
    """Return the encoding of a whole file, reading it a megabyte at a time; raises UnreadableFileError if it is not text."""
    stream.seek(0)
    head = stream.read(_HEAD)
    if not head.strip(b" \t\r\n\xef\xbb\xbf"):
        raise UnreadableFileError("The file is empty.")
    _refuse_other_formats(head)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _utf16_without_bom(head):
        return Encoding("utf-16")
    if any(escape in head for escape in _JAPANESE_ESCAPES):
        return Encoding("iso-2022-jp")
    name = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    return Encoding(name) if _decodes(stream, "utf-8") else _legacy_encoding(stream, locale, home_currency)


def _legacy_encoding(stream: IO[bytes], locale: str, home_currency: str) -> Encoding:
    """Return the encoding of a file that is not UTF-8: the likeliest that can decode all of it."""
    found = candidates(_foreign_lines(stream), locale, home_currency)
    fitting = [candidate for candidate in found if _decodes(stream, CODECS.get(candidate.encoding, candidate.encoding))]
    return Encoding(fitting[0].encoding, close_candidates(fitting)) if fitting else Encoding("windows-1252")


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
    message = unsupported_format(head)
    if message is None and head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        message = "The file is UTF-32; save it as UTF-8."
    if message is not None:
        raise UnreadableFileError(message)


def _utf16_without_bom(head: bytes) -> str | None:
    half = len(head) // 2
    for name, zeros in (("utf-16-le", head[1::2].count(0)), ("utf-16-be", head[0::2].count(0))):
        if zeros > _UTF16_SHARE * half and zeros > 0.9 * head.count(0):
            return name
    return None


def _decodes(stream: IO[bytes], encoding: str) -> bool:
    """Say whether all of a file is text in this encoding; raises UnreadableFileError for zero bytes or a truncated character."""
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
def open_text(stream: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper]:
    """Open a file as text; raises UnreadableFileError for what cannot be decoded. The binary stream stays open."""
    stream.seek(0)
    codec = CODECS.get(encoding, encoding)
    if encoding == "utf-16":
        head = stream.read(_HEAD)
        stream.seek(0)
        marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        codec = "utf-16" if marked else _utf16_without_bom(head) or "utf-16-le"
    text = io.TextIOWrapper(cast("Any", stream), encoding=codec, newline="")
    try:
        yield text
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"The file is not {encoding}, or a part of it is missing. Export it again as UTF-8.") from error
    finally:
        text.detach()
