"""The types of files that are accepted, recognized by their first bytes and never by their name."""

from __future__ import annotations

from dataclasses import dataclass

from expenses.errors import UnknownReceiptTypeError

FIRST_BYTES = 64
"""Enough of a file to recognize its type."""


@dataclass(frozen=True)
class FileType:
    """A type of file that is accepted."""

    media_type: str
    extension: str


JPEG = FileType("image/jpeg", "jpg")
PNG = FileType("image/png", "png")
WEBP = FileType("image/webp", "webp")
HEIC = FileType("image/heic", "heic")
PDF = FileType("application/pdf", "pdf")

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
# Files that people most often upload by mistake, so that the error can name them.
_OTHER_FILES = (
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"#!", "a script"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"GIF8", "a GIF"),
    (b"II*\x00", "a TIFF"),
    (b"MM\x00*", "a TIFF"),
    (b"BM", "a BMP"),
    (b"<", "a web page or an XML document"),
)


def detect_type(first: bytes) -> FileType:
    """Return the type of a file; raises UnknownReceiptTypeError, which says what the file looks like instead."""
    if first.startswith(b"\xff\xd8\xff"):
        return JPEG
    if first.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if first[:4] == b"RIFF" and first[8:12] == b"WEBP":
        return WEBP
    if first[4:8] == b"ftyp" and first[8:12] not in _AVIF_BRANDS and _brands(first) & _HEIC_BRANDS:
        return HEIC
    if first.startswith(b"%PDF-"):
        return PDF
    raise UnknownReceiptTypeError(_looks_like(first))


def _brands(first: bytes) -> set[bytes]:
    length = min(int.from_bytes(first[:4]), len(first))
    return {first[8:12], *(first[place : place + 4] for place in range(16, length - 3, 4))}


def _looks_like(first: bytes) -> str:
    if not first:
        return "nothing: it is empty"
    if first[4:8] == b"ftyp":
        return "an AVIF" if first[8:12] in _AVIF_BRANDS else "a film"
    return next((name for start, name in _OTHER_FILES if first.lstrip().startswith(start)), "something else")
