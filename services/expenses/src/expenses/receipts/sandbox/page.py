"""Draws the first page of a PDF. PDFium here has neither JavaScript nor forms; what a page asks for is not fetched."""

from __future__ import annotations

import pypdfium2

from expenses.receipts.sandbox.errors import RefusedError
from expenses.receipts.sandbox.picture import as_webp

_MOST_ENLARGED = 4.0
_LEAST_POINTS, _MOST_POINTS = 1.0, 1_000_000.0


def picture_of(data: bytes, media_type: str, side: int) -> bytes:  # noqa: ARG001  as of other kinds
    """Return a WebP of `side` pixels at most; raises RefusedError if nothing can be drawn, as without its password."""
    try:
        page = pypdfium2.PdfDocument(data)[0]
        width, height = page.get_size()
        if not (_LEAST_POINTS <= width <= _MOST_POINTS and _LEAST_POINTS <= height <= _MOST_POINTS):
            message = "The first page has no size that can be drawn."
            raise RefusedError(message)
        drawn = page.render(scale=min(side / max(width, height), _MOST_ENLARGED), may_draw_forms=False)
        return as_webp(drawn.to_pil())
    except (pypdfium2.PdfiumError, IndexError, ValueError, OverflowError) as error:
        message = "The first page cannot be drawn."
        raise RefusedError(message) from error
