"""What the preview of a statement says, and parts of it that tests look at."""

from __future__ import annotations

import io
from typing import Any

from expenses.imports.api import preview_body
from expenses.imports.month_names import month_names
from expenses.imports.readers.detection import ReadingContext, detect_layout
from expenses.imports.readers.mapping import Mapping
from expenses.imports.readers.preview import build_preview

_NOTHING_CHOSEN = Mapping()


def previewed(content: str | bytes, locale: str, currency: str, mapping: Mapping = _NOTHING_CHOSEN) -> dict[str, Any]:
    """Return the preview of a file for somebody with every rate and no expense."""
    raw = content.encode() if isinstance(content, str) else content
    reader = ReadingContext(currency, locale, month_names(locale))
    layout = detect_layout(io.BytesIO(raw), mapping, reader)
    return preview_body(build_preview(layout, reader, lambda code, day: True, lambda rows: [False] * len(rows)))


def amounts(seen: dict[str, Any]) -> str:
    """Return the amounts that would be imported, spending below zero."""
    found = [row["expense"] for row in seen["rows"] if row["expense"]]
    return " ".join(("-" if one["kind"] == "expense" else "") + one["amount"]["amount"] for one in found)


def left_out(seen: dict[str, Any]) -> list[int]:
    """Return the lines that are left out."""
    return [entry["line"] for entry in seen["left_out"]]


def asks(seen: dict[str, Any]) -> bool:
    """Return whether the preview asks which sign means spending."""
    return not seen["sign_certain"] and bool(seen["warnings"])
