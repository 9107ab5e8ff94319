"""Checks a PDF without opening it, and draws its first page.

PDFium is built without JavaScript and forms here, and fetches nothing that a page refers to.
"""

from __future__ import annotations

import re
import zlib

from expenses.receipts.sandbox import RefusedError

_TAIL = 2048
_MOST_UNPACKED = 256 * 1024 * 1024
_STEP = 1 << 20
_STREAM = re.compile(rb"stream\r?\n(?=[\x78\x48\x58\x68\x08\x18\x28\x38])")
"""The start of a stream that zlib can unpack."""
_PACKED_TWICE = re.compile(rb"/Fl(ateDecode)?\s*/Fl(ateDecode)?\b")
_MOST_ENLARGED = 4.0
_LEAST_POINTS, _MOST_POINTS = 1.0, 1_000_000.0


def check(data: bytes) -> None:
    """Raise RefusedError for a PDF that is truncated or a decompression bomb."""
    if b"%%EOF" not in data[-_TAIL:]:
        raise RefusedError("The PDF is incomplete. Upload it again.")
    if _PACKED_TWICE.search(data):
        raise RefusedError("The PDF is compressed twice, which is not accepted. Print it to a new one.")
    left = _MOST_UNPACKED
    for start in _STREAM.finditer(data):
        left -= _unpacked_size(data, start.end(), left)
        if left <= 0:
            raise RefusedError("The PDF has more than 256 MB when unpacked. Print it to a new one.")


def _unpacked_size(data: bytes, place: int, most: int) -> int:
    """Return how many bytes a stream unpacks to, or `most` or more if there are more; a damaged one counts up to the damage."""
    engine, total, rest = zlib.decompressobj(), 0, memoryview(data)[place:]
    try:
        piece = engine.decompress(rest[:_STEP], _STEP)
        rest = rest[_STEP:]
        while total < most:
            total += len(piece)
            source: bytes | memoryview = engine.unconsumed_tail
            if not source and not engine.eof:
                source, rest = rest[:_STEP], rest[_STEP:]
            if not source or engine.eof:
                return total
            piece = engine.decompress(source, _STEP)
    except zlib.error:
        return total
    return total


def draw_first_page(data: bytes, side: int) -> bytes:
    """Return a WebP of at most `side` pixels; raises RefusedError if nothing can be drawn, for example without a password."""
    import pypdfium2

    from expenses.receipts.sandbox.pictures import as_webp

    try:
        page = pypdfium2.PdfDocument(data)[0]
        width, height = page.get_size()
        if not (_LEAST_POINTS <= width <= _MOST_POINTS and _LEAST_POINTS <= height <= _MOST_POINTS):
            raise RefusedError("The first page has an unusable size.")
        drawn = page.render(scale=min(side / max(width, height), _MOST_ENLARGED), may_draw_forms=False)
        return as_webp(drawn.to_pil())
    except (pypdfium2.PdfiumError, IndexError, ValueError, OverflowError) as error:
        raise RefusedError("The first page cannot be drawn.") from error
